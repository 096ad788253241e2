//! A program that the hub runs in a container to its end, without a terminal.

use std::time::Duration;

use bollard::container::LogOutput;
use bollard::exec::{CreateExecOptions, StartExecOptions, StartExecResults};
use futures::StreamExt;
use tokio::time::timeout;

use super::super::client::{CALL, Client};
use super::super::error;
use super::super::wire::{answer, or_default};
use crate::runtime::{Result, RuntimeError};

/// From its start to the end of its output; the longest program has 3 s.
const RUN: Duration = Duration::from_secs(8);

/// What it may say; more is not read.
const MAX_OUTPUT: usize = 64 << 10;

answer! {
    /// `GET /exec/{id}/json`.
    Exec {
        running: bool = "Running",
        exit_code: Option<i64> = "ExitCode",
        pid: i32 = "Pid",
    }
}

impl Exec {
    /// Whether it may come to run yet. An engine answers to a start before it begins with
    /// it, and gives no status before the end.
    pub(super) fn is_starting(&self) -> bool {
        self.pid == 0 && (self.running || self.exit_code.is_none())
    }
}

/// How a program ended, and both its outputs.
#[derive(Debug)]
pub(super) struct Ran {
    pub(super) code: i64,
    pub(super) said: String,
}

/// Asks the engine about one exec.
pub(super) async fn exec(client: &Client, id: &str) -> Result<Exec> {
    client.call("exec_inspect", CALL, client.get(&format!("/exec/{id}/json"))).await
}

/// Runs `command` in a container as `user` (none: the container's own).
///
/// # Errors
/// [`RuntimeError::Conflict`] if the container is paused or stopped. A command that cannot be started is no error
/// but a code of 126 or 127.
pub(super) async fn run(
    client: &Client,
    container: &str,
    user: Option<&str>,
    command: Vec<String>,
) -> Result<Ran> {
    // Never privileged: a container can put its own program in the place of ours.
    let options = CreateExecOptions {
        attach_stdout: Some(true),
        attach_stderr: Some(true),
        cmd: Some(command),
        user: user.map(str::to_owned),
        working_dir: Some("/".to_owned()),
        ..Default::default()
    };
    let create = async |docker: bollard::Docker| docker.create_exec(container, options).await;
    let made = client.command("exec_create", CALL, create).await?.id;
    let start =
        async |docker: bollard::Docker| docker.start_exec(&made, None::<StartExecOptions>).await;
    let begun = client.command("exec_start", CALL, start).await?;
    let said = timeout(RUN, read(begun)).await;
    let late = |_| RuntimeError::Timeout("what was run in the container did not end".to_owned());
    let said = said.map_err(late)??;
    let code = exec(client, &made).await?.exit_code.unwrap_or(-1);
    Ok(Ran { code, said })
}

async fn read(begun: StartExecResults) -> Result<String> {
    let StartExecResults::Attached { mut output, .. } = begun else {
        return Err(RuntimeError::Failed("the engine gave no output".to_owned()));
    };
    let mut said = Vec::new();
    while let Some(piece) = output.next().await {
        if let LogOutput::StdOut { message }
        | LogOutput::StdErr { message }
        | LogOutput::Console { message } = piece.map_err(error::from_bollard)?
            && said.len() < MAX_OUTPUT
        {
            said.extend_from_slice(&message);
        }
    }
    Ok(String::from_utf8_lossy(&said).into_owned())
}
