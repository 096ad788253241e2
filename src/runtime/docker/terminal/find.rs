//! Which shell a container has, seen from outside: an image without one has nothing that could be asked inside.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use hyper::Method;
use serde::Deserialize;

use super::super::client::{CALL, Client, escape};
use super::super::inspect;
use crate::runtime::{Result, RuntimeError};

/// From the best on.
const SHELLS: [&str; 3] = ["bash", "ash", "sh"];
const PLACES: [&str; 2] = ["/bin", "/usr/bin"];

/// A link that leads to more links than this leads nowhere.
const MAX_LINKS: usize = 8;

/// What the engine's `X-Docker-Container-Path-Stat` says; the mode is Go's.
#[derive(Deserialize)]
struct Stat {
    mode: u32,
    #[serde(rename = "linkTarget", default)]
    link_target: String,
}

/// Bits of Go's mode: link, whatever else is no plain file, anybody may execute.
const LINK: u32 = 1 << 27;
const NO_FILE: u32 = 0x8f28_0000;
const EXECUTE: u32 = 0o111;

/// The shells to try, in order: the one that is there or, where the engine does not show its containers' files,
/// all that might be.
///
/// # Errors
/// [`RuntimeError::NotFound`] if it has none, [`RuntimeError::Conflict`] if it does not run.
pub(super) async fn shells(client: &Client, id: &str) -> Result<Vec<String>> {
    let paths = |shell| PLACES.map(|place| format!("{place}/{shell}"));
    for shell in SHELLS {
        let [first, second] = paths(shell);
        let (a, b) = futures::join!(there(client, id, &first), there(client, id, &second));
        match (a, b) {
            (Ok(true), _) => return Ok(vec![first]),
            (Ok(false), Ok(true)) => return Ok(vec![second]),
            (Ok(false), Ok(false)) => {}
            (Err(error), _) | (_, Err(error)) => match error {
                RuntimeError::Unavailable(_) | RuntimeError::Timeout(_) => return Err(error),
                _ => return Ok(SHELLS.into_iter().flat_map(paths).collect()),
            },
        }
    }
    let details = client.call("inspect", CALL, inspect::details(client, id)).await?;
    match details.state.running {
        true => Err(none(id)),
        // As the engine says it to who starts a program there.
        false => Err(RuntimeError::Conflict(format!("Container {id} is not running"))),
    }
}

/// What tells programs that a terminal takes UTF-8, where the container's own environment says nothing of that.
pub(super) async fn locale(client: &Client, id: &str) -> Option<&'static str> {
    // What keeps it from being looked at keeps the program from being started, and is told then.
    let details = client.call("inspect", CALL, inspect::details(client, id)).await.ok()?;
    let says = |set: &String| {
        let name = set.split('=').next();
        matches!(name, Some("LANG" | "LC_ALL" | "LC_CTYPE"))
    };
    (!details.config.env.iter().any(says)).then_some("LANG=C.UTF-8")
}

/// There is none.
pub(super) fn none(id: &str) -> RuntimeError {
    RuntimeError::NotFound(format!(
        "container {id} has no shell: there is no bash, ash or sh in its /bin or /usr/bin"
    ))
}

/// Whether `path` is, or leads to, a file that can be executed.
async fn there(client: &Client, id: &str, path: &str) -> Result<bool> {
    let mut path = path.to_owned();
    for _ in 0..MAX_LINKS {
        let stat = match client.call("stat", CALL, stat(client, id, &path)).await {
            Ok(stat) => stat,
            Err(RuntimeError::NotFound(_)) => return Ok(false),
            Err(error) => return Err(error),
        };
        if stat.mode & LINK == 0 {
            return Ok(stat.mode & NO_FILE == 0 && stat.mode & EXECUTE != 0);
        }
        path = target(&path, &stat.link_target);
    }
    Ok(false)
}

/// Where a link at `path` leads to. The engine gives the whole way; others may give what is written in the link.
fn target(path: &str, link: &str) -> String {
    match (link.starts_with('/'), path.rsplit_once('/')) {
        (false, Some((directory, _))) => format!("{directory}/{link}"),
        _ => link.to_owned(),
    }
}

async fn stat(client: &Client, id: &str, path: &str) -> Result<Stat> {
    let path = format!("/containers/{id}/archive?path={}", escape(path));
    let response = client.open(Method::HEAD, &path, &[]).await?;
    let header = response.headers().get("x-docker-container-path-stat");
    header.and_then(|header| parse(header.as_bytes())).ok_or_else(|| {
        RuntimeError::Failed("the engine does not show what is in its containers".to_owned())
    })
}

fn parse(header: &[u8]) -> Option<Stat> {
    serde_json::from_slice(&BASE64_STANDARD.decode(header).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_engines_word_on_a_path_is_read() {
        let read = |json: &str| parse(BASE64_STANDARD.encode(json).as_bytes()).unwrap();
        let link = read(
            r#"{"name":"sh","size":12,"mode":134218239,"mtime":"1970-01-01T00:00:00Z","linkTarget":"/bin/busybox"}"#,
        );
        assert_ne!(link.mode & LINK, 0);
        assert_eq!(target("/bin/sh", &link.link_target), "/bin/busybox");
        let file = read(r#"{"name":"busybox","size":1982256,"mode":493,"linkTarget":""}"#);
        assert_eq!(file.mode & (LINK | NO_FILE), 0);
        assert_ne!(file.mode & EXECUTE, 0);
        assert_ne!(read(r#"{"name":"bin","mode":2147484141}"#).mode & NO_FILE, 0);
        assert!(parse(b"{}").is_none() && parse(b"e30=").is_none());
    }

    #[test]
    fn a_link_leads_from_where_it_is() {
        assert_eq!(target("/bin/sh", "busybox"), "/bin/busybox");
        assert_eq!(target("/bin/sh", "../usr/bin/dash"), "/bin/../usr/bin/dash");
    }
}
