//! Finding a host's engine and containers, and waiting for its first list where it is not in yet.

use std::sync::Arc;
use std::time::Duration;

use chrono::Utc;
use quayside_protocol::command::container::List;
use quayside_protocol::reply::{Container, ContainerCount, Failure, HostState};
use tokio::time::timeout;

use super::{Fleet, Handle};
use crate::auth::Principal;
use crate::domain::inventory::ContainerState;
use crate::domain::live::Record;
use crate::error::{Error, Result};
use crate::runtime::Runtime;

/// How long the first list of a host is waited for.
const FIRST_LIST: Duration = Duration::from_secs(3);
/// How long it is waited for that what was done or told is in the mirror.
const SEEN: Duration = Duration::from_secs(5);

impl Handle {
    /// Returns once the host's first list is in, or why it is not.
    pub(in crate::domain) async fn online(&self) -> Result<()> {
        let host = &self.settings.name;
        let mut standing = self.mirror.standing();
        let answered = standing.wait_for(|standing| standing.state != HostState::Connecting);
        let why = match timeout(FIRST_LIST, answered).await {
            Ok(Ok(standing)) if standing.state == HostState::Online => return Ok(()),
            Ok(Ok(standing)) => standing.error.clone().unwrap_or_default(),
            _ => "it has not answered yet".to_owned(),
        };
        Err(Error::unavailable(format!("host {host} is offline: {why}")))
    }
}

impl Fleet {
    /// The engine of a host that is online; one that is still connecting is waited for, 3 s at most.
    ///
    /// # Errors
    /// `not_found`: no such host; `unavailable`: it is offline, and why.
    pub async fn runtime(&self, host: &str) -> Result<Arc<dyn Runtime>> {
        let handle = self.handle(host)?;
        handle.online().await?;
        handle.mirror.runtime().cloned().map_err(Error::from)
    }

    /// The container of this id (12 or 64 characters), name, or beginning of an id, of those that `principal` may
    /// know of; on a host that is online.
    ///
    /// # Errors
    /// `not_found`, `unavailable` as [`Fleet::runtime`]; `invalid`: several ids begin so.
    pub async fn find(
        &self,
        principal: &Principal,
        host: &str,
        container: &str,
    ) -> Result<Arc<ContainerState>> {
        let handle = self.handle(host)?;
        handle.online().await?;
        let known = |record: &ContainerState| may_know(principal, record);
        let mut found = handle.mirror.find(container, known);
        // One that was made a moment ago may have been told and not be listed yet.
        if found == Err(0) && timeout(SEEN, handle.mirror.catch_up()).await == Ok(true) {
            found = handle.mirror.find(container, known);
        }
        found.map_err(|matching| match matching {
            0 => {
                Error::not_found(format!("No such container: {container}")).with_field("container")
            }
            _ => {
                let reason = format!("{matching} ids begin with {container}: give more of it");
                Error::invalid("container", reason)
            }
        })
    }

    /// Has the mirror ask for containers (by full id) again, and returns when it has: what a verb did is then in the
    /// next list. A container that is gone is then gone from it.
    ///
    /// # Errors
    /// The engine did not answer.
    pub async fn refresh(&self, host: &str, ids: &[String]) -> Result<()> {
        let handle = self.handle(host)?;
        match timeout(SEEN, handle.mirror.refresh(ids)).await {
            Ok(refreshed) => refreshed.map_err(Error::from),
            Err(_) => Err(Error::unavailable(format!("host {host} does not answer"))),
        }
    }

    /// Containers that `principal` may know of, by host and name, and the hosts that could not contribute.
    ///
    /// # Errors
    /// `not_found`: a host that is asked for does not exist.
    pub async fn containers(
        &self,
        list: &List,
        principal: &Principal,
    ) -> Result<(Vec<Container>, Vec<Failure>)> {
        for host in &list.host.0 {
            self.handle(host)?;
        }
        let handles = self.handles();
        let asked = handles.iter().filter(|handle| list.host.allows(&handle.settings.name));
        let answers = asked.map(|handle| async move { (handle, handle.online().await) });
        let (mut items, mut failures) = (Vec::new(), Vec::new());
        for (handle, answer) in futures::future::join_all(answers).await {
            if let Err(error) = answer {
                failures.push(failure(&handle.settings.name, &error));
                continue;
            }
            let mut records = handle.mirror.records();
            records.retain(|record| may_know(principal, record) && matches(list, record));
            records.sort_by(|a, b| a.facts.name.cmp(&b.facts.name));
            items.extend(records.iter().map(|record| self.word(record)));
        }
        Ok((items, failures))
    }

    /// The record on the wire, as of now.
    #[must_use]
    pub fn word(&self, record: &ContainerState) -> Container {
        let usage = self.usage.live().get(&record.key()).filter(|_| record.is_up());
        record.to_container(usage.as_ref().map(|usage| &usage.stats), Utc::now())
    }

    /// A host's containers that `principal` may know of; none while it is not online.
    ///
    /// # Errors
    /// `not_found`: no such host.
    pub fn visible(&self, host: &str, principal: &Principal) -> Result<Vec<Arc<ContainerState>>> {
        let mut records = self.handle(host)?.mirror.records();
        records.retain(|record| may_know(principal, record));
        Ok(records)
    }

    /// How many containers of a host `principal` may know of; none while it is not online.
    #[must_use]
    pub fn count(&self, host: &str, principal: &Principal) -> ContainerCount {
        let own = self.visible(host, principal).unwrap_or_default();
        ContainerCount {
            total: own.len() as u64,
            running: own.iter().filter(|record| record.is_up()).count() as u64,
        }
    }
}

impl Fleet {
    /// How many containers a host has, whosever they are; none while it is not online.
    #[must_use]
    pub fn size(&self, host: &str) -> usize {
        self.handle(host).map_or(0, |handle| handle.mirror.records().len())
    }
}

fn may_know(principal: &Principal, record: &ContainerState) -> bool {
    principal.sees_all() || principal.owns(record.owner.as_deref())
}

fn matches(list: &List, record: &ContainerState) -> bool {
    let labels = &record.facts.labels;
    let labelled = |wanted: &String| match wanted.split_once('=') {
        Some((key, value)) => labels.get(key).is_some_and(|has| has == value),
        None => labels.contains_key(wanted),
    };
    list.state.allows(&record.facts.state)
        && (list.owner.is_empty() || record.owner.as_ref().is_some_and(|o| list.owner.allows(o)))
        && (list.label.is_empty() || list.label.0.iter().any(labelled))
}

/// A host's part in a list that it could not contribute to.
pub(super) fn failure(host: &str, error: &Error) -> Failure {
    Failure { host: host.to_owned(), code: error.code(), message: error.message().to_owned() }
}
