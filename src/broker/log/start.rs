//! Where a reader of the log begins.

use chrono::DateTime;
use quayside_protocol::position::Position;

use crate::error::{Error, Result};

/// Where a reader begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// With what comes next.
    Newest,
    /// With what comes after a position that a reader was given.
    After(Position),
    /// With what was received after a moment.
    Since(Position),
    /// With the oldest, after a gap: what the reader named is no position of this log.
    Lost,
}

impl Start {
    /// `since`: a position or an RFC 3339 time, by the hub's receipt.
    ///
    /// # Errors
    /// `invalid`, field `since`.
    pub fn from_since(text: &str) -> Result<Self> {
        if let Ok(position) = text.parse() {
            return Ok(Self::After(position));
        }
        Ok(Self::Since(time("since", text)?))
    }

    /// `Last-Event-ID`: what is no position is answered as one that the log no longer holds, because a browser
    /// would send it again for ever.
    #[must_use]
    pub fn from_last_event_id(text: &str) -> Self {
        text.parse().map_or(Self::Lost, Self::After)
    }
}

/// A position, or an RFC 3339 time as one.
///
/// # Errors
/// `invalid`, with the field.
pub(super) fn moment(field: &str, text: &str) -> Result<Position> {
    text.parse().or_else(|_| time(field, text))
}

fn time(field: &str, text: &str) -> Result<Position> {
    let wrong = |_| Error::invalid(field, "must be a position or an RFC 3339 time");
    let time = DateTime::parse_from_rfc3339(text).map_err(wrong)?;
    let nanos = time.timestamp_nanos_opt().and_then(|nanos| u64::try_from(nanos).ok());
    // A time before 1970 is before everything; one after 2262 is after it.
    let late = if time.timestamp() < 0 { 0 } else { u64::MAX };
    Ok(Position(nanos.unwrap_or(late)))
}
