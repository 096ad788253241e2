//! Brings what the tail has into the store, in batches, and trims what is kept there to its retention.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use quayside_protocol::position::Position;
use tokio::time::{Instant, timeout_at};

use super::entry::Entry;
use super::{Inner, stored};
use crate::store::{EventStore, StoreError};

/// The store is given a batch at most this often, unless [`BATCH`] events wait.
const PACE: Duration = Duration::from_millis(250);

/// Most events of a batch.
const BATCH: usize = 1_000;

/// Most bytes of a batch by their cost in memory, which is above what they take in the store: half of what the
/// store takes at once.
const BATCH_BYTES: usize = crate::store::MAX_WRITE / 2;

/// What is too old or too many goes at least this often, or every [`BATCH`] events.
const TRIM: Duration = Duration::from_secs(10);

/// Pause before a store that refused is asked again.
const RETRY: Duration = Duration::from_secs(1);

/// Stores those of `unstored` up to `floor`, which neither the ring nor the store has: only where a power cut tore the
/// older tail file. A store that refuses them is no reason not to start; readers find a gap.
pub(super) async fn store_torn_off(
    store: &Arc<dyn EventStore>,
    unstored: &[Arc<Entry>],
    floor: Position,
) {
    let torn_off = unstored.partition_point(|entry| entry.position() <= floor);
    for batch in unstored[..torn_off].chunks(32) {
        let events = batch.iter().map(|entry| stored::to_stored(entry)).collect();
        if let Err(error) = store.append_events(events).await {
            tracing::warn!(%error, "a part of the event log could not be stored");
        }
    }
}

pub(super) struct Keeper {
    pub(super) log: Arc<Inner>,
    pub(super) retention: Duration,
    pub(super) retention_count: u64,
}

impl Keeper {
    /// Runs until the log is closed and everything is stored, or cannot be stored. Where the disk is full the rest
    /// stays in the tail files, for the next start: that is no failure.
    pub(super) async fn run(self) -> Result<(), StoreError> {
        let (mut trim_at, mut untrimmed) = (Instant::now() + TRIM, 0);
        loop {
            let closed = self.log.backlog.is_closed();
            let begun = Instant::now();
            let batch = self.log.backlog.oldest(BATCH, BATCH_BYTES);
            if let Some(last) = batch.last() {
                match self
                    .log
                    .store
                    .append_events(batch.iter().map(|e| stored::to_stored(e)).collect())
                    .await
                {
                    Ok(()) => self.release(last),
                    Err(StoreError::Full { .. }) if closed => {
                        let events = self.log.backlog.len();
                        tracing::warn!(
                            events,
                            "the store is full: the newest events stay in the tail files"
                        );
                        return Ok(());
                    }
                    Err(error) if closed => return Err(error),
                    Err(error) => self.refused(&batch, &error).await,
                }
                untrimmed += batch.len();
            } else if closed {
                return Ok(());
            }
            if untrimmed >= BATCH || Instant::now() >= trim_at {
                self.trim().await;
                (trim_at, untrimmed) = (Instant::now() + TRIM, 0);
            }
            self.pace(begun, trim_at).await;
        }
    }

    /// Waits until it is time for a batch, or for trimming.
    async fn pace(&self, begun: Instant, trim_at: Instant) {
        let backlog = &self.log.backlog;
        let due = begun + PACE;
        while !backlog.is_closed() && backlog.len() < BATCH {
            let until = if backlog.len() == 0 { trim_at } else { due };
            if Instant::now() >= until || timeout_at(until, backlog.filled()).await.is_err() {
                return;
            }
        }
    }

    fn release(&self, last: &Entry) {
        self.log.backlog.release(last.position());
        self.log.evict();
    }

    async fn refused(&self, batch: &[Arc<Entry>], error: &StoreError) {
        tracing::warn!(events = batch.len(), %error, "the event log could not be stored");
        if let (StoreError::TooLarge { .. }, Some(last)) = (error, batch.last()) {
            // Asked again it would be refused again, and everything behind it with it.
            self.log.counters.lost(batch.len());
            return self.release(last);
        }
        if matches!(error, StoreError::Full { .. }) {
            let lost = self.log.backlog.shed();
            self.log.counters.lost(lost);
            self.log.evict();
        }
        tokio::time::sleep(RETRY).await;
    }

    async fn trim(&self) {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let cut = u64::try_from(now.saturating_sub(self.retention).as_nanos()).unwrap_or(0);
        if let Err(error) = self.log.store.trim_events(self.retention_count, Position(cut)).await {
            tracing::warn!(%error, "the event log could not be trimmed");
        }
    }
}
