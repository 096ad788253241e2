//! Failures as words for whoever runs the benchmark. It knows no measurement.

use std::fmt::Display;

/// What came out, or why nothing did.
pub(crate) type Outcome<T> = Result<T, String>;

/// Says what was being done when something failed.
pub(crate) trait Said<T> {
    /// The value, or `what` with the cause.
    fn said(self, what: &str) -> Outcome<T>;
}

impl<T, E: Display> Said<T> for Result<T, E> {
    fn said(self, what: &str) -> Outcome<T> {
        self.map_err(|error| format!("{what}: {error}"))
    }
}

impl<T> Said<T> for Option<T> {
    fn said(self, what: &str) -> Outcome<T> {
        self.ok_or_else(|| what.to_owned())
    }
}
