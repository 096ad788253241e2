//! The processes of a `/proc`, and which of them belong to a terminal. The standard library alone: the hub and
//! the program that it puts into containers are both made of this. It ends nothing.

use std::collections::{HashMap, HashSet};
use std::fs::{self, File};
use std::io::{ErrorKind, Read};

/// An environment may have 2 MiB at a start; what a program made longer afterwards is not read to its end.
const MAX_ENVIRONMENT: u64 = 4 << 20;

/// A process, as far as it matters to its end. Numbers are those of the `/proc` that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Process {
    pub(super) id: i32,
    pub(super) parent: i32,
    pub(super) session: i32,
    /// Tells it from a later process of the same number.
    pub(super) start: u64,
    /// Nothing of it runs; its parent has not collected it yet.
    pub(super) ended: bool,
}

/// Whether a process has a terminal's mark in its environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    Present,
    Absent,
    /// The reader lacks the right to know.
    Hidden,
}

/// The numbers of all processes.
pub(super) fn ids() -> Vec<i32> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect()
}

/// Reads one process; none if there is none of this number.
pub(super) fn process(id: i32) -> Option<Process> {
    parse(id, &fs::read_to_string(format!("/proc/{id}/stat")).ok()?)
}

fn parse(id: i32, stat: &str) -> Option<Process> {
    // A name may hold spaces and parentheses; what follows it may not.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_ascii_whitespace().collect();
    let number = |at: usize| fields.get(at)?.parse().ok();
    // A first thread that has ended does not end the others.
    let alone = number(17)? <= 1;
    Some(Process {
        id,
        parent: number(1)?,
        session: number(3)?,
        start: fields.get(19)?.parse().ok()?,
        ended: alone && matches!(*fields.first()?, "Z" | "X" | "x"),
    })
}

/// Whether it is gone, or another process by now.
pub(super) fn is_over(known: &Process) -> bool {
    process(known.id).is_none_or(|now| now.ended || now.start != known.start)
}

/// Looks for `QUAYSIDE_SESSION=<session>` in its environment as it was when its program began.
pub(super) fn mark(id: i32, session: &str) -> Mark {
    let mut environment = Vec::new();
    let read = File::open(format!("/proc/{id}/environ"))
        .and_then(|file| file.take(MAX_ENVIRONMENT).read_to_end(&mut environment));
    let holds = |variable: &[u8]| {
        variable.strip_prefix(b"QUAYSIDE_SESSION=").is_some_and(|value| value == session.as_bytes())
    };
    match read {
        Ok(_) if environment.split(|byte| *byte == 0).any(holds) => Mark::Present,
        Err(error) if error.kind() == ErrorKind::PermissionDenied => Mark::Hidden,
        _ => Mark::Absent,
    }
}

/// What was ever seen to belong to one terminal: what has its mark, what is in a session of such a one, and what
/// such a one started. It grows with each look, because an orphan no longer tells whose child it was.
pub(super) struct Family {
    known: HashMap<i32, u64>,
    sessions: HashSet<i32>,
    spared: HashSet<i32>,
    spared_sessions: HashSet<i32>,
}

impl Family {
    /// `spared` never belong to it, nor does their session make anything belong: a container's main process, and
    /// who looks.
    pub(super) fn new(spared: &[Process]) -> Self {
        Self {
            known: HashMap::new(),
            sessions: HashSet::new(),
            spared: spared.iter().map(|process| process.id).collect(),
            // Those led from outside of the namespace all have session 0.
            spared_sessions: spared.iter().map(|process| process.session).chain([0]).collect(),
        }
    }

    /// Which of all `processes` belong and have not ended; `marked` by its number.
    pub(super) fn grow(
        &mut self,
        processes: &[Process],
        marked: impl Fn(i32) -> bool,
    ) -> Vec<Process> {
        let starts: HashMap<i32, u64> = processes.iter().map(|p| (p.id, p.start)).collect();
        self.known.retain(|id, start| starts.get(id) == Some(start));
        loop {
            let before = self.known.len();
            for process in processes {
                let belongs = self.known.contains_key(&process.id)
                    || self.known.contains_key(&process.parent)
                    || self.sessions.contains(&process.session)
                    || marked(process.id);
                if belongs && !self.spared.contains(&process.id) {
                    self.known.insert(process.id, process.start);
                    if !self.spared_sessions.contains(&process.session) {
                        self.sessions.insert(process.session);
                    }
                }
            }
            if self.known.len() == before {
                break;
            }
        }
        let belongs = |p: &&Process| !p.ended && self.known.contains_key(&p.id);
        processes.iter().filter(belongs).cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(id: i32, parent: i32, session: i32) -> Process {
        Process { id, parent, session, start: 1, ended: false }
    }

    fn ids_of(found: Vec<Process>) -> Vec<i32> {
        found.into_iter().map(|process| process.id).collect()
    }

    #[test]
    fn a_name_with_parentheses_does_not_shift_the_fields() {
        let tail = "S 7 10 9 34816 11 4194304 1 0 0 0 0 0 0 0 20 0 1 0 4711 1 1";
        let found = parse(10, &format!("10 (a) S (b) {tail}")).unwrap();
        assert_eq!(found, Process { id: 10, parent: 7, session: 9, start: 4711, ended: false });
        let ended = |tail: &str| parse(10, &format!("10 (x) {tail}")).unwrap().ended;
        assert!(ended(&tail.replacen('S', "Z", 1)));
        assert!(!ended(&tail.replacen('S', "Z", 1).replacen("20 0 1 0", "20 0 3 0", 1)));
        assert_eq!(parse(10, "10 (x) S 7"), None);
        assert_eq!(
            process(std::process::id().cast_signed()).unwrap().id,
            std::process::id().cast_signed()
        );
    }

    #[test]
    fn children_and_sessions_belong_and_the_main_process_never() {
        let all = [
            at(1, 0, 1),
            at(5, 1, 1),
            at(8, 0, 8),
            at(9, 8, 8),
            at(12, 9, 12),
            at(20, 0, 20),
            at(3, 12, 3),
        ];
        let mut family = Family::new(&all[..1]);
        assert_eq!(ids_of(family.grow(&all, |id| id == 8)), [8, 9, 12, 3]);
        // Its parent is gone, and it has no mark: it was seen before.
        let orphans = [at(1, 0, 1), at(12, 1, 12), at(13, 1, 12), at(20, 0, 20)];
        assert_eq!(ids_of(family.grow(&orphans, |_| false)), [12, 13]);
        // Another process of a number that was known.
        let other = [Process { start: 2, ..at(12, 1, 1) }];
        assert!(family.grow(&other, |_| false).is_empty());
        let mut family = Family::new(&all[..1]);
        assert_eq!(ids_of(family.grow(&all, |id| id == 1 || id == 5)), [5]);
    }
}
