//! The program that the hub puts into a container to end what was started in a terminal there, when it cannot do
//! so from outside. It needs nothing of the image, takes itself away before it begins, and ends within its limit.
//! The build script compiles it, linked statically.
//!
//! `end SESSION PATIENCE LIMIT` (milliseconds) prints a line `left NUMBER COMMAND` for each process that it could
//! not end, `hidden COUNT` for those whose environment it may not read, and at last `done`.
//! `marked SESSION` prints the numbers of the processes that have the mark. `remove` takes its file away.

mod ending;
mod table;

use std::collections::{BTreeSet, HashSet};
use std::io::Read;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::time::Duration;
use std::{env, fs};

use ending::{Place, Signal};
use table::{Family, Mark, Process};

/// Users whose processes are looked at through their own eyes.
const MAX_USERS: usize = 16;

/// Bytes of what one such look says: thousands of numbers.
const MAX_SEEN: u64 = 64 << 10;

unsafe extern "C" {
    fn kill(process: i32, signal: i32) -> i32;
    fn geteuid() -> u32;
    fn alarm(seconds: u32) -> u32;
}

fn main() {
    let arguments: Vec<String> = env::args().collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [own, "end", session, patience, limit] => {
            // Another user than root may not; then the hub sees to it.
            let _ = fs::remove_file(own);
            let time = |text: &str| Duration::from_millis(text.parse().unwrap_or(0));
            end(session, time(patience), time(limit));
        }
        [own, "remove"] if fs::remove_file(own).is_ok() => {}
        [_, "marked", session] => {
            for id in table::ids() {
                if table::mark(id, session) == Mark::Present {
                    println!("{id}");
                }
            }
        }
        _ => std::process::exit(2),
    }
}

fn end(session: &str, patience: Duration, limit: Duration) {
    let seconds = u32::try_from(limit.as_secs()).unwrap_or(0).saturating_add(2);
    // SAFETY: it takes a number; the signal that it orders ends this program, should anything hold it up.
    unsafe { alarm(seconds) };
    let own = std::process::id().cast_signed();
    let spared: Vec<Process> = [1, own].into_iter().filter_map(table::process).collect();
    let mut inside = Inside { session, hidden: 0 };
    let ended = ending::end(&mut inside, Family::new(&spared), patience, limit);
    for process in ended.left {
        println!("left {} {}", process.id, command(process.id));
    }
    println!("hidden {}", inside.hidden);
    println!("done");
}

fn command(id: i32) -> String {
    let line = fs::read(format!("/proc/{id}/cmdline")).unwrap_or_default();
    let line = String::from_utf8_lossy(&line);
    line.chars().map(|c| if c.is_control() { ' ' } else { c }).take(200).collect()
}

struct Inside<'a> {
    session: &'a str,
    hidden: usize,
}

impl Place for Inside<'_> {
    fn look(&mut self, family: &mut Family) -> Vec<Process> {
        let (mut processes, mut marked, mut hidden) = (Vec::new(), HashSet::new(), Vec::new());
        for process in table::ids().into_iter().filter_map(table::process) {
            match table::mark(process.id, self.session) {
                Mark::Present => _ = marked.insert(process.id),
                Mark::Hidden => hidden.push(process.id),
                Mark::Absent => {}
            }
            processes.push(process);
        }
        let (seen, blind) = seen_by_their_users(&hidden, self.session);
        marked.extend(seen);
        self.hidden = blind;
        family.grow(&processes, |id| marked.contains(&id))
    }

    fn send(&self, to: &Process, signal: Signal) {
        let number = match signal {
            Signal::Hangup => 1,
            Signal::Kill => 9,
            Signal::Continue => 18,
            Signal::Stop => 19,
        };
        if !table::is_over(to) {
            // SAFETY: it takes two numbers and touches no memory of ours.
            let _ = unsafe { kill(to.id, number) };
        }
    }
}

/// Root in a container may not read the environment of another user's process, but may become that user: the marked
/// ones among `hidden`, and how many nobody could look at.
fn seen_by_their_users(hidden: &[i32], session: &str) -> (Vec<i32>, usize) {
    // SAFETY: it takes nothing and cannot fail.
    if hidden.is_empty() || unsafe { geteuid() } != 0 {
        return (Vec::new(), hidden.len());
    }
    let users: BTreeSet<(u32, u32)> = hidden.iter().filter_map(|id| user(*id)).collect();
    let (mut marked, mut seen) = (Vec::new(), HashSet::new());
    for owner in users.into_iter().take(MAX_USERS) {
        if let Some(ids) = seen_by(owner, session) {
            // That user can make a process of his own say anything: it counts for his processes only.
            marked.extend(ids.into_iter().filter(|id| user(*id) == Some(owner)));
            seen.insert(owner);
        }
    }
    let blind = hidden.iter().filter(|id| user(**id).is_some_and(|owner| !seen.contains(&owner)));
    (marked, blind.count())
}

/// The marked processes as this user and group sees them; none if this program cannot become that.
fn seen_by((user, group): (u32, u32), session: &str) -> Option<Vec<i32>> {
    // Its file is gone, but it is still there to be run.
    let mut look = Command::new("/proc/self/exe")
        .args(["marked", session])
        .uid(user)
        .gid(group)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let mut text = String::new();
    let read = look.stdout.take()?.take(MAX_SEEN).read_to_string(&mut text);
    // It has ended unless it said too much.
    let status = look.wait().ok()?;
    (read.is_ok() && status.success())
        .then(|| text.lines().filter_map(|line| line.parse().ok()).collect())
}

/// Its user and group.
fn user(id: i32) -> Option<(u32, u32)> {
    let status = fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    let number = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        line.split_ascii_whitespace().next()?.parse().ok()
    };
    Some((number("Uid:")?, number("Gid:")?))
}
