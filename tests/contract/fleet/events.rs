//! `GET /events`: the stream, its blocks word for word, and coming back to it.

use serde_json::{Value, json};

use crate::shape::{differences, matches};
use crate::support::docker::seven_fields;
use crate::support::engine::ScriptedEngine;
use crate::support::hub::{Plan, TestHub};
use crate::support::scratch::Scratch;
use crate::support::sse::{Block, Sse};
use crate::support::wait;

async fn world() -> (Scratch, ScriptedEngine, TestHub, String) {
    let sockets = Scratch::new();
    let engine = ScriptedEngine::start(&sockets.join("a.sock"));
    let hub = Plan::new().host("119server", &engine.address()).start().await;
    let admin = hub.admin().await;
    hub.wait_for_host(&admin, "119server", "online").await;
    (sockets, engine, hub, admin)
}

/// The next Docker event.
async fn event(stream: &mut Sse) -> Block {
    let next = async {
        loop {
            let block = stream.event().await.unwrap();
            if block.event == "container-event" {
                return block;
            }
        }
    };
    wait::bounded(wait::PATIENCE, "an event", next).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_stream_opens_at_once_with_what_proxies_and_browsers_need() {
    let (_sockets, _engine, hub, admin) = world().await;
    let mut stream = Sse::open(hub.address, "/events", &admin, None).await.unwrap();
    assert_eq!(stream.status, 200);
    for (name, wanted) in [
        ("content-type", "text/event-stream(; ?charset=utf-8)?"),
        ("cache-control", "no-cache(, no-transform)?"),
        ("x-accel-buffering", "no"),
        ("x-request-id", "[A-Za-z0-9._-]{1,128}"),
    ] {
        let value = stream.headers.get(name).map_or("", |value| value.to_str().unwrap());
        assert!(matches(wanted, value), "{name}: {value:?}");
    }
    for name in ["content-length", "content-encoding"] {
        assert!(!stream.headers.contains_key(name), "{name}");
    }
    let first = wait::bounded(wait::PATIENCE, "the first block", stream.block()).await.unwrap();
    assert!(first.comment && first.data.is_none() && first.id.is_some(), "{first:?}");
    assert!((3_000..=6_000).contains(&first.retry.unwrap()), "{first:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn each_event_of_the_engine_is_one_block_of_seven_fields() {
    let (_sockets, engine, hub, admin) = world().await;
    let mut stream = Sse::open(hub.address, "/events", &admin, None).await.unwrap();
    let compose = [("com.docker.compose.project", "final_project")];
    let id = engine.add("final_project-redis-1", &compose, true);
    engine.change(&id, "stop");
    let network = json!({ "container": id, "name": "final_project_default" });
    engine.emit("network", "connect", &"4".repeat(64), &network);
    engine.emit("container", "exec_start: sh -c echo", &id, &json!({ "execID": "7" }));
    let told = engine.told();
    assert_eq!(told.len(), 7);
    let mut last = String::new();
    for own in told {
        let block = event(&mut stream).await;
        assert_eq!(block.json(), seven_fields("119server", &own));
        let shape = json!({
            "host": "119server", "type": "(container|network)", "action": ".+", "actor_id": "[0-9a-f]{64}",
            "actor_name": "(final_project.*)?", "timestamp": "$int", "attrs": { "$map": ".*", "$key": ".+" },
        });
        assert_eq!(differences(&shape, &block.json()), Vec::<String>::new());
        // In the order of the original, on one line.
        let order = r#"\{"host":.*,"type":.*,"action":.*,"actor_id":.*,"actor_name":.*,"timestamp":\d+,"attrs":\{[^\n]*\}\}"#;
        assert!(matches(order, block.data.as_deref().unwrap()), "{block:?}");
        let position = block.id.unwrap();
        assert!(position > last && (last.is_empty() || position.len() == last.len()), "{position}");
        last = position;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_comes_back_to_where_it_was() {
    let (_sockets, engine, hub, admin) = world().await;
    let mut stream = Sse::open(hub.address, "/events", &admin, None).await.unwrap();
    let id = engine.add("web", &[], true);
    let created = event(&mut stream).await;
    drop(stream);
    engine.change(&id, "pause");
    let last = created.id.as_deref();
    for path in ["/events", "/events?type=container", "/events?host=119server&unknown=1"] {
        let mut again = Sse::open(hub.address, path, &admin, last).await.unwrap();
        let first = wait::bounded(wait::PATIENCE, "a block", again.block()).await.unwrap();
        assert_eq!(first.id.as_deref(), last, "{path}");
        for action in ["start", "pause"] {
            assert_eq!(event(&mut again).await.json()["action"], action, "{path}");
        }
    }
    // Filters: one name's values are alternatives, names narrow together.
    let path = "/events?action=pause,unpause&action=die&container=web";
    let mut narrow = Sse::open(hub.address, path, &admin, last).await.unwrap();
    assert_eq!(event(&mut narrow).await.json()["action"], "pause");
    engine.change(&id, "unpause");
    engine.change(&id, "stop");
    assert_eq!(event(&mut narrow).await.json()["action"], "unpause");
    assert_eq!(event(&mut narrow).await.json()["action"], "die");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_position_that_the_log_no_longer_has_is_a_gap() {
    let (_sockets, engine, hub, admin) = world().await;
    let id = engine.add("web", &[], true);
    let mut stream = Sse::open(hub.address, "/events", &admin, Some("nonsense")).await.unwrap();
    let gap = wait::bounded(wait::PATIENCE, "a gap", stream.event()).await.unwrap();
    assert_eq!(gap.event, "gap", "{gap:?}");
    let fields: Vec<_> = gap.json().as_object().unwrap().keys().cloned().collect();
    assert_eq!(fields, ["from", "host", "reason", "to"]);
    assert_eq!(gap.json()["reason"], "retention");
    // And then what there is.
    let mut seen: Vec<Value> = Vec::new();
    engine.change(&id, "pause");
    while seen.last().is_none_or(|event| event["action"] != "pause") {
        seen.push(event(&mut stream).await.json());
    }
}
