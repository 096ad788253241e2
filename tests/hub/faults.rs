//! Engines that hang, drop, talk nonsense, refuse, go and come: what the hub says of them, and that no other host
//! notices.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::engine::{Fault, ScriptedEngine};
use crate::support::hub::{Plan, TestHub};
use crate::support::scratch::Scratch;
use crate::support::wait;
use crate::support::watch::{By, Record, View, Watch};

/// Within what a host that is away is shown as offline, and as online when it is back.
const NOTICE: Duration = Duration::from_secs(5);

/// What an event of a host that is there may take.
const PROMPT: Duration = Duration::from_secs(1);

struct Scene {
    hub: TestHub,
    good: ScriptedEngine,
    bad: ScriptedEngine,
    admin: String,
    _sockets: Scratch,
}

impl Scene {
    async fn new() -> Self {
        let sockets = Scratch::new();
        let good = ScriptedEngine::start(&sockets.join("good.sock"));
        let bad = ScriptedEngine::start(&sockets.join("bad.sock"));
        good.add("stays", &[], true);
        bad.add("one", &[], true);
        bad.add("two", &[], false);
        let plan = Plan::new().host("good", &good.address()).host("bad", &bad.address());
        let hub = plan.start().await;
        let admin = hub.admin().await;
        for host in ["good", "bad"] {
            hub.wait_for_host(&admin, host, "online").await;
        }
        Self { hub, good, bad, admin, _sockets: sockets }
    }

    async fn watch(&self, by: By) -> Watch {
        let view = View {
            address: self.hub.address,
            token: self.admin.clone(),
            since: None,
            restless: false,
        };
        let watch = Watch::start(by, view, 1);
        wait::for_true(wait::PATIENCE, "the client", || watch.is_connected()).await;
        watch
    }

    async fn host(&self, name: &str) -> Value {
        self.hub.reply(&self.admin, "host", &json!({ "opt": "get", "host": name })).await
    }

    /// The mirror shows what the engine has.
    async fn mirror_equals(&self, host: &str, engine: &ScriptedEngine) {
        let what = format!("the mirror of {host} to equal its engine");
        wait::within(NOTICE, &what, async || {
            let list = json!({ "opt": "list", "host": host });
            let list = self.hub.reply(&self.admin, "container", &list).await;
            let shown = |c: &Value| (c["name"].to_string(), c["state"].to_string());
            let mut shown: Vec<_> = list["items"].as_array().unwrap().iter().map(shown).collect();
            let there = |c: &crate::support::engine::Container| {
                (json!(c.name).to_string(), json!(c.state).to_string())
            };
            let mut there: Vec<_> = engine.containers().iter().map(there).collect();
            shown.sort_unstable();
            there.sort_unstable();
            (shown == there).then_some(())
        })
        .await;
    }

    /// An event of the good host comes at once, and so does a list, with the bad host's part as a failure.
    async fn others_notice_nothing(&self, watch: &Watch, round: u32) {
        let actor = format!("tick-{round}");
        let begun = Instant::now();
        self.good.emit("volume", "create", &actor, &json!({}));
        let seen = || saw(&watch.record.lock().unwrap(), |e| e["actor_id"] == actor.as_str());
        wait::for_true(PROMPT, "the other host's event", seen).await;
        let list = self.hub.reply(&self.admin, "container", &json!({ "opt": "list" })).await;
        assert!(begun.elapsed() < PROMPT, "{:?}", begun.elapsed());
        assert!(list["items"].as_array().unwrap().iter().any(|c| c["name"] == "stays"), "{list}");
    }
}

fn saw(record: &Record, is: impl Fn(&Value) -> bool) -> bool {
    record.seen.iter().any(|seen| !seen.is_gap && is(&seen.data))
}

fn count(record: &Record, is: impl Fn(&Value) -> bool) -> usize {
    record.seen.iter().filter(|seen| !seen.is_gap && is(&seen.data)).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_an_engine_does_it_is_offline_within_5_s_and_delays_nobody() {
    let scene = Scene::new().await;
    let watch = scene.watch(By::Sse).await;
    let mut round = 0;
    for fault in [Fault::Hang, Fault::Drop, Fault::Noise, Fault::Status(500), Fault::Garbage] {
        scene.bad.fail("", fault);
        let begun = Instant::now();
        if matches!(fault, Fault::Noise | Fault::Garbage) {
            // What is open is not disturbed by what new connections and answers are.
            scene.bad.cut_events();
        }
        while scene.host("bad").await["state"] != "offline" {
            assert!(begun.elapsed() < NOTICE, "{fault:?}: not offline after {:?}", begun.elapsed());
            round += 1;
            scene.others_notice_nothing(&watch, round).await;
        }
        let why = scene.host("bad").await["error"].as_str().unwrap_or_default().to_owned();
        assert!(!why.is_empty(), "{fault:?}: nobody says why");
        let list = scene.hub.reply(&scene.admin, "container", &json!({ "opt": "list" })).await;
        assert_eq!(list["failures"][0]["host"], "bad", "{fault:?}: {list}");
        assert_eq!(list["failures"][0]["code"], "unavailable", "{fault:?}: {list}");
        let stop = json!({ "opt": "stop", "host": "bad", "container": "one" });
        let (status, answer) = scene.hub.packet(&scene.admin, "container", &stop).await;
        assert_eq!(status, 503, "{fault:?}: {answer}");
        for _ in 0..5 {
            round += 1;
            scene.others_notice_nothing(&watch, round).await;
        }
        scene.bad.mend();
        let back = scene.hub.wait_for_host(&scene.admin, "bad", "online").await;
        assert!(back < NOTICE, "{fault:?}: online after {back:?}");
        scene.mirror_equals("bad", &scene.bad).await;
        eprintln!("{fault:?}: back after {back:?}; said to be {why:?}");
    }
    let times = |record: &Record, action: &str| {
        count(record, |e| e["type"] == "host" && e["host"] == "bad" && e["action"] == action)
    };
    // The state is shown a moment before its event comes out of the log.
    let all = || watch.holds(|record| times(record, "online") >= 5);
    wait::for_true(wait::PATIENCE, "the last return is told", all).await;
    let record = watch.end().await;
    assert_eq!(record.wrong, Vec::<String>::new());
    for action in ["offline", "online"] {
        assert_eq!(times(&record, action), 5, "{action}");
    }
    assert_eq!(count(&record, |e| e["host"] == "good" && e["type"] == "host"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_engine_that_is_slow_keeps_only_those_waiting_who_ask_it() {
    let scene = Scene::new().await;
    let watch = scene.watch(By::Sse).await;
    let slow = Duration::from_secs(2);
    scene.bad.fail("/containers", Fault::Slow(slow));
    let begun = Instant::now();
    let asked = async {
        let top = json!({ "opt": "top", "host": "bad", "container": "one" });
        scene.hub.reply(&scene.admin, "container", &top).await;
        begun.elapsed()
    };
    let others = async {
        for round in 0..10 {
            scene.others_notice_nothing(&watch, round).await;
        }
        begun.elapsed()
    };
    let (asked, others) = tokio::join!(asked, others);
    assert!(asked >= slow && others < slow, "{asked:?} {others:?}");
    // What the mirror has costs no call.
    let begun = Instant::now();
    let list = json!({ "opt": "list", "host": "bad" });
    let list = scene.hub.reply(&scene.admin, "container", &list).await;
    assert_eq!(list["items"].as_array().map(Vec::len), Some(2));
    assert!(begun.elapsed() < PROMPT, "{:?}", begun.elapsed());
    assert_eq!(scene.host("bad").await["state"], "online");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_of_events_that_breaks_loses_nothing_and_says_nothing() {
    let scene = Scene::new().await;
    let watch = scene.watch(By::Ws).await;
    for round in 0..10 {
        for number in 0..20 {
            scene.bad.emit("volume", "create", &format!("v{round}-{number}"), &json!({}));
            if number == 10 {
                scene.bad.cut_events();
            }
        }
        let last = format!("v{round}-19");
        let seen = || saw(&watch.record.lock().unwrap(), |e| e["actor_id"] == last.as_str());
        wait::for_true(wait::PATIENCE, "the last event", seen).await;
    }
    let record = watch.end().await;
    let seen: Vec<_> = record.by_host()["bad"]
        .iter()
        .filter(|e| e["type"] == "volume")
        .map(|e| e["actor_id"].clone())
        .collect();
    let told: Vec<_> =
        (0..10).flat_map(|r| (0..20).map(move |n| json!(format!("v{r}-{n}")))).collect();
    assert_eq!(seen, told);
    assert!(record.gaps().is_empty(), "{:?}", record.gaps());
    assert_eq!(record.wrong, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_engine_forgot_is_a_gap_and_what_became_of_it_is_inferred() {
    let scene = Scene::new().await;
    let watch = scene.watch(By::Poll).await;
    scene.bad.emit("volume", "create", "before", &json!({}));
    let seen = || saw(&watch.record.lock().unwrap(), |e| e["actor_id"] == "before");
    wait::for_true(wait::PATIENCE, "the event before", seen).await;
    for (round, comes_back) in
        [ScriptedEngine::reach, ScriptedEngine::restart].into_iter().enumerate()
    {
        scene.bad.stop();
        let away = scene.hub.wait_for_host(&scene.admin, "bad", "offline").await;
        assert!(away < NOTICE, "{away:?}");
        let new = scene.bad.add(&format!("new-{round}"), &[], true);
        let one = scene
            .bad
            .containers()
            .into_iter()
            .find(|c| c.state == "running" && c.id != new)
            .unwrap();
        scene.bad.change(&one.id, "stop");
        // More than an engine remembers.
        for number in 0..300 {
            scene.bad.emit("volume", "create", &format!("lost-{round}-{number}"), &json!({}));
        }
        comes_back(&scene.bad);
        scene.hub.wait_for_host(&scene.admin, "bad", "online").await;
        scene.mirror_equals("bad", &scene.bad).await;
        let told = || {
            let record = watch.record.lock().unwrap();
            let is = |action: &'static str, id: &str| {
                let id = id.to_owned();
                move |e: &Value| e["action"] == action && e["actor_id"] == id.as_str()
            };
            record.gaps().len() > round
                && saw(&record, is("create", &new))
                && saw(&record, is("start", &new))
                && saw(&record, is("die", &one.id))
        };
        wait::for_true(wait::PATIENCE, "the gap and what it hid", told).await;
    }
    let record = watch.end().await;
    for gap in record.gaps() {
        assert_eq!((&gap["host"], &gap["reason"]), (&json!("bad"), &json!("engine")));
        let time = |field: &str| {
            chrono::DateTime::parse_from_rfc3339(gap[field].as_str().unwrap()).unwrap()
        };
        assert!(time("from") <= time("to"), "{gap}");
    }
    assert_eq!(record.gaps().len(), 2);
    let is_inferred = |e: &Value| e["attrs"]["quayside.inferred"] == "true";
    assert!(count(&record, is_inferred) >= 3, "nothing is marked as inferred");
    // Between two gaps nothing is told twice.
    let mut told: Vec<_> = record
        .seen
        .iter()
        .filter(|s| !s.is_gap)
        .map(|s| format!("{} {} {}", s.data["action"], s.data["actor_id"], s.data["timestamp"]))
        .collect();
    let all = told.len();
    told.sort_unstable();
    told.dedup();
    assert_eq!(told.len(), all);
    assert_eq!(record.wrong, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_thousand_events_at_once_reach_everybody_in_order() {
    const EVENTS: usize = 20_000;
    let scene = Scene::new().await;
    let watches = [
        scene.watch(By::Sse).await,
        scene.watch(By::Stream).await,
        scene.watch(By::Ws).await,
        scene.watch(By::Poll).await,
    ];
    // In portions: an engine keeps 256 for who has to come back.
    for number in 0..EVENTS {
        scene.good.emit("volume", "create", &format!("v{number}"), &json!({}));
        if number % 1_000 == 999 {
            tokio::task::yield_now().await;
        }
    }
    let last = format!("v{}", EVENTS - 1);
    for watch in watches {
        let seen = || saw(&watch.record.lock().unwrap(), |e| e["actor_id"] == last.as_str());
        wait::for_true(Duration::from_secs(60), "the last event", seen).await;
        let by = watch.by;
        let record = watch.end().await;
        let events = &record.by_host()["good"];
        let volumes: Vec<_> = events.iter().filter(|e| e["type"] == "volume").collect();
        let lost = (0..EVENTS)
            .find(|n| volumes.get(*n).is_none_or(|e| e["actor_id"] != format!("v{n}").as_str()));
        assert_eq!((lost, volumes.len()), (None, EVENTS), "{by:?}");
        assert!(record.gaps().is_empty(), "{by:?}: {:?}", record.gaps());
        assert_eq!(record.wrong, Vec::<String>::new(), "{by:?}");
    }
}
