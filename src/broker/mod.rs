//! The one place that commands pass through on their way in, and events on their way out. It knows no transport:
//! it is handed a caller and a command, and hands back an answer or a cursor.

mod dispatch;
mod events;
pub mod log;
pub mod subscription;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use quayside_protocol::command::Command;
use quayside_protocol::command::container::Target;
use quayside_protocol::command::terminal::{Attach, Open};
use quayside_protocol::position::Position;
use quayside_protocol::push::Progress;
use quayside_protocol::reply::{Container, Reply, Setting};
use quayside_protocol::topic::{Subscribe, Topic};
use serde_json::{Value, json};
use tokio::sync::{mpsc, watch};

use crate::auth::{Caller, Principal};
use crate::domain::account::{Accounts, Audit};
use crate::domain::container::Containers;
use crate::domain::fleet::Fleet;
pub use crate::domain::fleet::Glance;
use crate::domain::host::Hosts;
use crate::domain::image::Images;
use crate::domain::terminal::Terminals;
pub use crate::domain::terminal::{Counts, Opened, Step, Viewer};
use crate::error::{Error, Result};
use crate::runtime::ByteStream;
pub use log::Limit;
pub use subscription::{Delivery, Sources, Subscription};

/// What a request presented to prove who it is.
#[derive(Clone, Copy)]
pub enum Presented<'a> {
    /// Nothing.
    Nothing,
    /// An access token or a long-lived one, from a header.
    Bearer(&'a str),
    /// A one-time ticket, from a URL.
    Ticket(&'a str),
    /// A session cookie.
    Cookie(&'a str),
}

/// The parts of the hub that answer commands.
pub struct Parts {
    /// Who there is.
    pub accounts: Arc<Accounts>,
    /// What everybody did.
    pub audit: Arc<Audit>,
    /// Every host.
    pub fleet: Arc<Fleet>,
    /// The verbs of `host`.
    pub hosts: Arc<Hosts>,
    /// The verbs of `container`.
    pub containers: Arc<Containers>,
    /// The verbs of `image`.
    pub images: Arc<Images>,
    /// The verbs of `terminal`.
    pub terminals: Arc<Terminals>,
    /// The configuration in force, without secrets.
    pub settings: Vec<Setting>,
    /// What can be subscribed to.
    pub sources: Sources,
}

/// A handle on the hub; clones share it.
#[derive(Clone)]
pub struct Broker {
    parts: Arc<Parts>,
    ready: Arc<AtomicBool>,
}

impl Broker {
    /// The broker over `parts`.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        Self { parts: Arc::new(parts), ready: Arc::default() }
    }

    /// Who presented it; none where nothing was presented and nobody may come without.
    ///
    /// # Errors
    /// `unauthenticated` for what is bad, expired or revoked.
    pub fn authenticate(&self, presented: Presented<'_>) -> Result<Option<Principal>> {
        let accounts = &self.parts.accounts;
        match presented {
            Presented::Nothing => Ok(accounts.anonymous()),
            Presented::Bearer(token) => match accounts.authenticate(token) {
                // An invite speaks for nobody yet; registration takes it from the caller's bearer.
                Err(_) if accounts.is_invite(token) => Ok(None),
                principal => principal.map(Some),
            },
            Presented::Ticket(ticket) => accounts.ticket_use(ticket).map(Some),
            Presented::Cookie(cookie) => accounts.authenticate_cookie(cookie).map(Some),
        }
    }

    /// Moves whenever a proof may have ended before its time; then ask [`Broker::still`].
    #[must_use]
    pub fn revocations(&self) -> watch::Receiver<u64> {
        self.parts.accounts.revocations()
    }

    /// Moves with the newest event of the log.
    #[must_use]
    pub fn head(&self) -> watch::Receiver<Position> {
        self.parts.sources.head()
    }

    /// `principal` with its rights of now; none when its proof has ended.
    #[must_use]
    pub fn still(&self, principal: &Principal) -> Option<Principal> {
        self.parts.accounts.still(principal)
    }

    /// Whether the caller's role may ever do `noun` `opt`.
    #[must_use]
    pub fn admits(&self, caller: &Caller, noun: &str, opt: &str) -> bool {
        dispatch::admit(caller, noun, opt).is_ok()
    }

    /// Refuses a caller whose role may never do `noun` `opt`: asked where the fields of the command could not be
    /// read, because that comes before what is wrong with them. `data` gives what fields there are, for the audit.
    ///
    /// # Errors
    /// `unauthenticated` or `forbidden`.
    pub async fn may(
        &self,
        caller: &Caller,
        (noun, opt): (&str, &str),
        data: impl FnOnce() -> Value,
    ) -> Result<()> {
        let admitted = dispatch::admit(caller, noun, opt);
        if admitted.is_err() {
            let target = dispatch::target(&data());
            dispatch::audit(&self.parts, caller, (noun, opt), &target, &admitted).await;
        }
        admitted
    }

    /// Does what is asked and answers once it is durable.
    ///
    /// # Errors
    /// The command's own.
    pub async fn call(&self, caller: &Caller, command: Command) -> Result<Reply> {
        dispatch::call(&self.parts, caller, command, None).await
    }

    /// The same; how far a pull is goes to `progress`.
    ///
    /// # Errors
    /// The command's own.
    pub async fn call_with_progress(
        &self,
        caller: &Caller,
        command: Command,
        progress: mpsc::Sender<Progress>,
    ) -> Result<Reply> {
        dispatch::call(&self.parts, caller, command, Some(progress)).await
    }

    /// One container as a list shows it.
    ///
    /// # Errors
    /// `not_found`, also for what the caller may not know of.
    pub async fn container(&self, caller: &Caller, target: &Target) -> Result<Container> {
        self.parts.containers.get(caller, target).await
    }

    /// What answers about all containers of a host are as of now, where they are the same for everybody like the
    /// caller; see [`Fleet::glance`].
    #[must_use]
    pub fn glance(&self, caller: &Caller, host: &str) -> Option<Glance> {
        self.parts.fleet.glance(caller.principal.as_ref()?, host)
    }

    /// Opens a cursor over a topic, with the rights of `caller`. `last_event_id` goes before `since`, and a
    /// malformed one is as one the log no longer holds.
    ///
    /// # Errors
    /// `invalid` with the field; `not_found` for what topic `logs` names.
    pub async fn subscribe(
        &self,
        caller: &Caller,
        subscribe: &Subscribe,
        last_event_id: Option<&str>,
    ) -> Result<Subscription> {
        let principal = caller.principal.as_ref().ok_or_else(Error::unauthenticated)?;
        let sources = &self.parts.sources;
        match subscribe.topic {
            Topic::Logs => {
                let lines = self.parts.containers.follow(caller, subscribe).await?;
                Ok(Subscription::of_lines(lines, subscribe))
            }
            Topic::Events | Topic::Containers | Topic::Hosts | Topic::Stats => {
                let mut open = Subscription::open(sources, principal, subscribe, last_event_id)?;
                open.watch_live().await;
                Ok(open)
            }
        }
    }

    /// Opens a terminal.
    ///
    /// # Errors
    /// The domain's, and `forbidden` by the caller's role.
    pub async fn terminal_open(&self, caller: &Caller, open: &Open) -> Result<Opened> {
        let target = || json!({ "host": open.host, "container": open.container });
        self.may(caller, ("terminal", "open"), target).await?;
        self.parts.terminals.open(caller, open).await
    }

    /// Attaches to a terminal that is there.
    ///
    /// # Errors
    /// The domain's, and `forbidden` by the caller's role.
    pub async fn terminal_attach(&self, caller: &Caller, attach: &Attach) -> Result<Opened> {
        let target = || json!({ "id": attach.session });
        self.may(caller, ("terminal", "attach"), target).await?;
        self.parts.terminals.attach(caller, attach).await
    }

    /// How many terminals there are, and what went through them.
    #[must_use]
    pub fn terminal_counts(&self) -> Counts {
        self.parts.terminals.counts()
    }

    /// Unpacks a tar into a container.
    ///
    /// # Errors
    /// The domain's.
    pub async fn upload(
        &self,
        caller: &Caller,
        target: &Target,
        path: &str,
        tar: ByteStream,
    ) -> Result<()> {
        let (host, container) = (&target.host, &target.container);
        let done = self.parts.containers.upload(caller, host, container, path, tar).await;
        self.audit_files(caller, "container_upload", target, path, word(&done)).await;
        done
    }

    /// A tar out of a container.
    ///
    /// # Errors
    /// The domain's.
    pub async fn download(
        &self,
        caller: &Caller,
        target: &Target,
        path: &str,
    ) -> Result<ByteStream> {
        let (host, container) = (&target.host, &target.container);
        let done = self.parts.containers.download(caller, host, container, path).await;
        self.audit_files(caller, "container_download", target, path, word(&done)).await;
        done
    }

    async fn audit_files(
        &self,
        caller: &Caller,
        action: &str,
        target: &Target,
        path: &str,
        result: &str,
    ) {
        let on = format!("{}/{}", target.host, target.container);
        self.parts.audit.record(caller, action, &on, result, path).await;
    }

    /// Waits until each host has answered or failed once, or has had its time to; from then on the hub is ready.
    pub async fn get_ready(&self) {
        self.parts.fleet.ready().await;
        self.ready.store(true, Ordering::Release);
    }

    /// Whether each host has answered or failed once, or has had its time to.
    #[must_use]
    pub fn ready(&self) -> bool {
        self.ready.load(Ordering::Acquire)
    }
}

/// A result in the audit's words.
fn word<T>(done: &Result<T>) -> &'static str {
    done.as_ref().map_or_else(|error| error.code().as_str(), |_| "ok")
}
