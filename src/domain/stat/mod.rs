//! Resource use of running containers: a slow sweep over all of them, and a live stream of one while somebody
//! watches it. Values are numbers; units are the affair of whoever shows them.

mod ask;
pub mod formula;
mod history;
pub mod record;
mod sweep;
pub mod watch;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use quayside_protocol::reply::TimedStats;

use super::inventory::ContainerState;
use super::live::{Live, Record};
use history::History;
pub use record::StatsRecord;
pub use watch::Watch;

/// Resource use of all containers.
pub struct Usage {
    interval: Duration,
    live: Live<StatsRecord>,
    history: Mutex<History>,
    watched: Mutex<HashMap<String, watch::Watched>>,
}

impl Usage {
    /// Nothing yet; `interval` lies between two sweeps, zero: none are made.
    #[must_use]
    pub fn new(interval: Duration) -> Self {
        Self {
            interval,
            live: Live::default(),
            history: Mutex::default(),
            watched: Mutex::default(),
        }
    }

    /// What topic `stats` shows: the newest values by `host/<id of 12>`.
    #[must_use]
    pub fn live(&self) -> &Live<StatsRecord> {
        &self.live
    }

    /// The sweep's values of a container after `since`, oldest first; of at most 15 minutes.
    #[must_use]
    pub fn history(&self, container: &ContainerState, since: DateTime<Utc>) -> Vec<TimedStats> {
        self.past().since(&container.key(), since)
    }

    /// The host is removed.
    pub(super) fn forget_host(&self, host: &str) {
        let prefix = format!("{host}/");
        let shown = self.live.all().into_iter().map(|record| record.key());
        let gone: Vec<_> = shown.filter(|key| key.starts_with(&prefix)).collect();
        self.live.apply(Vec::new(), &gone);
        self.past().retain(|key| !key.starts_with(&prefix));
    }

    fn past(&self) -> MutexGuard<'_, History> {
        self.history.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn put(&self, record: StatsRecord) {
        self.live.apply(vec![Arc::new(record)], &[]);
    }
}

#[cfg(test)]
mod tests;
