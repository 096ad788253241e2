//! The containers of one host in memory.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures::future::BoxFuture;
use quayside_protocol::command::host::Kind;
use quayside_protocol::reply::HostState;
use tokio::sync::{Notify, watch};

use super::record::{ContainerState, HostRecord, container_key};
use super::{Inventory, refresh};
use crate::runtime::supervisor::{Containers, Mirror, Standing, Subject, is_up};
use crate::runtime::{ContainerFacts, EngineEvent, Result, Runtime, RuntimeError};

/// Actions of containers that change nothing a list shows.
const IDLE_ACTIONS: [&str; 10] = [
    "exec_",
    "top",
    "attach",
    "detach",
    "resize",
    "export",
    "commit",
    "copy",
    "archive-path",
    "extract-to-dir",
];

/// What is fixed about a host.
#[derive(Debug, Clone)]
pub struct HostIdentity {
    /// Its name.
    pub host: Arc<str>,
    /// Where its engine listens; no secret in it.
    pub addr: Arc<str>,
    /// What runs there.
    pub kind: Kind,
    /// Whether it stands in the configuration.
    pub configured: bool,
}

/// Ends the call under way when nobody waits for its answer any more: the next list must not wait behind it.
struct Abandoned<'a> {
    gone: &'a Notify,
    armed: bool,
}

impl Drop for Abandoned<'_> {
    fn drop(&mut self) {
        if self.armed {
            self.gone.notify_waiters();
        }
    }
}

/// The containers of one host in memory, asked for again by one call at a time.
pub struct HostMirror {
    pub(super) identity: HostIdentity,
    pub(super) runtime: Result<Arc<dyn Runtime>>,
    inventory: Arc<Inventory>,
    state: Mutex<State>,
    standing: watch::Sender<Standing>,
    /// There is something to ask for.
    pub(super) work: Notify,
    /// The host went away: a call under way is given up.
    pub(super) gone: Notify,
    /// Lists showed twice what no event told.
    doubt: Notify,
    /// How far requests were answered, and how the last one ended.
    pub(super) done: watch::Sender<refresh::Done>,
}

#[derive(Default)]
pub(super) struct State {
    records: HashMap<String, Arc<ContainerState>>,
    told: Option<Containers>,
    /// What to ask for, and whether an event named it. Bounded by the containers that the host has or had within
    /// one call.
    pub(super) dirty: HashMap<String, bool>,
    /// Ask for everything.
    pub(super) full: bool,
    /// Somebody waits.
    pub(super) hurry: bool,
    /// Requests so far.
    pub(super) asked: u64,
    pub(super) online: bool,
    /// The inventory's revision after the last change of what a list of this host shows: no other host has had it.
    revision: u64,
    suspects: HashSet<String>,
}

impl HostMirror {
    /// An empty one; nothing is asked before `keep` runs.
    pub(crate) fn new(
        identity: HostIdentity,
        runtime: Result<Arc<dyn Runtime>>,
        inventory: Arc<Inventory>,
    ) -> Self {
        let mirror = Self {
            identity,
            runtime,
            inventory,
            state: Mutex::default(),
            standing: watch::Sender::new(Standing::connecting()),
            work: Notify::new(),
            gone: Notify::new(),
            doubt: Notify::new(),
            done: watch::Sender::default(),
        };
        mirror.show_host(&mirror.lock());
        mirror
    }

    /// The host's name.
    #[must_use]
    pub fn name(&self) -> &Arc<str> {
        &self.identity.host
    }

    /// Its containers in no order; none while the host is not online.
    #[must_use]
    pub fn records(&self) -> Vec<Arc<ContainerState>> {
        let state = self.lock();
        if state.online { state.records.values().cloned().collect() } else { Vec::new() }
    }

    /// Moves with whatever a list of its containers shows; none while the host is not online.
    #[must_use]
    pub fn revision(&self) -> Option<u64> {
        let state = self.lock();
        state.online.then_some(state.revision)
    }

    /// The container of this full id, name, or beginning of an id, in that order, as Docker looks it up, of those
    /// that are `known`: others are as if they were not there. `Err`: how many ids begin so, none or several.
    pub(crate) fn find(
        &self,
        text: &str,
        known: impl Fn(&ContainerState) -> bool,
    ) -> std::result::Result<Arc<ContainerState>, usize> {
        let state = self.lock();
        if let Some(record) = state.records.get(text).filter(|record| known(record)) {
            return Ok(record.clone());
        }
        let name = text.strip_prefix('/').unwrap_or(text);
        let mut all = state.records.values().filter(|record| known(record));
        if let Some(record) = all.find(|record| record.facts.name == name) {
            return Ok(record.clone());
        }
        let begins =
            |record: &&Arc<ContainerState>| record.facts.id.starts_with(text) && known(record);
        let mut matching = state.records.values().filter(begins);
        match (matching.next(), matching.count()) {
            (Some(record), 0) => Ok(record.clone()),
            (None, _) => Err(0),
            (Some(_), more) => Err(more + 1),
        }
    }

    /// Where the host stands, now and on each change.
    #[must_use]
    pub fn standing(&self) -> watch::Receiver<Standing> {
        self.standing.subscribe()
    }

    /// The host is removed: so is all that is shown of it.
    pub(crate) fn clear(&self) {
        let mut state = self.lock();
        self.hide(&state);
        *state = State::default();
        self.inventory.hosts.apply(Vec::new(), &[self.identity.host.to_string()]);
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes over what the engine answered: `asked` are the ids it was asked for (none: all of them), `heard` those
    /// that events had named.
    pub(super) fn take_over(
        &self,
        asked: Option<&[String]>,
        heard: &[String],
        found: Vec<ContainerFacts>,
    ) {
        let mut state = self.lock();
        let mut missing: HashSet<String> = match asked {
            Some(ids) => ids.iter().cloned().collect(),
            None => state.records.keys().cloned().collect(),
        };
        let mut set = Vec::new();
        for facts in found {
            missing.remove(&facts.id);
            if state.records.get(&facts.id).is_none_or(|old| *old.facts != facts) {
                let record = ContainerState::new(&self.identity.host, Arc::new(facts));
                let record = Arc::new(record);
                state.records.insert(record.facts.id.clone(), record.clone());
                set.push(record);
            }
        }
        let mut remove = Vec::new();
        for id in missing {
            if state.records.remove(&id).is_some() {
                remove.push(container_key(&self.identity.host, &id));
            }
        }
        let State { records, told, .. } = &mut *state;
        if let Some(told) = told {
            for id in heard {
                match records.get(id) {
                    Some(record) => told.insert(id.clone(), record.facts.clone()),
                    None => told.remove(id),
                };
            }
        }
        if state.online && !(set.is_empty() && remove.is_empty()) {
            self.inventory.containers.apply(set, &remove);
            state.revision = self.inventory.containers.revision();
            self.show_host(&state);
        }
    }

    /// After a full list that nobody asked for: what it shows and no event told. Twice the same, and the event
    /// stream is not to be trusted.
    pub(super) fn compare(&self) {
        let mut state = self.lock();
        let Some(told) = &state.told else { return };
        let essence = |facts: &ContainerFacts| (facts.name.clone(), is_up(facts), facts.started_at);
        let suspects: HashSet<String> = state
            .records
            .keys()
            .chain(told.keys())
            .filter(|id| !state.dirty.contains_key(*id))
            .filter(|id| {
                told.get(*id).map(|facts| essence(facts))
                    != state.records.get(*id).map(|record| essence(&record.facts))
            })
            .cloned()
            .collect();
        if suspects.iter().any(|id| state.suspects.contains(id)) {
            self.doubt.notify_one();
        }
        state.suspects = suspects;
    }

    fn hide(&self, state: &State) {
        let host = &self.identity.host;
        let keys: Vec<_> = state.records.keys().map(|id| container_key(host, id)).collect();
        self.inventory.containers.apply(Vec::new(), &keys);
    }

    /// Puts the host's own record on its topic if it is another than before.
    fn show_host(&self, state: &State) {
        let shown = || state.records.values().filter(|_| state.online);
        let HostIdentity { host, addr, kind, configured } = self.identity.clone();
        let record = HostRecord {
            host,
            addr,
            kind,
            configured,
            standing: self.standing.borrow().clone(),
            total: shown().count() as u64,
            running: shown().filter(|record| record.is_up()).count() as u64,
        };
        let before = self.inventory.hosts.get(&record.host);
        if before.is_none_or(|before| *before != record) {
            self.inventory.hosts.apply(vec![Arc::new(record)], &[]);
        }
    }
}

impl Mirror for HostMirror {
    fn stand(&self, standing: Standing) {
        let mut state = self.lock();
        let online = standing.state == HostState::Online;
        let turned = online != state.online;
        state.online = online;
        self.standing.send_replace(standing);
        if turned && online {
            let records = state.records.values().cloned().collect();
            self.inventory.containers.apply(records, &[]);
            state.revision = self.inventory.containers.revision();
        } else if turned {
            self.hide(&state);
        }
        self.show_host(&state);
        if !online {
            self.gone.notify_waiters();
        }
    }

    fn list(&self) -> BoxFuture<'_, Result<Containers>> {
        Box::pin(async {
            let mut abandoned = Abandoned { gone: &self.gone, armed: true };
            let listed = self.refresh_all().await;
            abandoned.armed = false;
            listed?;
            let state = self.lock();
            let records = state.records.iter();
            Ok(records.map(|(id, record)| (id.clone(), record.facts.clone())).collect())
        })
    }

    fn heard(&self, event: &EngineEvent) {
        let idle = || IDLE_ACTIONS.iter().any(|action| event.action.starts_with(action));
        let mut state = self.lock();
        match (event.kind.as_str(), event.attrs.get("container")) {
            ("container", _) if !idle() => _ = state.dirty.insert(event.actor_id.clone(), true),
            // All that an engine tells of a start that failed; of the container itself it tells nothing.
            ("network", Some(container)) => {
                state.dirty.entry(container.clone()).or_insert(false);
            }
            _ => return,
        }
        state.asked += 1;
        self.work.notify_one();
    }

    fn told(&self) -> Option<Containers> {
        self.lock().told.clone()
    }

    fn tell(&self, containers: Containers) {
        let mut state = self.lock();
        state.told = Some(containers);
        state.suspects.clear();
    }

    fn subject(&self, container: &str) -> Option<Subject> {
        let lock = self.lock();
        let record = lock.records.get(container)?;
        let name = Some(Arc::from(record.facts.name.as_str()));
        Some(Subject { owner: record.owner.clone(), name })
    }

    fn doubt(&self) -> BoxFuture<'_, ()> {
        Box::pin(self.doubt.notified())
    }
}

impl HostMirror {
    /// The engine, whatever the host's state.
    pub(crate) fn runtime(&self) -> Result<&Arc<dyn Runtime>> {
        self.runtime.as_ref().map_err(RuntimeError::clone)
    }
}
