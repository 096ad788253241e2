//! What the log counts, for the metrics.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

/// Counts since the start.
#[derive(Debug, Default)]
pub struct Counters {
    /// Events and gaps written.
    pub written: AtomicU64,
    /// Writes to the tail file.
    pub batches: AtomicU64,
    /// Nanoseconds spent in those, encoding included.
    pub writing_nanos: AtomicU64,
    /// Gaps of hosts.
    pub gaps: AtomicU64,
    /// Gaps made for single readers.
    pub reader_gaps: AtomicU64,
    /// Events that were pushed and then not kept, because the disk was full.
    pub unkept: AtomicU64,
    /// Nanoseconds between the newest event, by its engine's clock, and its receipt.
    pub lag_nanos: AtomicI64,
    /// Reads of events from the store.
    pub cold_reads: AtomicU64,
}

impl Counters {
    pub(super) fn written(&self, entries: usize, took: Duration) {
        self.written.fetch_add(entries as u64, Ordering::Relaxed);
        self.batches.fetch_add(1, Ordering::Relaxed);
        let nanos = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX);
        self.writing_nanos.fetch_add(nanos, Ordering::Relaxed);
    }

    pub(super) fn lost(&self, entries: usize) {
        self.unkept.fetch_add(entries as u64, Ordering::Relaxed);
    }

    pub(super) fn lag(&self, now: u64, time_nano: i64) -> u64 {
        let now = i64::try_from(now).unwrap_or(i64::MAX);
        self.lag_nanos.store(now.saturating_sub(time_nano), Ordering::Relaxed);
        0
    }
}
