//! How fast writers may go on while the hub is away: an engine keeps its last 256 events and no more, and what it
//! forgot nobody can bring.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::support::wait;

/// Events that may come while the hub is away; others may be on their way already.
const AWAY: usize = 120;

/// As good as without end.
const FREE: usize = usize::MAX / 2;

/// Longer than the hub is ever away.
const PATIENCE: Duration = Duration::from_secs(300);

/// What writers ask before each event.
pub(crate) struct Pace(AtomicUsize);

impl Pace {
    pub(crate) fn new() -> Self {
        Self(AtomicUsize::new(FREE))
    }

    /// The hub is about to be away.
    pub(crate) fn hold(&self) {
        self.0.fetch_min(AWAY, Ordering::Relaxed);
    }

    /// The hub has caught up.
    pub(crate) fn free(&self) {
        self.0.store(FREE, Ordering::Relaxed);
    }

    /// Waits until one more event may come.
    pub(crate) async fn step(&self) {
        let one_less = |left: usize| left.checked_sub(1);
        wait::for_true(PATIENCE, "the hub to catch up", || {
            self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_less).is_ok()
        })
        .await;
    }
}
