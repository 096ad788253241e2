//! The one thread that writes. It collects what came meanwhile, checks and applies each command, flushes once, and
//! only then answers everyone.
//!
//! What lies between two flushes is all or nothing across tables: that is the transaction, so nothing else may flush.
//! A failed flush leaves the database in a state that only a restart can tell: all are answered with the error, the
//! process is asked to exit, and nobody flushes again.

use std::io;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use quayside_protocol::position::Position;
use tokio::sync::{OwnedSemaphorePermit, mpsc, oneshot};

use super::dump;
use super::space::SpaceGuard;
use super::tables::{State, Tables};
use super::{Flush, OnFailure};
use crate::store::{
    EventBounds, Expect, Key, Revision, StoreError, StoredEvent, Trimmed, Versioned, Write,
};

/// Flushes begin at least this far apart: a lone write waits for nobody, many share one flush. So long it is also
/// waited for those who were answered together to ask again, as most do at once: without that they part into two
/// halves, each of which waits for the other's flush.
const GATHER: Duration = Duration::from_millis(5);

/// Between two looks at who has asked again.
const GLANCE: Duration = Duration::from_micros(200);

/// Commands in one flush; what comes beyond waits for the next, so that no answer waits for an endless batch.
const BATCH: usize = 512;

/// Events one trim command removes; about ten milliseconds of work, so that others need not wait long.
pub(super) const TRIM_STEP: usize = 2048;

type Answer<T> = oneshot::Sender<Result<T, StoreError>>;

/// What the writer is asked to do.
pub(super) enum Command {
    Commit(Vec<Write>, Answer<Vec<Revision>>),
    Append(Vec<StoredEvent>, Answer<()>),
    /// One step: at most [`TRIM_STEP`] events.
    Trim(u64, Position, Answer<Trimmed>),
    /// Writes the records to a file, as they stand between two commits, and gives the new generation.
    Dump(PathBuf, Answer<State>),
}

/// A command and its share of what may wait.
pub(super) struct Queued {
    pub command: Command,
    pub _share: Option<OwnedSemaphorePermit>,
}

/// A command that has been applied and waits for the flush.
type Pending = Box<dyn FnOnce(Result<(), StoreError>) + Send>;

/// The inner error is a refusal that changed nothing, the outer one is fatal.
type Applied<T> = io::Result<Result<T, StoreError>>;

/// The last flush.
struct Flushed {
    begun: Instant,
    /// When its commands had their answers.
    answered: Instant,
    commands: usize,
}

pub(super) struct Writer {
    pub tables: Tables,
    pub state: State,
    pub queue: mpsc::Receiver<Queued>,
    /// What readers are told; set after each flush.
    pub bounds: Arc<Mutex<EventBounds>>,
    pub flush: Box<dyn Flush>,
    pub space: Arc<SpaceGuard>,
    pub on_failure: OnFailure,
}

impl Writer {
    /// Works until every handle is gone, or until the disk fails.
    pub(super) fn run(mut self) {
        let _guard = AbortOnPanic;
        let mut last: Option<Flushed> = None;
        while let Some(first) = self.queue.blocking_recv() {
            if let Some(last) = &last {
                self.gather(last);
            }
            let begun = Instant::now();
            match self.batch(first) {
                ControlFlow::Continue(Some(commands)) => {
                    last = Some(Flushed { begun, answered: Instant::now(), commands });
                }
                ControlFlow::Continue(None) => {}
                ControlFlow::Break(error) => return self.fail(&error),
            }
        }
    }

    /// Waits for those who will share the next flush with a command that is there already.
    fn gather(&self, last: &Flushed) {
        if let Some(wait) = GATHER.checked_sub(last.begun.elapsed()) {
            std::thread::sleep(wait);
        }
        while self.queue.len() + 1 < last.commands && last.answered.elapsed() < GATHER {
            std::thread::sleep(GLANCE);
        }
    }

    /// Applies what is waiting and flushes it. Gives how many commands that were, if there was anything to flush.
    fn batch(&mut self, first: Queued) -> ControlFlow<StoreError, Option<usize>> {
        let before = self.state.clone();
        let mut pending: Vec<Pending> = Vec::new();
        // The shares are held until the answers are out: what is applied and not flushed still takes memory.
        let mut shares = Vec::new();
        let mut next = Some(first);
        let mut result = Ok(());
        while let Some(Queued { command, _share }) = next {
            shares.push(_share);
            result = self.apply(command, &mut pending);
            if result.is_err() || shares.len() >= BATCH {
                break;
            }
            next = self.queue.try_recv().ok();
        }
        let changed = self.state != before;
        if result.is_ok() && changed {
            let tables = &self.tables;
            result = tables
                .set_state(&self.state)
                .and_then(|()| self.flush.flush(&mut || tables.flush()));
        }
        let outcome = result.map_err(StoreError::io("writing to the store"));
        if outcome.is_ok() {
            *self.bounds.lock().unwrap_or_else(PoisonError::into_inner) = self.state.events;
        }
        for answer in pending {
            answer(outcome.clone());
        }
        match outcome {
            Ok(()) => ControlFlow::Continue(changed.then_some(shares.len())),
            Err(error) => ControlFlow::Break(error),
        }
    }

    fn apply(&mut self, command: Command, pending: &mut Vec<Pending>) -> io::Result<()> {
        match command {
            Command::Commit(writes, answer) => {
                let applied = self.commit(&writes);
                settle(applied, answer, pending)
            }
            Command::Append(events, answer) => settle(self.append(&events), answer, pending),
            Command::Trim(keep, not_before, answer) => {
                settle(self.trim(keep, not_before).map(Ok), answer, pending)
            }
            Command::Dump(file, answer) => settle(self.dump(&file), answer, pending),
        }
    }

    fn commit(&mut self, writes: &[Write]) -> Applied<Vec<Revision>> {
        let grows = writes.iter().any(|write| matches!(write, Write::Put { .. }));
        if let Some(full) = grows.then(|| self.space.full()).flatten() {
            return Ok(Err(full));
        }
        for write in writes {
            let found = self.tables.get(write.key())?;
            if !holds(write.expect(), found.as_ref()) {
                return Ok(Err(conflict(write.key())));
            }
        }
        let mut revisions = Vec::with_capacity(writes.len());
        for write in writes {
            self.state.revision += 1;
            let revision = Revision(self.state.revision);
            match write {
                Write::Put { key, value, .. } => self.tables.put(key, revision, value)?,
                Write::Delete { key, .. } => drop(self.tables.records.remove(key.as_str())?),
            }
            revisions.push(revision);
        }
        Ok(Ok(revisions))
    }

    fn append(&mut self, events: &[StoredEvent]) -> Applied<()> {
        if let Some(full) = self.space.full() {
            return Ok(Err(full));
        }
        for event in events {
            let bounds = &mut self.state.events;
            let at = event.position;
            if bounds.trimmed.is_some_and(|trimmed| at <= trimmed) {
                continue;
            }
            let replaced = self.tables.events.insert(at.0.to_be_bytes(), &event.value[..])?;
            bounds.count += u64::from(replaced.is_none());
            let (first, last) = bounds.span.unwrap_or((at, at));
            bounds.span = Some((first.min(at), last.max(at)));
        }
        Ok(Ok(()))
    }

    fn trim(&mut self, keep_count: u64, not_before: Position) -> io::Result<Trimmed> {
        let surplus = self.state.events.count.saturating_sub(keep_count);
        let mut doomed = Vec::new();
        for entry in self.tables.events.iter().take(TRIM_STEP) {
            let position = super::tables::decode_event(entry?)?.position;
            if doomed.len() as u64 >= surplus && position >= not_before {
                break;
            }
            doomed.push(position);
        }
        for position in &doomed {
            self.tables.events.remove(position.0.to_be_bytes())?;
        }
        let trimmed = Trimmed { removed: doomed.len() as u64, last: doomed.last().copied() };
        if trimmed.last.is_some() {
            let first = self.tables.first_event()?;
            let bounds = &mut self.state.events;
            bounds.count -= trimmed.removed;
            bounds.trimmed = trimmed.last;
            bounds.span = first.zip(bounds.span.map(|(_, last)| last));
        }
        Ok(trimmed)
    }

    fn dump(&mut self, file: &std::path::Path) -> Applied<State> {
        if let Some(full) = self.space.full() {
            return Ok(Err(full));
        }
        let next = State { generation: self.state.generation + 1, ..self.state.clone() };
        // A dump that cannot be written harms nothing but itself.
        if let Err(error) = dump::write(file, &self.tables, &next, false) {
            return Ok(Err(error));
        }
        self.state = next.clone();
        Ok(Ok(next))
    }

    fn fail(self, error: &StoreError) {
        self.tables.leak();
        (self.on_failure)(error);
    }
}

fn holds(expect: Expect, found: Option<&Versioned>) -> bool {
    match expect {
        Expect::Any => true,
        Expect::Absent => found.is_none(),
        Expect::Revision(revision) => found.is_some_and(|found| found.revision == revision),
    }
}

fn conflict(key: &Key) -> StoreError {
    StoreError::Conflict { key: key.clone() }
}

/// Keeps the answer until the flush. A refusal waits too: what it was refused for may not be durable yet.
fn settle<T: Send + 'static>(
    applied: Applied<T>,
    answer: Answer<T>,
    pending: &mut Vec<Pending>,
) -> io::Result<()> {
    let (outcome, result) = match applied {
        Ok(outcome) => (outcome, Ok(())),
        Err(error) => (Err(StoreError::Closed), Err(error)),
    };
    pending.push(Box::new(move |flushed| {
        // Nobody may wait any more; the write is done all the same.
        let _ = answer.send(flushed.and(outcome));
    }));
    result
}

/// A panic in the middle of a batch must not reach the flush that a drop does.
struct AbortOnPanic;

impl Drop for AbortOnPanic {
    fn drop(&mut self) {
        if std::thread::panicking() {
            std::process::abort();
        }
    }
}
