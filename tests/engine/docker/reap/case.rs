//! A container with terminals in it, made by the engine's own command, and the hub's runtime that ends them.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use quayside::runtime::docker::DockerEngine;
use quayside::runtime::{Leftover, Runtime};

use crate::real::{Container, DEADLINE, config, docker, inspect, socket, until};

/// Set where the tests run in a namespace of processes of their own.
pub(super) const ELSEWHERE: &str = "QUAYSIDE_TEST_ELSEWHERE";

/// How processes were ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// From here.
    Here,
    /// By the program that was put into the container.
    Program,
    /// By the image's shell, after the program could not be put there.
    Shell,
}

pub(super) fn is_elsewhere() -> bool {
    std::env::var_os(ELSEWHERE).is_some()
}

/// The way that must be taken: `otherwise` where the container's processes are not seen.
pub(super) fn way(otherwise: Way) -> Way {
    if is_elsewhere() { otherwise } else { Way::Here }
}

pub(super) struct World {
    container: Container,
    id: String,
    engine: Arc<DockerEngine>,
    calls: Arc<Mutex<Vec<(&'static str, &'static str)>>>,
}

impl World {
    /// A container whose main process ends at TERM.
    pub(super) fn new(options: &[&str]) -> Self {
        let main = "trap 'exit 0' TERM; while :; do sleep 7001 & wait; done";
        Self::of(options, &["busybox", "sh", "-c", main])
    }

    pub(super) fn of(options: &[&str], command: &[&str]) -> Self {
        let name = format!("t-reap-{}", uuid::Uuid::new_v4().simple());
        // Some of what runs there never stops starting more.
        let run = ["run", "-d", "--pids-limit", "300", "--name", &name];
        docker(&[&run, options, command].concat());
        let container = Container(name);
        let id = inspect(&container.0, "{{.Id}}");
        let calls = Arc::new(Mutex::new(Vec::new()));
        let mut config = config(&format!("unix://{}", socket()));
        let kept = calls.clone();
        config.observer = Some(Arc::new(move |kind, result, _| {
            kept.lock().unwrap().push((kind, result));
        }));
        Self { container, id, engine: DockerEngine::new(config).unwrap(), calls }
    }

    pub(super) fn id(&self) -> &str {
        &self.id
    }

    pub(super) fn engine(&self) -> &DockerEngine {
        &self.engine
    }

    pub(super) fn session(&self) -> String {
        uuid::Uuid::new_v4().to_string()
    }

    /// Starts a shell's script as a terminal would.
    pub(super) fn start(&self, session: &str, user: Option<&str>, script: &str) {
        self.start_command(session, user, &["sh", "-c", script]);
    }

    pub(super) fn start_command(&self, session: &str, user: Option<&str>, command: &[&str]) {
        let mark = format!("QUAYSIDE_SESSION={session}");
        let mut words = vec!["exec", "-d", "-e", &mark];
        words.extend(user.iter().flat_map(|user| ["-u", user]));
        words.push(&self.container.0);
        words.extend(command);
        docker(&words);
    }

    /// The numbers of the `sleep`s of terminals that run, each once.
    pub(super) fn running(&self) -> Vec<u32> {
        let is_one = |command: &[String]| {
            command.len() == 2 && command.first().is_some_and(|word| word.ends_with("sleep"))
        };
        self.commands()
            .iter()
            .filter(|c| is_one(c))
            .flat_map(|c| numbers(c))
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect()
    }

    /// The numbers that stand anywhere in a command, also in that of a shell.
    pub(super) fn named(&self) -> Vec<u32> {
        let all: BTreeSet<u32> = self.commands().iter().flat_map(|c| numbers(c)).collect();
        all.into_iter().collect()
    }

    /// How many `sleep`s of terminals run.
    pub(super) fn count(&self) -> usize {
        self.commands().iter().flat_map(|command| numbers(command)).count()
    }

    /// Words of all that runs.
    fn commands(&self) -> Vec<Vec<String>> {
        let top = docker(&["top", &self.id, "-eo", "pid,stat,args"]);
        let words = top.lines().map(|line| line.split_whitespace().map(str::to_owned).collect());
        let live = words.filter(|words: &Vec<String>| !words[1].starts_with('Z'));
        live.map(|words| words[2..].to_vec()).collect()
    }

    /// Waits until these run.
    pub(super) async fn runs(&self, numbers: &[u32]) {
        let wanted: BTreeSet<u32> = numbers.iter().copied().collect();
        let wanted: Vec<u32> = wanted.into_iter().collect();
        let all = until("all of them run", async || self.running() == wanted);
        if tokio::time::timeout(DEADLINE / 2, all).await.is_err() {
            assert_eq!(self.running(), wanted, "{}", docker(&["top", &self.id]));
        }
    }

    /// What the hub says is left, and how long it took.
    pub(super) async fn sweep(
        &self,
        session: &str,
        user: Option<&str>,
    ) -> (Option<String>, Duration) {
        self.calls.lock().unwrap().clear();
        let begun = Instant::now();
        let left = Leftover {
            session: session.to_owned(),
            container: self.id.clone(),
            user: user.map(str::to_owned),
        };
        let left = self.engine.terminal_sweep(&left).await.unwrap();
        (left, begun.elapsed())
    }

    /// How the last sweep went about it.
    pub(super) fn way(&self) -> Way {
        let calls = self.calls.lock().unwrap();
        match calls.iter().find(|(kind, _)| *kind == "upload") {
            None => Way::Here,
            Some((_, "ok")) => Way::Program,
            Some(_) => Way::Shell,
        }
    }

    /// The program that was put there took itself away.
    pub(super) fn no_file_is_left(&self) {
        let changed = docker(&["diff", &self.id]);
        assert!(!changed.contains("/.quayside"), "{changed}");
    }
}

/// Those of terminals.
fn numbers(command: &[String]) -> Vec<u32> {
    let number = |word: &String| word.trim_end_matches([';', '\'']).parse().ok();
    command.iter().filter_map(number).filter(|number| *number > 8000).collect()
}
