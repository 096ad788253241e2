//! How many events there were when.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::back::{self, Visit};
use super::entry::Entry;
use super::part::Part;
use super::scope::Scope;
use super::told::Told;
use super::{Inner, Position};
use crate::error::{Error, Result};

/// Steps that one answer may have.
const STEPS: u64 = 1_000;

const NANOS: u64 = 1_000_000_000;

/// What there was in one step of the time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Count {
    /// Events.
    pub events: u64,
    /// Those of them that tell of a failure.
    pub failures: u64,
    /// Gaps.
    pub gaps: u64,
}

/// What one reader may see of a part of the log, counted.
pub struct Tally {
    /// By the number of the step since 1970; only steps in which there was something.
    pub counts: BTreeMap<u64, Count>,
    /// The head of the log before it was read.
    pub head: Position,
    /// Where to go on; none at the end of the part.
    pub next: Option<Position>,
}

/// Refuses a part of more than [`STEPS`] steps of `step` seconds; one without an end ends at `now`.
///
/// # Errors
/// `invalid`, field `step`.
pub(super) fn check(part: &Part, step: u64, now: u64) -> Result<()> {
    let until = if part.until == Position(u64::MAX) { now } else { part.until.0 };
    let seconds = until.saturating_sub(part.since.0).div_ceil(NANOS);
    if step == 0 {
        return Err(Error::invalid("step", "must be a second or more"));
    }
    if seconds.div_ceil(step) > STEPS {
        let words = "makes more than 1000 steps from `since` to `until`: take a longer one";
        return Err(Error::invalid("step", words));
    }
    Ok(())
}

/// Counts what `scope` allows in steps of `step` seconds.
///
/// # Errors
/// `internal` where the store cannot be read.
pub(super) fn count(log: &Inner, scope: Scope, part: Part, step: u64) -> Result<Tally> {
    let head = *log.head.borrow();
    let step = step.saturating_mul(NANOS).max(1);
    let mut counting = Counting { scope, step, counts: BTreeMap::new() };
    let next = back::read(log, part, back::SCAN, &mut counting)?;
    Ok(Tally { counts: counting.counts, head, next })
}

struct Counting {
    scope: Scope,
    /// Nanoseconds.
    step: u64,
    counts: BTreeMap<u64, Count>,
}

impl Counting {
    fn at(&mut self, position: Position) -> &mut Count {
        self.counts.entry(position.0 / self.step).or_default()
    }
}

impl Visit for Counting {
    fn entry(
        &mut self,
        position: Position,
        told: &impl Told,
        _: impl FnOnce() -> Result<Arc<Entry>>,
    ) -> Result<bool> {
        if self.scope.allows(told) {
            let count = self.at(position);
            if told.is_gap() {
                count.gaps += 1;
            } else {
                count.events += 1;
                count.failures += u64::from(told.is_failure());
            }
        }
        Ok(true)
    }

    fn gap(&mut self, gap: Entry) -> bool {
        self.at(gap.position()).gaps += 1;
        true
    }
}
