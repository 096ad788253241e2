//! The composition root: the only place that names concrete backends. Everything is built, then bound, then run, and
//! in the end drained.

mod chores;
mod engines;
mod identity;
mod meters;

use std::io;
use std::net::SocketAddr;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::Path;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::auth::Secret;
use crate::auth::keys::HubKeys;
use crate::broker::log::{EventLog, Options as LogOptions};
use crate::broker::{Broker, Parts, Sources};
use crate::config::{Config, ConfigError};
use crate::domain::account::{AccountSettings, Accounts, Audit, FirstPassword};
use crate::domain::container::{Containers, Rules};
use crate::domain::fleet::{Fleet, Wiring};
use crate::domain::host::Hosts;
use crate::domain::image::Images;
use crate::domain::terminal::{self, Terminals};
use crate::drain::Drain;
use crate::metrics::Metrics;
use crate::runtime::shell;
use crate::store::sled::{Options as StoreOptions, SledStore};
use crate::store::{EventStore, Store};
use crate::transport::{Edge, Settings, Tls, listen};

/// What ends the hub with a status other than 0.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Entries of supervisors on their way to the log. The log takes a thousand in a few milliseconds; while it is full
/// they wait in the supervisors' own buffers.
const EVENTS: usize = 4_096;

/// A hub that is built and bound, and serves once it is run.
pub struct App {
    listener: TcpListener,
    address: SocketAddr,
    tls: Option<Tls>,
    edge: Arc<Edge>,
    broker: Broker,
    fleet: Arc<Fleet>,
    terminals: Arc<Terminals>,
    log: EventLog,
    store: Arc<SledStore>,
    drain: Drain,
    chores: CancellationToken,
    first: FirstPassword,
}

impl App {
    /// Builds everything and binds the listener; hosts are being connected to when it returns.
    ///
    /// # Errors
    /// What to say at the console: a port or a data directory that is taken, files that cannot be read or do not
    /// fit (a [`ConfigError`]).
    pub async fn build(config: Config) -> Result<Self, Failure> {
        // Signing and TLS need one provider for the process; a second call finds it installed.
        rustls::crypto::ring::default_provider().install_default().ok();
        let tls = open_tls(&config)?;
        make_directory(&config.server.data)?;
        let listener = TcpListener::bind(config.server.listen)
            .await
            .map_err(|error| format!("server.listen {}: {error}", config.server.listen))?;
        let address = listener.local_addr()?;
        let metrics = Arc::new(Metrics::new());
        let store = open_store(&config.server.data).await?;
        let keys = HubKeys::open(&config.server.data)?;
        let records: Arc<dyn Store> =
            Arc::new(meters::MeteredStore::new(store.clone(), metrics.clone()));
        let hub = identity::hub_id(&records, &config.hub).await?;
        let audit = Arc::new(Audit::new(records.clone())?);
        let accounts =
            Accounts::new(account_settings(&config), records.clone(), &keys, audit.clone())?;
        let accounts = Arc::new(accounts);
        let first = accounts.first(config.admin.password.as_ref()).await?;

        let (log, log_sender) = open_log(&config, store.clone()).await?;
        let (events, inbox) = mpsc::channel(EVENTS);
        tokio::spawn(meters::into_log(inbox, log_sender, metrics.clone()));
        let chores = CancellationToken::new();
        let history = log.clone();
        let wiring = Wiring {
            make: engines::maker(&config.server.data, metrics.clone()),
            events,
            recent: Arc::new(move |host| history.recent(host, 512).unwrap_or_default()),
            sweep: config.stats.interval,
        };
        let fleet = Arc::new(Fleet::new(wiring, chores.child_token()));
        for host in &config.hosts {
            fleet.open(engines::settings(host), true);
        }
        let hosts = Hosts::new(fleet.clone(), records.clone(), audit.clone(), &keys.sealing);
        hosts.open()?;
        let images =
            Arc::new(Images::new(fleet.clone(), config.images.allow.clone(), audit.clone()));
        let containers =
            Arc::new(Containers::new(fleet.clone(), images.clone(), rules(&config, hub)));
        let terminals = Arc::new(Terminals::new(terminal::Wiring {
            fleet: fleet.clone(),
            containers: containers.clone(),
            accounts: accounts.clone(),
            audit: audit.clone(),
            store: records.clone(),
            linger: config.terminal.linger,
            local: config.terminal.local_shell.then(local_shell),
            stop: chores.child_token(),
        }));
        terminals.start();
        let broker = Broker::new(Parts {
            accounts: accounts.clone(),
            audit: audit.clone(),
            fleet: fleet.clone(),
            hosts: Arc::new(hosts),
            containers,
            images,
            terminals: terminals.clone(),
            settings: config.settings(),
            sources: Sources::new(log.clone(), fleet.clone()),
        });
        chores::start(&chores, accounts, audit, store.clone());
        meters::start(&chores, metrics.clone(), fleet.clone());
        let drain = Drain::new(config.drain.deadline);
        let settings = Settings { listen: address, ..Settings::from(&config) };
        let edge = Edge::new(broker.clone(), settings, drain.watch(), metrics)?;
        Ok(Self {
            listener,
            address,
            tls,
            edge,
            broker,
            fleet,
            terminals,
            log,
            store,
            drain,
            chores,
            first,
        })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// How a browser on this machine reaches it.
    #[must_use]
    pub fn url(&self) -> String {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        let host = match self.address.ip() {
            ip if ip.is_loopback() || ip.is_unspecified() => "localhost".to_owned(),
            _ => self.address.ip().to_string(),
        };
        format!("{scheme}://{host}:{}", self.address.port())
    }

    /// The first password, where one was made up: to be shown once.
    #[must_use]
    pub fn first_password(&self) -> Option<&Secret<String>> {
        match &self.first {
            FirstPassword::Made(password) => Some(password),
            FirstPassword::Configured | FirstPassword::NotNeeded => None,
        }
    }

    /// Serves until `shutdown`, then drains: tells clients to come back, waits for what is under way until the
    /// deadline, and flushes.
    ///
    /// # Errors
    /// The store could not take what was left.
    pub async fn run(self, shutdown: impl Future<Output = ()>) -> Result<(), Failure> {
        let Self {
            listener, tls, edge, broker, fleet, terminals, log, store, drain, chores, ..
        } = self;
        let served = tokio::spawn(listen::serve(listener, edge, tls));
        broker.get_ready().await;
        shutdown.await;
        drain.start();
        // What runs in them ends beside everything else; the deadline is of both.
        let ended = timeout(drain.watch().deadline(), terminals.close());
        let (drained, ended) = tokio::join!(drain.wait(), ended);
        if !drained || ended.is_err() {
            tracing::warn!("the deadline of the drain has passed; the rest is cut off");
        }
        served.abort();
        fleet.close().await;
        chores.cancel();
        log.close().await?;
        drop(store);
        Ok(())
    }
}

/// Shells of this machine.
fn local_shell() -> terminal::LocalShell {
    Box::new(|session, size, cmd| Box::pin(async move { shell::open(session, size, cmd) }))
}

fn open_tls(config: &Config) -> Result<Option<Tls>, ConfigError> {
    let Some(files) = &config.tls else { return Ok(None) };
    Tls::open(files.clone()).map(Some).map_err(|why| ConfigError::in_use("tls.cert", why))
}

/// The data directory holds keys and hashes: nobody else may look into it.
fn make_directory(data: &Path) -> Result<(), Failure> {
    let wrong = |error: io::Error| format!("server.data {}: {error}", data.display());
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(data).map_err(wrong)?;
    let mode = std::fs::metadata(data).map_err(wrong)?.permissions().mode();
    if mode & 0o077 != 0 {
        let directory = data.display();
        tracing::warn!(%directory, "others may look into the data directory, which holds keys: chmod 700 it");
    }
    Ok(())
}

async fn open_store(data: &Path) -> Result<Arc<SledStore>, Failure> {
    let options = StoreOptions::new(
        data,
        Box::new(|error| {
            tracing::error!(%error, "the disk of the store failed: the hub ends, so that nothing unwritten is answered");
            std::process::exit(1);
        }),
    );
    let store = tokio::task::spawn_blocking(move || SledStore::open(options)).await??;
    if let Some(recovery) = store.recovery() {
        let dump = recovery.dump.as_ref().map(|path| path.display().to_string());
        tracing::error!(
            reason = recovery.reason,
            dump,
            "the database was damaged; a dump took its place"
        );
    }
    Ok(Arc::new(store))
}

async fn open_log(
    config: &Config,
    store: Arc<dyn EventStore>,
) -> Result<(EventLog, mpsc::Sender<crate::broker::log::Incoming>), Failure> {
    let mut options = LogOptions::new(|error| {
        tracing::error!(error, "the tail of the event log cannot be written: the hub ends");
        std::process::exit(1);
    });
    options.retention = config.events.retention;
    options.retention_count = config.events.retention_count;
    Ok(EventLog::open(&config.server.data.join("tail"), store, options).await?)
}

fn account_settings(config: &Config) -> AccountSettings {
    let auth = &config.auth;
    AccountSettings {
        registration: auth.registration,
        default_role: auth.default_role.0,
        anonymous_role: auth.anonymous_role.0,
        access_ttl: auth.access_ttl,
        refresh_ttl: auth.refresh_ttl,
    }
}

fn rules(config: &Config, hub: String) -> Rules {
    let workload = &config.workload;
    Rules {
        hub,
        cpus: workload.cpus,
        memory: workload.memory.0,
        pids: workload.pids,
        binds: workload.binds.clone(),
    }
}
