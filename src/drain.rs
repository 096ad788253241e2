//! The end of the hub: who is told, who is still at work, and how long they are waited for.
//!
//! It knows no transport: whatever holds a [`DrainGuard`] is waited for.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tokio::time::{Instant, timeout_at};
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};
use tokio_util::task::TaskTracker;
use tokio_util::task::task_tracker::TaskTrackerToken;

/// Starts the end and waits for it. Clones are the same drain.
#[derive(Debug, Clone)]
pub struct Drain {
    watch: DrainWatch,
    started: Arc<OnceLock<Instant>>,
}

/// Tells whether the hub is ending, and keeps it from being over. Clones are the same drain.
#[derive(Debug, Clone)]
pub struct DrainWatch {
    token: CancellationToken,
    tracker: TaskTracker,
    deadline: Duration,
}

/// A live task: the hub is not drained while one is held, unless the deadline passes.
#[derive(Debug)]
#[must_use = "the hub waits for it only as long as it is held"]
pub struct DrainGuard {
    _token: TaskTrackerToken,
}

impl Drain {
    /// A drain that has not begun and, once it has, waits for at most `deadline`.
    #[must_use]
    pub fn new(deadline: Duration) -> Self {
        let watch =
            DrainWatch { token: CancellationToken::new(), tracker: TaskTracker::new(), deadline };
        Self { watch, started: Arc::default() }
    }

    /// For a task that is to hear of the end.
    #[must_use]
    pub fn watch(&self) -> DrainWatch {
        self.watch.clone()
    }

    /// Begins: every watch is told, and the deadline runs from now. Again: nothing.
    pub fn start(&self) {
        self.started.get_or_init(Instant::now);
        self.watch.token.cancel();
        self.watch.tracker.close();
    }

    /// Waits until the drain has begun and every guard is gone: true; or its deadline has passed: false.
    pub async fn wait(&self) -> bool {
        self.watch.cancelled().await;
        let deadline = *self.started.get_or_init(Instant::now) + self.watch.deadline;
        timeout_at(deadline, self.watch.tracker.wait()).await.is_ok()
    }

    /// How many guards are held.
    #[must_use]
    pub fn live(&self) -> usize {
        self.watch.tracker.len()
    }
}

impl DrainWatch {
    /// Returns once the drain has begun, at once if it has already.
    pub async fn cancelled(&self) {
        self.token.cancelled().await;
    }

    /// The same as [`Self::cancelled`], for what cannot borrow.
    pub fn cancelled_owned(&self) -> WaitForCancellationFutureOwned {
        self.token.clone().cancelled_owned()
    }

    /// Whether the drain has begun.
    #[must_use]
    pub fn is_draining(&self) -> bool {
        self.token.is_cancelled()
    }

    /// A live task more, from now until the guard is dropped.
    pub fn guard(&self) -> DrainGuard {
        DrainGuard { _token: self.tracker.token() }
    }

    /// How long the hub waits from the beginning of the drain.
    #[must_use]
    pub fn deadline(&self) -> Duration {
        self.deadline
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_drain_ends_when_the_last_guard_is_gone() {
        let drain = Drain::new(Duration::from_secs(60));
        let watch = drain.watch();
        let guards = [watch.guard(), watch.guard()];
        assert!(!watch.is_draining());
        assert_eq!(drain.live(), 2);
        let task = tokio::spawn(async move {
            watch.cancelled().await;
            drop(guards);
        });
        drain.start();
        assert!(drain.wait().await);
        assert_eq!(drain.live(), 0);
        assert!(task.await.is_ok());
    }

    #[tokio::test]
    async fn a_drain_gives_up_when_its_deadline_has_passed_since_the_start() {
        let deadline = Duration::from_millis(50);
        let drain = Drain::new(deadline);
        let watch = drain.watch();
        let _guard = watch.guard();
        let begun = Instant::now();
        drain.start();
        assert!(watch.is_draining());
        assert!(!drain.wait().await);
        assert!(begun.elapsed() >= deadline);
        // The time is up for whoever asks later, too.
        let again = Instant::now();
        assert!(!drain.wait().await);
        assert!(again.elapsed() < deadline);
    }

    #[tokio::test]
    async fn waiting_begins_with_the_drain_and_not_before() {
        let drain = Drain::new(Duration::ZERO);
        let early = tokio::time::timeout(Duration::from_millis(20), drain.wait()).await;
        assert!(early.is_err());
        drain.start();
        assert!(drain.wait().await);
    }
}
