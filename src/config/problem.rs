//! What is wrong with a configuration, told whole.

use std::fmt;
use std::process::ExitCode;

/// One mistake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// `FILE:LINE`, the name of a variable, or a flag.
    pub place: String,
    /// What is wrong there and what to do; never a secret.
    pub message: String,
    /// A file that could not be read, which is a failure of the machine and not of the configuration.
    pub unreadable: bool,
}

impl Problem {
    pub(super) fn new(place: impl fmt::Display, message: impl Into<String>) -> Self {
        Self { place: place.to_string(), message: message.into(), unreadable: false }
    }

    pub(super) fn unreadable(place: impl fmt::Display, message: impl Into<String>) -> Self {
        Self { unreadable: true, ..Self::new(place, message) }
    }
}

/// Every mistake of a configuration, in the order of its places; one a line when printed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ConfigError {
    /// The mistakes.
    pub problems: Vec<Problem>,
}

impl ConfigError {
    /// A mistake that only shows when the configuration is put to use, such as a key that does not fit its
    /// certificate. `place` is the key (`tls.key`).
    #[must_use]
    pub fn one(place: &str, message: &str) -> Self {
        Self { problems: vec![Problem::new(place, message)] }
    }

    /// 1 where nothing is wrong but files that cannot be read, else 2.
    #[must_use]
    pub fn exit_code(&self) -> ExitCode {
        let failed = !self.problems.is_empty() && self.problems.iter().all(|p| p.unreadable);
        ExitCode::from(if failed { 1 } else { 2 })
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, problem) in self.problems.iter().enumerate() {
            let end = if n + 1 < self.problems.len() { "\n" } else { "" };
            write!(f, "{}: {}{end}", problem.place, problem.message)?;
        }
        Ok(())
    }
}

impl std::error::Error for ConfigError {}
