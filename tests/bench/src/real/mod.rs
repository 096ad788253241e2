//! A real Docker Engine, and the programs that its own users drive it with.

pub(crate) mod desk;
pub(crate) mod prompt;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use crate::http::Http;
use crate::said::{Outcome, Said};
use crate::usage::{self, Usage};

/// Connections that make or remove many containers.
const HANDS: usize = 4;

/// A running engine.
pub(crate) struct Real {
    dir: PathBuf,
    /// Somebody else's: what is made there is removed.
    borrowed: bool,
}

impl Real {
    /// Starts one below `dir`, or takes the one that runs in `borrowed`.
    pub(crate) fn start(scripts: &Path, dir: &Path, borrowed: Option<&Path>) -> Outcome<Self> {
        if let Some(dir) = borrowed {
            return Ok(Self { dir: dir.to_owned(), borrowed: true });
        }
        let dir = dir.join("engine");
        let mut command = Command::new(scripts.join("engine"));
        command.arg("start").arg(&dir).arg("--no-bridge").stdout(Stdio::null());
        match command.status().said("scripts/engine")? {
            status if status.success() => Ok(Self { dir, borrowed: false }),
            _ => Err("no Docker Engine could be started here".to_owned()),
        }
    }

    pub(crate) fn socket(&self) -> PathBuf {
        self.dir.join("docker.sock")
    }

    pub(crate) fn http(&self) -> Outcome<Http> {
        Http::unix(&self.socket())
    }

    /// The docker command on it.
    pub(crate) fn docker(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("docker");
        command.arg("-H").arg(format!("unix://{}", self.socket().display())).args(arguments);
        command.env_remove("DOCKER_CONTEXT");
        command
    }

    /// What dockerd has used.
    pub(crate) fn usage(&self) -> Outcome<Usage> {
        let id = std::fs::read_to_string(self.dir.join("pid")).said("the engine's process")?;
        Ok(usage::of(id.trim().parse().said("the engine's process")?))
    }

    /// Makes a container that sleeps; its id.
    pub(crate) fn create(&self, name: &str) -> Outcome<String> {
        create(&mut self.http()?, name)
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Outcome<Value> {
        self.http()?.post(path, body)
    }

    /// Makes many at once; their ids.
    pub(crate) fn create_many(&self, prefix: &str, count: usize) -> Outcome<Vec<String>> {
        self.by_hand((0..count).collect(), |http, number| {
            create(http, &format!("{prefix}{number}"))
        })
    }

    pub(crate) fn start_many(&self, ids: &[String]) -> Outcome<()> {
        let start = |http: &mut Http, id: String| {
            http.post(&format!("/containers/{id}/start"), &Value::Null).map(drop)
        };
        self.by_hand(ids.to_vec(), start).map(drop)
    }

    /// Removes them, where they would stay.
    pub(crate) fn remove(&self, ids: &[String]) {
        if self.borrowed {
            let remove = |http: &mut Http, id: String| {
                http.send("DELETE", &format!("/containers/{id}?force=1&v=1"), "").map(drop)
            };
            if let Err(error) = self.by_hand(ids.to_vec(), remove) {
                eprintln!("    containers are left over: {error}");
            }
        }
    }

    fn by_hand<I: Sync + Clone + Send, T: Send>(
        &self,
        items: Vec<I>,
        work: impl Fn(&mut Http, I) -> Outcome<T> + Sync,
    ) -> Outcome<Vec<T>> {
        let next = AtomicUsize::new(0);
        let hand = || -> Outcome<Vec<T>> {
            let mut http = self.http()?;
            let mut done = Vec::new();
            while let Some(item) = items.get(next.fetch_add(1, Ordering::Relaxed)) {
                done.push(work(&mut http, item.clone())?);
            }
            Ok(done)
        };
        std::thread::scope(|scope| {
            let hands: Vec<_> = (0..HANDS).map(|_| scope.spawn(hand)).collect();
            let mut all = Vec::new();
            for hand in hands {
                all.extend(hand.join().map_err(|_| "a hand fell off".to_owned())??);
            }
            Ok(all)
        })
    }
}

fn create(http: &mut Http, name: &str) -> Outcome<String> {
    let config = json!({
        "Image": "busybox", "Cmd": ["sleep", "100000"], "HostConfig": { "NetworkMode": "none" },
    });
    let made = http.post(&format!("/containers/create?name={name}"), &config)?;
    made["Id"].as_str().map(str::to_owned).said("a container without an id")
}
