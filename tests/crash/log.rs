//! KILL while the event log is written: what was pushed is there afterwards, under the same position, once.

use std::collections::{BTreeMap, HashSet};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use quayside::auth::{Credential, Principal};
use quayside::broker::log::{
    Cursor, Entry, EventLog, Incoming, Limit, Options, Payload, Scope, Start, TailOrder,
};
use quayside::store::sled::{self, SledStore};
use quayside_protocol::command::account::Role;
use quayside_protocol::position::Position;
use quayside_protocol::push::Event;
use quayside_protocol::topic::{Subscribe, Topic};
use tokio::runtime::Runtime;
use tokio::sync::mpsc::Sender;

use crate::dice::Dice;
use crate::runs;
use crate::scratch::Scratch;

const DATA: &str = "QUAYSIDE_CRASH_LOG_DATA";
const FIRST: &str = "QUAYSIDE_CRASH_LOG_FIRST";
const LATE: &str = "QUAYSIDE_CRASH_LOG_LATE";

const SOME: Limit = Limit { events: 256, bytes: 1 << 20 };

async fn open(data: &Path, order: TailOrder) -> (EventLog, Sender<Incoming>) {
    let store = sled::Options::new(data, Box::new(|error| panic!("{error}")));
    let store = SledStore::open(store).unwrap();
    let mut options = Options::new(|why| panic!("{why}"));
    options.ring_events = 64;
    options.tail_order = order;
    EventLog::open(&data.join("log"), Arc::new(store), options).await.unwrap()
}

fn cursor(log: &EventLog, start: Start) -> Cursor {
    let credential = Credential::Session("crash".into());
    let who =
        Principal { username: "crash".into(), role: Role::Admin, credential, expires_at: None };
    Cursor::new(log, Scope::new(&who, &Subscribe::to(Topic::Events)), start)
}

fn incoming(number: u64) -> Incoming {
    let event = Event {
        host: "a".into(),
        r#type: "container".into(),
        action: "start".into(),
        actor_id: number.to_string(),
        actor_name: "web".into(),
        timestamp: 1,
        attrs: BTreeMap::from([("name".into(), "web".into())]),
    };
    let payload = Payload::Event(event);
    Incoming { host: Some("a".into()), time_nano: 1, owner: None, container: None, payload }
}

/// The number of an event; none for a gap.
fn number(entry: &Entry) -> Option<u64> {
    match entry.payload() {
        Payload::Event(event) => Some(event.actor_id.parse().unwrap()),
        Payload::Gap(_) => None,
    }
}

#[test]
#[ignore = "not a test: the process that the other tests start and kill"]
fn write_and_push() {
    let Ok(data) = std::env::var(DATA) else { return };
    let first: u64 = std::env::var(FIRST).unwrap().parse().unwrap();
    let late: Option<u64> = std::env::var(LATE).ok().map(|pushes| pushes.parse().unwrap());
    let order = if late.is_some() { TailOrder::AfterPush } else { TailOrder::BeforePush };
    let end = late.map_or(u64::MAX, |pushes| first + pushes);
    Runtime::new().unwrap().block_on(async {
        let (log, sender) = open(Path::new(&data), order).await;
        let mut cursor = cursor(&log, Start::Newest);
        tokio::spawn(async move {
            for number in first..end {
                sender.send(incoming(number)).await.unwrap();
            }
        });
        let mut out = std::io::stdout().lock();
        let mut next = first;
        while next < end {
            for entry in cursor.next(SOME).await.unwrap() {
                let number = number(&entry).unwrap();
                // A torn line is no push; the parent reads whole ones only.
                out.write_all(format!("@{} {number}\n", entry.position()).as_bytes()).unwrap();
                next = number + 1;
            }
            out.flush().unwrap();
        }
        // At the very moment after the last push: from outside, the disk may be quicker.
        let _ =
            rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
    });
}

/// Starts the process, lets it push at least `pushes` events, kills it, and gives all it pushed. One whose tail is
/// `late` pushes so many and kills itself.
fn push_and_kill(data: &Path, first: u64, late: bool, pushes: u64) -> Vec<(Position, u64)> {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["log::write_and_push", "--exact", "--ignored", "--nocapture"]);
    command.env(DATA, data).env(FIRST, first.to_string()).stdout(Stdio::piped());
    if late {
        command.env(LATE, pushes.to_string());
    }
    let mut child = command.spawn().unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let (mut pushed, mut line, mut killed) = (Vec::new(), String::new(), false);
    while out.read_line(&mut line).unwrap() > 0 {
        if let Some(said) = line.strip_prefix('@').and_then(|line| line.strip_suffix('\n')) {
            let (position, number) = said.split_once(' ').unwrap();
            pushed.push((position.parse().unwrap(), number.parse().unwrap()));
        }
        line.clear();
        if pushed.len() as u64 >= pushes && !killed && !late {
            child.kill().unwrap();
            killed = true;
        }
    }
    assert_eq!(child.wait().unwrap().code(), None, "the writer ended by itself");
    pushed
}

/// Everything in the log.
fn kept(data: &Path) -> Vec<Arc<Entry>> {
    Runtime::new().unwrap().block_on(async {
        let (log, _sender) = open(data, TailOrder::BeforePush).await;
        let mut cursor = cursor(&log, Start::After(Position(0)));
        let mut kept = Vec::new();
        while cursor.position() < log.head() {
            kept.extend(cursor.next(SOME).await.unwrap());
        }
        log.close().await.unwrap();
        kept
    })
}

/// What is wrong with what was kept, after all of `pushed` was pushed.
fn verify(pushed: &[(Position, u64)], kept: &[Arc<Entry>]) -> Result<(), String> {
    let (mut last, mut seen) = (Position(0), HashSet::new());
    let mut numbers = BTreeMap::new();
    for entry in kept {
        let Some(number) = number(entry) else { return Err(format!("a gap: {entry:?}")) };
        if entry.position() <= last || !seen.insert(number) {
            return Err(format!("event {number} comes twice, or position {last} does"));
        }
        last = entry.position();
        numbers.insert(entry.position(), number);
    }
    for (position, number) in pushed {
        match numbers.get(position) {
            Some(kept) if kept == number => {}
            other => return Err(format!("{number} was pushed at {position}, there is {other:?}")),
        }
    }
    Ok(())
}

#[test]
fn what_was_pushed_survives_a_kill_under_the_same_position() {
    /// Kills of one log; each reads all of it again.
    const KILLS: usize = 20;
    let mut dice = Dice::announced("log");
    let rounds: Vec<_> = (0..runs()).collect();
    let pushed: usize = rounds.chunks(KILLS).map(|kills| one_log(kills, &mut dice)).sum();
    eprintln!("{} kills, {pushed} events pushed", rounds.len());
}

/// Kills one log again and again; how many events it pushed.
fn one_log(kills: &[u32], dice: &mut Dice) -> usize {
    let scratch = Scratch::new("log-kill");
    let data = scratch.path().join("data");
    let (mut pushed, mut first) = (Vec::new(), 0);
    for run in kills {
        let before = pushed.last().map_or(Position(0), |(position, _): &(Position, u64)| *position);
        let new = push_and_kill(&data, first, false, 1 + dice.roll() % 4_000);
        assert!(new.iter().all(|(position, _)| *position > before), "a position repeats");
        pushed.extend(new);
        let kept = kept(&data);
        if let Err(wrong) = verify(&pushed, &kept) {
            panic!("run {run}: {wrong}");
        }
        first = kept.iter().filter_map(|entry| number(entry)).max().map_or(0, |last| last + 1);
    }
    pushed.len()
}

/// The proof that the check above can fail.
#[test]
fn a_tail_that_is_written_after_the_push_is_found_out() {
    let mut dice = Dice::announced("late log");
    let losses = (0..10).filter(|run| {
        let scratch = Scratch::new(&format!("log-late-{run}"));
        let data = scratch.path().join("data");
        let pushed = push_and_kill(&data, 0, true, 1 + dice.roll() % 4_000);
        verify(&pushed, &kept(&data)).is_err()
    });
    let losses = losses.count();
    assert!(losses >= 9, "only {losses} of 10 losses were noticed");
}
