//! `terminal open` and `terminal attach`: what may be asked for, by whom, and doing it.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use chrono::Utc;
use quayside_protocol::ErrorCode;
use quayside_protocol::command::terminal::{Attach, MAX_CELLS, MAX_COLS, MAX_ROWS, Open};
use quayside_protocol::reply::TerminalKind;
use tokio::sync::OwnedSemaphorePermit;

use super::about::{About, Why, gone};
use super::draw;
use super::run::run;
use super::session::Session;
use super::{Inner, Opened, Terminals, Viewer};
use crate::auth::policy::{Right, authorize, require};
use crate::auth::{Caller, Principal};
use crate::domain::inventory::ContainerState;
use crate::error::{Error, Result};
use crate::runtime::{Leftover, Program, Size, TerminalSource, TerminalSpec};

/// Most arguments of a command.
const MAX_ARGS: usize = 64;
/// Longest command, in bytes of all its arguments.
const MAX_CMD: usize = 8 * 1024;
/// Longest name of a user inside a container: what `useradd` allows, and a group behind a colon.
const MAX_USER: usize = 65;

/// A program that was started, on its way to be a session.
struct Started {
    id: String,
    kind: TerminalKind,
    container: Option<Arc<ContainerState>>,
    source: TerminalSource,
}

impl Terminals {
    /// `terminal open`. The audit has it, done or refused.
    ///
    /// # Errors
    /// `invalid` with the field; `not_found`; `conflict` where it does not run; `forbidden`; `limited`; the engine's.
    pub async fn open(&self, caller: &Caller, open: &Open) -> Result<Opened> {
        let (inner, caller, open) = (self.inner.clone(), caller.clone(), open.clone());
        // Whoever asked may be gone before the program is there: it is still taken care of.
        let opening = self.inner.tasks.spawn(async move { inner.open(caller, open).await });
        opening.await.map_err(Error::internal)?
    }

    /// `terminal attach`. The audit has it where the session is another's.
    ///
    /// # Errors
    /// `not_found` for a session that is not there, or that the caller may not know of; `invalid` with the field;
    /// `limited`.
    pub async fn attach(&self, caller: &Caller, attach: &Attach) -> Result<Opened> {
        let principal = proved(caller)?;
        require(principal, "terminal", "attach")?;
        let size = check_size(attach.cols, attach.rows)?;
        let session = self.inner.find(&attach.session).filter(|s| self.inner.may(principal, s));
        let session = session.ok_or_else(gone)?;
        if !principal.owns(Some(session.about.owner())) {
            let detail = if attach.readonly { "readonly" } else { "" };
            let target = session.about.target();
            self.inner.audit.room()?;
            self.inner.audit.record(caller, "terminal_attach", &target, "ok", detail).await;
        }
        let (offset, redraw) = match session.kept_from(attach.offset)? {
            Some(offset) => (offset, None),
            None => {
                let drawn = draw::redraw(&session).await;
                let (offset, text) = drawn.ok_or_else(|| Error::internal("no screen"))?;
                (offset, Some(text))
            }
        };
        let (username, returns) = (&*principal.username, redraw.is_none());
        let seat = session.attach(username, attach.readonly, size, offset, returns)?;
        Ok(Opened {
            cmd: session.about.cmd.clone(),
            offset,
            redraw,
            size: session.current_size(),
            viewer: Viewer::new(session, seat, caller.clone()),
        })
    }
}

impl Inner {
    async fn open(self: Arc<Self>, caller: Caller, open: Open) -> Result<Opened> {
        let opened = self.clone().opened(&caller, &open).await;
        let (result, target) = match &opened {
            Ok((_, target)) => ("ok", target.clone()),
            Err(error) => {
                let words = match error.code() {
                    // As everywhere: what was said wrongly is no deed.
                    ErrorCode::Invalid | ErrorCode::Unauthenticated => {
                        return Err(as_opened(opened));
                    }
                    code => code.as_str(),
                };
                let target = match (&open.host, &open.container) {
                    (Some(host), Some(container)) => format!("{host}/{container}"),
                    (one, other) => {
                        one.as_ref().or(other.as_ref()).map_or("local", |one| one).to_owned()
                    }
                };
                (words, target)
            }
        };
        let cmd = match &opened {
            Ok((opened, _)) => opened.cmd.join(" "),
            Err(_) => open.cmd.clone().unwrap_or_default().join(" "),
        };
        let detail = format!("{cmd} as {}", open.user.as_deref().unwrap_or("its own user"));
        self.audit.record(&caller, "terminal_open", &target, result, &detail).await;
        opened.map(|(opened, _)| opened)
    }

    async fn opened(self: Arc<Self>, caller: &Caller, open: &Open) -> Result<(Opened, String)> {
        let principal = proved(caller)?;
        require(principal, "terminal", "open")?;
        let size = check_size(open.cols, open.rows)?;
        check(open)?;
        let slot = self.slot(&principal.username)?;
        let started = match (open.local, &open.host, &open.container) {
            (true, None, None) => self.start_local(principal, open, size).await?,
            (true, Some(_), _) => return Err(invalid("host", "has no place beside local")),
            (true, _, Some(_)) => return Err(invalid("container", "has no place beside local")),
            (false, Some(host), Some(container)) => {
                self.start(caller, open, (host, container), size).await?
            }
            (false, None, _) => return Err(invalid("host", "must be given, or local")),
            (false, _, None) => return Err(invalid("container", "must be given, or local")),
        };
        Ok(self.begin(caller, open, started, size, slot))
    }

    /// Starts a program in a container, which is written down before.
    async fn start(
        &self,
        caller: &Caller,
        open: &Open,
        (host, container): (&str, &str),
        size: Size,
    ) -> Result<Started> {
        let target = self.containers.target(caller, host, container, Right::Change).await?;
        // Nothing is begun that the audit could not know of.
        self.audit.room()?;
        let id = uuid::Uuid::new_v4().to_string();
        let facts = &target.container.facts;
        let (kind, program) = if open.attach {
            (TerminalKind::Attach, Program::Attach)
        } else {
            let left = Leftover {
                session: id.clone(),
                container: facts.id.clone(),
                user: open.user.clone(),
            };
            self.leftovers.keep(host, left).await?;
            let (cmd, user) = (open.cmd.clone(), open.user.clone());
            (TerminalKind::Exec, Program::Exec { cmd, user })
        };
        let spec = TerminalSpec { session: id.clone(), program, size };
        match target.runtime.terminal(&facts.id, spec).await {
            Ok(source) => {
                let container = Some((*target.container).clone());
                Ok(Started { id, kind, container, source })
            }
            Err(error) => {
                if kind == TerminalKind::Exec {
                    self.not_started(host, &id, &target.container, open).await;
                }
                Err(error.into())
            }
        }
    }

    /// A program that was refused may have started all the same, where the answer was lost.
    async fn not_started(&self, host: &str, id: &str, container: &ContainerState, open: &Open) {
        let left = Leftover {
            session: id.to_owned(),
            container: container.facts.id.clone(),
            user: open.user.clone(),
        };
        let (leftovers, host) = (self.leftovers.clone(), host.to_owned());
        let work = async move { leftovers.sweep(&host, &left).await };
        tokio::spawn(self.stop.clone().run_until_cancelled_owned(work));
    }

    async fn start_local(&self, who: &Principal, open: &Open, size: Size) -> Result<Started> {
        let Some(shell) = &self.local else {
            return Err(Error::forbidden(
                "shells on the hub's own machine are off: terminal.local_shell = true allows them",
            ));
        };
        if !who.is_admin() {
            let reason = "only an admin may open a shell on the hub's own machine";
            return Err(Error::forbidden(reason));
        }
        self.audit.room()?;
        let id = uuid::Uuid::new_v4().to_string();
        let source = shell(id.clone(), size, open.cmd.clone()).await?;
        Ok(Started { id, kind: TerminalKind::Local, container: None, source })
    }

    /// Makes a session of a program that runs, and lets it run.
    fn begin(
        self: Arc<Self>,
        caller: &Caller,
        open: &Open,
        started: Started,
        size: Size,
        slot: OwnedSemaphorePermit,
    ) -> (Opened, String) {
        let Started { id, kind, container, source } = started;
        let TerminalSource { cmd, output, input, control } = source;
        let number =
            caller.principal.as_ref().and_then(|p| Some(self.accounts.standing(&p.username)?.0));
        let about = About {
            id: id.clone(),
            kind,
            container,
            cmd: cmd.clone(),
            user: open.user.clone(),
            opener: caller.clone(),
            number,
            created_at: Utc::now(),
        };
        let (session, seat) =
            Session::new(about, size, self.linger, self.traffic.clone(), self.places.clone());
        let session = Arc::new(session);
        let target = session.about.target();
        self.count(kind).fetch_add(1, Ordering::Relaxed);
        self.sessions().insert(id, session.clone());
        // The hub may have begun to go down, or the account to be gone, since it was asked.
        if self.closing() {
            session.end(Why::Down);
        } else if !self.still(&session) {
            session.end(Why::Revoked);
        }
        let viewer = Viewer::new(session.clone(), seat, caller.clone());
        let inner = self.clone();
        self.tasks.spawn(async move {
            let over = run(&session, output, input, control.into()).await;
            inner.count(kind).fetch_sub(1, Ordering::Relaxed);
            inner.over(&session, over).await;
            drop(slot);
        });
        (Opened { viewer, cmd, offset: 0, redraw: None, size }, target)
    }

    /// Whether `principal` may know of a session: its owner, operator, admin; and a shell of the hub's own machine is
    /// for admins only.
    pub(super) fn may(&self, principal: &Principal, session: &Session) -> bool {
        let about = &session.about;
        let entitled = principal.owns(Some(about.owner())) || principal.is_operator();
        entitled
            && match &about.container {
                Some(container) => {
                    authorize(principal, Right::Change, container.clone(), gone).is_ok()
                }
                None => principal.is_admin() && self.local.is_some(),
            }
    }
}

fn as_opened(opened: Result<(Opened, String)>) -> Error {
    opened.err().unwrap_or_else(gone)
}

/// A window that the model of the screen can hold.
pub(super) fn check_size(cols: u16, rows: u16) -> Result<Size> {
    if !(1..=MAX_COLS).contains(&cols) {
        return Err(Error::invalid("cols", format!("must be 1 to {MAX_COLS}")));
    }
    if !(1..=MAX_ROWS).contains(&rows) {
        return Err(Error::invalid("rows", format!("must be 1 to {MAX_ROWS}")));
    }
    if u32::from(cols) * u32::from(rows) > MAX_CELLS {
        let reason = format!("times cols must be at most {MAX_CELLS}");
        return Err(Error::invalid("rows", reason));
    }
    Ok(Size { cols, rows })
}

fn check(open: &Open) -> Result<()> {
    if let Some(cmd) = &open.cmd {
        if cmd.first().is_none_or(String::is_empty) {
            return Err(invalid("cmd", "must name a program; null is a shell"));
        }
        if cmd.len() > MAX_ARGS || cmd.iter().map(String::len).sum::<usize>() > MAX_CMD {
            let reason = format!("must have at most {MAX_ARGS} parts and {MAX_CMD} bytes");
            return Err(Error::invalid("cmd", reason));
        }
        if cmd.iter().any(|part| part.contains('\0')) {
            return Err(invalid("cmd", "must not contain NUL"));
        }
    }
    let wrong = |user: &String| {
        user.is_empty() || user.len() > MAX_USER || user.chars().any(char::is_control)
    };
    if open.user.as_ref().is_some_and(wrong) {
        let reason = format!("must be a name or number of 1 to {MAX_USER} bytes");
        return Err(Error::invalid("user", reason));
    }
    if open.attach && open.local {
        return Err(invalid("attach", "has no place beside local"));
    }
    if open.attach && open.cmd.is_some() {
        return Err(invalid("cmd", "has no place beside attach: the main process runs already"));
    }
    if (open.attach || open.local) && open.user.is_some() {
        return Err(invalid("user", "may be chosen for a program in a container only"));
    }
    Ok(())
}

fn invalid(field: &str, reason: &str) -> Error {
    Error::invalid(field, reason)
}

pub(super) fn proved(caller: &Caller) -> Result<&Principal> {
    caller.principal.as_ref().ok_or_else(Error::unauthenticated)
}
