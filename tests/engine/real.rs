//! A real engine, used from two sides: by its own command, and by the hub's runtime.

use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use quayside::runtime::address::Address;
use quayside::runtime::docker::{DockerConfig, DockerEngine};

use crate::support::wait;

/// How long anything may take that is waited for; only a hang takes that long.
pub(crate) const DEADLINE: Duration = wait::PATIENCE;

/// The directory of the engine under test.
pub(crate) fn dir() -> PathBuf {
    match std::env::var_os("QUAYSIDE_ENGINE_A") {
        Some(dir) => dir.into(),
        None => {
            panic!("QUAYSIDE_ENGINE_A is not set: scripts/engine start DIR, and name DIR in it")
        }
    }
}

/// The engine's socket.
pub(crate) fn socket() -> String {
    dir().join("docker.sock").display().to_string()
}

/// How the engine is reached when nothing is special.
pub(crate) fn config(address: &str) -> DockerConfig {
    DockerConfig {
        address: Address::parse(address).unwrap(),
        tls: None,
        ssh: None,
        run_dir: std::env::temp_dir().join("quayside-run"),
        observer: None,
    }
}

/// The hub's side.
pub(crate) fn engine() -> Arc<DockerEngine> {
    DockerEngine::new(config(&format!("unix://{}", socket()))).unwrap()
}

/// The engine's own command; its output without the line end.
pub(crate) fn docker(args: &[&str]) -> String {
    let output = try_docker(args);
    output.unwrap_or_else(|error| panic!("docker {args:?}: {error}"))
}

/// The engine's own command, or what it complains of.
pub(crate) fn try_docker(args: &[&str]) -> Result<String, String> {
    let mut command = Command::new("docker");
    command.env_remove("DOCKER_CONTEXT").env_remove("DOCKER_HOST");
    let output = command.arg("-H").arg(format!("unix://{}", socket())).args(args).output().unwrap();
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).trim_end().to_owned())
    } else {
        Err(String::from_utf8_lossy(&output.stderr).trim().to_owned())
    }
}

/// One value of `docker inspect`.
pub(crate) fn inspect(id: &str, format: &str) -> String {
    docker(&["inspect", "--format", format, id])
}

/// A name that no other test has.
pub(crate) fn name(what: &str) -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("t-{what}-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
}

/// A container that goes with the test.
pub(crate) struct Container(pub(crate) String);

impl Container {
    /// `docker run -d`, with a shell command.
    pub(crate) fn run(options: &[&str], script: &str) -> Self {
        let name = name("c");
        let mut args = vec!["run", "-d", "--name", &name];
        args.extend(options);
        args.extend(["busybox", "sh", "-c", script]);
        docker(&args);
        Self(name)
    }

    /// What does nothing until it is told to end, and then ends at once.
    pub(crate) fn idle() -> Self {
        Self::run(&[], "trap 'exit 0' TERM; while :; do sleep 1000 & wait; done")
    }
}

impl Drop for Container {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = try_docker(&["rm", "-f", "-v", &self.0]);
    }
}

/// Waits until it is so.
pub(crate) async fn until(what: &str, mut so: impl AsyncFnMut() -> bool) {
    let begun = Instant::now();
    while !so().await {
        assert!(begun.elapsed() < DEADLINE, "not within {DEADLINE:?}: {what}");
        wait::pass(Duration::from_millis(20)).await;
    }
}
