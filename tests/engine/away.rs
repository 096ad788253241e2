//! An engine that is killed and comes back: what its own host shows, and that the other one notices nothing.

use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::real;
use crate::record::{SECOND_ENGINE, all_saw, clients, ended};
use crate::same::assert_sound;
use crate::support::dice::Dice;
use crate::support::docker::Docker;
use crate::support::http::Ask;
use crate::support::hub::{Plan, TestHub};
use crate::support::scratch::Scratch;
use crate::support::wait;
use crate::support::watch::{By, Watch};
use crate::writer::{Ids, Way, Writer, ask};

/// How long the engine is away.
const AWAY: Duration = Duration::from_secs(20);

/// By when its host shows that it is away, and by when the mirror is right again.
const NOTICED: Duration = Duration::from_secs(5);

/// Within this the other host's events come and its list is answered. Both take milliseconds, a call that waits for
/// the engine that is away takes seconds.
const PROMPT: Duration = Duration::from_secs(2);

/// An engine that is this test's alone, and ends with it.
pub(crate) struct Own {
    pub(crate) docker: Docker,
    scratch: Scratch,
}

impl Own {
    pub(crate) async fn start() -> Self {
        let scratch = Scratch::new();
        let script = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/engine");
        let mut start = tokio::process::Command::new(script);
        start.arg("start").arg(scratch.path()).arg("--no-bridge");
        let own = Self { docker: Docker::at("a", scratch.path()), scratch };
        assert!(start.status().await.unwrap().success(), "scripts/engine start");
        own
    }
}

impl Drop for Own {
    fn drop(&mut self) {
        let script = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/engine");
        // What stays behind is said by the script.
        let _ = Command::new(script).arg("stop").arg(self.scratch.path()).status();
    }
}

/// What `docker ps -a` shows, by id.
async fn ps(docker: &Docker) -> Vec<Value> {
    let lines = docker.run(&["ps", "-a", "--format", "{{json .}}"]).await;
    let mut all: Vec<_> = lines
        .lines()
        .map(|line| {
            let row: Value = serde_json::from_str(line).unwrap();
            json!({ "id": row["ID"], "name": row["Names"], "image": row["Image"], "state": row["State"], "status": row["Status"] })
        })
        .collect();
    all.sort_by_key(|row| row["id"].to_string());
    all
}

/// What the hub's mirror shows, by id; nothing while it refuses because the host is offline.
async fn mirror(hub: &TestHub, token: &str, host: &str) -> Option<Vec<Value>> {
    let answer = hub.send(Ask::get(&format!("/ps2/{host}")).token(token)).await;
    let answer = (answer.status == 200).then(|| answer.json())?;
    let mut all = answer["data"].as_array().unwrap().clone();
    all.sort_by_key(|row| row["id"].to_string());
    Some(all)
}

/// The event or gap number `number` of a client's record, if it is there and is so.
fn find(client: &Watch, so: impl Fn(&Value, bool) -> bool) -> Option<usize> {
    client.record.lock().unwrap().seen.iter().position(|seen| so(&seen.data, seen.is_gap))
}

fn is_host(event: &Value, action: &str) -> bool {
    event["type"] == "host" && event["host"] == "a" && event["action"] == action
}

/// Changes and asks the other host until `until`; the longest that an event and a list took.
async fn use_other(
    hub: &TestHub,
    admin: &str,
    other: &Docker,
    clients: &[Watch],
    until: Instant,
) -> (Duration, Duration, u32) {
    let writer = Writer { way: Way::Socket, ids: Ids::default() };
    let (mut event, mut list, mut turns) = (Duration::ZERO, Duration::ZERO, 0);
    while Instant::now() < until {
        let id = writer.create(other, &real::name("other")).await;
        let begun = Instant::now();
        all_saw(clients, std::slice::from_ref(&id)).await;
        event = event.max(begun.elapsed());
        // An event may come a moment before the list knows of it, never long before.
        let shows = async || {
            let shown = mirror(hub, admin, other.host).await.unwrap();
            shown.iter().any(|row| id.starts_with(row["id"].as_str().unwrap())).then_some(())
        };
        list = list.max(wait::within(wait::PATIENCE, "the list", shows).await.1);
        let begun = Instant::now();
        let all = hub.reply(admin, "container", &json!({ "opt": "list" })).await;
        assert!(all["items"].as_array().unwrap().iter().any(|row| row["host"] == other.host));
        list = list.max(begun.elapsed());
        writer.remove(other, &id).await;
        turns += 1;
    }
    (event, list, turns)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_engine_that_was_killed_comes_back_with_what_happened_and_delays_no_other() {
    let _alone = SECOND_ENGINE.lock().await;
    let own = Own::start().await;
    let (docker, [_, other]) = (&own.docker, Docker::both());
    let hub = Plan::new()
        .set("auth", "access_ttl", "\"1h\"")
        .host("a", &docker.address())
        .host("b", &other.address())
        .start()
        .await;
    let admin = hub.admin().await;
    hub.wait_for_host(&admin, "a", "online").await;
    hub.wait_for_host(&admin, "b", "online").await;
    let mut dice = Dice::new(1);
    let kinds = [(By::Sse, 1), (By::Stream, 1), (By::Ws, 1), (By::Poll, 1)];
    let mut clients = clients(&hub, &admin, &kinds, &mut dice).await;

    // One that runs on, one that ends while nobody watches it, one that was never started.
    let run = ["run", "-d", "--network", "none", "busybox", "sleep"];
    let lasting = docker.run(&[&run[..], &["1000"]].concat()).await;
    let ending = docker.run(&[&run[..], &["10"]].concat()).await;
    let made = docker.run(&["create", "--network", "none", "busybox", "sleep", "1"]).await;
    all_saw(&clients, &[lasting.clone(), ending.clone(), made]).await;

    let killed = Instant::now();
    docker.engine("kill").await;
    let until = killed + AWAY;
    let offline = async {
        hub.wait_for_host(&admin, "a", "offline").await;
        killed.elapsed()
    };
    let (offline, (event, list, turns)) =
        tokio::join!(offline, use_other(&hub, &admin, &other, &clients, until));
    eprintln!(
        "offline after {offline:.1?}; meanwhile, in {turns} turns, the other host's events took {event:.1?} at most, its lists {list:.1?}"
    );
    assert!(offline < NOTICED, "offline after {offline:?}");
    assert!(event < PROMPT && list < PROMPT, "events {event:?}, lists {list:?}");

    docker.engine("start").await;
    let back = Instant::now();
    let equal = async || {
        let (hub, engine) = (mirror(&hub, &admin, "a").await, ps(docker).await);
        hub.filter(|hub| *hub == engine)
    };
    let (shown, _) = wait::within(NOTICED, "the mirror to be as docker ps -a", equal).await;
    eprintln!("the mirror was right {:.1?} after the engine answered", back.elapsed());
    assert!(shown.len() == 3 && shown.iter().all(|row| row["state"] != "running"), "{shown:?}");

    // It goes on, and whoever watched knows what was missed.
    let writer = Writer { way: Way::Socket, ids: Ids::default() };
    let after = writer.create(docker, "after").await;
    all_saw(&clients, std::slice::from_ref(&after)).await;
    ask(docker, "DELETE", &format!("/containers/{after}"), &Value::Null).await;
    for client in &mut clients {
        let by = client.by;
        let place = |what: &str, so: &dyn Fn(&Value, bool) -> bool| {
            find(client, so).unwrap_or_else(|| panic!("no {what} for {by:?}"))
        };
        let left = place("offline", &|event, _| is_host(event, "offline"));
        let gap = place("gap", &|event, is_gap| {
            is_gap && event["host"] == "a" && event["reason"] == "engine"
        });
        let next = place("event after", &|event, _| event["actor_id"] == after.as_str());
        assert!(left < gap && gap < next, "{by:?}: offline {left}, gap {gap}, next {next}");
        for id in [&lasting, &ending] {
            let die = place("end of a container", &|event, _| {
                event["actor_id"] == id.as_str() && event["action"] == "die"
            });
            assert!(left < die, "{by:?}: it ended before the engine was away");
        }
        let online = client
            .record
            .lock()
            .unwrap()
            .seen
            .iter()
            .skip(left)
            .filter(|seen| is_host(&seen.data, "online"))
            .count();
        assert_eq!(online, 1, "{by:?}");
    }
    assert_sound(&ended(clients).await);
}
