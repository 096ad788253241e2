//! The load: what the process that is going to die does, and says once the store has answered.
//!
//! A person is two records that every commit writes together: a session that counts the steps, and
//! a user that carries the same number and is gone after every fifth step. Events are numbered
//! without a hole, and the last of a batch says so. Two tasks fight over one counter.

use std::io::{self, Write as _};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use quayside::store::keys::{self, SESSIONS, USERS};
use quayside::store::sled::{Flush, Options, SledStore};
use quayside::store::{EventStore, Expect, Key, Store, StoreError, StoredEvent, Versioned, Write};
use quayside_protocol::position::Position;

use crate::dice::Dice;

pub(crate) const PERSONS: usize = 24;

/// No batch of events is longer.
pub(crate) const BATCH: u64 = 50;

/// How many events a trim leaves.
const KEPT: u64 = 500;

/// After these steps of a person there is no user.
pub(crate) fn is_gone(step: u64) -> bool {
    step.is_multiple_of(5)
}

pub(crate) fn user(person: usize) -> Key {
    keys::user(&format!("p{person}"))
}

pub(crate) fn session(person: usize) -> Key {
    keys::session(&format!("p{person}"))
}

/// The number in a value written by [`numbered`].
pub(crate) fn number(value: &[u8]) -> u64 {
    let value: serde_json::Value = serde_json::from_slice(value).unwrap();
    value["n"].as_u64().unwrap()
}

fn numbered(n: u64, dice: &mut Dice) -> Bytes {
    // Lengths vary, so that records move about in the database.
    let length = dice.below(1500);
    Bytes::from(format!("{{\"v\":1,\"n\":{n},\"fill\":\"{}\"}}", "x".repeat(length)))
}

/// One line to the parent, in one write, so that death never tears a line that is read.
fn say(line: &str) {
    let mut out = io::stdout().lock();
    out.write_all(format!("\n@{line}\n").as_bytes()).and_then(|()| out.flush()).unwrap();
}

/// Flushes, or only pretends to, and says how many microseconds it took.
struct Timed {
    pretend: bool,
}

impl Flush for Timed {
    fn flush(&mut self, store: &mut dyn FnMut() -> io::Result<()>) -> io::Result<()> {
        let begun = Instant::now();
        if !self.pretend {
            store()?;
        }
        say(&format!("flush {}", begun.elapsed().as_micros()));
        Ok(())
    }
}

/// Runs until the process is killed.
pub(crate) fn run(data: &Path, seed: u64, pretend: bool) {
    let on_failure = Box::new(|error: &StoreError| panic!("{error}"));
    let flush = Box::new(Timed { pretend });
    let store = SledStore::open(Options { flush, ..Options::new(data, on_failure) }).unwrap();
    assert_eq!(store.recovery(), None);
    let store = Arc::new(store);
    let mut dice = Dice::new(seed);
    let mut threads = Vec::new();
    let mut start = |work: fn(&SledStore, Dice)| {
        let (store, dice) = (Arc::clone(&store), Dice::new(dice.roll()));
        threads.push(std::thread::spawn(move || work(&store, dice)));
    };
    start(|store, dice| persons(store, dice, 0));
    start(|store, dice| persons(store, dice, 1));
    start(|store, dice| persons(store, dice, 2));
    start(|store, dice| persons(store, dice, 3));
    start(counter);
    start(counter);
    start(events);
    start(trims);
    start(reads);
    if !pretend {
        start(dumps);
    }
    say("ready");
    threads.into_iter().for_each(|thread| thread.join().unwrap());
}

fn wait<T>(answer: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
    futures::executor::block_on(answer)
}

fn at(found: Option<&Versioned>) -> Expect {
    found.map_or(Expect::Absent, |found| Expect::Revision(found.revision))
}

/// A quarter of the persons, one after the other.
fn persons(store: &SledStore, mut dice: Dice, quarter: usize) {
    loop {
        for person in (quarter..PERSONS).step_by(4) {
            let (user, session) = (user(person), session(person));
            let (old_user, old) = (store.get(&user).unwrap(), store.get(&session).unwrap());
            let step = old.as_ref().map_or(0, |old| number(&old.value)) + 1;
            let put = |key: &Key, found: Option<&Versioned>, dice: &mut Dice| Write::Put {
                key: key.clone(),
                value: numbered(step, dice),
                expect: at(found),
            };
            let of_user = if is_gone(step) {
                Write::Delete { key: user.clone(), expect: at(old_user.as_ref()) }
            } else {
                put(&user, old_user.as_ref(), &mut dice)
            };
            let writes = vec![of_user, put(&session, old.as_ref(), &mut dice)];
            wait(store.commit(writes)).unwrap();
            say(&format!("person {person} {step}"));
        }
    }
}

fn counter(store: &SledStore, mut dice: Dice) {
    let key = keys::user_counter();
    loop {
        let found = store.get(&key).unwrap();
        let next = found.as_ref().map_or(0, |found| number(&found.value)) + 1;
        let value = numbered(next, &mut dice);
        let put = Write::Put { key: key.clone(), value, expect: at(found.as_ref()) };
        match wait(store.commit(vec![put])) {
            Ok(_) => say(&format!("count {next}")),
            Err(StoreError::Conflict { .. }) => {}
            Err(error) => panic!("{error}"),
        }
    }
}

fn events(store: &SledStore, mut dice: Dice) {
    let bounds = store.event_bounds().unwrap();
    let mut last = bounds.span.map(|(_, last)| last).max(bounds.trimmed).map_or(0, |last| last.0);
    loop {
        let end = last + 1 + dice.roll() % BATCH;
        let event = |at| {
            let value = Bytes::from(format!("{{\"n\":{at},\"end\":{}}}", at == end));
            StoredEvent { position: Position(at), value }
        };
        wait(store.append_events((last + 1..=end).map(event).collect())).unwrap();
        say(&format!("event {end}"));
        last = end;
    }
}

fn trims(store: &SledStore, mut dice: Dice) {
    loop {
        std::thread::sleep(dice.millis(20));
        let trimmed = wait(store.trim_events(KEPT, Position(0))).unwrap();
        if let Some(last) = trimmed.last {
            say(&format!("trim {}", last.0));
        }
    }
}

/// Readers must not disturb what writers are promised.
fn reads(store: &SledStore, mut dice: Dice) {
    loop {
        store.list(&USERS, None, 5).unwrap();
        store.list_reverse(&SESSIONS, None, 5).unwrap();
        store.read_events(Position(0), 5).unwrap();
        std::thread::sleep(dice.millis(2));
    }
}

fn dumps(store: &SledStore, mut dice: Dice) {
    loop {
        std::thread::sleep(Duration::from_millis(50) + dice.millis(100));
        store.dump().unwrap();
        say("dump");
    }
}
