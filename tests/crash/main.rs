//! The crash suite: what a KILL and a power cut leave behind. Needs root, `/dev/fuse`, loop devices
//! and `mkfs.ext4`; each missing one is a failure, never a skipped test.
//!
//! `QUAYSIDE_CRASH_RUNS` says how many crashes of each kind (20), `QUAYSIDE_TEST_SEED` repeats the
//! choices of an earlier run, whose seed it printed. The moment of a crash is never the same twice.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "../support/dice.rs"]
#[allow(dead_code, reason = "other suites use the rest")]
mod dice;
mod disk;
mod disk_proof;
mod kill;
mod ledger;
mod load;
mod log;
mod power;
mod presented;
mod scratch;
mod volume;
mod worker;

use std::time::Duration;

/// How many crashes of each kind.
fn runs() -> u32 {
    std::env::var("QUAYSIDE_CRASH_RUNS").map_or(20, |runs| runs.parse().unwrap())
}

/// How long anything may take that is waited for; only a hang takes that long.
const DEADLINE: Duration = Duration::from_secs(60);
