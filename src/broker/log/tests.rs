//! The log over a store in memory.

mod back;
mod walk;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use quayside_protocol::command::account::Role;
use quayside_protocol::push::{Event, Gap, GapReason, Push};
use quayside_protocol::topic::{Subscribe, Topic};
use quayside_protocol::unit::Filter;

use super::told::Told;
use super::*;
use crate::auth::{Credential, Principal};
use crate::store::memory::MemoryStore;

pub(super) struct Dir(PathBuf);

impl Dir {
    pub(super) fn new() -> Self {
        let dir = std::env::temp_dir().join(format!("quayside-log-{}", uuid::Uuid::new_v4()));
        std::fs::create_dir_all(&dir).unwrap();
        Self(dir)
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Dir {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

pub(super) fn admin() -> Principal {
    person("root", Role::Admin)
}

pub(super) fn person(name: &str, role: Role) -> Principal {
    let credential = Credential::Session("s".into());
    Principal { username: name.into(), role, credential, expires_at: None }
}

pub(super) fn event(host: &str, n: u64) -> Event {
    Event {
        host: host.to_owned(),
        r#type: "container".into(),
        action: format!("exec_start: {n}"),
        actor_id: "0123456789abcdef".repeat(4),
        actor_name: "web".into(),
        timestamp: 1,
        attrs: BTreeMap::from([("name".into(), "web".into()), ("tier".into(), "front".into())]),
    }
}

pub(super) fn incoming(event: Event, owner: Option<&str>) -> Incoming {
    let time_nano = event.action.rsplit(' ').next().and_then(|n| n.parse().ok()).unwrap_or(7);
    let host = Some(Arc::from(event.host.as_str()));
    let payload = Payload::Event(event);
    Incoming { host, time_nano, owner: owner.map(Arc::from), container: None, payload }
}

pub(super) fn small() -> Options {
    let mut options = Options::new(|why| eprintln!("fatal: {why}"));
    options.ring_events = 64;
    options
}

pub(super) const SOME: Limit = Limit { events: 100, bytes: 1 << 20 };

pub(super) fn all() -> Scope {
    Scope::new(&admin(), &Subscribe::to(Topic::Events))
}

/// Everything from `start` to the end of the log.
pub(super) async fn read_all(log: &EventLog, scope: Scope, start: Start) -> Vec<Arc<Entry>> {
    let mut cursor = Cursor::new(log, scope, start);
    let mut all = Vec::new();
    if cursor.position() == log.head() {
        cursor.take(SOME, &mut all);
    }
    while cursor.position() < log.head() {
        all.extend(cursor.next(SOME).await.unwrap());
    }
    all
}

async fn open(dir: &Dir, store: &MemoryStore) -> (EventLog, mpsc::Sender<Incoming>) {
    EventLog::open(dir.path(), Arc::new(store.clone()), small()).await.unwrap()
}

async fn fill(log: &EventLog, sender: &mpsc::Sender<Incoming>, count: u64) {
    let mut head = log.watch();
    let before = log.counters().written.load(std::sync::atomic::Ordering::Relaxed);
    for n in 0..count {
        sender.send(incoming(event("a", n), None)).await.unwrap();
    }
    let written = || log.counters().written.load(std::sync::atomic::Ordering::Relaxed);
    while written() < before + count || *head.borrow_and_update() == Position(0) {
        tokio::time::timeout(Duration::from_secs(20), head.changed()).await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn a_log_closes_over_a_full_store_and_the_tail_has_the_rest() {
    let (dir, store) = (Dir::new(), MemoryStore::new());
    let (log, sender) = open(&dir, &store).await;
    store.set_full(true);
    fill(&log, &sender, 50).await;
    log.close().await.unwrap();
    drop(log);
    store.set_full(false);
    let (log, _sender) = open(&dir, &store).await;
    let after = positions(&read_all(&log, all(), Start::After(Position(0))).await);
    assert_eq!(after.len(), 50);
}

#[tokio::test]
async fn what_was_written_is_there_after_a_restart_at_the_same_positions() {
    let (dir, store) = (Dir::new(), MemoryStore::new());
    let (log, sender) = open(&dir, &store).await;
    fill(&log, &sender, 200).await;
    log.close().await.unwrap();
    assert!(sender.send(incoming(event("a", 1), None)).await.is_err(), "closed, yet it takes");
    let before: Vec<_> = positions(&read_all(&log, all(), Start::After(Position(0))).await);
    assert_eq!(before.len(), 200);
    // With an empty store the tail alone must bring it back, with an empty tail the store alone.
    for (dir, store) in [(&dir, &MemoryStore::new()), (&Dir::new(), &store)] {
        let (again, sender) = open(dir, store).await;
        assert_eq!(positions(&read_all(&again, all(), Start::After(Position(0))).await), before);
        fill(&again, &sender, 1).await;
        assert!(again.head() > before[199]);
    }
}

fn positions(entries: &[Arc<Entry>]) -> Vec<Position> {
    entries
        .iter()
        .map(|entry| {
            assert!(matches!(entry.payload(), Payload::Event(_)), "{entry:?}");
            entry.position()
        })
        .collect()
}

#[tokio::test]
async fn a_torn_record_is_ignored_and_written_over() {
    let (dir, store) = (Dir::new(), MemoryStore::new());
    let (log, sender) = open(&dir, &store).await;
    fill(&log, &sender, 10).await;
    log.close().await.unwrap();
    let path = dir.path().join("tail.0");
    let whole = std::fs::read(&path).unwrap();
    for (cut, flip, left) in [(5, None, 9), (0, Some(3), 9), (0, Some(whole.len() / 2), 5)] {
        let mut bytes = whole[..whole.len() - cut].to_vec();
        if let Some(flip) = flip {
            let at = bytes.len() - flip;
            bytes[at] ^= 1;
        }
        std::fs::write(&path, &bytes).unwrap();
        let store = MemoryStore::new();
        let (log, sender) = open(&dir, &store).await;
        let kept = positions(&read_all(&log, all(), Start::After(Position(0))).await);
        assert!((left - 1..=left).contains(&kept.len()), "{} of {left}", kept.len());
        fill(&log, &sender, 3).await;
        log.close().await.unwrap();
        let (log, _) = open(&dir, &MemoryStore::new()).await;
        let read = read_all(&log, all(), Start::After(Position(0))).await;
        assert_eq!(positions(&read).len(), kept.len() + 3);
    }
}

#[tokio::test]
async fn every_wire_form_is_the_push_itself() {
    let (dir, store) = (Dir::new(), MemoryStore::new());
    let (log, sender) = open(&dir, &store).await;
    let gap =
        Gap { host: Some("a".into()), reason: GapReason::Engine, from: "x".into(), to: "y".into() };
    let mut own = event("a", 1);
    own.r#type = "host".into();
    sender.send(incoming(event("a", 1), Some("ann"))).await.unwrap();
    sender
        .send(Incoming { payload: Payload::Gap(gap.clone()), ..incoming(own.clone(), None) })
        .await
        .unwrap();
    sender.send(incoming(own, None)).await.unwrap();
    log.close().await.unwrap();
    let read = read_all(&log, all(), Start::After(Position(0))).await;
    let names = ["container-event", "gap", "host"];
    for (entry, name) in read.iter().zip(names) {
        let position = entry.position();
        for sub in [None, Some(17)] {
            let push = match entry.payload() {
                Payload::Event(data) => Push::Event { sub, position, data: data.clone() },
                Payload::Gap(data) => Push::Gap { sub, position, data: data.clone() },
            };
            let text = serde_json::to_string(&push).unwrap();
            assert_eq!(sub.map_or(entry.push(), |sub| entry.push_to(sub)), text.as_bytes());
            if sub.is_none() {
                let kind = if name == "gap" { "gap" } else { "event" };
                let block = format!("id: {position}\nevent: {kind}\ndata: {text}\n\n");
                assert_eq!(entry.stream_block(), block.as_bytes());
            }
        }
        let data = String::from_utf8(entry.data().to_vec()).unwrap();
        let block = format!("id: {position}\nevent: {name}\ndata: {data}\n\n");
        assert_eq!(entry.fleet_block(), block.as_bytes());
    }
    assert_eq!(read.len(), 3);
}

#[tokio::test]
async fn what_a_reader_names_that_is_not_there_is_answered_with_a_gap() {
    let (dir, store) = (Dir::new(), MemoryStore::new());
    let (log, sender) = open(&dir, &store).await;
    let first = |entries: Vec<Arc<Entry>>| {
        let gap = entries.first().cloned().expect("nothing was read");
        assert!(matches!(gap.payload(), Payload::Gap(_)), "{gap:?}");
        (gap.position(), entries.len())
    };
    let newer = Start::After(Position(u64::MAX));
    assert_eq!(first(read_all(&log, all(), Start::Lost).await), (Position(0), 1));
    assert_eq!(first(read_all(&log, all(), newer).await), (Position(0), 1));
    fill(&log, &sender, 3).await;
    assert_eq!(first(read_all(&log, all(), newer).await), (log.head(), 1));
    let malformed = Start::from_last_event_id("1f");
    assert_eq!(first(read_all(&log, all(), malformed).await), (Position(0), 4));
    let future = Start::from_since("2200-01-01T00:00:00Z").unwrap();
    assert!(read_all(&log, all(), future).await.is_empty());
    let past = Start::from_since("2001-01-01T00:00:00+02:00").unwrap();
    assert_eq!(positions(&read_all(&log, all(), past).await).len(), 3);
    let refused = Start::from_since("yesterday").expect_err("taken for a time");
    assert_eq!(refused.body().field.as_deref(), Some("since"));
}

#[tokio::test]
async fn a_reader_sees_what_it_may_and_asked_for() {
    let (dir, store) = (Dir::new(), MemoryStore::new());
    let (log, sender) = open(&dir, &store).await;
    let mut network = event("b", 2);
    (network.r#type, network.action) = ("network".into(), "connect".into());
    network.attrs = BTreeMap::from([("container".into(), "0123456789abcdef".repeat(4))]);
    let mut own = event("b", 3);
    (own.r#type, own.action) = ("host".into(), "online".into());
    sender.send(incoming(event("a", 1), Some("ann"))).await.unwrap();
    let network = Incoming { container: Some("web".into()), ..incoming(network, None) };
    sender.send(network).await.unwrap();
    sender.send(incoming(own, None)).await.unwrap();
    log.close().await.unwrap();
    let none = Subscribe::to(Topic::Events);
    let narrowed = |narrow: fn(&mut Subscribe, Filter), values: &[&str]| {
        let mut wanted = Subscribe::to(Topic::Events);
        narrow(&mut wanted, Filter(values.iter().map(|v| (*v).to_owned()).collect()));
        wanted
    };
    let (ann, bob) = (person("ann", Role::User), person("bob", Role::Teacher));
    let mut nobody = person("ann", Role::User);
    nobody.credential = Credential::Anonymous;
    let cases = [
        (&admin(), none.clone(), "123"),
        (&person("eve", Role::Viewer), none.clone(), "123"),
        (&ann, none.clone(), "13"),
        (&bob, none.clone(), "3"),
        (&nobody, none, "3"),
        (&admin(), narrowed(|w, f| w.host = f, &["a", "nobody"]), "1"),
        (&admin(), narrowed(|w, f| w.kind = f, &["network", "host"]), "23"),
        (&admin(), narrowed(|w, f| w.kind = f, &["net"]), ""),
        (&admin(), narrowed(|w, f| w.action = f, &["exec_start"]), "1"),
        (&admin(), narrowed(|w, f| w.action = f, &["exec_start: 1", "online"]), "13"),
        (&admin(), narrowed(|w, f| w.action = f, &["exec"]), ""),
        (&admin(), narrowed(|w, f| w.container = f, &["0123456789ab"]), "12"),
        (&admin(), narrowed(|w, f| w.container = f, &["web"]), "12"),
        (&admin(), narrowed(|w, f| w.container = f, &["0123456789a"]), ""),
        (&admin(), narrowed(|w, f| w.label = f, &["tier"]), "1"),
        (&admin(), narrowed(|w, f| w.label = f, &["tier=back", "tier=front"]), "1"),
        (&admin(), narrowed(|w, f| w.label = f, &["tier=back"]), ""),
        (&admin(), narrowed(|w, f| w.owner = f, &["ann"]), "1"),
        (&bob, narrowed(|w, f| w.owner = f, &["ann"]), ""),
    ];
    for (who, wanted, expected) in cases {
        let read = read_all(&log, Scope::new(who, &wanted), Start::After(Position(0))).await;
        let seen: String = read
            .iter()
            .map(|e| {
                if e.host() == Some("a") {
                    '1'
                } else if e.is_public() {
                    '3'
                } else {
                    '2'
                }
            })
            .collect();
        assert_eq!(seen, expected, "{} {wanted:?}", who.username);
    }
}

#[tokio::test]
async fn a_filtered_reader_stays_near_the_end() {
    let (dir, store) = (Dir::new(), MemoryStore::new());
    let (log, sender) = open(&dir, &store).await;
    let mut wanted = Subscribe::to(Topic::Events);
    wanted.host = Filter(vec!["z".into()]);
    let mut cursor = Cursor::new(&log, Scope::new(&admin(), &wanted), Start::Newest);
    fill(&log, &sender, 10).await;
    assert!(cursor.next(SOME).await.unwrap().is_empty());
    assert_eq!(cursor.position(), log.head());
}

#[tokio::test]
async fn what_was_last_heard_of_a_host_is_found_in_memory_and_on_disk() {
    let (dir, store) = (Dir::new(), MemoryStore::new());
    let (log, sender) = open(&dir, &store).await;
    for n in 0..5 {
        sender.send(incoming(event("quiet", n), None)).await.unwrap();
    }
    fill(&log, &sender, 500).await;
    log.close().await.unwrap();
    let (log, _) = open(&Dir::new(), &store).await;
    let times = |found: Vec<EngineEvent>| found.iter().map(|i| i.time_nano).collect::<Vec<_>>();
    assert_eq!(times(log.recent("quiet", 3).unwrap()), [2, 3, 4]);
    assert_eq!(times(log.recent("quiet", 256).unwrap()), [0, 1, 2, 3, 4]);
    assert_eq!(log.recent("a", 256).unwrap().len(), 256);
    assert!(log.recent("nobody", 256).unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_reads_what_lies_after_the_head() {
    let dir = Dir::new();
    let store = Arc::new(MemoryStore::default());
    let (log, sender) = EventLog::open::<Incoming>(dir.path(), store, small()).await.unwrap();
    let reader = {
        let log = log.clone();
        std::thread::spawn(move || {
            let mut read = Position(0);
            while read < Position(u64::MAX) && !log.closing.is_cancelled() {
                let newest = lock::read(&log.inner.ring).newest().next().map(|e| e.position());
                read = newest.unwrap_or_default();
                assert!(read <= log.head(), "{read} is after {}", log.head());
            }
        })
    };
    for n in 0..20_000 {
        sender.send(incoming(event("a", n), None)).await.unwrap();
    }
    log.close().await.unwrap();
    reader.join().unwrap();
}
