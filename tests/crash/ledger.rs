//! What was acknowledged, and whether a reopened store holds it.

use std::fmt::Write as _;
use std::path::Path;

use quayside::store::sled::{self, Options, SledStore};
use quayside::store::{EventStore, Store, StoreError, keys};
use quayside_protocol::position::Position;

use crate::load::{BATCH, PERSONS, is_gone, number, session, user};

/// The furthest each part of the load has been told it got.
#[derive(Clone, Default)]
pub(crate) struct Ledger {
    pub ready: bool,
    pub answers: u64,
    /// Microseconds each flush took.
    pub flushes: Vec<u64>,
    persons: [u64; PERSONS],
    count: u64,
    event: u64,
    trim: u64,
    dumps: u64,
}

impl Ledger {
    /// Notes one line of the load.
    pub(crate) fn note(&mut self, line: &str) {
        let words: Vec<&str> = line.split(' ').collect();
        let word = |index: usize| words[index].parse::<u64>().unwrap();
        match words[0] {
            "ready" => self.ready = true,
            "flush" => self.flushes.push(word(1)),
            "dump" => self.dumps += 1,
            "person" => self.persons[usize::try_from(word(1)).unwrap()] = word(2),
            "count" => self.count = self.count.max(word(1)),
            "event" => self.event = word(1),
            "trim" => self.trim = word(1),
            other => panic!("the load said {other}"),
        }
        self.answers += u64::from(!matches!(words[0], "ready" | "flush"));
    }

    /// A new process on the same directory; what was acknowledged stays.
    pub(crate) fn restart(&mut self) {
        self.ready = false;
    }
}

/// Opens what a crash left and compares: nothing may be missing that `before` the crash was
/// acknowledged and, if that is `all` that ever was, only what was under way may be there beyond it.
/// Gives what was found: it has outlived a restart, so it counts as acknowledged from now on.
pub(crate) fn verify(data: &Path, before: &Ledger, all: bool) -> Result<Ledger, String> {
    let options = Options::new(data, Box::new(|error: &StoreError| panic!("{error}")));
    let store = SledStore::open(options).map_err(|error| format!("does not open: {error}"))?;
    let mut wrong = String::new();
    if let Some(recovery) = store.recovery()
        && before.answers > 0
    {
        writeln!(wrong, "lost: {recovery:?}").unwrap();
    }
    let found = check(&store, before, all, &mut wrong);
    drop(store);
    let report = sled::check(data).map_err(|error| format!("does not open again: {error}"))?;
    if !report.problems.is_empty() {
        writeln!(wrong, "damaged: {report}").unwrap();
    }
    check_dumps(data, before, &mut wrong);
    if wrong.is_empty() { Ok(found) } else { Err(wrong) }
}

fn check(store: &SledStore, before: &Ledger, all: bool, wrong: &mut String) -> Ledger {
    let mut reached = before.clone();
    let span = |acknowledged, under_way| {
        acknowledged..=if all { acknowledged + under_way } else { u64::MAX }
    };
    for person in 0..PERSONS {
        let found = |key| store.get(&key).unwrap().map(|found| number(&found.value));
        let (user, step) = (found(user(person)), found(session(person)).unwrap_or(0));
        let whole = if step == 0 || is_gone(step) { None } else { Some(step) };
        if user != whole {
            writeln!(wrong, "torn: person {person} is at {step} and {user:?}").unwrap();
        }
        within(&format!("person {person}"), step, span(before.persons[person], 1), wrong);
        reached.persons[person] = step;
    }
    let count = store.get(&keys::user_counter()).unwrap().map_or(0, |found| number(&found.value));
    // Both tasks may have a commit under way.
    within("the counter", count, span(before.count, 2), wrong);

    let bounds = store.event_bounds().unwrap();
    let trimmed = bounds.trimmed.map_or(0, |trimmed| trimmed.0);
    let mut events = Vec::new();
    let mut at = Position(0);
    loop {
        let page = store.read_events(at, 300).unwrap();
        let Some(last) = page.last() else { break };
        at = last.position;
        events.extend(page);
    }
    let last = events.last().map_or(trimmed, |event| event.position.0);
    within("the event log", last, span(before.event, BATCH), wrong);
    if trimmed < before.trim {
        writeln!(wrong, "lost: trimmed to {trimmed}, acknowledged {}", before.trim).unwrap();
    }
    let positions: Vec<u64> = events.iter().map(|event| event.position.0).collect();
    if positions != (trimmed + 1..=last).collect::<Vec<u64>>() {
        writeln!(wrong, "torn: after {trimmed} come {positions:?}").unwrap();
    }
    if events.iter().any(|event| number(&event.value) != event.position.0) {
        writeln!(wrong, "torn: events under another position").unwrap();
    }
    if events.last().is_some_and(|event| !event.value.ends_with(b"true}")) {
        writeln!(wrong, "torn: a batch of events ends in the middle, at {last}").unwrap();
    }
    let span = events.first().map(|first| (first.position, Position(last)));
    if (bounds.span, bounds.count) != (span, events.len() as u64) {
        writeln!(wrong, "torn: {bounds:?} with {} events at {span:?}", events.len()).unwrap();
    }
    (reached.count, reached.event, reached.trim) = (count, last, trimmed);
    reached
}

fn within(what: &str, found: u64, span: std::ops::RangeInclusive<u64>, wrong: &mut String) {
    if found < *span.start() {
        writeln!(wrong, "lost: {what} is at {found}, acknowledged {}", span.start()).unwrap();
    } else if found > *span.end() {
        writeln!(wrong, "{what} is at {found}, asked for at most {}", span.end()).unwrap();
    }
}

/// Every dump that has a name is whole, and shows no commit by half.
fn check_dumps(data: &Path, before: &Ledger, wrong: &mut String) {
    let dumps: Vec<_> = std::fs::read_dir(data.join("dumps")).into_iter().flatten().collect();
    let named = dumps.iter().flatten().map(|entry| entry.path());
    let named: Vec<_> = named.filter(|path| path.extension().is_some()).collect();
    if before.dumps > 0 && named.is_empty() {
        writeln!(wrong, "lost: every dump").unwrap();
    }
    let Some(newest) = named.iter().max() else { return };
    let elsewhere = data.with_extension("restored");
    if let Err(error) = sled::restore(&elsewhere, newest) {
        writeln!(wrong, "damaged: {error}").unwrap();
    } else {
        let options = Options::new(&elsewhere, Box::new(|error: &StoreError| panic!("{error}")));
        let store = SledStore::open(options).unwrap();
        for person in 0..PERSONS {
            let found = |key| store.get(&key).unwrap().map(|found| number(&found.value));
            let (user, step) = (found(user(person)), found(session(person)).unwrap_or(0));
            if user != (step > 0 && !is_gone(step)).then_some(step) {
                writeln!(wrong, "torn: person {person} in a dump: {step} and {user:?}").unwrap();
            }
        }
    }
    let _removed = std::fs::remove_dir_all(elsewhere);
}
