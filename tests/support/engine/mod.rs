//! An engine that does what a test tells it: Docker's HTTP over a unix socket, containers in memory, the last 256
//! events kept as a real one keeps them, and faults on demand. It knows nothing of the hub.

mod api;
mod container;
mod events;
pub(crate) mod exec;
mod serve;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::Value;
use tokio_util::sync::CancellationToken;

pub(crate) use container::Container;
use events::Events;
pub(crate) use exec::Exec;

/// What goes wrong with requests from now on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// They are taken and never answered.
    Hang,
    /// The connection is closed instead of an answer.
    Drop,
    /// The answer is 200 and no JSON.
    Garbage,
    /// The connection speaks no HTTP at all.
    Noise,
    /// The answer is this status, in Docker's form.
    Status(u16),
    /// The answer comes late.
    Slow(Duration),
}

/// A request that came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Request {
    pub(crate) method: String,
    /// Without the version.
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) body: String,
}

#[derive(Default)]
struct State {
    containers: Vec<Container>,
    execs: Vec<Exec>,
    /// References of images that are there.
    images: Vec<String>,
    made: u64,
    /// Beginning of the paths that are meant, and what happens to them; the last that fits counts.
    faults: Vec<(String, Fault)>,
    requests: Vec<Request>,
}

struct Shared {
    id: String,
    state: Mutex<State>,
    events: Events,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn fault(&self, path: &str) -> Option<Fault> {
        let state = self.state();
        state
            .faults
            .iter()
            .rev()
            .find(|(start, _)| path.starts_with(start))
            .map(|(_, fault)| *fault)
    }
}

/// The engine. It listens until it is stopped or dropped.
pub(crate) struct ScriptedEngine {
    socket: PathBuf,
    shared: Arc<Shared>,
    listening: Mutex<Option<CancellationToken>>,
}

impl ScriptedEngine {
    /// Listens at `socket`, which must not be there.
    pub(crate) fn start(socket: &Path) -> Self {
        let state = State { images: vec!["busybox:latest".to_owned()], ..State::default() };
        let id = format!("scripted-{}", socket.file_stem().unwrap().to_str().unwrap());
        let shared = Shared { id, state: Mutex::new(state), events: Events::default() };
        let engine = Self {
            socket: socket.to_owned(),
            shared: Arc::new(shared),
            listening: Mutex::new(None),
        };
        engine.listen();
        engine
    }

    /// `unix://` and the socket.
    pub(crate) fn address(&self) -> String {
        format!("unix://{}", self.socket.display())
    }

    fn listen(&self) {
        let listener = tokio::net::UnixListener::bind(&self.socket).unwrap();
        let end = CancellationToken::new();
        tokio::spawn(serve::accept(listener, self.shared.clone(), end.clone()));
        *self.listening.lock().unwrap() = Some(end);
    }

    /// Ends every connection and listens no more, as after a KILL: what happened stays with the containers.
    pub(crate) fn stop(&self) {
        if let Some(end) = self.listening.lock().unwrap().take() {
            end.cancel();
        }
        // A second stop finds nothing.
        let _ = std::fs::remove_file(&self.socket);
    }

    /// Listens again. As with a real engine nothing is left of the events from before.
    pub(crate) fn restart(&self) {
        self.stop();
        self.shared.events.forget();
        self.listen();
    }

    /// Listens again where it was only out of reach: it knows its last 256 events.
    pub(crate) fn reach(&self) {
        self.stop();
        self.listen();
    }

    /// Requests whose path begins so meet `fault` from now on.
    pub(crate) fn fail(&self, paths: &str, fault: Fault) {
        self.shared.state().faults.push((paths.to_owned(), fault));
    }

    /// No faults any more. What hangs goes on hanging.
    pub(crate) fn mend(&self) {
        self.shared.state().faults.clear();
    }

    /// Something happened: told to whoever listens, and kept.
    pub(crate) fn emit(&self, kind: &str, action: &str, actor: &str, attributes: &Value) {
        self.shared.events.emit(kind, action, actor, attributes);
    }

    /// Loses the event streams that are open, and nothing else.
    pub(crate) fn cut_events(&self) {
        self.shared.events.cut();
    }

    /// What it has told so far, word for word, oldest first.
    pub(crate) fn told(&self) -> Vec<Value> {
        self.shared.events.told()
    }

    /// Puts a container there, as somebody beside the hub would, and tells.
    pub(crate) fn add(&self, name: &str, labels: &[(&str, &str)], running: bool) -> String {
        let id = self.shared.create(name, &serde_json::json!({
            "Image": "busybox:latest", "Cmd": ["sleep", "600"], "Env": ["SECRET=hidden"],
            "Labels": labels.iter().map(|(k, v)| ((*k).to_owned(), Value::from(*v))).collect::<serde_json::Map<_, _>>(),
        }));
        if running {
            self.shared.change(&id, "start", "").unwrap();
        }
        id
    }

    /// Does to a container what somebody beside the hub would: `start`, `stop`, `kill`, `pause`, `unpause`,
    /// `restart`, `remove`.
    pub(crate) fn change(&self, id: &str, verb: &str) {
        self.shared.change(id, verb, "").unwrap();
    }

    /// A container by its id or name.
    pub(crate) fn container(&self, id: &str) -> Option<Container> {
        self.shared.state().containers.iter().find(|c| c.is(id)).cloned()
    }

    pub(crate) fn containers(&self) -> Vec<Container> {
        self.shared.state().containers.clone()
    }

    /// Programs that were made beside main processes, those of before too.
    pub(crate) fn execs(&self) -> Vec<Exec> {
        self.shared.state().execs.clone()
    }

    /// Requests so far that changed something or would have.
    pub(crate) fn changes_asked(&self) -> Vec<Request> {
        self.requests()
            .into_iter()
            .filter(|request| request.method != "GET" && request.method != "HEAD")
            .collect()
    }

    /// Requests so far.
    pub(crate) fn requests(&self) -> Vec<Request> {
        self.shared.state().requests.clone()
    }
}

impl Drop for ScriptedEngine {
    fn drop(&mut self) {
        self.stop();
    }
}
