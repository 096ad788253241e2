//! How what belongs to a terminal is ended: hung up, and killed if that is not enough. The standard library alone,
//! as [`super::table`]. It does not know how a signal is sent.

use std::thread;
use std::time::{Duration, Instant};

use super::table::{Family, Process, is_over};

/// What is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Signal {
    Hangup,
    Continue,
    Stop,
    Kill,
}

/// Where processes are seen and reached. Both may take milliseconds.
pub(super) trait Place {
    /// Those of `family` that run now.
    fn look(&mut self, family: &mut Family) -> Vec<Process>;
    /// Sends a signal, if it still is that process. One that does not arrive shows at the next look.
    fn send(&self, to: &Process, signal: Signal);
}

/// What came of it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Ended {
    /// How many ran at first.
    pub(super) found: usize,
    /// What runs still.
    pub(super) left: Vec<Process>,
}

/// Between two looks at what is to end; doubles up to [`LONGEST`].
const GLANCE: Duration = Duration::from_millis(5);
const LONGEST: Duration = Duration::from_millis(80);

/// Hangs everything of `family` up, and kills after `patience` what has not ended. Gives up after `limit`.
pub(super) fn end(
    place: &mut impl Place,
    mut family: Family,
    patience: Duration,
    limit: Duration,
) -> Ended {
    let begun = Instant::now();
    let mut left = place.look(&mut family);
    let found = left.len();
    let mut told: Vec<Process> = Vec::new();
    let mut glance = GLANCE;
    // What a hangup makes them start (a shell's last words) is hung up too.
    while !left.is_empty() && begun.elapsed() < patience {
        for process in left.iter().filter(|process| !told.contains(process)) {
            place.send(process, Signal::Hangup);
            // A stopped process hears it when it goes on.
            place.send(process, Signal::Continue);
        }
        told = left;
        while begun.elapsed() < patience {
            thread::sleep(glance);
            glance = (glance * 2).min(LONGEST);
            if told.iter().all(is_over) {
                break;
            }
        }
        left = place.look(&mut family);
    }
    glance = GLANCE;
    let mut clear = 0;
    // Twice in a row: a process that forks and ends while the list is read escapes one look.
    while clear < 2 && begun.elapsed() < limit {
        if left.is_empty() {
            clear += 1;
        } else {
            clear = 0;
            // What stands still starts nothing while its siblings are killed.
            for signal in [Signal::Stop, Signal::Kill] {
                for process in &left {
                    place.send(process, signal);
                }
            }
            while !left.iter().all(is_over) && begun.elapsed() < limit {
                thread::sleep(glance);
                if glance == LONGEST {
                    break;
                }
                glance = (glance * 2).min(LONGEST);
            }
            glance = GLANCE;
        }
        left = place.look(&mut family);
    }
    Ended { found, left }
}
