//! Docker Engines that are played: as much of the API as the hub asks of an engine that it only watches. Their
//! containers never change; events are told when the source says so.

mod answer;
mod serve;

use std::collections::VecDeque;
use std::io::Write;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::event::{self, Subject};
use crate::said::{Outcome, Said};

/// Events that an engine keeps for `since`, as Docker does.
const KEPT: usize = 256;

/// Engines, each with a socket of its own.
pub(crate) struct Engines {
    all: Vec<Arc<Engine>>,
}

/// One engine.
pub(crate) struct Engine {
    /// Its name as a host of the hub.
    pub(crate) name: String,
    pub(crate) socket: PathBuf,
    pub(crate) containers: Vec<Subject>,
    told: Mutex<Told>,
}

#[derive(Default)]
struct Told {
    listeners: Vec<UnixStream>,
    kept: VecDeque<Vec<u8>>,
}

impl Engines {
    /// `count` engines below `dir`, named h00, h01 …, with so many running containers each.
    pub(crate) fn start(dir: &Path, count: usize, containers: usize) -> Outcome<Arc<Self>> {
        let mut all = Vec::new();
        for number in 0..count {
            let name = format!("h{number:02}");
            let socket = dir.join(format!("{name}.sock"));
            let subject = |at: usize| Subject {
                // The first twelve digits tell them apart, as Docker's do.
                id: format!("{:012x}{:052x}", (number + 1) * 0x1_0000 + at, 0),
                name: format!("c{at:03}"),
            };
            let listener = UnixListener::bind(&socket).said("socket of an engine")?;
            let engine = Arc::new(Engine {
                name,
                socket,
                containers: (0..containers).map(subject).collect(),
                told: Mutex::default(),
            });
            all.push(engine.clone());
            serve::start(listener, engine);
        }
        Ok(Arc::new(Self { all }))
    }

    pub(crate) fn all(&self) -> &[Arc<Engine>] {
        &self.all
    }

    /// Tells events `first..first + count`, each on the next engine about its next container.
    pub(crate) fn emit(&self, first: u64, count: u64, kinds: bool) {
        let hosts = self.all.len() as u64;
        for (at, engine) in (0..).zip(&self.all) {
            let mut events = Vec::new();
            for number in (first..first + count).filter(|number| number % hosts == at) {
                let turn = number / hosts;
                let containers = engine.containers.len() as u64;
                let container = usize::try_from(turn % containers).unwrap_or(0);
                let Some(subject) = engine.containers.get(container) else { continue };
                let mut event = Vec::with_capacity(512);
                event::docker(&mut event, subject, number, kinds && turn % 2 == 1);
                events.push(event);
            }
            if !events.is_empty() {
                engine.tell(events);
            }
        }
    }
}

impl Engine {
    fn told(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Each event is a chunk of its own, as Docker sends it; those that are ready go together.
    fn tell(&self, events: Vec<Vec<u8>>) {
        let mut told = self.told();
        let mut bytes = Vec::with_capacity(events.len() * 512);
        for event in &events {
            serve::chunk(&mut bytes, event);
        }
        told.listeners.retain_mut(|listener| listener.write_all(&bytes).is_ok());
        let over = (told.kept.len() + events.len()).saturating_sub(KEPT);
        let gone = over.min(told.kept.len());
        told.kept.drain(..gone);
        told.kept.extend(events.into_iter().rev().take(KEPT).rev());
    }

    /// From now on, and what is kept of before where it is asked for.
    fn listen(&self, mut stream: UnixStream, since: bool) {
        let mut told = self.told();
        let mut bytes = Vec::new();
        for event in told.kept.iter().filter(|_| since) {
            serve::chunk(&mut bytes, event);
        }
        if stream.write_all(&bytes).is_ok() {
            told.listeners.push(stream);
        }
    }
}
