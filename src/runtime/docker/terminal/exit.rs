//! How a program of a terminal ended, asked when its output is over.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::super::client::Client;
use super::super::inspect;
use super::super::wire::{Details, answer, or_default};
use crate::runtime::{Exit, Result, RuntimeError};

/// One question. Who waits for an exit waits for nothing else.
const ASK: Duration = Duration::from_secs(5);

/// The engine ends the output up to 2 s before, and mostly 2 ms after, it has noted the exit: at first it is asked
/// often, then at ease.
const OFTEN: u32 = 5;
const AT_FIRST: Duration = Duration::from_millis(20);
const LATER: Duration = Duration::from_millis(200);
const SETTLED: Duration = Duration::from_secs(2);

/// 128 + KILL: the end of what went away with its container.
const WITH_CONTAINER: i64 = 137;

answer! {
    /// `GET /exec/{id}/json`.
    State {
        running: bool = "Running",
        exit_code: Option<i64> = "ExitCode",
        pid: i64 = "Pid",
    }
}

/// What the engine knows of an exec.
pub(super) async fn state(client: &Client, exec: &str) -> Result<State> {
    let path = format!("/exec/{exec}/json");
    client.observed("exec_inspect", ASK, client.get(&path)).await
}

fn code(code: i64) -> Exit {
    Exit { code, reason: None }
}

fn unknown(reason: impl Into<String>) -> Exit {
    Exit { code: -1, reason: Some(reason.into()) }
}

fn with_container(reason: &str) -> Exit {
    Exit { code: WITH_CONTAINER, reason: Some(reason.to_owned()) }
}

/// How often the engine is asked before it is taken to have no answer.
struct Patience {
    begun: Instant,
    looks: u32,
}

impl Patience {
    fn new() -> Self {
        Self { begun: Instant::now(), looks: 0 }
    }

    /// Waits for the next look; whether there is one.
    async fn again(&mut self) -> bool {
        if self.begun.elapsed() >= SETTLED {
            return false;
        }
        self.looks += 1;
        sleep(if self.looks <= OFTEN { AT_FIRST } else { LATER }).await;
        true
    }
}

/// Of an exec.
pub(super) async fn of_exec(client: &Client, container: &str, exec: &str) -> Exit {
    let mut patience = Patience::new();
    loop {
        match state(client, exec).await {
            Ok(State { running: false, exit_code: Some(found), .. }) => return code(found),
            Ok(_) => {}
            Err(RuntimeError::NotFound(_)) => {
                return forgotten(client, container, "the engine no longer knows how it ended")
                    .await;
            }
            Err(error) => return unknown(error.to_string()),
        }
        if !patience.again().await {
            return forgotten(client, container, "its output is over, but it still runs").await;
        }
    }
}

/// Of what the engine says nothing about: it went with its container, or `reason`.
async fn forgotten(client: &Client, container: &str, reason: &str) -> Exit {
    match details(client, container).await {
        Ok(found) if found.state.running => unknown(reason),
        Ok(_) => with_container("the container stopped"),
        Err(RuntimeError::NotFound(_)) => with_container("the container was removed"),
        Err(error) => unknown(error.to_string()),
    }
}

/// Of a container's main process that was started at `started`.
pub(super) async fn of_container(client: &Client, container: &str, started: &str) -> Exit {
    let mut patience = Patience::new();
    loop {
        match details(client, container).await {
            Ok(Details { state, .. }) if state.started_at != started => {
                return unknown("the container has been started again");
            }
            // One that is to be started again counts as running, too.
            Ok(Details { state, .. }) if !state.running || state.restarting => {
                return code(state.exit_code);
            }
            Ok(_) => {}
            Err(RuntimeError::NotFound(_)) => return with_container("the container was removed"),
            Err(error) => return unknown(error.to_string()),
        }
        if !patience.again().await {
            return unknown("its output is over, but it still runs");
        }
    }
}

async fn details(client: &Client, container: &str) -> Result<Details> {
    client.observed("inspect", ASK, inspect::details(client, container)).await
}
