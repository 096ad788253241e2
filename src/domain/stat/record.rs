//! The newest values of one container.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use quayside_protocol::id::short;
use quayside_protocol::reply::{ContainerStats, Stats};
use tokio::time::Instant;

use crate::domain::inventory::ContainerState;
use crate::domain::live::Record;
use crate::runtime::supervisor::rfc3339;

/// The newest values of one container.
#[derive(Debug, Clone)]
pub struct StatsRecord {
    /// Whose.
    pub container: Arc<ContainerState>,
    /// When the engine read them, by its clock.
    pub time: DateTime<Utc>,
    /// When they came, if by a live stream.
    pub streamed: Option<Instant>,
    /// The values.
    pub stats: Stats,
}

impl StatsRecord {
    /// The item on the wire.
    #[must_use]
    pub fn to_item(&self) -> ContainerStats {
        ContainerStats {
            host: self.container.host.to_string(),
            id: short(&self.container.facts.id).to_owned(),
            name: self.container.facts.name.clone(),
            time: rfc3339(self.time),
            stats: self.stats.clone(),
        }
    }
}

impl Record for StatsRecord {
    fn key(&self) -> String {
        self.container.key()
    }
}
