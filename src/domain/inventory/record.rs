//! Records of the mirror, and how they are worded when they are read.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use quayside_protocol::command::host::Kind;
use quayside_protocol::id::short;
use quayside_protocol::reply::{Container, ContainerCount, Host, Stats};

use crate::domain::live::Record;
use crate::domain::status::{reason, status};
use crate::runtime::ContainerFacts;
use crate::runtime::supervisor::{OWNER, Standing, is_up, rfc3339};

/// The label that holds the number of the workload a container belongs to.
const WORKLOAD: &str = "quayside.workload";

/// A container as the engine last described it.
#[derive(Debug, Clone, PartialEq)]
pub struct ContainerState {
    /// Its host.
    pub host: Arc<str>,
    /// What the engine says of it.
    pub facts: Arc<ContainerFacts>,
    /// The account it belongs to.
    pub owner: Option<Arc<str>>,
}

impl ContainerState {
    pub(super) fn new(host: &Arc<str>, facts: Arc<ContainerFacts>) -> Self {
        let owner = facts.labels.get(OWNER).filter(|owner| !owner.is_empty());
        Self { host: host.clone(), owner: owner.map(|owner| owner.as_str().into()), facts }
    }

    /// Whether its processes are there; a paused one's are.
    #[must_use]
    pub fn is_up(&self) -> bool {
        is_up(&self.facts)
    }

    /// The workload it belongs to.
    #[must_use]
    pub fn workload(&self) -> Option<u64> {
        self.facts.labels.get(WORKLOAD)?.parse().ok()
    }

    /// The record on the wire, worded for `now`; `usage` is that of the last sweep.
    #[must_use]
    pub fn to_container(&self, usage: Option<&Stats>, now: DateTime<Utc>) -> Container {
        let facts = &*self.facts;
        let ended = facts.finished_at.filter(|_| !self.is_up());
        Container {
            host: self.host.to_string(),
            id: short(&facts.id).to_owned(),
            name: facts.name.clone(),
            image: facts.image.clone(),
            state: facts.state.clone(),
            status: status(facts, now),
            reason: reason(facts),
            created: rfc3339(facts.created),
            started_at: facts.started_at.map(rfc3339),
            finished_at: ended.map(rfc3339),
            labels: facts.labels.clone(),
            ports: facts.ports.clone(),
            owner: self.owner.as_deref().map(str::to_owned),
            workload: self.workload(),
            cpu_percent: usage.map(|usage| usage.cpu_percent),
            memory_usage: usage.map(|usage| usage.memory_usage),
            memory_limit: usage.map(|usage| usage.memory_limit),
        }
    }
}

impl Record for ContainerState {
    fn key(&self) -> String {
        container_key(&self.host, &self.facts.id)
    }
}

/// `host/<id of 12>`.
#[must_use]
pub fn container_key(host: &str, id: &str) -> String {
    format!("{host}/{}", short(id))
}

/// A host as it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct HostRecord {
    /// Its name.
    pub host: Arc<str>,
    /// Where its engine listens; no secret in it.
    pub addr: Arc<str>,
    /// What runs there.
    pub kind: Kind,
    /// Whether it stands in the configuration.
    pub configured: bool,
    /// Its state.
    pub standing: Standing,
    /// All its containers; none while it is not online.
    pub total: u64,
    /// Those whose processes are there.
    pub running: u64,
}

impl HostRecord {
    /// The record on the wire, with the counts that the reader may know.
    #[must_use]
    pub fn to_host(&self, containers: ContainerCount) -> Host {
        Host {
            host: self.host.to_string(),
            addr: self.addr.to_string(),
            kind: self.kind,
            state: self.standing.state,
            since: rfc3339(self.standing.since),
            error: self.standing.error.clone(),
            configured: self.configured,
            engine: self.standing.engine.clone(),
            containers,
        }
    }
}

impl Record for HostRecord {
    fn key(&self) -> String {
        self.host.to_string()
    }
}
