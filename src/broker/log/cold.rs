//! Entries that left the ring, read from the store in pages that readers of the same range share.

use std::collections::VecDeque;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};

use quayside_protocol::position::Position;
use tokio::sync::Semaphore;

use super::entry::Entry;
use super::{Inner, stored};
use crate::error::{Error, Result};

/// Entries of a page: some 3 ms of reading and decoding.
const PAGE: usize = 500;

/// Bytes of a page by their cost in memory; absurdly long events make it shorter.
const PAGE_BYTES: usize = 4 << 20;

/// Pages that are kept for the next reader; with [`PAGE_BYTES`] the bound of what all readers pin, however many.
const PAGES: usize = 8;

/// Pages read at a time: more would only take the cores from those who read what is new.
const READS: usize = 2;

pub(super) struct Page {
    after: Position,
    pub(super) entries: Vec<Arc<Entry>>,
}

impl Page {
    fn serves(&self, position: Position) -> bool {
        let last = self.entries.last().map(|entry| entry.position());
        self.after <= position && last.is_some_and(|last| position < last)
    }
}

pub(super) struct Cold {
    pages: Mutex<VecDeque<Arc<Page>>>,
    reads: Arc<Semaphore>,
}

impl Default for Cold {
    fn default() -> Self {
        Self { pages: Mutex::default(), reads: Arc::new(Semaphore::new(READS)) }
    }
}

impl Cold {
    fn find(&self, position: Position) -> Option<Arc<Page>> {
        let pages = self.pages.lock().unwrap_or_else(PoisonError::into_inner);
        pages.iter().rev().find(|page| page.serves(position)).cloned()
    }

    fn keep(&self, page: Arc<Page>) {
        let mut pages = self.pages.lock().unwrap_or_else(PoisonError::into_inner);
        if pages.len() >= PAGES {
            pages.pop_front();
        }
        pages.push_back(page);
    }
}

/// A page that begins at or before what comes after `position`; an empty one: there is nothing more on disk.
///
/// # Errors
/// `internal` where the store cannot be read.
pub(super) async fn page(log: &Arc<Inner>, position: Position) -> Result<Arc<Page>> {
    if let Some(page) = log.cold.find(position) {
        return Ok(page);
    }
    let permit = log.cold.reads.clone().acquire_owned().await.map_err(Error::internal)?;
    // Whoever had the permit may have read the very same.
    if let Some(page) = log.cold.find(position) {
        return Ok(page);
    }
    let log = log.clone();
    let read = tokio::task::spawn_blocking(move || {
        let page = read(&log, position).map(Arc::new);
        // Kept from here, so that a reader who was cancelled meanwhile did not read for nothing.
        if let Ok(page) = &page
            && !page.entries.is_empty()
        {
            log.cold.keep(page.clone());
        }
        drop(permit);
        page
    });
    read.await.map_err(Error::internal)?
}

fn read(log: &Inner, after: Position) -> Result<Page> {
    log.counters.cold_reads.fetch_add(1, Ordering::Relaxed);
    let events = log.store.read_events(after, PAGE).map_err(Error::internal)?;
    let (mut entries, mut bytes) = (Vec::with_capacity(events.len()), 0);
    for event in events {
        let entry = stored::decode(event.position, &event.value).map_err(Error::internal)?;
        bytes += entry.cost();
        entries.push(Arc::new(entry));
        if bytes > PAGE_BYTES {
            break;
        }
    }
    Ok(Page { after, entries })
}
