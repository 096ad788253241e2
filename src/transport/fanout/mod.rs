//! Events to everybody at once: one thread a processor writes them to all its connections, ready-made, in one
//! write each for all that is new.
//!
//! A connection's own task does the rest: it reads, proves, keeps alive, and takes over while its client does not
//! keep up. Connections under TLS and streams of HTTP/2 are written by their own tasks alone.

mod handover;
mod lane;
mod outlet;
mod wire;

use std::collections::{HashSet, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use futures::executor::block_on;
use futures::future::{Either, select};
use quayside_protocol::position::Position;
use tokio::sync::{Notify, watch};

use self::lane::Scratch;
use self::outlet::{Now, Served};
use crate::broker::Broker;

pub(super) use self::handover::{Handover, body};
pub(super) use self::lane::{Framing, Lane, chunk_of};
pub(super) use self::outlet::Outlet;
pub(super) use self::wire::Wire;

/// The least time of a round for those that are far behind; the rest of a round is for those that are not.
const BEHIND: Duration = Duration::from_millis(2);

/// The threads.
pub(super) struct Fanout {
    loops: Vec<Arc<Loop>>,
    next: AtomicUsize,
    head: watch::Receiver<Position>,
    revocations: watch::Receiver<u64>,
}

/// What one thread is told. Bounded by the connections there may be.
#[derive(Default)]
struct Loop {
    changes: Mutex<Vec<Change>>,
    changed: Notify,
}

enum Change {
    Join(Arc<Outlet>),
    Leave(Arc<Outlet>),
    End,
}

/// A connection that the fan-out writes to, as long as this is held.
pub(super) struct Joined {
    outlet: Arc<Outlet>,
    of: Arc<Loop>,
}

impl Fanout {
    /// A thread for each processor.
    ///
    /// # Errors
    /// The system gives no thread.
    pub(super) fn new(broker: &Broker) -> std::io::Result<Self> {
        let count = std::thread::available_parallelism().map_or(1, usize::from);
        let (head, revocations) = (broker.head(), broker.revocations());
        let mut loops = Vec::new();
        for number in 0..count {
            let told = Arc::new(Loop::default());
            let thread = Thread {
                told: told.clone(),
                head: head.clone(),
                revocations: revocations.clone(),
                outlets: Vec::new(),
                behind: VecDeque::new(),
            };
            let name = format!("fanout-{number}");
            let run = move || {
                if catch_unwind(AssertUnwindSafe(|| thread.run())).is_err() {
                    tracing::error!("events can no longer be written to clients: the hub ends");
                    std::process::exit(1);
                }
            };
            std::thread::Builder::new().name(name).spawn(run)?;
            loops.push(told);
        }
        Ok(Self { loops, next: AtomicUsize::new(0), head, revocations })
    }

    /// The state of the hub.
    pub(super) fn now(&self) -> Now {
        Now { head: *self.head.borrow(), verified: *self.revocations.borrow() }
    }

    /// Has the subscriptions of `lane` be written to `outlet`.
    pub(super) fn join(&self, outlet: &Arc<Outlet>, lane: Lane) -> Joined {
        outlet.open(lane);
        let number = self.next.fetch_add(1, Ordering::Relaxed) % self.loops.len().max(1);
        let of = self.loops[number].clone();
        of.tell(Change::Join(outlet.clone()));
        Joined { outlet: outlet.clone(), of }
    }
}

impl Drop for Fanout {
    fn drop(&mut self) {
        self.loops.iter().for_each(|told| told.tell(Change::End));
    }
}

impl Drop for Joined {
    fn drop(&mut self) {
        self.outlet.close();
        self.of.tell(Change::Leave(self.outlet.clone()));
    }
}

impl Loop {
    fn tell(&self, change: Change) {
        self.changes.lock().unwrap_or_else(PoisonError::into_inner).push(change);
        self.changed.notify_one();
    }
}

/// One thread's own.
struct Thread {
    told: Arc<Loop>,
    head: watch::Receiver<Position>,
    revocations: watch::Receiver<u64>,
    outlets: Vec<Arc<Outlet>>,
    /// Those that are far behind.
    behind: VecDeque<Arc<Outlet>>,
}

impl Thread {
    fn run(mut self) {
        let mut scratch = Scratch::default();
        loop {
            if self.behind.is_empty() && !self.wait() {
                return;
            }
            if !self.change() {
                return;
            }
            scratch.forget();
            self.round(&mut scratch);
        }
    }

    /// Waits for something to do; false: there is no log any more.
    fn wait(&mut self) -> bool {
        let moved = pin!(self.head.changed());
        let changed = pin!(self.told.changed.notified());
        match block_on(select(moved, changed)) {
            Either::Left((moved, _)) => moved.is_ok(),
            Either::Right(_) => true,
        }
    }

    /// Takes in who came and went; false: it is over.
    fn change(&mut self) -> bool {
        let mut changes = self.told.changes.lock().unwrap_or_else(PoisonError::into_inner);
        let mut gone = HashSet::new();
        for change in changes.drain(..) {
            match change {
                Change::Join(outlet) => self.outlets.push(outlet),
                Change::Leave(outlet) => _ = gone.insert(Arc::as_ptr(&outlet)),
                Change::End => return false,
            }
        }
        drop(changes);
        if !gone.is_empty() {
            self.outlets.retain(|outlet| !gone.contains(&Arc::as_ptr(outlet)));
            self.behind.retain(|outlet| !gone.contains(&Arc::as_ptr(outlet)));
        }
        true
    }

    /// A batch for everybody who is not far behind, and then for as long, but at least for [`BEHIND`], batches for
    /// those who are: a thousand that come back at once delay nobody who never left.
    fn round(&mut self, scratch: &mut Scratch) {
        let begun = Instant::now();
        let now =
            Now { head: *self.head.borrow_and_update(), verified: *self.revocations.borrow() };
        for outlet in &self.outlets {
            if !outlet.behind.load(Ordering::Relaxed)
                && outlet.serve(now, scratch) == Served::Behind
            {
                outlet.behind.store(true, Ordering::Relaxed);
                self.behind.push_back(outlet.clone());
            }
        }
        let until = Instant::now() + begun.elapsed().max(BEHIND);
        while let Some(outlet) = self.behind.pop_front() {
            if outlet.serve(now, scratch) == Served::Behind {
                self.behind.push_back(outlet);
            } else {
                outlet.behind.store(false, Ordering::Relaxed);
            }
            if Instant::now() >= until {
                return;
            }
        }
    }
}
