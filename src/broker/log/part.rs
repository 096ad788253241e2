//! Which part of the log is read backwards.

use quayside_protocol::position::Position;

use super::start;
use crate::error::{Error, Result};

/// A part of the log, and up to where it is still to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// Nothing at or before it.
    pub(super) since: Position,
    /// Nothing after it.
    pub(super) until: Position,
    /// Where the answer before left off: the entry there was there, so what is missing is a gap.
    pub(super) after: Option<Position>,
}

impl Part {
    /// What a client asks for: `since` and `until` are a position or an RFC 3339 time, `after` is `next` of the answer
    /// before. Without them it is all of the log.
    ///
    /// # Errors
    /// `invalid`, with the field.
    pub fn new(since: Option<&str>, until: Option<&str>, after: Option<&str>) -> Result<Self> {
        let wrong = |_| Error::invalid("after", "must be `next` of the answer before");
        Ok(Self {
            since: since.map(|text| start::moment("since", text)).transpose()?.unwrap_or_default(),
            until: until
                .map(|text| start::moment("until", text))
                .transpose()?
                .unwrap_or(Position(u64::MAX)),
            after: after.map(|text| text.parse().map_err(wrong)).transpose()?,
        })
    }

    /// Nothing at or before it is part of it.
    #[must_use]
    pub fn since(&self) -> Position {
        self.since
    }
}
