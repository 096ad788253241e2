//! A shell of the hub's own machine, on a terminal that the kernel makes. It knows no account and no right: who
//! reaches it was allowed to.

mod output;
mod processes;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::env;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::ExitStatus;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use futures::future::BoxFuture;
use pty_process::{Command, Pty};
use rustix::fs::{Access, access};
use rustix::termios::{Winsize, tcsetwinsize};
use tokio::process::Child;
use tokio::sync::watch;
use tokio::time::timeout;

use self::output::Output;
use self::processes::Session;
use super::{Exit, Result, RuntimeError, Size, TerminalControl, TerminalSource};

/// What of the hub's environment a shell is given. The rest is the hub's own, its secrets among it.
const PASSED_ON: [&str; 7] = ["HOME", "USER", "LOGNAME", "PATH", "LANG", "SHELL", "TZ"];

/// Tried in order after `SHELL`.
const SHELLS: [&str; 2] = ["/bin/bash", "/bin/sh"];

/// A program whose output is over has mostly ended already.
const SETTLED: Duration = Duration::from_secs(2);

/// Starts `cmd`, or the hub's own shell, with a terminal, as the hub's own user, in its home directory. Everything
/// that is started in it is marked with `session`. Runs within tokio.
///
/// # Errors
/// [`RuntimeError::Invalid`] if `cmd` is empty; [`RuntimeError::Failed`] if there is no terminal to be had, or the
/// command cannot be started.
pub fn open(session: String, size: Size, cmd: Option<Vec<String>>) -> Result<TerminalSource> {
    let cmd = cmd.unwrap_or_else(|| vec![shell()]);
    let (program, arguments) = cmd
        .split_first()
        .ok_or_else(|| RuntimeError::Invalid("cmd: names no program".to_owned()))?;
    let command = Command::new(program)
        .args(arguments)
        .env_clear()
        .envs(environment(&session))
        .current_dir(home());
    let started = start(command, size);
    let (terminal, window, child) =
        started.map_err(|error| RuntimeError::Failed(format!("{program}: {error}")))?;
    let (output, input) = terminal.into_split();
    let session = Session::new(session, child.id());
    let status = watched(child);
    let output = Box::new(Output::new(output, status.clone()));
    let control = Box::new(Control { window, status, session });
    Ok(TerminalSource { cmd, output, input: Box::new(input), control })
}

/// Its terminal, another hold on that for its size, and the program.
fn start(command: Command, size: Size) -> pty_process::Result<(Pty, OwnedFd, Child)> {
    // For a moment a new terminal is open to whatever is started just then: no shell is to have another's.
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let (terminal, end) = pty_process::open()?;
    terminal.resize(pty_process::Size::new(size.rows, size.cols))?;
    let window = terminal.as_fd().try_clone_to_owned()?;
    let child = command.spawn(end)?;
    Ok((terminal, window, child))
}

/// How it ended, once it has. Waits for it as long as it runs: what nobody waits for stays in the kernel's table.
fn watched(mut child: Child) -> watch::Receiver<Option<Exit>> {
    let (ended, status) = watch::channel(None);
    tokio::spawn(async move {
        let exit = match child.wait().await {
            Ok(status) => Exit { code: code(status), reason: None },
            Err(error) => Exit { code: -1, reason: Some(error.to_string()) },
        };
        ended.send_replace(Some(exit));
    });
    status
}

/// As shells count: what a signal ended has 128 and the signal.
fn code(status: ExitStatus) -> i64 {
    let signalled = || status.signal().map(|signal| 128 + signal);
    status.code().or_else(signalled).map_or(-1, i64::from)
}

fn shell() -> String {
    let own = env::var("SHELL").ok().filter(|path| path.starts_with('/'));
    let mut candidates = own.into_iter().chain(SHELLS.map(str::to_owned));
    let found = candidates.find(|path| access(path.as_str(), Access::EXEC_OK).is_ok());
    found.unwrap_or_else(|| "sh".to_owned())
}

fn home() -> String {
    env::var("HOME").ok().filter(|path| Path::new(path).is_dir()).unwrap_or_else(|| "/".to_owned())
}

fn environment(session: &str) -> BTreeMap<String, String> {
    let own = PASSED_ON.iter().filter_map(|&name| Some((name.to_owned(), env::var(name).ok()?)));
    let marks = [("TERM", "xterm-256color"), (processes::MARK, session)];
    own.chain(marks.map(|(name, value)| (name.to_owned(), value.to_owned()))).collect()
}

struct Control {
    window: OwnedFd,
    status: watch::Receiver<Option<Exit>>,
    session: Session,
}

impl TerminalControl for Control {
    fn resize(&self, Size { cols, rows }: Size) -> BoxFuture<'_, Result<()>> {
        let size = Winsize { ws_col: cols, ws_row: rows, ws_xpixel: 0, ws_ypixel: 0 };
        let set = tcsetwinsize(&self.window, size);
        let set = set.map_err(|error| RuntimeError::Failed(error.to_string()));
        Box::pin(std::future::ready(set))
    }

    fn exit(&self) -> BoxFuture<'_, Exit> {
        let mut status = self.status.clone();
        Box::pin(async move {
            let ended = timeout(SETTLED, status.wait_for(Option::is_some)).await;
            ended.ok().and_then(|status| status.ok()?.clone()).unwrap_or_else(|| Exit {
                code: -1,
                reason: Some("its output is over, but it still runs".to_owned()),
            })
        })
    }

    fn end(&self) -> BoxFuture<'_, Option<String>> {
        Box::pin(self.session.end())
    }
}
