//! Nothing that was started in a terminal stays running in its container. An engine ends no exec by itself, and
//! has no call for it. Everything that a terminal's exec starts carries `QUAYSIDE_SESSION` in its environment; by
//! that, by session and by parent its processes are found: from here where the container is on this machine, else
//! by a program that is put into it, else by the image's shell. It knows no viewer, and not why a terminal ends.
//!
//! What takes all three off (a daemon with an environment of its own, in a session of its own, whose parent has
//! ended) is not found.

mod ending;
mod here;
mod program;
mod run;
mod shell;
mod table;
mod words;

use std::time::{Duration, Instant};

use tokio::time::sleep;

use self::here::{Outcome, Suspect};
use self::program::Unfit;
use super::client::{CALL, Client};
use super::inspect;
use super::wire::Details;
use crate::runtime::{Leftover, Result, RuntimeError};

/// For an engine to notice that a process has ended.
const NOTICE: Duration = Duration::from_millis(1_500);

/// For an engine to start what it was told to start; one that is busy takes a second.
const BEGIN: Duration = Duration::from_secs(5);

/// Most execs of a container that are asked for where it is not known which is the terminal's.
const MAX_EXECS: usize = 500;

/// Between two questions whether it has.
const GLANCE: Duration = Duration::from_millis(40);

/// A terminal whose processes are to end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Target {
    /// The container's full id.
    pub(super) container: String,
    /// The exec's id, where it is known.
    pub(super) exec: Option<String>,
    /// What `QUAYSIDE_SESSION` is in its environment.
    pub(super) session: String,
    /// As whom it ran; none: the container's own user.
    pub(super) user: Option<String>,
}

impl From<Leftover> for Target {
    fn from(left: Leftover) -> Self {
        let Leftover { session, container, user } = left;
        Self { container, exec: None, session, user }
    }
}

/// Ends everything of a terminal: HUP, and KILL within 3 s. What could not be ended, in words; none if nothing of it
/// runs any more, also because its container is stopped or gone.
pub(super) async fn end(client: &Client, target: &Target) -> Option<String> {
    match sweep(client, target).await {
        Ok(left) => left,
        Err(error) => {
            Some(format!("what was started in it may still run in the container: {error}"))
        }
    }
}

/// Like [`end`].
///
/// # Errors
/// The engine cannot be asked, so that nothing is known.
pub(super) async fn sweep(client: &Client, target: &Target) -> Result<Option<String>> {
    let mut why = String::new();
    // Twice: an engine tells of a process before that has become its command and carries the mark.
    for _ in 0..2 {
        let Some(details) = standing(client, target).await? else { return Ok(None) };
        begun(client, target, &details).await?;
        let leader = leader(client, target).await?;
        let seen = here::end(suspect(target, &details, leader)).await;
        let gone = match seen {
            Outcome::Seen(ended) if ended.left.is_empty() => Ok(()),
            _ if details.state.paused => Err("the container is paused".to_owned()),
            _ => match inside(client, target, &details).await {
                Ok(done) => done,
                // It may have been stopped meanwhile.
                Err(error) => match standing(client, target).await? {
                    Some(_) => return Err(error),
                    None => return Ok(None),
                },
            },
        };
        match gone {
            Ok(()) if is_over(client, target).await? => return Ok(None),
            Ok(()) => "the engine says that it still runs".clone_into(&mut why),
            Err(reason) => {
                why = reason;
                break;
            }
        }
    }
    if standing(client, target).await?.is_none() {
        return Ok(None);
    }
    let leader = leader(client, target).await?;
    Ok(Some(words::stays(client, &target.container, leader, &why).await))
}

/// The container; none if it does not run.
async fn standing(client: &Client, target: &Target) -> Result<Option<Details>> {
    match client.call("inspect", CALL, inspect::details(client, &target.container)).await {
        Ok(details) if details.state.running => Ok(Some(details)),
        Ok(_) | Err(RuntimeError::NotFound(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Waits for what is about to start, for as long as that may take: it cannot be seen yet.
async fn begun(client: &Client, target: &Target, details: &Details) -> Result<()> {
    // The hub's last run may have ended while the engine was about to start one that is not known.
    let execs = target.exec.as_ref().map_or(&*details.exec_ids, std::slice::from_ref);
    let begun = Instant::now();
    for exec in execs.iter().take(MAX_EXECS) {
        while let Some(state) = known(client, exec).await? {
            // One that was made and not started stays so for good, where nobody will start it.
            let waits = state.is_starting() && (state.running || target.exec.is_some());
            if !waits || begun.elapsed() > BEGIN {
                break;
            }
            sleep(GLANCE).await;
        }
    }
    Ok(())
}

/// What the engine knows of an exec; none some minutes after its end, and once its container is gone.
async fn known(client: &Client, exec: &str) -> Result<Option<run::Exec>> {
    match run::exec(client, exec).await {
        Ok(exec) => Ok(Some(exec)),
        Err(RuntimeError::NotFound(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The first process of the terminal, while the engine says that it runs.
async fn leader(client: &Client, target: &Target) -> Result<Option<i32>> {
    let Some(exec) = &target.exec else { return Ok(None) };
    let exec = known(client, exec).await?;
    Ok(exec.filter(|exec| exec.running && exec.pid > 0).map(|exec| exec.pid))
}

/// Whether the engine, too, says that the terminal has ended.
async fn is_over(client: &Client, target: &Target) -> Result<bool> {
    let Some(exec) = &target.exec else { return Ok(true) };
    let begun = Instant::now();
    while known(client, exec).await?.is_some_and(|exec| exec.running || exec.is_starting()) {
        if begun.elapsed() > NOTICE {
            return Ok(false);
        }
        sleep(GLANCE).await;
    }
    Ok(true)
}

fn suspect(target: &Target, details: &Details, leader: Option<i32>) -> Suspect {
    Suspect {
        session: target.session.clone(),
        container: details.id.clone(),
        main: details.state.pid,
        leader,
    }
}

/// Ends from within the container; else why not.
async fn inside(
    client: &Client,
    target: &Target,
    details: &Details,
) -> Result<std::result::Result<(), String>> {
    let Target { container, session, user, .. } = target;
    let own = user.as_deref().unwrap_or(&details.config.user);
    let is_root = matches!(own.split(':').next(), Some("" | "0" | "root"));
    let mut ran = program::end(client, container, session, Some(program::ROOT)).await?;
    if !is_root && matches!(&ran, Ok(report) if report.left > 0 || report.hidden > 0) {
        // Root of a container may lack the right to see or end what others run.
        ran = program::end(client, container, session, user.as_deref()).await?;
    }
    let unfit = match ran {
        Ok(report) if report.left == 0 => return Ok(Ok(())),
        Ok(_) => return Ok(Err("neither its user nor root can kill it there".to_owned())),
        Err(unfit) => unfit,
    };
    let without = match shell::end(
        client,
        container,
        session,
        (!is_root).then_some(user.as_deref()),
    )
    .await?
    {
        Some(report) if report.left == 0 => return Ok(Ok(())),
        Some(_) => return Ok(Err("neither its user nor root can kill it there".to_owned())),
        None => "the image has no shell",
    };
    Ok(Err(match unfit {
        Unfit::ReadOnly => format!("{without}, and its file system is read-only"),
        Unfit::Machine(machine) => format!(
            "{without}, and the hub has no program for the engine's kind of machine ({machine})"
        ),
        Unfit::Failed(said) => {
            format!("{without}, and the hub's program did not run in it: {said}")
        }
    }))
}
