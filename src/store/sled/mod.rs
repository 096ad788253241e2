//! The store on the embedded database sled, the only place that names it.
//!
//! One thread writes ([`writer`]); readers read from any thread and may see a write a few milliseconds before it is
//! durable. Below the data directory it owns `store/`, `store.generation`, `store.aside/` and `dumps/`.

mod attempt;
mod check;
mod dump;
mod generation;
mod mend;
mod open;
mod readers;
mod space;
mod tables;
#[cfg(test)]
mod tests;
mod writer;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use futures::FutureExt;
use futures::future::BoxFuture;
use quayside_protocol::position::Position;
use tokio::sync::{Semaphore, mpsc, oneshot};

use self::generation::Sidecar;
use self::readers::Readers;
use self::space::SpaceGuard;
use self::writer::{Command, Queued, TRIM_STEP, Writer};
use super::lock::DirectoryLock;
use super::{
    EventBounds, EventStore, Key, Prefix, Revision, Store, StoreError, StoredEvent, Trimmed,
    Versioned, Write, check_events, check_writes,
};

pub use check::{Report, check};
pub use dump::Counts;
pub use open::Recovery;
pub use space::{Probe, Usage};

/// Commands that may wait for the writer. At one flush in five milliseconds this is ten milliseconds of work; more
/// would only hide that the disk does not keep up, so callers wait instead.
const QUEUE: usize = 1024;

/// What waiting commands may hold, in KiB: eight of the largest writes.
const QUEUE_KIB: usize = 32 * 1024;

/// What stands between the writer and the disk. The hub uses [`ToDisk`]; a test may time it or leave it out.
pub trait Flush: Send {
    /// Calls `store` and passes on its answer.
    fn flush(&mut self, store: &mut dyn FnMut() -> io::Result<()>) -> io::Result<()>;
}

/// Flushes.
#[derive(Debug, Clone, Copy)]
pub struct ToDisk;

impl Flush for ToDisk {
    fn flush(&mut self, store: &mut dyn FnMut() -> io::Result<()>) -> io::Result<()> {
        store()
    }
}

/// Called once, from the writer thread, after the disk failed: the process has to exit and start anew.
pub type OnFailure = Box<dyn Fn(&StoreError) + Send>;

/// How to open a store.
pub struct Options {
    /// The data directory; made if absent.
    pub data: PathBuf,
    /// What to do when the disk fails.
    pub on_failure: OnFailure,
    /// How to flush.
    pub flush: Box<dyn Flush>,
    /// How full the disk is.
    pub space: Probe,
}

impl Options {
    /// The store in `data` as the hub uses it.
    pub fn new(data: &Path, on_failure: OnFailure) -> Options {
        let (data, space) = (data.to_owned(), space::of(data));
        Options { data, on_failure, flush: Box::new(ToDisk), space }
    }
}

/// The store of one hub. Dropping it waits for what is queued, a few milliseconds, and lets go of the directory.
pub struct SledStore {
    data: PathBuf,
    readers: Readers,
    queue: Option<mpsc::Sender<Queued>>,
    shares: Arc<Semaphore>,
    bounds: Arc<Mutex<EventBounds>>,
    writer: Option<JoinHandle<()>>,
    dumping: Mutex<()>,
    space: Arc<SpaceGuard>,
    recovery: Option<Recovery>,
    _lock: DirectoryLock,
}

impl SledStore {
    /// Takes the data directory and opens the store in it. Blocks, for seconds after a crash.
    ///
    /// # Errors
    /// [`StoreError::Locked`] if another process has the directory; [`StoreError::Corrupt`] if the database is
    /// damaged, empty or older than it was and no dump can take its place.
    pub fn open(options: Options) -> Result<SledStore, StoreError> {
        let Options { data, on_failure, flush, space } = options;
        let lock = DirectoryLock::take(&data)?;
        let opened = open::open(&data)?;
        let bounds = Arc::new(Mutex::new(opened.state.events));
        let space = Arc::new(SpaceGuard::new(space));
        let (queue, receiver) = mpsc::channel(QUEUE);
        let writer = Writer {
            tables: opened.tables.clone(),
            state: opened.state,
            queue: receiver,
            bounds: Arc::clone(&bounds),
            flush,
            space: space.clone(),
            on_failure,
        };
        let writer = std::thread::Builder::new()
            .name("store-writer".into())
            .spawn(move || writer.run())
            .map_err(StoreError::io("starting the writer of the store"))?;
        Ok(SledStore {
            data,
            readers: Readers::new(opened.tables),
            queue: Some(queue),
            shares: Arc::new(Semaphore::new(QUEUE_KIB)),
            bounds,
            writer: Some(writer),
            dumping: Mutex::new(()),
            space,
            recovery: opened.recovery,
            _lock: lock,
        })
    }

    /// Whether a dump had to take the place of the database. The log should say so loudly.
    pub fn recovery(&self) -> Option<&Recovery> {
        self.recovery.as_ref()
    }

    /// Writes a dump of all records into the data directory and keeps the newest three. To be called every hour, on
    /// a thread that may block; commits wait while the records are read.
    pub fn dump(&self) -> Result<PathBuf, StoreError> {
        let _one_at_a_time = self.dumping.lock().unwrap_or_else(PoisonError::into_inner);
        let draft = dump::draft(&self.data)?;
        let ask = |answer| Command::Dump(draft.clone(), answer);
        let state = futures::executor::block_on(self.sender().ask(0, ask))?;
        let kept = dump::keep(&self.data, &draft, state.generation)?;
        Sidecar::write(&self.data, &state)?;
        Ok(kept)
    }

    fn sender(&self) -> Sender {
        Sender { queue: self.queue.clone(), shares: Arc::clone(&self.shares) }
    }
}

impl Drop for SledStore {
    fn drop(&mut self) {
        self.queue = None;
        if let Some(writer) = self.writer.take() {
            // The writer aborts the process rather than panic.
            let _ = writer.join();
        }
    }
}

/// Writes a dump of everything, events too, of a store that no process has open.
pub fn dump(data: &Path, file: &Path) -> Result<Counts, StoreError> {
    let (_lock, tables, state) = open::open_offline(data)?;
    let counts = dump::write(file, &tables, &state, true)?;
    let synced = std::fs::File::open(file).and_then(|file| file.sync_all());
    synced.map_err(StoreError::io("writing a dump")).map(|()| counts)
}

/// Replaces the store by a dump, after the whole dump has been read once. The old database is kept in `store.aside`.
pub fn restore(data: &Path, file: &Path) -> Result<Counts, StoreError> {
    let (_, counts) = dump::verify(file)?;
    let _lock = DirectoryLock::take(data)?;
    open::replace(data, file)?;
    Ok(counts)
}

struct Sender {
    queue: Option<mpsc::Sender<Queued>>,
    shares: Arc<Semaphore>,
}

impl Sender {
    /// Queues a command of `bytes` bytes when there is room, and waits for its answer.
    async fn ask<T>(
        &self,
        bytes: usize,
        command: impl FnOnce(oneshot::Sender<Result<T, StoreError>>) -> Command,
    ) -> Result<T, StoreError> {
        let closed = |_| StoreError::Closed;
        // At most MAX_WRITE, which is far less than 4 TiB.
        let kib = u32::try_from(bytes.div_ceil(1024)).unwrap_or(u32::MAX);
        let share = Arc::clone(&self.shares)
            .acquire_many_owned(kib)
            .await
            .map_err(|_| StoreError::Closed)?;
        let (answer, answered) = oneshot::channel();
        let queued = Queued { command: command(answer), _share: Some(share) };
        let queue = self.queue.as_ref().ok_or(StoreError::Closed)?;
        queue.send(queued).await.map_err(|_| StoreError::Closed)?;
        answered.await.map_err(closed)?
    }
}

impl Store for SledStore {
    fn get(&self, key: &Key) -> Result<Option<Versioned>, StoreError> {
        self.readers.with(|tables| tables.get(key))
    }

    fn list(
        &self,
        prefix: &Prefix,
        after: Option<&Key>,
        limit: usize,
    ) -> Result<Vec<(Key, Versioned)>, StoreError> {
        self.readers.with(|tables| tables.list(*prefix, after, limit))
    }

    fn list_reverse(
        &self,
        prefix: &Prefix,
        before: Option<&Key>,
        limit: usize,
    ) -> Result<Vec<(Key, Versioned)>, StoreError> {
        self.readers.with(|tables| tables.list_reverse(*prefix, before, limit))
    }

    fn commit(&self, writes: Vec<Write>) -> BoxFuture<'static, Result<Vec<Revision>, StoreError>> {
        let sender = self.sender();
        async move {
            let bytes = check_writes(&writes)?;
            sender.ask(bytes, |answer| Command::Commit(writes, answer)).await
        }
        .boxed()
    }

    fn room(&self) -> Result<(), StoreError> {
        self.space.full().map_or(Ok(()), Err)
    }
}

impl EventStore for SledStore {
    fn append_events(
        &self,
        events: Vec<StoredEvent>,
    ) -> BoxFuture<'static, Result<(), StoreError>> {
        let sender = self.sender();
        async move {
            let bytes = check_events(&events)?;
            sender.ask(bytes, |answer| Command::Append(events, answer)).await
        }
        .boxed()
    }

    fn read_events(&self, after: Position, limit: usize) -> Result<Vec<StoredEvent>, StoreError> {
        self.readers.with(|tables| tables.read_events(after, limit))
    }

    fn read_events_back(
        &self,
        from: Position,
        limit: usize,
    ) -> Result<Vec<StoredEvent>, StoreError> {
        self.readers.with(|tables| tables.read_events_back(from, limit))
    }

    fn event_bounds(&self) -> Result<EventBounds, StoreError> {
        Ok(*self.bounds.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn trim_events(
        &self,
        keep_count: u64,
        not_before: Position,
    ) -> BoxFuture<'static, Result<Trimmed, StoreError>> {
        let sender = self.sender();
        async move {
            let mut total = Trimmed::default();
            loop {
                let step = |answer| Command::Trim(keep_count, not_before, answer);
                let step: Trimmed = sender.ask(0, step).await?;
                total.removed += step.removed;
                total.last = step.last.or(total.last);
                if step.removed < TRIM_STEP as u64 {
                    return Ok(total);
                }
            }
        }
        .boxed()
    }
}
