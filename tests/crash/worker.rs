//! The process that is going to die: this test binary again, running the load in a directory.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;

use crate::ledger::Ledger;
use crate::{DEADLINE, load};

const DATA: &str = "QUAYSIDE_CRASH_WORKER_DATA";
const SEED: &str = "QUAYSIDE_CRASH_WORKER_SEED";
const PRETEND: &str = "QUAYSIDE_CRASH_WORKER_PRETEND";

#[test]
#[ignore = "not a test: the process that the other tests start and kill"]
fn run_the_load() {
    let Ok(data) = std::env::var(DATA) else { return };
    let seed = std::env::var(SEED).unwrap().parse().unwrap();
    load::run(Path::new(&data), seed, std::env::var(PRETEND).is_ok());
}

type Shared = Arc<(Mutex<Ledger>, Condvar)>;

/// A running load and what it has said. Dropping kills it.
pub(crate) struct Worker {
    child: Child,
    shared: Shared,
    reader: Option<JoinHandle<()>>,
}

impl Worker {
    /// Starts the load on `data`; what `ledger` holds was acknowledged before.
    pub(crate) fn start(data: &Path, seed: u64, pretend: bool, mut ledger: Ledger) -> Self {
        ledger.restart();
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["worker::run_the_load", "--exact", "--ignored", "--nocapture"]);
        command.env(DATA, data).env(SEED, seed.to_string()).stdout(Stdio::piped());
        if pretend {
            command.env(PRETEND, "1");
        }
        let mut child = command.spawn().unwrap();
        let shared: Shared = Arc::new((Mutex::new(ledger), Condvar::new()));
        let (said, out) = (Arc::clone(&shared), child.stdout.take().unwrap());
        let reader = Some(std::thread::spawn(move || listen(out, &said)));
        Self { child, shared, reader }
    }

    /// Waits until the load is under way, with `answers` more than at the start of the wait.
    pub(crate) fn wait_for_answers(&self, answers: u64) {
        let (ledger, changed) = &*self.shared;
        let ledger = ledger.lock().unwrap_or_else(PoisonError::into_inner);
        let enough = ledger.answers + answers;
        let missing = |ledger: &mut Ledger| !ledger.ready || ledger.answers < enough;
        let (_ledger, waited) = changed.wait_timeout_while(ledger, DEADLINE, missing).unwrap();
        assert!(!waited.timed_out(), "the load does not get on");
    }

    /// What it has said until now.
    pub(crate) fn ledger(&self) -> Ledger {
        self.shared.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Kills it and gives everything it has said.
    pub(crate) fn kill(mut self) -> Ledger {
        self.stop();
        self.ledger()
    }

    fn stop(&mut self) {
        self.child.kill().unwrap();
        let status = self.child.wait().unwrap();
        if let Some(reader) = self.reader.take() {
            reader.join().unwrap();
            assert_eq!(status.code(), None, "the load ended by itself");
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            return self.stop();
        }
        let _gone = (self.child.kill(), self.child.wait());
    }
}

fn listen(out: ChildStdout, shared: &Shared) {
    let mut out = BufReader::new(out);
    let mut line = String::new();
    // The last line may be torn by death; a whole one ends with a line feed.
    while out.read_line(&mut line).is_ok_and(|length| length > 0) {
        if let Some(said) = line.strip_prefix('@').and_then(|line| line.strip_suffix('\n')) {
            shared.0.lock().unwrap_or_else(PoisonError::into_inner).note(said);
            shared.1.notify_all();
        }
        line.clear();
    }
}
