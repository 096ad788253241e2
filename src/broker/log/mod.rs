//! The event log: every event of every host at its position, in memory, in a tail file and in the store.
//!
//! One thread writes it. A reader is a [`Cursor`]: a position and a [`Scope`]. Nothing here knows who the readers are,
//! how many, or what carries the bytes to them.

mod back;
mod backlog;
mod cold;
mod counters;
mod cursor;
mod entry;
mod fit;
mod glance;
mod keeper;
mod lock;
mod options;
mod page;
mod part;
mod recent;
mod ring;
mod scope;
mod start;
mod stored;
mod tail;
mod tally;
mod told;
mod writer;

#[cfg(test)]
mod tests;

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{SystemTime, UNIX_EPOCH};

use quayside_protocol::position::Position;
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use self::backlog::Backlog;
use self::cold::Cold;
use self::keeper::Keeper;
use self::ring::Ring;
use self::tail::Tail;
use self::writer::Writer;
use crate::error::{Error, Result};
use crate::runtime::EngineEvent;
use crate::store::{EventStore, StoreError};

pub use counters::Counters;
pub use cursor::{AtHand, Cursor, Fetched, Limit};
pub use entry::{Entry, time_of};
pub use options::{Incoming, Options, Payload, TailOrder};
pub use page::Page;
pub use part::Part;
pub use scope::Scope;
pub use start::Start;
pub use tally::{Count, Tally};

/// What may wait for the writer, which takes a thousand in a few milliseconds. When it is full the hosts'
/// supervisors wait, and then their engines.
const INCOMING: usize = 4_096;

/// Pages that are read backwards at a time, and counts that are taken: more would only take the cores from those who
/// read what is new.
const PAGES: usize = 2;
const TALLIES: usize = 1;

struct Inner {
    ring: RwLock<Ring>,
    head: watch::Sender<Position>,
    backlog: Backlog,
    cold: Cold,
    store: Arc<dyn EventStore>,
    counters: Counters,
    pages: Arc<Semaphore>,
    tallies: Arc<Semaphore>,
}

impl Inner {
    fn evict(&self) {
        let stored = self.backlog.stored();
        lock::write(&self.ring).evict(stored);
    }

    /// Reads on a thread that may block, when it is its turn.
    async fn apart<T: Send + 'static>(
        &self,
        turns: &Arc<Semaphore>,
        read: impl FnOnce() -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let turn = turns.clone().acquire_owned().await.map_err(Error::internal)?;
        let read = tokio::task::spawn_blocking(move || {
            let read = read();
            drop(turn);
            read
        });
        read.await.map_err(Error::internal)?
    }
}

/// The keeper's end: whether the store has everything.
type Kept = JoinHandle<Result<(), StoreError>>;

/// The event log. Clones are the same log.
#[derive(Clone)]
pub struct EventLog {
    inner: Arc<Inner>,
    closing: CancellationToken,
    keeper: Arc<Mutex<Option<Kept>>>,
}

impl EventLog {
    /// Opens the log whose tail files are in `dir`, which is made if absent, and whose history is in `store`. What
    /// the store lacks is taken from the tail. Everything that is sent to the sender becomes an entry.
    ///
    /// # Errors
    /// `internal` where the tail or the store cannot be read.
    pub async fn open<I: Into<Incoming> + Send + 'static>(
        dir: &Path,
        store: Arc<dyn EventStore>,
        options: Options,
    ) -> Result<(Self, mpsc::Sender<I>)> {
        let (path, history) = (dir.to_owned(), store.clone());
        let read = tokio::task::spawn_blocking(move || {
            let bounds = history.event_bounds().map_err(Error::internal)?;
            let (tail, entries) = Tail::open(&path).map_err(Error::internal)?;
            let stored = bounds.span.map(|(_, last)| last).max(bounds.trimmed).unwrap_or_default();
            Ok::<_, Error>((stored, tail, entries))
        });
        let (stored, tail, entries) = read.await.map_err(Error::internal)??;
        let last = entries.last().map_or(stored, |entry| entry.position().max(stored));
        let ring = load(&entries, last, stored, &options);
        let mut unstored = entries;
        unstored.retain(|entry| entry.position() > stored);
        keeper::store_torn_off(&store, &unstored, ring.floor()).await;
        let inner = Arc::new(Inner {
            ring: RwLock::new(ring),
            head: watch::Sender::new(last),
            backlog: Backlog::new(stored, unstored),
            cold: Cold::default(),
            store,
            counters: Counters::default(),
            pages: Arc::new(Semaphore::new(PAGES)),
            tallies: Arc::new(Semaphore::new(TALLIES)),
        });
        let closing = CancellationToken::new();
        let (sender, incoming) = mpsc::channel(INCOMING);
        let Options { retention, retention_count, on_fatal, tail_order: order, .. } = options;
        let keeper = Keeper { log: inner.clone(), retention, retention_count };
        let keeper = Arc::new(Mutex::new(Some(tokio::spawn(keeper.run()))));
        let (log, end) = (inner.clone(), closing.clone());
        let writer = Writer { log, incoming, closing: end, tail, last, order, on_fatal };
        let thread = std::thread::Builder::new().name("event-log".to_owned());
        thread.spawn(move || writer.run()).map_err(Error::internal)?;
        Ok((Self { inner, closing, keeper }, sender))
    }

    /// The newest position; zero for an empty log.
    #[must_use]
    pub fn head(&self) -> Position {
        *self.inner.head.borrow()
    }

    /// Tells when the head moves.
    #[must_use]
    pub fn watch(&self) -> watch::Receiver<Position> {
        self.inner.head.subscribe()
    }

    /// What it counts.
    #[must_use]
    pub fn counters(&self) -> &Counters {
        &self.inner.counters
    }

    /// The last `most` events of `host` in the log, oldest first; fewer where there are fewer, or where they lie so
    /// far back that finding them would take longer than listing the host anew. Blocks: up to half a second where
    /// it has to read the disk.
    ///
    /// # Errors
    /// `internal` where the store cannot be read.
    pub fn recent(&self, host: &str, most: usize) -> Result<Vec<EngineEvent>> {
        recent::recent(&self.inner, host, most)
    }

    /// The newest of `part` that `scope` allows, within `limit`, newest first. Looks at a bounded number of entries, so
    /// that there may be more although it found nothing.
    ///
    /// # Errors
    /// `internal` where the store cannot be read.
    pub async fn page(&self, scope: Scope, part: Part, limit: Limit) -> Result<Page> {
        let log = self.inner.clone();
        self.inner.apart(&self.inner.pages, move || page::read(&log, scope, part, limit)).await
    }

    /// How many events `scope` allows in each `step` seconds of `part`, from its end on. Looks at a bounded number of
    /// entries, and says where to go on.
    ///
    /// # Errors
    /// `invalid`, field `step`, for one that makes too many steps; `internal` where the store cannot be read.
    pub async fn tally(&self, scope: Scope, part: Part, step: u64) -> Result<Tally> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        tally::check(&part, step, u64::try_from(now.as_nanos()).unwrap_or(u64::MAX))?;
        let log = self.inner.clone();
        self.inner.apart(&self.inner.tallies, move || tally::count(&log, scope, part, step)).await
    }

    /// Takes no more, writes what was sent before, and answers when the store has flushed all of it. Only the first
    /// call waits.
    ///
    /// # Errors
    /// Where the store failed; what it lacks is then in the tail files, for the next start.
    pub async fn close(&self) -> Result<(), StoreError> {
        self.closing.cancel();
        let keeper = self.keeper.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(keeper) = keeper else { return Ok(()) };
        // A keeper that panicked has told so itself.
        keeper.await.map_err(|_| StoreError::Closed)?
    }
}

/// The ring with the newest of what the tail has: those that follow one another without a hole up to `last`, and
/// more than it should hold only where the store does not have them.
fn load(entries: &[Arc<Entry>], last: Position, stored: Position, options: &Options) -> Ring {
    let mut floor = last;
    let mut newest = Vec::new();
    for entry in entries.iter().rev() {
        let wanted = newest.len() < options.ring_events || entry.position() > stored;
        if !wanted || entry.position() != floor {
            break;
        }
        floor = entry.previous();
        newest.push(entry.clone());
    }
    let mut ring = Ring::new(options.ring_events, options.ring_bytes, floor);
    for entry in newest.into_iter().rev() {
        ring.push(entry);
    }
    ring
}
