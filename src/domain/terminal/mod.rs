//! Terminals: programs that people use through the hub. One session for every kind, which outlives the connections
//! of its viewers. It knows no frame and no socket: a [`Viewer`] is asked for what comes next.

mod about;
mod draw;
mod leftover;
mod open;
mod paint;
mod redraw;
mod ring;
mod run;
mod seats;
mod session;
mod typed;
mod viewer;

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use futures::future::BoxFuture;
use quayside_protocol::reply::{List, TerminalItem, TerminalKind, TerminalViewer};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use viewer::Viewer;

use self::about::{Traffic, Why};
use self::draw::Places;
use self::leftover::Leftovers;
use self::open::{check_size, proved};
use self::run::Over;
use self::session::Session;
use super::account::{Accounts, Audit};
use super::container::Containers;
use super::fleet::Fleet;
use crate::auth::policy::{self, require};
use crate::auth::{Caller, Principal};
use crate::error::{Error, Result};
use crate::runtime::{Leftover, Size, TerminalSource};
use crate::store::Store;

/// Sessions at once: each is five tasks, a connection to its engine, and up to 4 MB once its screen has scrolled; four
/// times that for the widest window with colours everywhere.
const MAX_SESSIONS: usize = 2_000;
/// Sessions at once of one account, so that none takes them all.
const MAX_OF_ONE: usize = 250;

/// Opens a shell on the hub's own machine: the session's id, its window, and a command in the shell's place.
pub type LocalShell = Box<
    dyn Fn(
            String,
            Size,
            Option<Vec<String>>,
        ) -> BoxFuture<'static, crate::runtime::Result<TerminalSource>>
        + Send
        + Sync,
>;

/// What terminals are made of.
pub struct Wiring {
    /// Every host.
    pub fleet: Arc<Fleet>,
    /// Whose rights on containers are asked.
    pub containers: Arc<Containers>,
    /// Who there is.
    pub accounts: Arc<Accounts>,
    /// What everybody did.
    pub audit: Arc<Audit>,
    /// Where what may be left running is written down.
    pub store: Arc<dyn Store>,
    /// How long a lost connection is waited for.
    pub linger: Duration,
    /// None: there are no shells on the hub's own machine.
    pub local: Option<LocalShell>,
    /// Ends what goes on beside sessions.
    pub stop: CancellationToken,
}

/// How many terminals there are, and how much went through them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Programs in containers.
    pub exec: u64,
    /// Main processes of containers.
    pub attach: u64,
    /// Shells on the hub's own machine.
    pub local: u64,
    /// Bytes that were typed, so far.
    pub bytes_in: u64,
    /// Bytes that programs put out, so far.
    pub bytes_out: u64,
}

/// The verbs of `terminal`.
pub struct Terminals {
    inner: Arc<Inner>,
}

struct Inner {
    containers: Arc<Containers>,
    accounts: Arc<Accounts>,
    audit: Arc<Audit>,
    leftovers: Leftovers,
    linger: Duration,
    local: Option<LocalShell>,
    stop: CancellationToken,
    sessions: Mutex<HashMap<String, Arc<Session>>>,
    slots: Arc<Semaphore>,
    tasks: TaskTracker,
    open: [AtomicU64; 3],
    traffic: Arc<Traffic>,
    places: Arc<Places>,
}

/// A viewer's place in a session it has just opened or attached to.
pub struct Opened {
    /// Its hold on the session.
    pub viewer: Viewer,
    /// What runs.
    pub cmd: Vec<String>,
    /// Where the output that follows begins.
    pub offset: u64,
    /// What to draw first; none where nothing was missed, or what was missed follows.
    pub redraw: Option<String>,
    /// The session's window.
    pub size: Size,
}

/// What a viewer is to be told next.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// Output.
    Output {
        /// Of its first byte.
        offset: u64,
        /// At most as many as were asked for.
        bytes: Bytes,
    },
    /// It was too slow: draw this, and go on at `offset`.
    Redraw {
        /// Where the output that follows begins.
        offset: u64,
        /// What to draw.
        text: String,
    },
    /// The window's size, or who looks.
    State {
        /// The session's window.
        size: Size,
        /// Everybody attached.
        viewers: Vec<TerminalViewer>,
    },
    /// The end, once.
    Exit {
        /// The status.
        code: i64,
        /// Why, where the code does not tell.
        reason: Option<String>,
    },
}

impl Terminals {
    /// The terminals of a fleet.
    #[must_use]
    pub fn new(wiring: Wiring) -> Self {
        let Wiring { fleet, containers, accounts, audit, store, linger, local, stop } = wiring;
        let inner = Inner {
            containers,
            accounts,
            audit,
            leftovers: Leftovers::new(fleet, store),
            linger,
            local,
            stop,
            sessions: Mutex::default(),
            slots: Arc::new(Semaphore::new(MAX_SESSIONS)),
            tasks: TaskTracker::new(),
            open: Default::default(),
            traffic: Arc::default(),
            places: Arc::default(),
        };
        Self { inner: Arc::new(inner) }
    }

    /// Sweeps up what an earlier run of the hub left, and from now on ends the sessions of accounts that may not have
    /// them any more. To be called once.
    pub fn start(&self) {
        let (inner, stop) = (self.inner.clone(), self.inner.stop.clone());
        let leftovers = self.inner.leftovers.clone();
        tokio::spawn(stop.clone().run_until_cancelled_owned(async move {
            leftovers.sweep_all().await;
        }));
        tokio::spawn(stop.run_until_cancelled_owned(async move {
            let mut revocations = inner.accounts.revocations();
            while revocations.changed().await.is_ok() {
                for session in inner.all().iter().filter(|session| !inner.still(session)) {
                    session.end(Why::Revoked);
                }
            }
        }));
    }

    /// `terminal list`: those that the caller may attach to, oldest first.
    ///
    /// # Errors
    /// `unauthenticated`; `forbidden` for a role that has no terminals.
    pub fn list(&self, caller: &Caller) -> Result<List<TerminalItem>> {
        let principal = proved(caller)?;
        require(principal, "terminal", "list")?;
        let mut sessions = self.inner.all();
        sessions.retain(|session| self.inner.may(principal, session));
        sessions.sort_by_key(|session| session.about.created_at);
        Ok(List::whole(sessions.iter().map(|session| session.item()).collect()))
    }

    /// How many there are, and what went through them.
    #[must_use]
    pub fn counts(&self) -> Counts {
        let open = |kind| self.inner.count(kind).load(Ordering::Relaxed);
        let traffic = &self.inner.traffic;
        Counts {
            exec: open(TerminalKind::Exec),
            attach: open(TerminalKind::Attach),
            local: open(TerminalKind::Local),
            bytes_in: traffic.typed.load(Ordering::Relaxed),
            bytes_out: traffic.output.load(Ordering::Relaxed),
        }
    }

    /// Ends all of them side by side, and takes no more: the hub is going down. Bounded by what the end of one may
    /// take, half a minute; whoever has less time stops waiting.
    pub async fn close(&self) {
        self.inner.slots.close();
        for session in self.inner.all() {
            session.end(Why::Down);
        }
        self.inner.tasks.close();
        self.inner.tasks.wait().await;
    }
}

impl Inner {
    fn sessions(&self) -> MutexGuard<'_, HashMap<String, Arc<Session>>> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn all(&self) -> Vec<Arc<Session>> {
        self.sessions().values().cloned().collect()
    }

    fn find(&self, session: &str) -> Option<Arc<Session>> {
        self.sessions().get(session).cloned()
    }

    fn count(&self, kind: TerminalKind) -> &AtomicU64 {
        let [exec, attach, local] = &self.open;
        match kind {
            TerminalKind::Exec => exec,
            TerminalKind::Attach => attach,
            TerminalKind::Local => local,
        }
    }

    fn closing(&self) -> bool {
        self.slots.is_closed()
    }

    /// A place for one session more of that account.
    fn slot(&self, account: &str) -> Result<OwnedSemaphorePermit> {
        let own = |session: &&Arc<Session>| session.about.owner() == account;
        if self.all().iter().filter(own).count() >= MAX_OF_ONE {
            let reason = format!("you have {MAX_OF_ONE} terminals on this hub: close some");
            return Err(Error::limited(reason, 30));
        }
        self.slots.clone().try_acquire_owned().map_err(|_| {
            if self.closing() {
                return Error::unavailable("the hub is going down: try again");
            }
            let reason = format!("{MAX_SESSIONS} terminals are open on this hub: close some");
            Error::limited(reason, 30)
        })
    }

    /// Whether a session's account may still have it, by its role of now.
    fn still(&self, session: &Session) -> bool {
        let about = &session.about;
        let (Some(number), Some(principal)) = (about.number, &about.opener.principal) else {
            return true;
        };
        let now = self.accounts.standing(&principal.username).filter(|now| now.0 == number);
        let role = now.and_then(|(_, role)| policy::lent(principal.role, role));
        role.is_some_and(|role| self.may(&Principal { role, ..principal.clone() }, session))
    }

    /// A program has ended: what is left of it is seen to, and the session is there for latecomers as long as
    /// somebody looks or is waited for.
    async fn over(&self, session: &Arc<Session>, over: Over) {
        let about = &session.about;
        let Over { why, code, reason, left } = over;
        if why.is_some() {
            self.sessions().remove(&about.id);
        }
        if let (TerminalKind::Exec, Some(container)) = (about.kind, &about.container) {
            match &left {
                None => self.leftovers.forget(&about.id).await,
                Some(_) => {
                    self.sweep_later(session, container.host.to_string(), &container.facts.id)
                }
            }
        }
        let caller = match &why {
            Some(Why::Closed(caller)) => caller,
            _ => &about.opener,
        };
        let ended = reason.as_deref().unwrap_or("its program ended");
        let words = why.as_ref().map_or(ended, |why| why.words());
        let detail = match &left {
            None => format!("{words}; status {code}"),
            Some(left) => format!("{words}; status {code}; left: {left}"),
        };
        let target = about.target();
        self.audit.record(caller, "terminal_close", &target, "ok", &detail).await;
        if why.is_none() {
            session.ending().await;
            self.sessions().remove(&about.id);
        }
    }

    /// What could not be ended is tried again once its host is online.
    fn sweep_later(&self, session: &Session, host: String, container: &str) {
        let left = Leftover {
            session: session.about.id.clone(),
            container: container.to_owned(),
            user: session.about.user.clone(),
        };
        let leftovers = self.leftovers.clone();
        let work = async move { leftovers.sweep(&host, &left).await };
        tokio::spawn(self.stop.clone().run_until_cancelled_owned(work));
    }
}

#[cfg(test)]
mod tests;
