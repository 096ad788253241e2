//! The fleet over a scripted engine, time being the test's own.

use std::time::Duration;

use quayside_protocol::command::account::Role;
use quayside_protocol::command::container::List;
use quayside_protocol::push::GapReason;
use tokio::time::{Instant, timeout};

use super::*;
use crate::auth::{Credential, Principal};
use crate::runtime::ContainerFacts;
use crate::runtime::address::Address;
use crate::runtime::scripted::{Scripted, at, event, id_of, running};
use crate::runtime::supervisor::{INFERRED, OWNER, Payload};

struct Hub {
    engine: Arc<Scripted>,
    fleet: Arc<Fleet>,
    events: mpsc::Receiver<HostEvent>,
}

fn settings() -> HostSettings {
    let addr = "unix:///run/docker.sock".to_owned();
    let address = Address::parse(&addr).unwrap();
    HostSettings { name: "a".into(), addr, address, kind: Default::default(), tls: None, ssh: None }
}

fn hub_with(engine: Arc<Scripted>, log: Vec<EngineEvent>) -> Hub {
    let (sender, events) = mpsc::channel(10_000);
    let made = engine.clone();
    let wiring = Wiring {
        make: Arc::new(move |_| Ok(made.clone())),
        events: sender,
        recent: Arc::new(move |_| log.clone()),
        sweep: Duration::from_secs(10),
    };
    let fleet = Arc::new(Fleet::new(wiring, CancellationToken::new()));
    fleet.open(settings(), true);
    Hub { engine, fleet, events }
}

fn principal(role: Role, name: &str) -> Principal {
    let credential = Credential::Session("s".into());
    Principal { username: name.into(), role, credential, expires_at: None }
}

/// `action name`, `gap`, or for what was inferred `action name?`.
fn word(event: &HostEvent) -> String {
    match &event.payload {
        Payload::Gap(gap) => {
            assert_eq!((gap.host.as_deref(), gap.reason), (Some("a"), GapReason::Engine));
            assert!(gap.from <= gap.to);
            "gap".to_owned()
        }
        Payload::Event { action, attrs, .. } => {
            let mark = if attrs.contains_key(INFERRED) { "?" } else { "" };
            format!("{action} {}{mark}", attrs["name"])
        }
    }
}

impl Hub {
    async fn expect(&mut self, words: &[&str]) {
        for wanted in words {
            let event = timeout(Duration::from_secs(20), self.events.recv()).await;
            let event = event.unwrap_or_else(|_| panic!("no event where {wanted} was due"));
            assert_eq!(word(&event.unwrap()), *wanted);
        }
    }

    /// The names and states that topic `containers` shows, once they are these.
    async fn shows(&self, wanted: &[(&str, &str)]) {
        let live = &self.fleet.inventory().containers;
        let mut head = live.watch();
        let end = Instant::now() + Duration::from_secs(20);
        loop {
            let all = live.all();
            let mut shown: Vec<_> =
                all.iter().map(|r| (r.facts.name.as_str(), r.facts.state.as_str())).collect();
            shown.sort_unstable();
            if shown == wanted {
                return;
            }
            let changed = tokio::time::timeout_at(end, head.changed()).await;
            assert!(changed.is_ok(), "{shown:?} is shown, not {wanted:?}");
        }
    }

    fn nothing_more(&mut self) {
        let more = self.events.try_recv();
        assert!(more.is_err(), "{more:?}");
    }
}

fn exited(name: &str, code: i64) -> ContainerFacts {
    ContainerFacts {
        state: "exited".to_owned(),
        exit_code: code,
        finished_at: Some(at(50)),
        ..running(name)
    }
}

async fn hub() -> Hub {
    let engine = Scripted::new();
    engine.set(running("web"));
    let mut hub = hub_with(engine, Vec::new());
    hub.expect(&["online a"]).await;
    hub
}

#[tokio::test(start_paused = true)]
async fn events_mark_and_the_engines_list_is_the_truth() {
    let mut hub = hub().await;
    hub.shows(&[("web", "running")]).await;
    hub.engine.set(exited("web", 3));
    hub.engine.set(running("db"));
    hub.engine.say(event(10, "die", "web"));
    hub.engine.say(event(11, "start", "db"));
    hub.engine.say(event(12, "exec_start: true", "web"));
    hub.expect(&["die web", "start db", "exec_start: true web"]).await;
    hub.shows(&[("db", "running"), ("web", "exited")]).await;
    // The two were asked for together, and the exec for nothing.
    let mut ids = vec![id_of("web"), id_of("db")];
    ids.sort_unstable();
    let mut asked = hub.engine.asked();
    asked.iter_mut().flatten().for_each(|ids| ids.sort_unstable());
    assert_eq!(asked, [None, Some(ids)]);

    hub.engine.unset("db");
    hub.engine.say(event(13, "destroy", "db"));
    hub.shows(&[("web", "exited")]).await;
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_continues_loses_and_repeats_nothing() {
    let mut hub = hub().await;
    for n in 0..5 {
        hub.engine.say(event(10 + n, "exec_die", "web"));
    }
    hub.expect(&["exec_die web"; 5]).await;
    hub.engine.cut();
    hub.engine.set(running("db"));
    hub.engine.say(event(15, "start", "db"));
    hub.expect(&["offline a", "online a", "start db"]).await;
    hub.engine.say(event(16, "exec_die", "web"));
    hub.expect(&["exec_die web"]).await;
    hub.nothing_more();
    let since = at(14 - 5).timestamp_nanos_opt();
    assert_eq!(hub.engine.subscribed(), [None, since]);
    hub.shows(&[("db", "running"), ("web", "running")]).await;
}

#[tokio::test(start_paused = true)]
async fn a_killed_engine_is_offline_at_once_and_what_it_hid_is_inferred() {
    let mut hub = hub().await;
    hub.engine.set(running("old"));
    hub.engine.set(running("renamed"));
    for name in ["old", "renamed"] {
        hub.engine.say(event(10, "start", name));
    }
    hub.expect(&["start old", "start renamed"]).await;
    hub.shows(&[("old", "running"), ("renamed", "running"), ("web", "running")]).await;
    hub.engine.kill();
    hub.expect(&["offline a"]).await;
    hub.shows(&[]).await;
    let viewer = principal(Role::Viewer, "v");
    let (items, failures) = hub.fleet.containers(&List::default(), &viewer).await.unwrap();
    assert!(items.is_empty());
    assert_eq!(failures[0].message, "host a is offline: the engine closed the event stream");

    hub.engine.unset("old");
    hub.engine.set(exited("web", 3));
    hub.engine.set(ContainerFacts { name: "new-name".into(), ..running("renamed") });
    let born = ContainerFacts { created: at(60), started_at: Some(at(61)), ..running("born") };
    hub.engine.set(born);
    tokio::time::sleep(Duration::from_secs(20)).await;
    let back = Instant::now();
    hub.engine.revive();
    hub.expect(&["online a", "gap", "die web?", "create born?", "start born?"]).await;
    let mut rest = Vec::new();
    for _ in 0..3 {
        rest.push(word(&hub.events.recv().await.unwrap()));
    }
    let place = |word: &str| rest.iter().position(|w| w == word).unwrap();
    assert!(place("die old?") < place("destroy old?") && rest.contains(&"rename new-name?".into()));
    assert!(back.elapsed() < Duration::from_secs(5), "{:?}", back.elapsed());
    hub.nothing_more();
    hub.shows(&[("born", "running"), ("new-name", "running"), ("web", "exited")]).await;
}

#[tokio::test(start_paused = true)]
async fn what_the_replay_tells_is_not_inferred_too() {
    let mut hub = hub().await;
    hub.engine.say(event(10, "exec_die", "web"));
    hub.expect(&["exec_die web"]).await;
    hub.engine.kill();
    hub.expect(&["offline a"]).await;
    // Back with a ring of its own, in which the anchor is not.
    hub.engine.set(exited("web", 3));
    hub.engine.set(exited("db", 0));
    hub.engine.say(event(50, "die", "web"));
    hub.engine.revive();
    hub.expect(&["online a", "gap", "create db?", "start db?", "die db?", "die web"]).await;
    hub.nothing_more();
}

#[tokio::test(start_paused = true)]
async fn a_hung_engine_is_offline_within_five_seconds() {
    let mut hub = hub().await;
    // The worst moment: just after a ping was answered.
    tokio::time::sleep(Duration::from_millis(1_001)).await;
    let hung = Instant::now();
    hub.engine.hang(true);
    hub.expect(&["offline a"]).await;
    assert!(hung.elapsed() <= Duration::from_secs(5), "{:?}", hung.elapsed());
    tokio::time::sleep(Duration::from_secs(30)).await;
    let back = Instant::now();
    hub.engine.hang(false);
    hub.expect(&["online a"]).await;
    assert!(back.elapsed() <= Duration::from_secs(5), "{:?}", back.elapsed());
}

#[tokio::test(start_paused = true)]
async fn after_a_restart_of_the_hub_the_log_is_the_anchor() {
    let engine = Scripted::new();
    engine.set(running("web"));
    let known = [event(10, "start", "web"), event(11, "exec_die", "web")];
    for event in known.iter().cloned().chain([event(12, "die", "web")]) {
        engine.say(event);
    }
    let mut hub = hub_with(engine.clone(), known.to_vec());
    hub.expect(&["online a", "die web"]).await;
    hub.nothing_more();

    // Forgotten meanwhile: a gap alone, for nothing is known of the time before.
    engine.kill();
    engine.revive();
    let mut hub = hub_with(engine, known.to_vec());
    hub.expect(&["online a", "gap"]).await;
    hub.engine.say(event(20, "start", "web"));
    hub.expect(&["start web"]).await;
}

#[tokio::test(start_paused = true)]
async fn a_burst_beyond_the_buffer_is_asked_for_again() {
    let mut hub = hub().await;
    hub.engine.say(event(1, "exec_die", "web"));
    hub.expect(&["exec_die web"]).await;
    // The log takes none meanwhile: 10,000 in its channel, 16,384 in the buffer, and the rest must not be lost unsaid.
    for n in 0..30_000 {
        let mut event = event(2, "exec_die", "web");
        event.time_nano += n;
        hub.engine.say(event);
    }
    let (mut events, mut gaps) = (0, 0);
    hub.engine.say(event(3, "die", "web"));
    // This clock moves on only when every task waits: for the log.
    tokio::time::sleep(Duration::from_millis(1)).await;
    loop {
        let next = timeout(Duration::from_secs(20), hub.events.recv()).await.unwrap().unwrap();
        match word(&next).as_str() {
            "gap" => gaps += 1,
            "die web" => break,
            "exec_die web" => events += 1,
            other => panic!("{other}"),
        }
    }
    assert_eq!(gaps, 1, "after {events} events");
    assert!(events > 16_384);
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_died_without_a_word_is_found_out() {
    let mut hub = hub().await;
    hub.engine.say(event(10, "exec_die", "web"));
    hub.expect(&["exec_die web"]).await;
    let started = hub.engine.subscribed().len();
    tokio::time::sleep(Duration::from_secs(125)).await;
    assert_eq!(hub.engine.subscribed().len(), started + 1);
    hub.nothing_more();
}

#[tokio::test(start_paused = true)]
async fn owners_see_their_own_and_network_events_are_theirs_too() {
    let mut hub = hub().await;
    let mut mine = running("mine");
    mine.labels.insert(OWNER.to_owned(), "ann".to_owned());
    hub.engine.set(mine);
    let mut start = event(10, "start", "mine");
    start.attrs.insert(OWNER.to_owned(), "ann".to_owned());
    start.attrs.insert("name".to_owned(), "mine".to_owned());
    hub.engine.say(start);
    let mut network = event(11, "disconnect", "bridge");
    network.kind = "network".to_owned();
    network.attrs.insert("container".to_owned(), id_of("mine"));
    hub.engine.say(network);
    for _ in 0..2 {
        let subject = hub.events.recv().await.unwrap().subject;
        assert_eq!(subject.owner.as_deref(), Some("ann"));
        assert_eq!(subject.name.as_deref(), Some("mine"));
    }
    hub.fleet.refresh("a", &[id_of("mine")]).await.unwrap();
    let count = |p: &Principal| hub.fleet.count("a", p).total;
    assert_eq!(count(&principal(Role::User, "ann")), 1);
    assert_eq!(count(&principal(Role::User, "bob")), 0);
    assert_eq!(count(&principal(Role::Viewer, "bob")), 2);
    let (list, ann) = (List::default(), principal(Role::User, "ann"));
    let (items, _) = hub.fleet.containers(&list, &ann).await.unwrap();
    assert_eq!(items.iter().map(|c| c.owner.as_deref()).collect::<Vec<_>>(), [Some("ann")]);
}

#[tokio::test(start_paused = true)]
async fn containers_are_found_as_docker_finds_them() {
    let hub = hub().await;
    hub.engine.set(running("wex"));
    hub.fleet.refresh("a", &[id_of("wex")]).await.unwrap();
    let id = id_of("web");
    let admin = principal(Role::Admin, "root");
    for text in ["web", "/web", &id, &id[..12], &id[..6]] {
        assert_eq!(hub.fleet.find(&admin, "a", text).await.unwrap().facts.name, "web", "{text}");
    }
    for (host, text, words) in [
        ("a", "nope", "No such container: nope"),
        ("b", "web", "no host named b"),
        ("a", &id[..4], "2 ids begin with 7765"),
    ] {
        let error = hub.fleet.find(&admin, host, text).await.unwrap_err();
        assert!(error.message().contains(words), "{error}");
    }
    // What somebody may not know of makes nothing ambiguous to them.
    let mut mine = running("wem");
    mine.labels.insert(OWNER.to_owned(), "ann".to_owned());
    hub.engine.set(mine);
    hub.fleet.refresh("a", &[id_of("wem")]).await.unwrap();
    let (ann, bob) = (principal(Role::User, "ann"), principal(Role::User, "bob"));
    assert_eq!(hub.fleet.find(&ann, "a", &id[..4]).await.unwrap().facts.name, "wem");
    for text in [&id[..4], &id, "web"] {
        let error = hub.fleet.find(&bob, "a", text).await.unwrap_err();
        assert_eq!(error.code(), quayside_protocol::ErrorCode::NotFound, "{text}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_told_a_moment_ago_is_found_although_it_is_not_listed_yet() {
    let mut hub = hub().await;
    let admin = principal(Role::Admin, "root");
    for (second, name) in (20..).zip(["one", "two"]) {
        hub.engine.set(running(name));
        hub.engine.say(event(second, "create", name));
        hub.expect(&[&format!("create {name}")]).await;
        assert!(hub.fleet.handle("a").unwrap().mirror.find(name, |_| true).is_err(), "{name}");
        assert_eq!(hub.fleet.find(&admin, "a", name).await.unwrap().facts.name, name);
    }
}

#[tokio::test(start_paused = true)]
async fn a_hub_is_ready_without_its_slow_hosts() {
    let engine = Scripted::new();
    engine.hang(true);
    let hub = hub_with(engine, Vec::new());
    let began = Instant::now();
    hub.fleet.ready().await;
    assert!((READY..READY * 2).contains(&began.elapsed()), "{:?}", began.elapsed());
    let error = hub.fleet.runtime("a").await.err().unwrap();
    assert_eq!(error.code(), quayside_protocol::ErrorCode::Unavailable);
    assert!(began.elapsed() <= Duration::from_millis(3_600));
}
