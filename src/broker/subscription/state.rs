//! The state topics: first all records, then what was set and removed since; the latest wins.

use std::sync::Arc;

use quayside_protocol::id::short;
use quayside_protocol::push::{Change, Push, StatsPush};
use quayside_protocol::topic::{Subscribe, Topic};
use serde::Serialize;
use serde_json::Value;
use tokio::sync::watch;

use super::Sources;
use super::token::Mark;
use crate::auth::Principal;
use crate::domain::inventory::{ContainerState, HostRecord};
use crate::domain::live::{Live, Record};
use crate::domain::stat::{StatsRecord, Watch};
use crate::error::Result;

pub(super) struct State {
    sources: Sources,
    principal: Principal,
    wanted: Subscribe,
    head: watch::Receiver<u64>,
    mark: Mark,
    /// Whether it has taken its first snapshot, or goes on from an earlier one.
    begun: bool,
    /// Keeps the live stream of the one container that is watched.
    live: Option<Watch>,
}

/// What changed, in no topic's own words yet.
struct Found<T> {
    revision: u64,
    snapshot: bool,
    set: Vec<T>,
    remove: Vec<String>,
}

impl State {
    pub(super) fn open(
        sources: &Sources,
        principal: &Principal,
        wanted: &Subscribe,
    ) -> Result<Self> {
        let since = wanted.since.as_deref().map(|since| Mark::decode(since, sources.run));
        let mark = since.transpose()?.unwrap_or_default();
        let fleet = &sources.fleet;
        let head = match wanted.topic {
            Topic::Hosts => fleet.inventory().hosts.watch(),
            Topic::Stats => fleet.usage().live().watch(),
            Topic::Containers | Topic::Events | Topic::Logs => fleet.inventory().containers.watch(),
        };
        Ok(Self {
            sources: sources.clone(),
            principal: principal.clone(),
            wanted: wanted.clone(),
            head,
            mark,
            begun: mark.revision > 0,
            live: None,
        })
    }

    /// Where it is the use of one container that is asked for, has the values come every second as long as this
    /// lives; else, or where too many are watched so, they come with each sweep.
    pub(super) async fn watch_live(&mut self) {
        let ([host], [container]) = (&*self.wanted.host.0, &*self.wanted.container.0) else {
            return;
        };
        if self.wanted.topic != Topic::Stats {
            return;
        }
        let fleet = &self.sources.fleet;
        if let Ok(found) = fleet.find(&self.principal, host, container).await
            && found.is_for(&self.principal, &self.wanted)
        {
            self.live = fleet.watch(found).await.ok();
        }
    }

    /// The version of the last push.
    pub(super) fn version(&self) -> u64 {
        self.mark.version
    }

    pub(super) fn next(&self) -> String {
        self.mark.encode(self.sources.run)
    }

    pub(super) async fn ready(&mut self) {
        while self.begun && *self.head.borrow_and_update() == self.mark.revision {
            if self.head.changed().await.is_err() {
                // What it watches is gone with the hub: nothing will change any more.
                std::future::pending::<()>().await;
            }
        }
    }

    /// What changed since the last call; none where nothing did that this subscriber is to see.
    pub(super) fn take(&mut self) -> Option<Push> {
        if self.begun && *self.head.borrow() == self.mark.revision {
            return None;
        }
        let fleet = self.sources.fleet.clone();
        let inventory = fleet.inventory();
        match self.wanted.topic {
            Topic::Hosts => {
                let found = self.read(&inventory.hosts, |record| {
                    value(&record.to_host(fleet.count(&record.host, &self.principal)))
                });
                self.change(found)
            }
            Topic::Stats => {
                let found = self.read(fleet.usage().live(), StatsRecord::to_item);
                let first = self.advance(found.revision);
                let version = self.mark.version + 1;
                (first || !found.set.is_empty()).then(|| {
                    self.mark.version = version;
                    Push::Stats { sub: None, data: StatsPush { version, items: found.set } }
                })
            }
            Topic::Containers | Topic::Events | Topic::Logs => {
                let found = self.read(&inventory.containers, |record| value(&fleet.word(record)));
                self.change(found)
            }
        }
    }

    fn read<R: Shown, T>(&self, live: &Live<R>, word: impl Fn(&R) -> T) -> Found<T> {
        let since = if self.begun { self.mark.revision } else { 0 };
        let changes = live.since(since);
        let seen = |record: &&Arc<R>| record.is_for(&self.principal, &self.wanted);
        Found {
            revision: changes.revision,
            snapshot: changes.snapshot,
            set: changes.set.iter().filter(seen).map(|record| word(record)).collect(),
            remove: changes.removed.iter().filter(seen).map(|record| record.key()).collect(),
        }
    }

    /// Moves on; true the first time.
    fn advance(&mut self, revision: u64) -> bool {
        self.mark.revision = revision;
        !std::mem::replace(&mut self.begun, true)
    }

    fn change(&mut self, found: Found<Value>) -> Option<Push> {
        let Found { revision, snapshot, set, remove } = found;
        let snapshot = self.advance(revision) || snapshot;
        if !snapshot && set.is_empty() && remove.is_empty() {
            return None;
        }
        self.mark.version += 1;
        let (topic, version) = (self.wanted.topic, self.mark.version);
        let mut data = Change { topic, version, snapshot: None, set: None, remove: None };
        if snapshot {
            data.snapshot = Some(set);
        } else {
            data.set = Some(set).filter(|set| !set.is_empty());
            data.remove = Some(remove).filter(|remove| !remove.is_empty());
        }
        Some(Push::Change { sub: None, data })
    }
}

fn value(record: &impl Serialize) -> Value {
    serde_json::to_value(record).unwrap_or_default()
}

/// Who may see a record, and whether they asked for it. None of what decides that ever changes in a record, so that
/// one which is not shown was never shown before.
trait Shown: Record {
    fn is_for(&self, principal: &Principal, wanted: &Subscribe) -> bool;
}

impl Shown for ContainerState {
    fn is_for(&self, principal: &Principal, wanted: &Subscribe) -> bool {
        let owner = self.owner.as_deref();
        let labels = &self.facts.labels;
        let labelled = |wanted: &String| match wanted.split_once('=') {
            Some((key, value)) => labels.get(key).is_some_and(|found| found == value),
            None => labels.contains_key(wanted),
        };
        (principal.sees_all() || principal.owns(owner))
            && wanted.host.allows(&self.host)
            && (wanted.owner.is_empty() || owner.is_some_and(|owner| wanted.owner.allows(owner)))
            && (wanted.label.is_empty() || wanted.label.0.iter().any(labelled))
    }
}

impl Shown for StatsRecord {
    fn is_for(&self, principal: &Principal, wanted: &Subscribe) -> bool {
        let facts = &self.container.facts;
        let is = |name: &String| {
            facts.id == *name
                || facts.name == *name
                || (name.len() == 12 && short(&facts.id) == name)
        };
        self.container.is_for(principal, wanted)
            && (wanted.container.is_empty() || wanted.container.0.iter().any(is))
    }
}

impl Shown for HostRecord {
    /// Every role may read hosts; they have neither owner nor labels.
    fn is_for(&self, _: &Principal, wanted: &Subscribe) -> bool {
        wanted.host.allows(&self.host)
    }
}
