//! A page of the log, newest first.

use std::sync::Arc;

use super::back::{self, Visit};
use super::entry::Entry;
use super::part::Part;
use super::scope::Scope;
use super::told::Told;
use super::{Inner, Limit, Position};
use crate::error::Result;

/// What one reader is given of a part of the log.
pub struct Page {
    /// Newest first; perhaps none although there is more.
    pub entries: Vec<Arc<Entry>>,
    /// The head of the log before it was read.
    pub head: Position,
    /// Where to go on; none at the end of the part.
    pub next: Option<Position>,
}

/// Reads what `scope` allows, within `limit`.
///
/// # Errors
/// `internal` where the store cannot be read.
pub(super) fn read(log: &Inner, scope: Scope, part: Part, limit: Limit) -> Result<Page> {
    let head = *log.head.borrow();
    let mut taken = Taken { scope, limit, bytes: 0, entries: Vec::new() };
    let next = back::read(log, part, back::SCAN, &mut taken)?;
    Ok(Page { entries: taken.entries, head, next })
}

struct Taken {
    scope: Scope,
    limit: Limit,
    bytes: usize,
    entries: Vec<Arc<Entry>>,
}

impl Taken {
    fn take(&mut self, entry: Arc<Entry>) -> bool {
        self.bytes += entry.stream_bytes().len();
        self.entries.push(entry);
        self.entries.len() < self.limit.events && self.bytes < self.limit.bytes
    }
}

impl Visit for Taken {
    fn entry(
        &mut self,
        _: Position,
        told: &impl Told,
        whole: impl FnOnce() -> Result<Arc<Entry>>,
    ) -> Result<bool> {
        if !self.scope.allows(told) {
            return Ok(true);
        }
        whole().map(|entry| self.take(entry))
    }

    fn gap(&mut self, gap: Entry) -> bool {
        self.take(Arc::new(gap))
    }
}
