//! What a supervisor needs of whoever keeps the host's containers in memory.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use futures::future::BoxFuture;
use quayside_protocol::reply::{Engine, HostState};

use super::subject::Subject;
use crate::runtime::{ContainerFacts, EngineEvent, Result};

/// Containers by their full id.
pub type Containers = HashMap<String, Arc<ContainerFacts>>;

/// Where a host stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    /// Connecting before the first answer or failure, then online or offline.
    pub state: HostState,
    /// Since when it is in this state.
    pub since: DateTime<Utc>,
    /// Why it is not online.
    pub error: Option<String>,
    /// The engine, as it was at the last contact.
    pub engine: Option<Engine>,
}

impl Standing {
    /// Before the first answer.
    #[must_use]
    pub fn connecting() -> Self {
        Self { state: HostState::Connecting, since: Utc::now(), error: None, engine: None }
    }
}

/// The containers of one host in memory. Nothing here waits, but for `list`.
pub trait Mirror: Send + Sync + 'static {
    /// The host moved to another state, or the reason for it changed.
    fn stand(&self, standing: Standing);
    /// Asks the engine for all containers and takes over the answer. What events told is not touched by it.
    fn list(&self) -> BoxFuture<'_, Result<Containers>>;
    /// An event was passed on: what it is about is to be asked again.
    fn heard(&self, event: &EngineEvent);
    /// The containers as the events passed on so far have told them; none before the first list.
    fn told(&self) -> Option<Containers>;
    /// All of this has been told.
    fn tell(&self, containers: Containers);
    /// Whose a container is and how it is named, by its full id.
    fn subject(&self, container: &str) -> Option<Subject>;
    /// Resolves when lists have shown for a minute what no event told: the stream is dead without saying so.
    fn doubt(&self) -> BoxFuture<'_, ()>;
}
