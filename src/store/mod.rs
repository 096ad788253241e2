//! What the hub remembers: versioned records under keys, and the event log's history.
//!
//! The two traits are the intersection of an embedded database and a JetStream key-value bucket, so that either can
//! stand behind them. The store knows keys and bytes; what a value means is the affair of [`collection::Collection`]
//! and of the domain. It knows nothing of users, hosts, HTTP or the broker.
//!
//! A write is answered when it is durable, never before. A read may see a write that is about to become durable.

pub mod collection;
pub mod command;
#[cfg(test)]
mod conformance;
pub mod error;
pub mod keys;
pub mod lock;
pub mod memory;
#[cfg(test)]
mod scratch;
pub mod sled;

use std::collections::HashSet;

use bytes::Bytes;
use futures::future::BoxFuture;
use quayside_protocol::position::Position;

pub use error::StoreError;
pub use keys::{Key, Prefix};

/// The longest value of a record or event, in bytes.
///
/// The database reads a leaf of 128 values at once; anything longer belongs in a file of its own.
pub const MAX_VALUE: usize = 64 * 1024;

/// The most one commit or append may carry, in bytes of keys and values: an eighth of what may wait to be written.
pub const MAX_WRITE: usize = 4 * 1024 * 1024;

/// What of a disk of `size` bytes has to stay free, in bytes: a tenth, and never more than 512 MiB, which is room for
/// the database to rewrite itself and for what waits to be written (of the queue's 32 MiB at most).
#[must_use]
pub fn reserve(size: u64) -> u64 {
    (size / 10).min(512 << 20)
}

/// The most entries one list or read returns, whatever was asked for. Page on with the last key or position.
pub const MAX_PAGE: usize = 4096;

/// Which write made a record what it is. Revisions only grow, across all keys, and are never used twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Revision(pub u64);

/// A record as it stands in the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Versioned {
    /// The write that made it.
    pub revision: Revision,
    /// Versioned JSON, `{"v":1,…}`, of at most [`MAX_VALUE`] bytes.
    pub value: Bytes,
}

/// What must hold of a record for a write to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expect {
    /// There is none under this key.
    Absent,
    /// It is there, at this revision.
    Revision(Revision),
    /// Anything.
    Any,
}

/// One step of a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Write {
    /// Writes a record, new or not.
    Put {
        /// Where.
        key: Key,
        /// Versioned JSON of at most [`MAX_VALUE`] bytes.
        value: Bytes,
        /// The condition.
        expect: Expect,
    },
    /// Removes a record. Where there is none and [`Expect::Any`] was given, nothing happens.
    Delete {
        /// Where.
        key: Key,
        /// The condition.
        expect: Expect,
    },
}

impl Write {
    /// The record it is about.
    pub fn key(&self) -> &Key {
        match self {
            Write::Put { key, .. } | Write::Delete { key, .. } => key,
        }
    }

    fn expect(&self) -> Expect {
        match self {
            Write::Put { expect, .. } | Write::Delete { expect, .. } => *expect,
        }
    }
}

/// Records under keys, with compare-and-set.
pub trait Store: Send + Sync {
    /// The record, if there is one. May read the disk; microseconds when warm, a millisecond when cold.
    fn get(&self, key: &Key) -> Result<Option<Versioned>, StoreError>;

    /// Records in key order, those after `after`, at most `limit` and never more than [`MAX_PAGE`].
    fn list(
        &self,
        prefix: &Prefix,
        after: Option<&Key>,
        limit: usize,
    ) -> Result<Vec<(Key, Versioned)>, StoreError>;

    /// Records in falling key order, those before `before`, at most `limit` and never more than [`MAX_PAGE`].
    fn list_reverse(
        &self,
        prefix: &Prefix,
        before: Option<&Key>,
        limit: usize,
    ) -> Result<Vec<(Key, Versioned)>, StoreError>;

    /// Does all of the writes or none, answers once they are durable, and gives the revision of each.
    ///
    /// Every condition is checked against what stood before the commit. The same key twice is a conflict. An error
    /// leaves nothing changed, except [`StoreError::Io`] and [`StoreError::Closed`], after which only a reopened
    /// store can tell. The writes begin when the future is first polled; a future dropped later does not undo them.
    fn commit(&self, writes: Vec<Write>) -> BoxFuture<'static, Result<Vec<Revision>, StoreError>>;

    /// Whether a commit that adds something would be taken: to be asked before what cannot be undone is done
    /// elsewhere. The answer may be a second old.
    ///
    /// # Errors
    /// [`StoreError::Full`].
    fn room(&self) -> Result<(), StoreError>;
}

/// One event of the log as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEvent {
    /// Its place in the log.
    pub position: Position,
    /// JSON of at most [`MAX_VALUE`] bytes.
    pub value: Bytes,
}

/// What part of the event log is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct EventBounds {
    /// The first and the last event, if there is one.
    pub span: Option<(Position, Position)>,
    /// How many there are.
    pub count: u64,
    /// The last position known to be lost or trimmed; a reader that stopped before it has missed something.
    pub trimmed: Option<Position>,
}

/// What one call of [`EventStore::trim_events`] removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Trimmed {
    /// How many events.
    pub removed: u64,
    /// The position of the last of them.
    pub last: Option<Position>,
}

/// The history of the event log.
pub trait EventStore: Send + Sync {
    /// Adds events and answers once they are durable, all or none.
    ///
    /// An event whose position is already there replaces it, so that a tail can be played again after a crash; one
    /// at or before [`EventBounds::trimmed`] is passed over.
    fn append_events(&self, events: Vec<StoredEvent>)
    -> BoxFuture<'static, Result<(), StoreError>>;

    /// Events strictly after `after`, in order, at most `limit` and never more than [`MAX_PAGE`].
    fn read_events(&self, after: Position, limit: usize) -> Result<Vec<StoredEvent>, StoreError>;

    /// Events at or before `from`, newest first, at most `limit` and never more than [`MAX_PAGE`].
    fn read_events_back(
        &self,
        from: Position,
        limit: usize,
    ) -> Result<Vec<StoredEvent>, StoreError>;

    /// What is kept, as of the last flush.
    fn event_bounds(&self) -> Result<EventBounds, StoreError>;

    /// Removes the oldest events until at most `keep_count` are left and none is before `not_before`. Works in steps
    /// so that writers never wait long; each step is durable with the record of how far it went.
    fn trim_events(
        &self,
        keep_count: u64,
        not_before: Position,
    ) -> BoxFuture<'static, Result<Trimmed, StoreError>>;
}

/// Refuses what is longer than the store takes and what names a key twice, before anything is queued. Gives the size
/// in bytes.
fn check_writes(writes: &[Write]) -> Result<usize, StoreError> {
    let mut total = 0;
    let mut seen = HashSet::with_capacity(writes.len());
    for write in writes {
        if !seen.insert(write.key()) {
            return Err(StoreError::Conflict { key: write.key().clone() });
        }
        let size = match write {
            Write::Put { value, .. } => value.len(),
            Write::Delete { .. } => 0,
        };
        if size > MAX_VALUE {
            return Err(StoreError::TooLarge {
                what: write.key().to_string(),
                size,
                limit: MAX_VALUE,
            });
        }
        total += size + write.key().as_str().len();
    }
    check_total(total)
}

/// The same for events.
fn check_events(events: &[StoredEvent]) -> Result<usize, StoreError> {
    let mut total = 0;
    for event in events {
        let size = event.value.len();
        if size > MAX_VALUE {
            let what = format!("event {}", event.position);
            return Err(StoreError::TooLarge { what, size, limit: MAX_VALUE });
        }
        total += size + size_of::<Position>();
    }
    check_total(total)
}

fn check_total(total: usize) -> Result<usize, StoreError> {
    if total > MAX_WRITE {
        let what = "the whole write".to_owned();
        return Err(StoreError::TooLarge { what, size: total, limit: MAX_WRITE });
    }
    Ok(total)
}
