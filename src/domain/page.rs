//! Bounds of long lists, and times that clients name.

use chrono::{DateTime, Utc};

use crate::error::{Error, Result};

/// The most one answer holds.
const MAX: u64 = 1_000;

/// How many items an answer may have: what was asked, 1 to 1,000, else `default`.
///
/// # Errors
/// `invalid` for another number.
pub fn limit(asked: Option<u64>, default: u64) -> Result<usize> {
    match asked.unwrap_or(default) {
        limit @ 1..=MAX => usize::try_from(limit).map_err(Error::internal),
        _ => Err(Error::invalid("limit", "must be between 1 and 1000")),
    }
}

/// An RFC 3339 time of a client.
///
/// # Errors
/// `invalid`, naming `field`.
pub fn read_time(field: &str, text: &str) -> Result<DateTime<Utc>> {
    DateTime::parse_from_rfc3339(text)
        .map(|at| at.with_timezone(&Utc))
        .map_err(|_| Error::invalid(field, "must be an RFC 3339 time such as 2026-01-28T21:33:51Z"))
}
