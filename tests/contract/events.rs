//! `GET /events`: the stream's form, line by line, and how it is resumed and narrowed.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::engine::ScriptedEngine;
use crate::support::hub::{Plan, TestHub};
use crate::support::scratch::Scratch;
use crate::support::sse::{Block, Sse};
use crate::support::wait;

struct Stage {
    hub: TestHub,
    engine: ScriptedEngine,
    _sockets: Scratch,
}

impl Stage {
    async fn new() -> Self {
        let sockets = Scratch::new();
        let engine = ScriptedEngine::start(&sockets.join("a.sock"));
        let plan = Plan::new().host("119server", &engine.address()).set(
            "auth",
            "anonymous_role",
            "\"operator\"",
        );
        let hub = plan.start().await;
        hub.wait_for_host("", "119server", "online").await;
        Self { hub, engine, _sockets: sockets }
    }

    async fn open(&self, path: &str, last: Option<&str>) -> Sse {
        let stream = Sse::open(self.hub.address, path, "", last).await.unwrap();
        assert_eq!(stream.status, 200, "{path}");
        stream
    }

    fn emit(&self, number: u32) {
        let attributes = json!({ "name": "web", "number": number.to_string() });
        self.engine.emit("container", "exec_start: true", &format!("{:064x}", 9), &attributes);
    }
}

/// The numbers of the next events.
async fn numbers(stream: &mut Sse, count: usize) -> Vec<u32> {
    let mut numbers = Vec::new();
    while numbers.len() < count {
        let block = wait::bounded(wait::PATIENCE, "an event", stream.event()).await.unwrap();
        numbers.extend(block.json()["attrs"]["number"].as_str().map(|n| n.parse::<u32>().unwrap()));
    }
    numbers
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_opens_at_once_and_an_event_has_the_originals_form() {
    let stage = Stage::new().await;
    let mut stream = stage.open("/events", None).await;
    let header = |name: &str| {
        stream.headers.get(name).map_or("", |value| value.to_str().unwrap()).to_owned()
    };
    assert_eq!(header("content-type").split(';').next(), Some("text/event-stream"));
    assert!(header("cache-control").starts_with("no-cache"), "{}", header("cache-control"));
    assert_eq!(header("x-accel-buffering"), "no");
    assert_eq!((header("content-length").as_str(), header("content-encoding").as_str()), ("", ""));
    let first: Block =
        wait::bounded(Duration::from_secs(2), "the first block", stream.block()).await.unwrap();
    assert!(first.comment && first.id.is_some() && first.data.is_none(), "{first:?}");
    assert!(first.retry.is_some_and(|retry| (3_000..=6_000).contains(&retry)), "{first:?}");

    let id = stage.engine.add(
        "final_project-redis-1",
        &[("com.docker.compose.project", "final_project")],
        true,
    );
    stage.engine.change(&id, "stop");
    let mut before = first.id.unwrap();
    let mut actions = Vec::new();
    while actions.last().map(String::as_str) != Some("stop") {
        let block = wait::bounded(wait::PATIENCE, "an event", stream.event()).await.unwrap();
        let position = block.id.clone().unwrap();
        assert!(position.len() == before.len() && position > before, "{before} then {position}");
        before = position;
        assert_eq!(block.event, "container-event");
        let event = block.json();
        let fields: Vec<_> = event.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(
            fields,
            ["action", "actor_id", "actor_name", "attrs", "host", "timestamp", "type"]
        );
        assert_eq!((&event["host"], &event["type"]), (&json!("119server"), &json!("container")));
        assert_eq!(
            (&event["actor_id"], &event["actor_name"]),
            (&json!(id), &json!("final_project-redis-1"))
        );
        assert!(event["timestamp"].is_i64(), "{event}");
        // Word for word as the engine told it.
        let told = stage.engine.told();
        let same = |told: &&Value| {
            told["Action"] == event["action"] && told["Actor"]["ID"] == event["actor_id"]
        };
        let told = told.iter().find(same).unwrap();
        assert_eq!(told["Actor"]["Attributes"], event["attrs"]);
        assert_eq!(told["time"], event["timestamp"]);
        actions.push(event["action"].as_str().unwrap().to_owned());
    }
    assert_eq!(actions, ["create", "start", "kill", "die", "stop"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_goes_on_where_its_reader_left() {
    let stage = Stage::new().await;
    let mut stream = stage.open("/events", None).await;
    let begin = stream.block().await.unwrap().id.unwrap();
    (0..10).for_each(|n| stage.emit(n));
    let mut ids = Vec::new();
    for _ in 0..10 {
        ids.push(stream.event().await.unwrap().id.unwrap());
    }
    drop(stream);
    (10..15).for_each(|n| stage.emit(n));
    for (last, first) in [(&begin, 0), (&ids[3], 4), (&ids[9], 10)] {
        let mut again = stage.open("/events", Some(last)).await;
        let expected: Vec<_> = (first..15).collect();
        assert_eq!(numbers(&mut again, expected.len()).await, expected);
        stage_is_live(&stage, &mut again).await;
        // As a parameter too; the header goes before it.
        let path = format!("/events?since={last}");
        let mut again = stage.open(&path, None).await;
        assert_eq!(numbers(&mut again, expected.len()).await, expected);
        let mut again = stage.open(&path, Some(&ids[8])).await;
        assert_eq!(numbers(&mut again, 6).await, (9..15).collect::<Vec<_>>());
    }
    // What the log does not know is answered with a gap, then with what there is.
    let mut again = stage.open("/events", Some("nonsense")).await;
    let gap = again.event().await.unwrap();
    assert_eq!((gap.event.as_str(), &gap.json()["reason"]), ("gap", &json!("retention")));
}

/// After what was missed come the things that happen now.
async fn stage_is_live(stage: &Stage, stream: &mut Sse) {
    let id = stage.engine.add("passing", &[], false);
    stage.engine.change(&id, "remove");
    let live = async {
        while stream.event().await.unwrap().json()["actor_id"] != id.as_str() {}
        stream.event().await.unwrap().json()
    };
    let next = wait::bounded(wait::PATIENCE, "a live event", live).await;
    assert_eq!((&next["actor_id"], &next["action"]), (&json!(id), &json!("destroy")));
}

#[tokio::test(flavor = "multi_thread")]
async fn filters_narrow_and_what_is_unknown_is_ignored() {
    let stage = Stage::new().await;
    let mut everything = stage.open("/events", None).await;
    let begin = everything.block().await.unwrap().id.unwrap();
    let web = stage.engine.add("web", &[("tier", "front")], true);
    let db = stage.engine.add("db", &[("tier", "back")], true);
    stage.engine.emit("network", "connect", "n1", &json!({ "container": web, "name": "lab" }));
    stage.engine.emit("volume", "create", "v1", &json!({ "driver": "local" }));
    stage.engine.emit(
        "container",
        "health_status: healthy",
        &web,
        &json!({ "name": "web", "tier": "front" }),
    );
    stage.engine.emit("image", "tag", "last", &json!({ "name": "last" }));
    let short = &web[..12];
    for (query, wanted) in [
        ("type=container", vec!["create", "start", "create", "start", "health_status: healthy"]),
        ("type=network&type=volume", vec!["connect", "create"]),
        ("type=network,volume", vec!["connect", "create"]),
        ("action=start", vec!["start", "start"]),
        ("action=health_status", vec!["health_status: healthy"]),
        ("container=web&type=container", vec!["create", "start", "health_status: healthy"]),
        (
            &format!("container={short}"),
            vec!["create", "start", "connect", "health_status: healthy"],
        ),
        ("label=tier%3Dback", vec!["create", "start"]),
        ("label=tier&action=create", vec!["create", "create"]),
        ("host=119server&type=volume", vec!["create"]),
        ("host=elsewhere", vec![]),
        ("nothing=of&this=kind&type=volume", vec!["create"]),
    ] {
        // The end of what there is shows in a stream beside it.
        let mut stream = stage.open(&format!("/events?{query}&since={begin}"), None).await;
        let mut whole = stage.open(&format!("/events?since={begin}"), None).await;
        while wait::bounded(wait::PATIENCE, query, whole.event()).await.unwrap().json()["actor_id"]
            != "last"
        {}
        let mut seen = Vec::new();
        for _ in &wanted {
            let block = wait::bounded(wait::PATIENCE, query, stream.event()).await.unwrap();
            seen.push(block.json()["action"].as_str().unwrap().to_owned());
        }
        assert_eq!(seen, wanted, "{query}");
    }
    let _ = db;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_by_http_1_0_is_served_without_chunks() {
    let stage = Stage::new().await;
    let mut stream = TcpStream::connect(stage.hub.address).await.unwrap();
    stream.write_all(b"GET /events HTTP/1.0\r\nHost: x\r\n\r\n").await.unwrap();
    let mut text = String::new();
    let mut buffer = [0; 4096];
    let mut emitted = false;
    while !text.contains("exec_start") {
        let read = wait::bounded(wait::PATIENCE, "more of the stream", stream.read(&mut buffer))
            .await
            .unwrap();
        assert!(read > 0, "{text}");
        text.push_str(std::str::from_utf8(&buffer[..read]).unwrap());
        if text.contains("retry:") && !emitted {
            stage.emit(1);
            emitted = true;
        }
    }
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    assert!(!head.to_lowercase().contains("transfer-encoding"), "{head}");
    assert!(body.starts_with(':') && !body.contains('\r'), "{body}");
}
