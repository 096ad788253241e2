//! The processes of this machine that were started in one terminal, and their end.

use std::fs;
use std::time::Duration;

use rustix::io::Errno;
use rustix::process::{Pid, PidfdFlags, Signal, getpid, pidfd_open, pidfd_send_signal};
use tokio::time::{Instant, sleep};

/// The name of the mark in a process's environment.
pub(super) const MARK: &str = "QUAYSIDE_SESSION";

/// How long a process may take over HUP, and over KILL.
const AFTER_HUP: Duration = Duration::from_secs(2);
const AFTER_KILL: Duration = Duration::from_millis(800);
const GLANCE: Duration = Duration::from_millis(20);

/// How many processes a message names.
const NAMED: usize = 5;

/// What was started in one terminal: all in the session of the first program, and all that carry the mark.
#[derive(Clone)]
pub(super) struct Session {
    id: String,
    leader: Option<Leader>,
}

/// The first program, which leads the kernel's session of the same number.
#[derive(Clone, Copy)]
struct Leader {
    pid: u32,
    started: u64,
}

/// What the kernel tells of a process in `/proc/{pid}/stat`.
#[derive(Debug, PartialEq, Eq)]
struct Stat {
    state: char,
    session: u32,
    /// Ticks since the machine's start: with the id it names one process for ever.
    started: u64,
}

impl Session {
    /// Of a first program that nobody has waited for yet.
    pub(super) fn new(id: String, leader: Option<u32>) -> Self {
        let leader = leader.and_then(|pid| {
            let started = stat(Pid::from_raw(pid.try_into().ok()?)?)?.started;
            Some(Leader { pid, started })
        });
        Self { id, leader }
    }

    /// HUP, then KILL within 3 s; what could not be ended, in words.
    pub(super) async fn end(&self) -> Option<String> {
        // A stopped process takes HUP only when it goes on.
        self.signalled(&[Signal::HUP, Signal::CONT], AFTER_HUP).await;
        let begun = Instant::now();
        loop {
            // Again and again: one that was missed may have started others.
            let left = self.signalled(&[Signal::KILL], GLANCE).await;
            if left.is_empty() {
                return None;
            }
            if begun.elapsed() >= AFTER_KILL {
                let named: Vec<_> = left.iter().take(NAMED).map(|&pid| name(pid)).collect();
                let count = left.len();
                return Some(format!("{count} processes are left running: {}", named.join(", ")));
            }
        }
    }

    /// Signals all there are; those of them that are still there after `patience`.
    async fn signalled(&self, signals: &'static [Signal], patience: Duration) -> Vec<Pid> {
        let session = self.clone();
        // Hundreds of small files.
        let all = tokio::task::spawn_blocking(move || {
            let all = session.processes();
            for &pid in &all {
                session.signal(pid, signals);
            }
            all
        });
        let mut left = all.await.unwrap_or_default();
        let begun = Instant::now();
        loop {
            left.retain(|&pid| self.has(pid));
            if left.is_empty() || begun.elapsed() >= patience {
                return left;
            }
            sleep(GLANCE).await;
        }
    }

    /// An id is used again once its process has ended, so it is held before it is looked at.
    fn signal(&self, pid: Pid, signals: &[Signal]) {
        let Ok(process) = pidfd_open(pid, PidfdFlags::empty()) else { return };
        if self.has(pid) {
            for &signal in signals {
                // It may have ended by now, or be another user's: who is left is told.
                let _: Result<(), Errno> = pidfd_send_signal(&process, signal);
            }
        }
    }

    fn processes(&self) -> Vec<Pid> {
        let Ok(entries) = fs::read_dir("/proc") else { return Vec::new() };
        let numbers = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
        numbers.filter_map(Pid::from_raw).filter(|&pid| self.has(pid)).collect()
    }

    fn has(&self, pid: Pid) -> bool {
        // A hub that was started in such a terminal does not end itself.
        pid != getpid()
            && stat(pid).is_some_and(|stat| {
                !matches!(stat.state, 'Z' | 'X') && (self.led(&stat) || self.marks(pid))
            })
    }

    /// Whether it is in the first program's session, and that number has not become another's.
    fn led(&self, stat: &Stat) -> bool {
        self.leader.is_some_and(|leader| {
            let id = i32::try_from(leader.pid).ok().and_then(Pid::from_raw);
            let other =
                || id.and_then(self::stat).is_some_and(|present| present.started != leader.started);
            stat.session == leader.pid && !other()
        })
    }

    fn marks(&self, pid: Pid) -> bool {
        let environment = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
        let mark = format!("{MARK}={}", self.id);
        environment.split(|&byte| byte == 0).any(|entry| entry == mark.as_bytes())
    }
}

fn stat(pid: Pid) -> Option<Stat> {
    parse(&String::from_utf8_lossy(&fs::read(format!("/proc/{pid}/stat")).ok()?))
}

/// The name, in brackets, may itself have brackets and spaces.
fn parse(line: &str) -> Option<Stat> {
    let mut fields = line.rsplit_once(')')?.1.split_ascii_whitespace();
    let state = fields.next()?.chars().next()?;
    let session = fields.nth(2)?.parse().ok()?;
    let started = fields.nth(15)?.parse().ok()?;
    Some(Stat { state, session, started })
}

/// For a message.
fn name(pid: Pid) -> String {
    let name = fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
    format!("{} ({pid})", name.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_brackets_does_not_hide_what_follows() {
        let line = "42 (a) b (c)) S 1 40 39 34816 40 4194304 98 0 0 0 1 2 0 0 20 0 1 0 777 10 20";
        assert_eq!(parse(line), Some(Stat { state: 'S', session: 39, started: 777 }));
        assert_eq!(parse("42 (sh) Z 1 40"), None);
        assert_eq!(parse(""), None);
    }

    #[test]
    fn the_kernels_own_lines_are_read() {
        // The session of the test itself may have begun outside the namespace it runs in, where it has no number.
        let mut leader =
            std::process::Command::new("setsid").args(["sleep", "60"]).spawn().unwrap();
        let pid = Pid::from_child(&leader);
        let became_leader = || stat(pid).is_some_and(|stat| stat.session == leader.id());
        let begun = std::time::Instant::now();
        while !became_leader() && begun.elapsed().as_secs() < 10 {
            std::thread::yield_now();
        }
        let seen = stat(pid);
        leader.kill().unwrap();
        leader.wait().unwrap();
        let seen = seen.unwrap();
        assert_eq!(seen.session, leader.id());
        assert!(seen.started >= stat(getpid()).unwrap().started);
    }
}
