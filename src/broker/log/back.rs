//! The log read backwards: from memory, then from disk, with a gap where something is missing.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use quayside_protocol::position::Position;

use super::entry::Entry;
use super::glance::Glance;
use super::part::Part;
use super::told::Told;
use super::{Inner, lock, stored};
use crate::error::{Error, Result};

/// Entries that are looked at for one answer, wanted or not: a tenth of a second where they all lie on disk. A filter
/// that lets nothing through must not hold a thread, and who waits for the next answer waits no longer than this.
pub(super) const SCAN: usize = 50_000;

/// Entries that are copied while the ring is locked.
const HELD: usize = 1_024;

/// Entries that are read from disk at a time.
const PAGE: usize = 500;

/// What is done with what is read.
pub(super) trait Visit {
    /// An entry; `whole` decodes the rest of it. False: no more.
    ///
    /// # Errors
    /// `internal` where it cannot be decoded.
    fn entry(
        &mut self,
        position: Position,
        told: &impl Told,
        whole: impl FnOnce() -> Result<Arc<Entry>>,
    ) -> Result<bool>;

    /// What is missing, as a gap. False: no more.
    fn gap(&mut self, gap: Entry) -> bool;
}

/// Shows a part of the log, newest first, and says where to go on: none at its end.
///
/// # Errors
/// `internal` where the store cannot be read.
pub(super) fn read(
    log: &Inner,
    part: Part,
    scan: usize,
    visit: &mut impl Visit,
) -> Result<Option<Position>> {
    let head = *log.head.borrow();
    let at = part.after.unwrap_or(part.until).min(part.until).min(head);
    // At a bound that a reader named itself there need not have been anything.
    let known = part.after == Some(at);
    let mut walk = Walk { since: part.since, at, known, room: scan, visit };
    walk.memory(log)?;
    walk.disk(log)?;
    Ok((walk.at > walk.since).then_some(walk.at))
}

struct Walk<'a, V> {
    since: Position,
    /// What is left to be read is at or before it.
    at: Position,
    /// Whether there was an entry at `at`, whatever is there now.
    known: bool,
    /// Entries that may still be looked at.
    room: usize,
    visit: &'a mut V,
}

impl<V: Visit> Walk<'_, V> {
    fn is_over(&self) -> bool {
        self.room == 0 || self.at <= self.since
    }

    fn memory(&mut self, log: &Inner) -> Result<()> {
        while !self.is_over() {
            let entries: Vec<_> = {
                let ring = lock::read(&log.ring);
                if self.at <= ring.floor() {
                    return Ok(());
                }
                ring.until(self.at).take(HELD).cloned().collect()
            };
            if entries.is_empty() {
                return Ok(());
            }
            for entry in entries {
                let whole = || Ok(entry.clone());
                self.step(entry.position(), entry.previous(), &*entry, whole)?;
            }
        }
        Ok(())
    }

    fn disk(&mut self, log: &Inner) -> Result<()> {
        while !self.is_over() {
            log.counters.cold_reads.fetch_add(1, Ordering::Relaxed);
            let page = log.store.read_events_back(self.at, PAGE).map_err(Error::internal)?;
            if !self.known {
                self.find_lost(log, page.first().map(|event| event.position))?;
            }
            if page.is_empty() {
                self.end();
                return Ok(());
            }
            for event in &page {
                if self.is_over() {
                    break;
                }
                let (position, value) = (event.position, &event.value);
                let glance = Glance::at(position, value).map_err(Error::internal)?;
                let whole =
                    || stored::decode(position, value).map(Arc::new).map_err(Error::internal);
                self.step(position, glance.previous, &glance, whole)?;
            }
        }
        Ok(())
    }

    /// Each entry names the one before it, so whatever is missing, and for whatever reason, shows here.
    fn step(
        &mut self,
        position: Position,
        previous: Position,
        told: &impl Told,
        whole: impl FnOnce() -> Result<Arc<Entry>>,
    ) -> Result<()> {
        let found = position.max(self.since);
        if self.known && found < self.at && !self.is_over() {
            self.gap(found, self.at);
        }
        if self.is_over() {
            return Ok(());
        }
        if position <= self.since {
            self.at = self.since;
            return Ok(());
        }
        self.room -= 1;
        if !self.visit.entry(position, told, whole)? {
            self.room = 0;
        }
        self.at = previous.min(Position(position.0.saturating_sub(1)));
        self.known = true;
        Ok(())
    }

    /// Nobody has named the entry before the first that is found, or before nothing: the store knows of what is lost,
    /// by its retention or because it was restored from an older dump.
    fn find_lost(&mut self, log: &Inner, found: Option<Position>) -> Result<()> {
        let trimmed = log.store.event_bounds().map_err(Error::internal)?.trimmed;
        let lost = trimmed.unwrap_or_default().min(self.at);
        if lost > found.unwrap_or_default() {
            self.at = lost;
            self.known = true;
        }
        Ok(())
    }

    /// There is nothing older: what should be there is lost.
    fn end(&mut self) {
        if self.known && self.at > self.since {
            self.gap(self.since, self.at);
        }
        self.at = self.since;
    }

    fn gap(&mut self, after: Position, last: Position) {
        if !self.visit.gap(Entry::lost(after, last)) {
            self.room = 0;
        }
        self.at = after;
        self.known = true;
    }
}
