//! What changes a container's state: start to remove. Ids and names were checked: the library puts them into
//! the address of a request as they are.

use std::time::Duration;

use bollard::query_parameters::{
    KillContainerOptions, RemoveContainerOptions, RenameContainerOptions, RestartContainerOptions,
    StopContainerOptions,
};

use super::client::{CALL, Client};
use super::inspect;
use crate::runtime::Result;

/// Seconds the engine waits for a container that says nothing of it, and what it may need after KILL.
const DEFAULT_STOP: u64 = 10;
const AFTER_KILL: Duration = Duration::from_secs(10);

/// A container with much on its disk takes a while to go.
const REMOVE: Duration = Duration::from_secs(60);

/// How long a stop may take: as asked, else as the container itself says.
async fn patience(client: &Client, id: &str, timeout: Option<u64>) -> Result<Duration> {
    let seconds = match timeout {
        Some(seconds) => seconds,
        None => {
            let details = client.call("inspect", CALL, inspect::details(client, id)).await?;
            details.config.stop_timeout.and_then(|s| u64::try_from(s).ok()).unwrap_or(DEFAULT_STOP)
        }
    };
    Ok(Duration::from_secs(seconds).saturating_add(AFTER_KILL))
}

/// Seconds as the API has them.
fn seconds(timeout: Option<u64>) -> Option<i32> {
    timeout.map(|seconds| i32::try_from(seconds).unwrap_or(i32::MAX))
}

pub(super) async fn start(client: &Client, id: &str) -> Result<()> {
    client.command("start", CALL, async |docker| docker.start_container(id, None).await).await
}

pub(super) async fn stop(client: &Client, id: &str, timeout: Option<u64>) -> Result<()> {
    let options = StopContainerOptions { t: seconds(timeout), ..Default::default() };
    let work = async |docker: bollard::Docker| docker.stop_container(id, Some(options)).await;
    client.command("stop", patience(client, id, timeout).await?, work).await
}

pub(super) async fn restart(client: &Client, id: &str, timeout: Option<u64>) -> Result<()> {
    let options = RestartContainerOptions { t: seconds(timeout), ..Default::default() };
    let work = async |docker: bollard::Docker| docker.restart_container(id, Some(options)).await;
    client.command("restart", patience(client, id, timeout).await?, work).await
}

pub(super) async fn pause(client: &Client, id: &str) -> Result<()> {
    client.command("pause", CALL, async |docker| docker.pause_container(id).await).await
}

pub(super) async fn unpause(client: &Client, id: &str) -> Result<()> {
    client.command("unpause", CALL, async |docker| docker.unpause_container(id).await).await
}

pub(super) async fn kill(client: &Client, id: &str, signal: Option<&str>) -> Result<()> {
    let options = KillContainerOptions { signal: signal.unwrap_or("KILL").to_owned() };
    let work = async |docker: bollard::Docker| docker.kill_container(id, Some(options)).await;
    client.command("kill", CALL, work).await
}

pub(super) async fn rename(client: &Client, id: &str, name: &str) -> Result<()> {
    let options = RenameContainerOptions { name: name.to_owned() };
    let work = async |docker: bollard::Docker| docker.rename_container(id, options).await;
    client.command("rename", CALL, work).await
}

pub(super) async fn remove(client: &Client, id: &str, force: bool, volumes: bool) -> Result<()> {
    let options = RemoveContainerOptions { v: volumes, force, link: false };
    let work = async |docker: bollard::Docker| docker.remove_container(id, Some(options)).await;
    client.command("remove", REMOVE, work).await
}
