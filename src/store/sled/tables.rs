//! The database as three tables, and how their entries are written. It decides nothing.

use std::io;
use std::ops::Bound;
use std::path::Path;

use bytes::Bytes;
use quayside_protocol::position::Position;

use crate::store::{EventBounds, Key, MAX_PAGE, Prefix, Revision, StoredEvent, Versioned};

/// Small leaves: a cold read fetches a whole leaf, and flushing a few records writes a few small leaves.
const LEAF_FANOUT: usize = 128;

/// What the database may keep in memory of what is on disk.
const CACHE_BYTES: usize = 64 << 20;

/// Without an interval, every iterator that is dropped flushes, from whatever thread, in the middle of a commit.
/// With one there is a flusher thread instead; this one first wakes after a hundred years, or to end with the store.
const NEVER_MS: usize = 100 * 365 * 24 * 3600 * 1000;

pub(super) type Tree = ::sled::Tree<LEAF_FANOUT>;

/// Handles of one thread; they are `Send` but not `Sync`, and cheap to clone.
#[derive(Clone)]
pub(super) struct Tables {
    /// Key → revision (8 bytes, big endian) and value.
    pub records: Tree,
    /// Position (8 bytes, big endian) → value.
    pub events: Tree,
    /// What the store knows of itself; see [`State`].
    pub meta: Tree,
}

/// What the store knows of itself. It is written with every batch, in the same flush.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct State {
    /// Counts openings and dumps; the sidecar file says which was the last.
    pub generation: u64,
    /// Which store this is; empty in a new one.
    pub id: String,
    /// The last revision given.
    pub revision: u64,
    /// The event log's bounds.
    pub events: EventBounds,
}

impl Tables {
    /// Opens or makes the database. May panic on a damaged one.
    pub(super) fn open(directory: &Path) -> io::Result<Tables> {
        let db = ::sled::Config::new()
            .path(directory)
            .cache_capacity_bytes(CACHE_BYTES)
            .flush_every_ms(Some(NEVER_MS))
            .open::<LEAF_FANOUT>()?;
        Ok(Tables {
            records: db.open_tree("records")?,
            events: db.open_tree("events")?,
            meta: db.open_tree("meta")?,
        })
    }

    /// Makes everything written so far durable, in all tables, all or nothing.
    pub(super) fn flush(&self) -> io::Result<()> {
        self.meta.flush().map(drop).inspect_err(|_| self.leak())
    }

    /// Lets no handle be the last that is dropped, for that one flushes: after a failed flush another one hangs, and
    /// a half-applied batch must not become durable.
    pub(super) fn leak(&self) {
        std::mem::forget(self.clone());
    }

    pub(super) fn get(&self, key: &Key) -> io::Result<Option<Versioned>> {
        self.records.get(key.as_str())?.map(|stored| decode_record(&stored)).transpose()
    }

    pub(super) fn put(&self, key: &Key, revision: Revision, value: &[u8]) -> io::Result<()> {
        let mut stored = Vec::with_capacity(size_of::<u64>() + value.len());
        stored.extend_from_slice(&revision.0.to_be_bytes());
        stored.extend_from_slice(value);
        self.records.insert(key.as_str(), stored).map(drop)
    }

    /// The database's own upper bounds are no help: past its bound an iterator reads on to the table's end.
    pub(super) fn list(
        &self,
        prefix: Prefix,
        after: Option<&Key>,
        limit: usize,
    ) -> io::Result<Vec<(Key, Versioned)>> {
        let start = match after {
            Some(after) if after.as_str() >= prefix.as_str() => Bound::Excluded(after.as_str()),
            _ => Bound::Included(prefix.as_str()),
        };
        take_covered(self.records.range::<&str, _>((start, Bound::Unbounded)), prefix, limit)
    }

    pub(super) fn list_reverse(
        &self,
        prefix: Prefix,
        before: Option<&Key>,
        limit: usize,
    ) -> io::Result<Vec<(Key, Versioned)>> {
        // A prefix ends with `/`, and `0` is the character after it.
        let past = format!("{}0", prefix.as_str().trim_end_matches('/'));
        let end = match before {
            Some(before) if before.as_str() < past.as_str() => before.as_str(),
            _ => past.as_str(),
        };
        take_covered(
            self.records.range::<&str, _>((Bound::Unbounded, Bound::Excluded(end))).rev(),
            prefix,
            limit,
        )
    }

    pub(super) fn read_events(
        &self,
        after: Position,
        limit: usize,
    ) -> io::Result<Vec<StoredEvent>> {
        let start = after.0.to_be_bytes();
        let later = self.events.range::<&[u8], _>((Bound::Excluded(&start[..]), Bound::Unbounded));
        later.take(limit.min(MAX_PAGE)).map(|entry| decode_event(entry?)).collect()
    }

    pub(super) fn read_events_back(
        &self,
        from: Position,
        limit: usize,
    ) -> io::Result<Vec<StoredEvent>> {
        let end = from.0.to_be_bytes();
        let earlier = self.events.range::<&[u8], _>((Bound::Unbounded, Bound::Included(&end[..])));
        earlier.rev().take(limit.min(MAX_PAGE)).map(|entry| decode_event(entry?)).collect()
    }

    /// The first event that is left.
    pub(super) fn first_event(&self) -> io::Result<Option<Position>> {
        let first = self.events.iter().next().transpose()?;
        first.map(|(position, _)| Ok(Position(decode_u64(&position)?))).transpose()
    }

    pub(super) fn state(&self) -> io::Result<State> {
        let number = |name: &str| self.meta.get(name)?.map(|bytes| decode_u64(&bytes)).transpose();
        let id = self.meta.get("id")?.map(|id| String::from_utf8_lossy(&id).into_owned());
        let last = self.events.iter().next_back().transpose()?;
        let last = last.map(|(position, _)| decode_u64(&position)).transpose()?.map(Position);
        Ok(State {
            generation: number("generation")?.unwrap_or(0),
            id: id.unwrap_or_default(),
            revision: number("revision")?.unwrap_or(0),
            events: EventBounds {
                span: self.first_event()?.zip(last),
                count: number("event count")?.unwrap_or(0),
                trimmed: number("trimmed")?.map(Position),
            },
        })
    }

    pub(super) fn set_state(&self, state: &State) -> io::Result<()> {
        let number = |name: &str, value: u64| self.meta.insert(name, value.to_be_bytes()).map(drop);
        number("generation", state.generation)?;
        number("revision", state.revision)?;
        number("event count", state.events.count)?;
        if let Some(trimmed) = state.events.trimmed {
            number("trimmed", trimmed.0)?;
        }
        self.meta.insert("id", state.id.as_bytes()).map(drop)
    }
}

fn take_covered(
    entries: impl Iterator<Item = io::Result<(::sled::InlineArray, ::sled::InlineArray)>>,
    prefix: Prefix,
    limit: usize,
) -> io::Result<Vec<(Key, Versioned)>> {
    let mut page = Vec::new();
    for entry in entries.take(limit.min(MAX_PAGE)) {
        let (key, stored) = entry?;
        if !key.starts_with(prefix.as_str().as_bytes()) {
            break;
        }
        page.push((decode_key(&key)?, decode_record(&stored)?));
    }
    Ok(page)
}

pub(super) fn decode_key(bytes: &[u8]) -> io::Result<Key> {
    Key::from_stored(bytes).ok_or_else(|| damaged("a key outside the alphabet"))
}

pub(super) fn decode_record(stored: &[u8]) -> io::Result<Versioned> {
    let (revision, value) =
        stored.split_at_checked(8).ok_or_else(|| damaged("a record without a revision"))?;
    Ok(Versioned {
        revision: Revision(decode_u64(revision)?),
        value: Bytes::copy_from_slice(value),
    })
}

pub(super) fn decode_event(
    (position, value): (::sled::InlineArray, ::sled::InlineArray),
) -> io::Result<StoredEvent> {
    Ok(StoredEvent {
        position: Position(decode_u64(&position)?),
        value: Bytes::copy_from_slice(&value),
    })
}

fn decode_u64(bytes: &[u8]) -> io::Result<u64> {
    bytes
        .try_into()
        .map(u64::from_be_bytes)
        .map_err(|_| damaged("a number that is not of eight bytes"))
}

fn damaged(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}
