//! How long to wait between two tries.

use std::time::Duration;

/// The first wait.
const FIRST: Duration = Duration::from_millis(250);
/// The longest wait: with it an engine that is back is found well within 5 s.
const LONGEST: Duration = Duration::from_secs(2);

/// Waits that double, each shortened by chance by up to a quarter so that the hubs or hosts behind one cable do not
/// knock together.
#[derive(Debug, Default)]
pub(super) struct Backoff {
    tries: u32,
}

impl Backoff {
    /// Tries that failed in a row.
    #[must_use]
    pub(super) fn tries(&self) -> u32 {
        self.tries
    }

    /// The next wait, from 0.25 s to 2 s.
    pub(super) fn next(&mut self) -> Duration {
        let full = FIRST.saturating_mul(1 << self.tries.min(4)).min(LONGEST);
        self.tries = self.tries.saturating_add(1);
        full.mul_f64(rand::random_range(0.75..=1.0))
    }

    /// It worked.
    pub(super) fn reset(&mut self) {
        self.tries = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_from_a_quarter_second_to_two() {
        let mut backoff = Backoff::default();
        for full in [250, 500, 1_000, 2_000, 2_000, 2_000].map(Duration::from_millis) {
            let wait = backoff.next();
            assert!(wait <= full && wait >= full.mul_f64(0.74), "{wait:?} of {full:?}");
        }
        backoff.reset();
        assert!(backoff.next() <= FIRST);
    }
}
