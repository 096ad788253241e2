//! All hosts: their engines by name, their containers by id or name, and questions to many of them at once. One dead
//! or slow host never delays another. It knows no engine's API: what makes a runtime is handed in.

mod error;
pub mod fan_out;
mod glance;
pub mod lookup;
pub mod settings;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use quayside_protocol::reply::HostState;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::inventory::mirror::HostIdentity;
use super::inventory::{HostMirror, Inventory};
use super::stat::Usage;
use crate::error::{Error, Result};
use crate::runtime::supervisor::{HostEvent, Mirror, Resume, Standing, Supervisor};
use crate::runtime::{EngineEvent, Runtime, RuntimeError};
pub use glance::Glance;
pub use settings::HostSettings;

/// How long the first answers of hosts are waited for before the hub calls itself ready.
const READY: Duration = Duration::from_millis(500);
/// How long the end of a supervisor is waited for: it ends at its next await.
const END: Duration = Duration::from_secs(2);

/// Makes the runtime of a host; opens nothing.
pub type Maker =
    Arc<dyn Fn(&HostSettings) -> crate::runtime::Result<Arc<dyn Runtime>> + Send + Sync>;
/// The newest events of a host in the log (at least 256 where there are so many), oldest first.
pub type Recent = Arc<dyn Fn(&str) -> Vec<EngineEvent> + Send + Sync>;

/// What a fleet is made of.
pub struct Wiring {
    /// Makes runtimes.
    pub make: Maker,
    /// Where events go.
    pub events: mpsc::Sender<HostEvent>,
    /// Reads the log.
    pub recent: Recent,
    /// Between two sweeps of resource use; zero: none.
    pub sweep: Duration,
}

/// All hosts.
pub struct Fleet {
    wiring: Wiring,
    inventory: Arc<Inventory>,
    usage: Arc<Usage>,
    hosts: RwLock<BTreeMap<Arc<str>, Arc<Handle>>>,
    stop: CancellationToken,
}

/// One host.
pub(super) struct Handle {
    pub(super) settings: HostSettings,
    pub(super) configured: bool,
    pub(super) mirror: Arc<HostMirror>,
    stop: CancellationToken,
    task: Mutex<Option<JoinHandle<Resume>>>,
}

impl Fleet {
    /// A fleet without hosts. `stop` ends all its tasks.
    #[must_use]
    pub fn new(wiring: Wiring, stop: CancellationToken) -> Self {
        Self {
            usage: Arc::new(Usage::new(wiring.sweep)),
            wiring,
            inventory: Arc::default(),
            hosts: RwLock::default(),
            stop,
        }
    }

    /// What the topics `containers` and `hosts` show.
    #[must_use]
    pub fn inventory(&self) -> &Arc<Inventory> {
        &self.inventory
    }

    /// Resource use, and what topic `stats` shows.
    #[must_use]
    pub fn usage(&self) -> &Arc<Usage> {
        &self.usage
    }

    /// Starts a host that was there at the last start of the hub, or may have been: where the log knows it, its
    /// stream goes on from there. One whose settings no runtime can be made of is listed as offline, with the reason.
    pub fn open(&self, settings: HostSettings, configured: bool) {
        let resume = Resume::from_log(&(self.wiring.recent)(&settings.name));
        let runtime = (self.wiring.make)(&settings);
        self.start(settings, configured, runtime, resume);
    }

    /// Lists a host that cannot be connected to, because its keys cannot be opened.
    pub(super) fn open_closed(&self, settings: HostSettings, error: &Error) {
        tracing::error!(host = &*settings.name, ?error, "the stored keys of a host");
        let why = "its stored keys cannot be opened: send them again with host update";
        let runtime = Err(RuntimeError::Unavailable(why.to_owned()));
        self.start(settings, false, runtime, Resume::default());
    }

    /// Starts a host that is new.
    ///
    /// # Errors
    /// `invalid`: its settings are wrong.
    pub(super) async fn add(&self, settings: HostSettings, reason: &str) -> Result<()> {
        let runtime = self.make(&settings)?;
        let host = settings.name.clone();
        self.tell(&host, "added", reason).await;
        self.start(settings, false, Ok(runtime), Resume::default());
        Ok(())
    }

    /// Gives a host other settings; its event stream goes on.
    ///
    /// # Errors
    /// `invalid`: they are wrong; nothing is changed.
    pub(super) async fn change(&self, settings: HostSettings) -> Result<()> {
        let runtime = self.make(&settings)?;
        let resume = match self.take(&settings.name) {
            Some(handle) => handle.end().await,
            None => Resume::default(),
        };
        self.start(settings, false, Ok(runtime), resume);
        Ok(())
    }

    /// Takes a host away, with all that is shown of it.
    pub(super) async fn drop_host(&self, host: &str, reason: &str) {
        if let Some(handle) = self.take(host) {
            handle.end().await;
            self.usage.forget_host(host);
            self.tell(&handle.settings.name, "removed", reason).await;
        }
    }

    /// A runtime for settings that are not those of a host.
    ///
    /// # Errors
    /// `invalid`: they are wrong.
    pub(super) fn make(&self, settings: &HostSettings) -> Result<Arc<dyn Runtime>> {
        (self.wiring.make)(settings).map_err(|error| match error {
            RuntimeError::Invalid(words) => {
                let field = settings.field_of(&words);
                let bare = words.strip_prefix(field).and_then(|rest| rest.strip_prefix(": "));
                Error::invalid(field, bare.unwrap_or(&words))
            }
            error => Error::from(error),
        })
    }

    /// Resolves when each host has answered or failed once, after 500 ms at the latest.
    pub async fn ready(&self) {
        let all = self.handles().into_iter().map(|handle| async move {
            let mut standing = handle.mirror.standing();
            let _ = standing.wait_for(|standing| standing.state != HostState::Connecting).await;
        });
        // Hosts that are slow do not keep the hub from being used.
        let _ = timeout(READY, futures::future::join_all(all)).await;
    }

    /// Ends all tasks of hosts.
    pub async fn close(&self) {
        self.stop.cancel();
        let ends = self.handles().into_iter().map(|handle| async move { handle.ended().await });
        futures::future::join_all(ends).await;
    }

    /// What ends a host's tasks.
    pub(in crate::domain) fn stop_of(&self, host: &str) -> Result<CancellationToken> {
        Ok(self.handle(host)?.stop.clone())
    }

    pub(super) fn handles(&self) -> Vec<Arc<Handle>> {
        let hosts = self.hosts.read().unwrap_or_else(PoisonError::into_inner);
        hosts.values().cloned().collect()
    }

    pub(super) fn handle(&self, host: &str) -> Result<Arc<Handle>> {
        let hosts = self.hosts.read().unwrap_or_else(PoisonError::into_inner);
        let handle = hosts.get(host).cloned();
        handle.ok_or_else(|| Error::not_found(format!("no host named {host}")).with_field("host"))
    }

    fn take(&self, host: &str) -> Option<Arc<Handle>> {
        self.hosts.write().unwrap_or_else(PoisonError::into_inner).remove(host)
    }

    async fn tell(&self, host: &Arc<str>, action: &str, reason: &str) {
        // A receiver that is gone means that the hub ends.
        let _ = self.wiring.events.send(HostEvent::of_hub(host, action, reason)).await;
    }

    fn start(
        &self,
        settings: HostSettings,
        configured: bool,
        runtime: crate::runtime::Result<Arc<dyn Runtime>>,
        resume: Resume,
    ) {
        let identity = HostIdentity {
            host: settings.name.clone(),
            addr: settings.addr.as_str().into(),
            kind: settings.kind,
            configured,
        };
        let inventory = self.inventory.clone();
        let mirror = Arc::new(HostMirror::new(identity, runtime.clone(), inventory));
        let stop = self.stop.child_token();
        let task = match runtime {
            Ok(runtime) => {
                let mirror = mirror.clone();
                Some(tokio::spawn(self.run(runtime, mirror, stop.clone(), resume)))
            }
            Err(error) => {
                let state = HostState::Offline;
                let error = Some(error.to_string());
                mirror.stand(Standing { state, error, ..Standing::connecting() });
                None
            }
        };
        let name = settings.name.clone();
        let task = Mutex::new(task);
        let handle = Arc::new(Handle { settings, configured, mirror, stop, task });
        self.hosts.write().unwrap_or_else(PoisonError::into_inner).insert(name, handle);
    }

    /// Everything that goes on for one host.
    fn run(
        &self,
        runtime: Arc<dyn Runtime>,
        mirror: Arc<HostMirror>,
        stop: CancellationToken,
        resume: Resume,
    ) -> impl Future<Output = Resume> + use<> {
        let supervisor = Supervisor {
            host: mirror.name().clone(),
            runtime: runtime.clone(),
            mirror: mirror.clone(),
            events: self.wiring.events.clone(),
            stop: stop.clone(),
        };
        let usage = self.usage.clone();
        async move {
            let kept = mirror.clone();
            let beside = async move {
                tokio::join!(kept.keep(), usage.sweep(&*runtime, &mirror));
            };
            let beside = tokio::spawn(stop.run_until_cancelled_owned(beside));
            let resume = supervisor.run(resume).await;
            beside.abort();
            resume
        }
    }
}

impl Handle {
    /// Ends the host's task and hides what is shown of it. Gives back where its stream stands.
    async fn end(&self) -> Resume {
        self.stop.cancel();
        let resume = self.ended().await;
        self.mirror.clear();
        resume
    }

    async fn ended(&self) -> Resume {
        let task = self.task.lock().unwrap_or_else(PoisonError::into_inner).take();
        match task {
            Some(task) => match timeout(END, task).await {
                Ok(Ok(resume)) => resume,
                _ => Resume::default(),
            },
            None => Resume::default(),
        }
    }
}

#[cfg(test)]
mod tests;
