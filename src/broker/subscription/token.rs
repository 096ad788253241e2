//! What a poll of a state topic sends back to go on: the run, the revision it has seen, and its last version.

use chrono::DateTime;
use quayside_protocol::position::Position;

use crate::error::{Error, Result};

/// Where a subscriber of state stands; zero: at the beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Mark {
    pub(super) revision: u64,
    pub(super) version: u64,
}

impl Mark {
    pub(super) fn encode(self, run: u64) -> String {
        format!("{run:016x}.{:x}.{:x}", self.revision, self.version)
    }

    /// The mark in `since`. One of another run of the hub keeps only its version: a snapshot comes again. What is
    /// meant for another topic of the same stream marks nothing.
    ///
    /// # Errors
    /// `invalid`, field `since`.
    pub(super) fn decode(since: &str, run: u64) -> Result<Self> {
        if since.parse::<Position>().is_ok() || DateTime::parse_from_rfc3339(since).is_ok() {
            return Ok(Self::default());
        }
        let wrong = || Error::invalid("since", "must be the next of an earlier poll");
        let mut numbers = since.split('.').map(|part| u64::from_str_radix(part, 16).ok());
        let mut number = || numbers.next().flatten().ok_or_else(wrong);
        let (of, revision, version) = (number()?, number()?, number()?);
        if numbers.next().is_some() {
            return Err(wrong());
        }
        Ok(Self { revision: if of == run { revision } else { 0 }, version })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_good_for_the_run_that_gave_it() {
        let mark = Mark { revision: 300, version: 17 };
        let text = mark.encode(5);
        assert_eq!(Mark::decode(&text, 5).ok(), Some(mark));
        assert_eq!(Mark::decode(&text, 6).ok(), Some(Mark { revision: 0, version: 17 }));
        for other in ["000000000000002a", "2026-01-01T00:00:00Z"] {
            assert_eq!(Mark::decode(other, 5).ok(), Some(Mark::default()));
        }
        for wrong in ["", "1", "1.2", "1.2.3.4", "x.1.1", "1.2.99999999999999999"] {
            let field = Mark::decode(wrong, 5).err().and_then(|error| error.body().field);
            assert_eq!(field.as_deref(), Some("since"), "{wrong}");
        }
    }
}
