//! The program of the hub's own that is put into a container: its bytes, the way in, and what it said.

use bytes::Bytes;
use futures::StreamExt;
use uuid::Uuid;

use super::super::archive;
use super::super::client::{CALL, Client};
use super::super::wire::{answer, or_default};
use super::run::run;
use crate::runtime::{ByteStream, Result, RuntimeError};

/// Statically linked; made by the build script.
static PROGRAM: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/inside"));

/// Milliseconds until it kills, and until it gives up.
const PATIENCE: &str = "1500";
const LIMIT: &str = "2400";

/// By numbers, because an image may have no names.
pub(super) const ROOT: &str = "0:0";

/// Whose machine it runs on, in the words of engines.
const MACHINE: &str = match std::env::consts::ARCH.as_bytes() {
    b"x86_64" => "amd64",
    b"aarch64" => "arm64",
    b"x86" => "386",
    _ => std::env::consts::ARCH,
};

answer! {
    /// `GET /version`.
    Version {
        machine: String = "Arch",
    }
}

/// What one run came to.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Report {
    /// Processes that it could not end.
    pub(super) left: usize,
    /// Processes that it could not look at.
    pub(super) hidden: usize,
}

/// Why it could not be run.
#[derive(Debug)]
pub(super) enum Unfit {
    /// The container's file system takes no file.
    ReadOnly,
    /// The engine's machine is of another kind; its name.
    Machine(String),
    /// It was put there, and did not run or broke off; what it or the engine said.
    Failed(String),
}

/// Ends from within what belongs to `session`, as `user` (none: the container's own).
///
/// # Errors
/// What befell the way to the engine or the container itself.
pub(super) async fn end(
    client: &Client,
    container: &str,
    session: &str,
    user: Option<&str>,
) -> Result<std::result::Result<Report, Unfit>> {
    let version: Version = client.call("version", CALL, client.get("/version")).await?;
    if version.machine != MACHINE {
        return Ok(Err(Unfit::Machine(version.machine)));
    }
    let name = format!(".quayside-{}-{}", env!("CARGO_PKG_VERSION"), Uuid::new_v4().simple());
    match archive::upload(client, container, "/".to_owned(), tar(&name)?).await {
        Ok(()) => {}
        Err(RuntimeError::Failed(why) | RuntimeError::Invalid(why))
            if why.contains("read-only") =>
        {
            return Ok(Err(Unfit::ReadOnly));
        }
        Err(RuntimeError::Failed(why)) => return Ok(Err(Unfit::Failed(why))),
        Err(other) => return Err(other),
    }
    let path = format!("/{name}");
    let words = [path.as_str(), "end", session, PATIENCE, LIMIT].map(str::to_owned);
    let ran = run(client, container, user, words.into()).await;
    let report = ran.as_ref().ok().and_then(|ran| report(&ran.said));
    if report.is_none() || user != Some(ROOT) {
        // It takes itself away as the first thing it does, where it comes to that and may do it.
        remove(client, container, &path).await;
    }
    if let Some(report) = report {
        return Ok(Ok(report));
    }
    let ran = ran?;
    let said: String = ran.said.trim().chars().take(300).collect();
    Ok(Err(Unfit::Failed(match said.as_str() {
        "" => format!("it ended with {}", ran.code),
        said => said.to_owned(),
    })))
}

/// By itself, which takes nothing of the image, or by the image's command.
async fn remove(client: &Client, container: &str, path: &str) {
    for words in [&[path, "remove"][..], &["rm", "-f", path]] {
        let words = words.iter().copied().map(str::to_owned).collect();
        if run(client, container, Some(ROOT), words).await.is_ok_and(|ran| ran.code == 0) {
            return;
        }
    }
}

fn tar(name: &str) -> Result<ByteStream> {
    let mut header = tar::Header::new_gnu();
    header.set_size(PROGRAM.len() as u64);
    // Others run it too: it becomes them to see their processes.
    header.set_mode(0o555);
    let mut tar = tar::Builder::new(Vec::new());
    let whole = tar.append_data(&mut header, name, PROGRAM).and_then(|()| tar.into_inner());
    let whole = whole.map_err(|error| RuntimeError::Invalid(error.to_string()))?;
    Ok(futures::stream::iter([Ok(Bytes::from(whole))]).boxed())
}

/// None if it did not come to its end.
fn report(said: &str) -> Option<Report> {
    let mut report = Report::default();
    for line in said.lines() {
        match line.split_once(' ') {
            Some(("left", _)) => report.left += 1,
            Some(("hidden", count)) => report.hidden = count.parse().unwrap_or(0),
            None if line == "done" => return Some(report),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_report_with_an_end_counts() {
        let said = "left 7 sleep 1000\nleft 9 sh\nhidden 3\ndone\n";
        assert_eq!(report(said), Some(Report { left: 2, hidden: 3 }));
        assert_eq!(report("hidden 0\ndone"), Some(Report::default()));
        assert_eq!(report("left 7 sleep 1000\n"), None);
        assert_eq!(report("OCI runtime exec failed: exec failed: permission denied"), None);
    }

    #[test]
    fn the_program_needs_nothing_of_the_image() {
        assert!(PROGRAM.starts_with(b"\x7fELF"));
        // A dynamic one names the loader that it needs.
        assert!(!PROGRAM.windows(9).any(|window| window == b"/ld-linux" || window == b"/ld-musl-"));
    }
}
