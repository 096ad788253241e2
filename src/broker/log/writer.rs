//! The one thread that gives positions, writes the tail and moves the head. A thread of its own, because a disk
//! that hangs must not hold a thread of the runtime.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use futures::executor::block_on;
use futures::future::{Either, select};
use quayside_protocol::position::Position;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::entry::Entry;
use super::options::{Incoming, Payload, TailOrder};
use super::tail::Tail;
use super::{Inner, lock};

/// Most entries of one write: what is ready goes together, but the first of them does not wait for ever.
const BATCH: usize = 1_024;

pub(super) struct Writer<I> {
    pub(super) log: Arc<Inner>,
    pub(super) incoming: mpsc::Receiver<I>,
    pub(super) closing: CancellationToken,
    pub(super) tail: Tail,
    pub(super) last: Position,
    pub(super) order: TailOrder,
    pub(super) on_fatal: Box<dyn FnOnce(String) + Send>,
}

impl<I: Into<Incoming>> Writer<I> {
    /// Runs until the log is closed, nobody can send any more, or the tail cannot be written.
    pub(super) fn run(mut self) {
        // Also when this thread panics, so that `close` does not wait for ever.
        let log = self.log.clone();
        let _close = Closer(&log);
        let mut batch = Vec::new();
        let mut unwritten = Vec::new();
        while block_on(self.receive(&mut batch)) {
            let begun = Instant::now();
            let entries = self.entries(&mut batch);
            let before = match self.order {
                TailOrder::BeforePush => &entries,
                TailOrder::AfterPush => &unwritten,
            };
            if let Err(error) = self.tail.append(before, log.backlog.stored()) {
                tracing::error!(%error, "the tail of the event log could not be written");
                return (self.on_fatal)(format!("the event log cannot be written: {error}"));
            }
            log.counters.written(entries.len(), begun.elapsed());
            self.publish(&entries);
            unwritten = entries;
            log.backlog.wait_for_room();
        }
    }

    /// Waits for something and takes all that is ready; false: there will be no more.
    async fn receive(&mut self, batch: &mut Vec<I>) -> bool {
        if !self.closing.is_cancelled() {
            let closed = pin!(self.closing.cancelled());
            let received = pin!(self.incoming.recv_many(batch, BATCH));
            if let Either::Left((count, _)) = select(received, closed).await {
                return count > 0;
            }
        }
        // What was sent before the end is still written.
        self.incoming.close();
        self.incoming.recv_many(batch, BATCH).await > 0
    }

    fn entries(&mut self, batch: &mut Vec<I>) -> Vec<Arc<Entry>> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let now = u64::try_from(now.as_nanos()).unwrap_or(u64::MAX);
        let counters = &self.log.counters;
        let entry = |incoming: I| {
            let incoming: Incoming = incoming.into();
            match incoming.payload {
                Payload::Gap(_) => counters.gaps.fetch_add(1, Ordering::Relaxed),
                Payload::Event(_) => counters.lag(now, incoming.time_nano),
            };
            let previous = self.last;
            self.last = next(previous, now);
            Arc::new(Entry::new(self.last, previous, incoming))
        };
        batch.drain(..).map(entry).collect()
    }

    fn publish(&self, entries: &[Arc<Entry>]) {
        let mut ring = lock::write(&self.log.ring);
        for entry in entries {
            ring.push(entry.clone());
        }
        // Before anybody can read them: a reader that comes back with a position after the head would be taken for
        // one that has seen more than the log holds.
        self.log.head.send_replace(self.last);
        drop(ring);
        self.log.backlog.add(entries);
        self.log.evict();
    }
}

/// The position after `last` at `now`: the time, but never one that was given before, whatever the clock does.
fn next(last: Position, now: u64) -> Position {
    Position(now.max(last.0.saturating_add(1)))
}

struct Closer<'a>(&'a Inner);

impl Drop for Closer<'_> {
    fn drop(&mut self) {
        self.0.backlog.close();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_goes_back_repeats_no_position() {
        let first = next(Position(0), 1_000);
        assert_eq!(first, Position(1_000));
        assert_eq!(next(first, 1_000), Position(1_001));
        assert_eq!(next(first, 5), Position(1_001));
    }
}
