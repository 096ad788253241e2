//! One clock for all processes of the machine, and waiting by it.

use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};

use crate::said::Outcome;

/// Nanoseconds of the machine's monotonic clock.
pub(crate) fn now() -> u64 {
    nanos(ClockId::Monotonic)
}

/// Nanoseconds since 1970.
pub(crate) fn wall() -> u64 {
    nanos(ClockId::Realtime)
}

fn nanos(clock: ClockId) -> u64 {
    let time = clock_gettime(clock);
    u64::try_from(time.tv_sec).unwrap_or(0) * 1_000_000_000
        + u64::try_from(time.tv_nsec).unwrap_or(0)
}

/// CPU time of this process, which carries the load.
pub(crate) fn own_cpu() -> f64 {
    nanos(ClockId::ProcessCPUTime) as f64 / 1e9
}

/// Passes time: a measurement's length, not a way to wait for something.
pub(crate) fn pass(time: Duration) {
    let end = Instant::now() + time;
    loop {
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return;
        }
        std::thread::park_timeout(left);
    }
}

/// Looks every `step` until there is something.
pub(crate) fn until<T>(
    limit: Duration,
    step: Duration,
    what: &str,
    mut look: impl FnMut() -> Option<T>,
) -> Outcome<T> {
    let end = Instant::now() + limit;
    loop {
        if let Some(found) = look() {
            return Ok(found);
        }
        if Instant::now() >= end {
            return Err(format!("{what}: not within {} s", limit.as_secs()));
        }
        pass(step);
    }
}
