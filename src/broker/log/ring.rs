//! The newest entries, in memory. What leaves it has been stored, so that a reader who is too late for it finds
//! it on disk.

use std::collections::VecDeque;
use std::sync::Arc;

use quayside_protocol::position::Position;

use super::entry::Entry;

pub(super) struct Ring {
    entries: VecDeque<Arc<Entry>>,
    bytes: usize,
    most_events: usize,
    most_bytes: usize,
    /// The position before its first entry: a reader at or after it needs no disk.
    floor: Position,
}

impl Ring {
    pub(super) fn new(most_events: usize, most_bytes: usize, floor: Position) -> Self {
        Self { entries: VecDeque::new(), bytes: 0, most_events, most_bytes, floor }
    }

    pub(super) fn push(&mut self, entry: Arc<Entry>) {
        self.bytes += entry.cost();
        self.entries.push_back(entry);
    }

    /// Lets go of the oldest as long as there are too many, but of none after `stored`.
    pub(super) fn evict(&mut self, stored: Position) {
        while self.entries.len() > self.most_events || self.bytes > self.most_bytes {
            if self.entries.front().is_none_or(|entry| entry.position() > stored) {
                return;
            }
            if let Some(entry) = self.entries.pop_front() {
                self.bytes -= entry.cost();
                self.floor = entry.position();
            }
        }
    }

    pub(super) fn floor(&self) -> Position {
        self.floor
    }

    /// Entries after `position`, oldest first.
    pub(super) fn after(&self, position: Position) -> impl Iterator<Item = &Arc<Entry>> {
        let start = self.entries.partition_point(|entry| entry.position() <= position);
        self.entries.range(start..)
    }

    /// Entries up to `position`, newest first.
    pub(super) fn until(&self, position: Position) -> impl Iterator<Item = &Arc<Entry>> {
        let end = self.entries.partition_point(|entry| entry.position() <= position);
        self.entries.range(..end).rev()
    }

    /// Entries, newest first.
    pub(super) fn newest(&self) -> impl Iterator<Item = &Arc<Entry>> {
        self.entries.iter().rev()
    }
}
