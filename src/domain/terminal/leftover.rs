//! What terminals may leave running in containers: written down before a program starts, taken out once it and all it
//! started have ended, and swept up after a hub that could not see to that.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use quayside_protocol::reply::HostState;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::domain::fleet::Fleet;
use crate::error::Result;
use crate::runtime::supervisor::Standing;
use crate::runtime::{Leftover, RuntimeError};
use crate::store::collection::{Collection, Record};
use crate::store::{Expect, Store, keys};

/// Records read in one step.
const STEP: usize = 500;
/// Tries for one terminal of a host that is online; then it is let go, with a line in the log.
const TRIES: u32 = 5;
/// Before the second try; each further one waits twice as long.
const PAUSE: Duration = Duration::from_secs(2);

#[derive(Clone, Serialize, Deserialize)]
struct LeftoverRecord {
    host: String,
    #[serde(flatten)]
    left: Leftover,
}

impl Record for LeftoverRecord {
    const VERSION: u32 = 1;

    fn migrate(_: u32, _: &mut Map<String, Value>) -> Result<(), String> {
        Err("there was no version before the first".into())
    }
}

/// The records. Clones are the same.
#[derive(Clone)]
pub(super) struct Leftovers {
    fleet: Arc<Fleet>,
    records: Collection<LeftoverRecord>,
}

impl Leftovers {
    pub(super) fn new(fleet: Arc<Fleet>, store: Arc<dyn Store>) -> Self {
        Self { fleet, records: Collection::new(store, keys::TERMINALS) }
    }

    /// Writes a terminal down; it is durable when this returns.
    pub(super) async fn keep(&self, host: &str, left: Leftover) -> Result<()> {
        let key = keys::terminal(&left.session);
        self.records.create(key, &LeftoverRecord { host: host.to_owned(), left }).await?;
        Ok(())
    }

    /// Nothing of this terminal runs any more.
    pub(super) async fn forget(&self, session: &str) {
        if let Err(error) = self.records.delete(keys::terminal(session), Expect::Any).await {
            tracing::warn!(session, %error, "a terminal that has ended could not be forgotten");
        }
    }

    /// Sweeps up what an earlier run of the hub left, each host as soon as it is online and one terminal of it after
    /// the other.
    pub(super) async fn sweep_all(&self) {
        let mut hosts: BTreeMap<String, Vec<Leftover>> = BTreeMap::new();
        let mut after = None;
        loop {
            let page = match self.records.list(after.as_ref(), STEP) {
                Ok(page) => page,
                Err(error) => {
                    tracing::error!(%error, "the terminals of the last run cannot be read");
                    break;
                }
            };
            let Some(last) = page.last() else { break };
            after = Some(last.key.clone());
            for record in page {
                hosts.entry(record.value.host).or_default().push(record.value.left);
            }
        }
        let each = hosts.into_iter().map(|(host, all)| async move {
            for left in all {
                self.sweep(&host, &left).await;
            }
        });
        futures::future::join_all(each).await;
    }

    /// Sweeps up one terminal, once its host is online.
    pub(super) async fn sweep(&self, host: &str, left: &Leftover) {
        let (session, mut pause) = (&left.session, PAUSE);
        for attempt in 1..=TRIES {
            if !self.online(host).await {
                break;
            }
            match self.attempt(host, left).await {
                Ok(None) => {
                    tracing::info!(host, session, "what a terminal left was ended");
                    break;
                }
                Ok(Some(why)) => {
                    tracing::warn!(host, session, attempt, why, "a terminal left something");
                }
                Err(why) => {
                    tracing::warn!(host, session, attempt, why, "what a terminal left is unknown");
                }
            }
            if attempt < TRIES {
                tokio::time::sleep(pause).await;
                pause *= 2;
            }
        }
        self.forget(session).await;
    }

    async fn attempt(&self, host: &str, left: &Leftover) -> Result<Option<String>, String> {
        let handle = match self.fleet.handle(host) {
            Err(_) => return Ok(None),
            Ok(handle) => handle,
        };
        handle.online().await.map_err(|error| error.to_string())?;
        if handle.mirror.find(&left.container, |_| true) == Err(0) {
            return Ok(None);
        }
        let runtime = self.fleet.runtime(host).await.map_err(|error| error.to_string())?;
        match runtime.terminal_sweep(left).await {
            Err(RuntimeError::NotFound(_)) => Ok(None),
            done => done.map_err(|error| error.to_string()),
        }
    }

    /// Waits until a host is online; false where there is none of that name any more.
    async fn online(&self, host: &str) -> bool {
        while let Ok(handle) = self.fleet.handle(host) {
            let mut standing = handle.mirror.standing();
            drop(handle);
            let online = |standing: &Standing| standing.state == HostState::Online;
            if standing.wait_for(online).await.is_ok() {
                return true;
            }
            // Its settings were changed: there is another by that name, or none, in a moment.
            tokio::time::sleep(PAUSE).await;
        }
        false
    }
}
