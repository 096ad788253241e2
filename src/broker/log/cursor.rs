//! A reader of the log: a position and a scope, and no queue. It reads from the ring, then from disk, and is told
//! of what neither has.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use quayside_protocol::position::Position;
use tokio::sync::watch;

use super::cold::{self, Page};
use super::entry::{Entry, time_of};
use super::scope::Scope;
use super::start::Start;
use super::{EventLog, Inner, lock};
use crate::error::Result;

/// Entries of the ring that are looked at in one [`Cursor::take`], wanted or not: a filter that lets nothing
/// through must not hold a thread.
const SCAN: usize = 4_096;

/// How much one [`Cursor::take`] gives.
#[derive(Debug, Clone, Copy)]
pub struct Limit {
    /// Entries.
    pub events: usize,
    /// Bytes of their `/stream` blocks; the entry that reaches it is still given.
    pub bytes: usize,
}

/// What the next [`Cursor::take`] would find.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AtHand {
    /// Nothing new.
    Nothing,
    /// Something, in memory.
    Memory,
    /// Something that has to be fetched first, by [`Cursor::fetch`].
    Disk,
}

/// What was fetched for a reader.
pub struct Fetched(Arc<Page>);

/// A reader of the log.
pub struct Cursor {
    log: Arc<Inner>,
    scope: Scope,
    /// Whether its scope lets everything through.
    open: bool,
    position: Position,
    head: watch::Receiver<Position>,
    /// A gap to be told before anything else.
    opening: Option<Entry>,
    /// Whether what lies before the first entry counts as lost, whatever that entry says.
    lost: bool,
    /// Read from disk by `ready` for the next `take`, which lets go of it.
    page: Option<Arc<Page>>,
}

impl Cursor {
    /// A reader that begins at `start`.
    #[must_use]
    pub fn new(log: &EventLog, scope: Scope, start: Start) -> Self {
        let head = log.watch();
        let end = *head.borrow();
        let (mut opening, mut lost) = (None, false);
        let position = match start {
            Start::Newest => end,
            Start::Since(position) => position.min(end),
            // After a power cut the log may end before what a reader has seen of it.
            Start::After(position) if position > end => {
                opening = Some(Entry::missing(end, time_of(end), time_of(position)));
                end
            }
            Start::After(position) => position,
            Start::Lost if end == Position(0) => {
                opening = Some(Entry::lost(end, end));
                end
            }
            Start::Lost => {
                lost = true;
                Position(0)
            }
        };
        let (log, open) = (log.inner.clone(), scope.is_open());
        Self { log, scope, open, position, head, opening, lost, page: None }
    }

    /// Up to where it has read: everything it was to see up to there was given. The `id` of a keep-alive.
    #[must_use]
    pub fn position(&self) -> Position {
        self.position
    }

    /// Resolves when [`Cursor::take`] gets on, even if it then finds nothing for this reader. May be dropped and
    /// called again at any time.
    ///
    /// # Errors
    /// `internal` where the store cannot be read.
    pub async fn ready(&mut self) -> Result<()> {
        loop {
            let head = *self.head.borrow_and_update();
            match self.at_hand(head) {
                AtHand::Memory => return Ok(()),
                AtHand::Disk => {
                    let fetched = self.fetch().await?;
                    self.accept(fetched);
                    return Ok(());
                }
                AtHand::Nothing => {}
            }
            if self.head.changed().await.is_err() {
                // The cursor itself keeps the log; there is just no more to come.
                std::future::pending::<()>().await;
            }
        }
    }

    /// What there is for this reader when the head of the log is at `head`.
    #[must_use]
    pub fn at_hand(&self, head: Position) -> AtHand {
        if self.opening.is_some() || self.page.is_some() {
            AtHand::Memory
        } else if self.position >= head {
            AtHand::Nothing
        } else if self.position < lock::read(&self.log.ring).floor() {
            AtHand::Disk
        } else {
            AtHand::Memory
        }
    }

    /// Reads what comes next from disk, without holding this reader; it is to [`Cursor::accept`] it.
    pub fn fetch(&self) -> impl Future<Output = Result<Fetched>> + Send + use<> {
        let (log, position) = (self.log.clone(), self.position);
        async move { Ok(Fetched(cold::page(&log, position).await?)) }
    }

    /// Has the next [`Cursor::take`] begin with what was fetched.
    pub fn accept(&mut self, fetched: Fetched) {
        self.page = Some(fetched.0);
    }

    /// Where it stands, if everybody who stands there without a filter is given the same.
    #[must_use]
    pub fn shared_position(&self) -> Option<Position> {
        let shares = self.opening.is_none() && self.page.is_none() && !self.lost;
        (shares && self.open).then_some(self.position)
    }

    /// Moves on to where another reader of the same [`Cursor::shared_position`] has come: this one was given the same.
    pub fn follow(&mut self, position: Position) {
        self.position = self.position.max(position);
    }

    /// Appends to `out` what is there, within `limit`, and moves on. Without a [`Cursor::ready`] before it, it
    /// gives only what is in memory.
    pub fn take(&mut self, limit: Limit, out: &mut Vec<Arc<Entry>>) {
        self.each(limit, &mut |entry| out.push(entry.clone()));
    }

    /// As [`Cursor::take`]; each entry is shown to `see`, which must not take long, because the log waits.
    pub fn each(&mut self, limit: Limit, see: &mut dyn FnMut(&Arc<Entry>)) {
        let mut taken = Taken { limit, events: 0, bytes: 0, see };
        if let Some(gap) = self.opening.take() {
            self.tell(gap, &mut taken);
        }
        if let Some(page) = self.page.take() {
            for entry in &page.entries {
                if taken.is_full() {
                    return;
                }
                self.step(entry, &mut taken);
            }
            if page.entries.is_empty() {
                self.skip_to_ring(&mut taken);
            }
            return;
        }
        let log = self.log.clone();
        let ring = lock::read(&log.ring);
        if self.position < ring.floor() {
            return;
        }
        for entry in ring.after(self.position).take(SCAN) {
            if taken.is_full() {
                return;
            }
            self.step(entry, &mut taken);
        }
    }

    /// Waits for what comes next and takes it; empty where nothing of it was for this reader.
    ///
    /// # Errors
    /// `internal` where the store cannot be read.
    pub async fn next(&mut self, limit: Limit) -> Result<Vec<Arc<Entry>>> {
        self.ready().await?;
        let mut out = Vec::new();
        self.take(limit, &mut out);
        Ok(out)
    }

    fn step(&mut self, entry: &Arc<Entry>, taken: &mut Taken<'_>) {
        if entry.position() <= self.position {
            return;
        }
        // Each entry names the one before it, so whatever is missing, and for whatever reason, shows here.
        if self.lost {
            self.lost = false;
            let (from, to) = (time_of(self.position), time_of(entry.position()));
            self.tell(Entry::missing(entry.previous(), from, to), taken);
        } else if entry.previous() > self.position {
            self.tell(Entry::lost(self.position, entry.previous()), taken);
        }
        self.position = entry.position();
        if self.scope.allows(&**entry) {
            taken.push(entry);
        }
    }

    /// The store has nothing after this reader's position, and the ring not all: the rest is lost.
    fn skip_to_ring(&mut self, taken: &mut Taken<'_>) {
        let floor = lock::read(&self.log.ring).floor();
        if self.position < floor {
            self.lost = false;
            self.tell(Entry::lost(self.position, floor), taken);
        }
    }

    fn tell(&mut self, gap: Entry, taken: &mut Taken<'_>) {
        self.log.counters.reader_gaps.fetch_add(1, Ordering::Relaxed);
        self.position = gap.position();
        taken.push(&Arc::new(gap));
    }
}

struct Taken<'a> {
    limit: Limit,
    events: usize,
    bytes: usize,
    see: &'a mut dyn FnMut(&Arc<Entry>),
}

impl Taken<'_> {
    fn push(&mut self, entry: &Arc<Entry>) {
        self.events += 1;
        self.bytes += entry.stream_bytes().len();
        (self.see)(entry);
    }

    fn is_full(&self) -> bool {
        self.events >= self.limit.events || self.bytes >= self.limit.bytes
    }
}
