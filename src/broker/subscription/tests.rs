//! Subscribers of every topic, over a fleet without engines.

use std::collections::BTreeMap;

use chrono::Utc;
use futures::FutureExt;
use quayside_protocol::command::account::Role;
use quayside_protocol::command::host::Kind as HostKind;
use quayside_protocol::reply::{LogStream, Stats};
use quayside_protocol::unit::Filter;
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::*;
use crate::auth::Credential;
use crate::broker::log::{Incoming, Options};
use crate::domain::fleet::Wiring;
use crate::domain::inventory::{ContainerState, HostRecord};
use crate::domain::stat::StatsRecord;
use crate::runtime::supervisor::{HostEvent, Standing};
use crate::runtime::{ContainerFacts, RuntimeError};
use crate::store::memory::MemoryStore;

struct Hub {
    sources: Sources,
    events: mpsc::Sender<HostEvent>,
    dir: std::path::PathBuf,
}

impl Drop for Hub {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.dir);
    }
}

async fn hub() -> Hub {
    let dir = std::env::temp_dir().join(format!("quayside-sub-{}", uuid::Uuid::new_v4()));
    let store = Arc::new(MemoryStore::new());
    let (log, events) = EventLog::open(&dir, store, Options::new(|_| {})).await.unwrap();
    let wiring = Wiring {
        make: Arc::new(|_| Err(RuntimeError::Unavailable("no engine".into()))),
        events: events.clone(),
        recent: Arc::new(|_| Vec::new()),
        sweep: std::time::Duration::ZERO,
    };
    let fleet = Arc::new(Fleet::new(wiring, CancellationToken::new()));
    Hub { sources: Sources::new(log, fleet), events, dir }
}

fn person(name: &str, role: Role) -> Principal {
    let credential = Credential::Session("s".into());
    Principal { username: name.into(), role, credential, expires_at: None }
}

fn container(host: &str, id: char, owner: Option<&str>, state: &str) -> Arc<ContainerState> {
    let facts = ContainerFacts {
        id: id.to_string().repeat(64),
        name: format!("name-{id}"),
        image: "busybox".into(),
        state: state.into(),
        created: Utc::now(),
        started_at: None,
        finished_at: None,
        exit_code: 0,
        oom_killed: false,
        error: String::new(),
        health: None,
        labels: BTreeMap::from([("tier".into(), format!("{id}"))]),
        ports: Vec::new(),
    };
    Arc::new(ContainerState {
        host: host.into(),
        facts: Arc::new(facts),
        owner: owner.map(Into::into),
    })
}

fn key(host: &str, id: char) -> String {
    format!("{host}/{}", id.to_string().repeat(12))
}

const SOME: Limit = Limit { events: 100, bytes: 1 << 20 };

/// What comes next, as a poll has it; null where nothing is ready.
fn next(subscription: &mut Subscription) -> Value {
    if subscription.ready().now_or_never().is_none() {
        return Value::Null;
    }
    let pushes = subscription.take(SOME);
    pushes.iter().map(|push| serde_json::from_slice::<Value>(&push.push()).unwrap()).collect()
}

fn wanted(topic: Topic) -> Subscribe {
    Subscribe::to(topic)
}

#[tokio::test]
async fn state_is_a_snapshot_and_then_changes_that_this_one_may_see() {
    let hub = hub().await;
    let live = hub.sources.fleet.inventory().clone();
    live.containers.apply(
        vec![container("a", '1', Some("ann"), "running"), container("b", '2', None, "exited")],
        &[],
    );
    let open = |who: &Principal, wanted: &Subscribe| {
        Subscription::open(&hub.sources, who, wanted, None).unwrap()
    };
    let mut all = open(&person("root", Role::Admin), &wanted(Topic::Containers));
    let mut of_ann = open(&person("ann", Role::User), &wanted(Topic::Containers));
    let mut narrow = wanted(Topic::Containers);
    (narrow.host, narrow.label) = (Filter(vec!["b".into()]), Filter(vec!["tier=2".into()]));
    let mut of_b = open(&person("eve", Role::Viewer), &narrow);
    assert!(matches!(
        all.reply(7),
        Reply::SubscribedVersion(SubscribedVersion { sub: 7, version: 0 })
    ));

    let names = |push: &Value, field: &str| -> Vec<String> {
        let records = push[0]["data"][field].as_array().cloned().unwrap_or_default();
        let mut names: Vec<_> =
            records.iter().map(|r| r["name"].as_str().unwrap().to_owned()).collect();
        names.sort();
        names
    };
    let first = next(&mut all);
    assert_eq!(names(&first, "snapshot"), ["name-1", "name-2"]);
    assert_eq!((&first[0]["type"], &first[0]["data"]["version"]), (&json!("change"), &json!(1)));
    assert_eq!(names(&next(&mut of_ann), "snapshot"), ["name-1"]);
    assert_eq!(names(&next(&mut of_b), "snapshot"), ["name-2"]);
    assert_eq!(next(&mut all), Value::Null);

    for state in ["paused", "exited"] {
        live.containers.apply(vec![container("b", '2', None, state)], &[]);
    }
    let second = next(&mut all);
    assert_eq!(second[0]["data"]["set"][0]["state"], "exited", "the latest wins");
    assert_eq!(second[0]["data"]["set"].as_array().map(Vec::len), Some(1));
    assert_eq!(next(&mut of_ann), json!([]), "another's container is as if it were not there");
    live.containers.apply(Vec::new(), &[key("a", '1'), key("b", '2')]);
    let third = next(&mut of_ann);
    let data = json!({"topic": "containers", "version": 2, "remove": [key("a", '1')]});
    assert_eq!(third, json!([{"type": "change", "data": data}]), "versions leave no hole");
    assert_eq!(next(&mut of_b)[0]["data"]["version"], 2, "two changes, one push");
}

#[tokio::test]
async fn a_poll_goes_on_where_it_was_and_begins_anew_after_a_restart() {
    let hub = hub().await;
    let live = hub.sources.fleet.inventory().clone();
    live.containers.apply(vec![container("a", '1', None, "running")], &[]);
    let root = person("root", Role::Admin);
    let poll = |sources: &Sources, since: Option<String>| {
        let mut wanted = wanted(Topic::Containers);
        wanted.since = since;
        let mut subscription = Subscription::open(sources, &root, &wanted, None).unwrap();
        (next(&mut subscription), subscription.next())
    };
    let (first, token) = poll(&hub.sources, None);
    assert!(first[0]["data"]["snapshot"].is_array());
    assert_eq!(poll(&hub.sources, Some(token.clone())), (Value::Null, token.clone()));
    live.containers.apply(vec![container("a", '2', None, "running")], &[]);
    let (second, _) = poll(&hub.sources, Some(token.clone()));
    assert_eq!(second[0]["data"]["version"], 2);
    assert_eq!(second[0]["data"]["set"][0]["name"], "name-2");
    let other = Sources { run: hub.sources.run + 1, ..hub.sources.clone() };
    let (again, _) = poll(&other, Some(token));
    assert_eq!(again[0]["data"]["snapshot"].as_array().map(Vec::len), Some(2));
    assert_eq!(again[0]["data"]["version"], 2);
    let mut malformed = wanted(Topic::Hosts);
    malformed.since = Some("yesterday".into());
    let refused = Subscription::open(&hub.sources, &root, &malformed, None).err().unwrap();
    assert_eq!(refused.body().field.as_deref(), Some("since"));
}

#[tokio::test]
async fn hosts_are_for_all_and_stats_for_those_who_see_the_container() {
    let hub = hub().await;
    let fleet = hub.sources.fleet.clone();
    let host = HostRecord {
        host: "a".into(),
        addr: "unix:///x".into(),
        kind: HostKind::Docker,
        configured: true,
        standing: Standing::connecting(),
        total: 5,
        running: 5,
    };
    fleet.inventory().hosts.apply(vec![Arc::new(host)], &[]);
    let bob = person("bob", Role::User);
    let mut hosts = Subscription::open(&hub.sources, &bob, &wanted(Topic::Hosts), None).unwrap();
    let seen = next(&mut hosts);
    assert_eq!(seen[0]["data"]["snapshot"][0]["containers"], json!({"total": 0, "running": 0}));

    let put = |id| {
        let stats = Stats {
            cpu_percent: 1.5,
            memory_usage: 1,
            memory_limit: 2,
            memory_percent: 50.0,
            network_rx: 0,
            network_tx: 0,
            block_read: 0,
            block_write: 0,
            pids: 1,
        };
        let container = container("a", id, Some("ann"), "running");
        let record = StatsRecord { container, time: Utc::now(), streamed: None, stats };
        fleet.usage().live().apply(vec![Arc::new(record)], &[]);
    };
    let mut one = wanted(Topic::Stats);
    one.container = Filter(vec!["name-1".into(), "2".repeat(12)]);
    let open = |who, wanted| Subscription::open(&hub.sources, who, wanted, None).unwrap();
    let ann = person("ann", Role::User);
    let (mut of_ann, mut of_bob) = (open(&ann, &one), open(&bob, &wanted(Topic::Stats)));
    assert_eq!(next(&mut of_ann), json!([{"type": "stats", "data": {"version": 1, "items": []}}]));
    next(&mut of_bob);
    put('1');
    put('2');
    put('3');
    let seen = next(&mut of_ann);
    let ids: Vec<_> =
        seen[0]["data"]["items"].as_array().unwrap().iter().map(|i| &i["name"]).collect();
    assert_eq!(ids, ["name-1", "name-2"]);
    assert_eq!(next(&mut of_bob), json!([]));
}

#[tokio::test]
async fn lines_are_read_only_as_they_are_taken_and_have_an_end() {
    let (sender, receiver) = mpsc::channel(1_000);
    for n in 0..200 {
        let line = LogLine {
            stream: LogStream::Stdout,
            time: Some("2026-01-01T00:00:00.000000009Z".into()),
            text: format!("line {n}"),
        };
        sender.send(Ok(line)).await.unwrap();
    }
    let lines = tokio_stream::wrappers::ReceiverStream::new(receiver);
    let mut subscription = Subscription::of_lines(lines, &wanted(Topic::Logs));
    assert_eq!(sender.capacity(), 800, "nothing is read before it is asked for");
    let first = next(&mut subscription);
    let taken = first.as_array().map(Vec::len).unwrap();
    assert!((1..=64).contains(&taken), "{taken} at once");
    let line = json!({"stream": "stdout", "time": null, "text": "line 0"});
    assert_eq!(first[0], json!({"type": "log", "data": line}), "no time was asked for");
    assert_eq!(sender.capacity(), 800 + taken, "more was read than was taken");
    assert_eq!(subscription.next(), "2026-01-01T00:00:00.000000010Z");
    drop(sender);
    let mut pushes = Vec::new();
    while !subscription.is_over() {
        subscription.ready().await.unwrap();
        pushes.extend(subscription.take(SOME));
    }
    assert_eq!(pushes.len(), 200 - taken + 1);
    assert_eq!(&pushes[200 - taken].push()[..], br#"{"type":"log","data":{"end":true}}"#);
    assert_eq!(next(&mut subscription), Value::Null);
}

#[tokio::test]
async fn every_transport_has_its_form_of_a_push() {
    let hub = hub().await;
    let root = person("root", Role::Admin);
    let mut events = Subscription::open(&hub.sources, &root, &wanted(Topic::Events), None).unwrap();
    let online = HostEvent::of_hub(&"a".into(), "online", "the engine answers");
    assert!(matches!(
        Incoming::from(online.clone()).payload,
        crate::broker::log::Payload::Event(_)
    ));
    hub.events.send(online.clone()).await.unwrap();
    events.ready().await.unwrap();
    let position = hub.sources.log.head();
    let [event] = &events.take(SOME)[..] else { unreachable!("one event was sent") };
    assert_eq!(events.position(), Some(position));
    assert_eq!(events.next(), position.to_string());
    let text = |bytes: bytes::Bytes| String::from_utf8(bytes.to_vec()).unwrap();
    let data = serde_json::to_string(&online.to_event()).unwrap();
    assert_eq!(text(event.fleet_block()), format!("id: {position}\nevent: host\ndata: {data}\n\n"));
    assert!(text(event.block()).starts_with(&format!("id: {position}\nevent: event\ndata: ")));
    let packet = format!(r#"{{"type":"event","sub":3,"position":"{position}","data":{data}}}"#);
    assert_eq!(text(event.packet(3)), packet);

    let mut hosts = Subscription::open(&hub.sources, &root, &wanted(Topic::Hosts), None).unwrap();
    let change = &hosts.take(SOME)[0];
    let data = r#""data":{"topic":"hosts","version":1,"snapshot":[]}}"#;
    assert_eq!(text(change.packet(12)), format!(r#"{{"type":"change","sub":12,{data}"#));
    assert_eq!(
        text(change.block()),
        format!("event: change\ndata: {{\"type\":\"change\",{data}\n\n")
    );
    assert_eq!(hosts.position(), None);
}
