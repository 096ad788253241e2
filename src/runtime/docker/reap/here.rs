//! Ending on this machine: the processes of a container that the hub can see itself. What it sees counts only
//! where it is proven to be that container, because the engine's numbers may be those of another machine or of
//! another namespace.

use std::collections::HashSet;
use std::fs;
use std::io::ErrorKind;
use std::path::PathBuf;
use std::time::Duration;

use rustix::io::Errno;
use rustix::process::{Pid, PidfdFlags, pidfd_open, pidfd_send_signal};
use tokio::sync::Semaphore;

use super::ending::{self, Ended, Place, Signal};
use super::table::{self, Family, Mark, Process};

/// For what was told to end.
const PATIENCE: Duration = Duration::from_secs(2);
const LIMIT: Duration = Duration::from_millis(2_800);

/// Each holds a thread, for some milliseconds as a rule.
static PLACES: Semaphore = Semaphore::const_new(32);

/// A container on an engine that may be this machine's.
#[derive(Debug, Clone)]
pub(super) struct Suspect {
    pub(super) session: String,
    /// The container's full id.
    pub(super) container: String,
    /// What the engine says is the main process.
    pub(super) main: i32,
    /// What the engine says is the first process of the terminal.
    pub(super) leader: Option<i32>,
}

/// What can be done from here.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It is not this machine, or the hub has not the rights: nothing is known.
    Blind,
    /// Everything was seen.
    Seen(Ended),
}

/// Ends what belongs to the terminal, if its container is seen from here.
pub(super) async fn end(suspect: Suspect) -> Outcome {
    // Never closed.
    let _place = PLACES.acquire().await;
    let work = tokio::task::spawn_blocking(move || from_here(suspect));
    work.await.unwrap_or(Outcome::Blind)
}

fn from_here(suspect: Suspect) -> Outcome {
    let Some(namespace) = namespace(&suspect) else { return Outcome::Blind };
    let own_id = std::process::id().cast_signed();
    let (Some(own), Ok(own_namespace)) =
        (table::process(own_id), fs::read_link("/proc/self/ns/pid"))
    else {
        return Outcome::Blind;
    };
    let mut spared = vec![own];
    // The main process is known to be that only where its cgroup says so.
    if in_container(suspect.main, &suspect.container) {
        spared.extend(table::process(suspect.main));
    }
    let mut here = Here { suspect, namespace, own_namespace, blind: false };
    let ended = ending::end(&mut here, Family::new(&spared), PATIENCE, LIMIT);
    match here.blind {
        true => Outcome::Blind,
        false => Outcome::Seen(ended),
    }
}

/// The container's namespace of processes, as proven by a process that has the mark or is in its cgroup.
fn namespace(suspect: &Suspect) -> Option<PathBuf> {
    let leader =
        suspect.leader.filter(|leader| table::mark(*leader, &suspect.session) == Mark::Present);
    let main = || Some(suspect.main).filter(|main| in_container(*main, &suspect.container));
    fs::read_link(format!("/proc/{}/ns/pid", leader.or_else(main)?)).ok()
}

/// Whether a process is in the container's cgroup, or in one below it.
fn in_container(id: i32, container: &str) -> bool {
    let cgroup = fs::read_to_string(format!("/proc/{id}/cgroup"));
    cgroup.is_ok_and(|cgroup| cgroup.contains(container))
}

struct Here {
    suspect: Suspect,
    namespace: PathBuf,
    own_namespace: PathBuf,
    /// Something in the container could not be seen.
    blind: bool,
}

impl Here {
    /// Namespaces within the container's count too: what runs there was started in the container.
    fn is_inside(&mut self, id: i32) -> bool {
        match fs::read_link(format!("/proc/{id}/ns/pid")) {
            Ok(namespace) if namespace == self.namespace => true,
            Ok(namespace) if namespace == self.own_namespace => false,
            Err(error) if error.kind() != ErrorKind::PermissionDenied => false,
            seen => {
                let inside = in_container(id, &self.suspect.container);
                self.blind |= inside && seen.is_err();
                inside
            }
        }
    }
}

impl Place for Here {
    fn look(&mut self, family: &mut Family) -> Vec<Process> {
        let (mut processes, mut marked) = (Vec::new(), HashSet::new());
        for id in table::ids() {
            if !self.is_inside(id) {
                continue;
            }
            match table::mark(id, &self.suspect.session) {
                Mark::Present => _ = marked.insert(id),
                Mark::Hidden => self.blind = true,
                Mark::Absent => {}
            }
            processes.extend(table::process(id));
        }
        family.grow(&processes, |id| marked.contains(&id))
    }

    fn send(&self, to: &Process, signal: Signal) {
        // Whatever goes wrong shows at the next look.
        let _ = send(to, signal);
    }
}

fn send(to: &Process, signal: Signal) -> rustix::io::Result<()> {
    use rustix::process::Signal as Number;
    let number = match signal {
        Signal::Hangup => Number::HUP,
        Signal::Continue => Number::CONT,
        Signal::Stop => Number::STOP,
        Signal::Kill => Number::KILL,
    };
    let id = Pid::from_raw(to.id).ok_or(Errno::SRCH)?;
    match pidfd_open(id, PidfdFlags::empty()) {
        // It stands for one process for good; that this is the right one is seen after it was opened.
        Ok(process) if !table::is_over(to) => pidfd_send_signal(process, number),
        // Kernels before 5.3 have none, and some sandboxes forbid it.
        Err(Errno::NOSYS | Errno::PERM) if !table::is_over(to) => {
            rustix::process::kill_process(id, number)
        }
        Ok(_) => Err(Errno::SRCH),
        Err(error) => Err(error),
    }
}
