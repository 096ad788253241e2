//! TERM: everybody is told to come back, nothing is lost, and the process ends in time with the right status.

use std::time::{Duration, Instant};

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::engine::ScriptedEngine;
use crate::support::hub::{Plan, TestHub};
use crate::support::poll::Poll;
use crate::support::scratch::Scratch;
use crate::support::sse::Sse;
use crate::support::wait;
use crate::support::ws::Ws;

struct Scene {
    hub: TestHub,
    engine: ScriptedEngine,
    admin: String,
    _sockets: Scratch,
}

impl Scene {
    async fn new(deadline: &str) -> Self {
        let sockets = Scratch::new();
        let engine = ScriptedEngine::start(&sockets.join("a.sock"));
        let plan = Plan::new().host("a", &engine.address()).set("drain", "deadline", deadline);
        let hub = plan.start().await;
        let admin = hub.admin().await;
        hub.wait_for_host(&admin, "a", "online").await;
        Self { hub, engine, admin, _sockets: sockets }
    }

    /// A client that asks for events and then takes nothing, until the hub's end of it is full.
    async fn stalled(&self) -> TcpStream {
        let mut stream = TcpStream::connect(self.hub.address).await.unwrap();
        let head = format!(
            "GET /events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\n\r\n",
            self.admin
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut status = [0; 12];
        stream.read_exact(&mut status).await.unwrap();
        assert_eq!(&status, b"HTTP/1.1 200");
        let weight = "x".repeat(4_096);
        for number in 0..3_000 {
            self.engine.emit(
                "volume",
                "create",
                &format!("v{number}"),
                &json!({ "weight": weight }),
            );
        }
        stream
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_is_told_to_come_back_and_the_hub_ends_with_0() {
    let mut scene = Scene::new("\"10s\"").await;
    let address = scene.hub.address;
    let mut socket = Ws::open(address, &scene.admin).await.unwrap();
    socket.reply("subscribe", &json!({ "topic": "events" })).await;
    let mut stream = Sse::open(address, "/events", &scene.admin, None).await.unwrap();
    let mut last = stream.block().await.unwrap().id.unwrap();
    scene.engine.emit("volume", "create", "first", &json!({}));
    while stream.event().await.unwrap().json()["actor_id"] != "first" {}
    let mut poll = Poll::new(address, "topic=events", &scene.admin, None);
    poll.turn(0).await.unwrap();
    let waiting = tokio::spawn(async move {
        let pushes = poll.turn(30).await;
        (pushes, poll.next, Instant::now())
    });
    // The poll waits once the hub counts it.
    let counted = async || {
        let metrics = scene.hub.send(crate::support::http::Ask::get("/metrics")).await.text();
        let line = |l: &&str| l.starts_with("quayside_connections") && l.contains("\"poll\"");
        metrics.lines().find(line).is_some_and(|l| l.ends_with(" 1")).then_some(())
    };
    wait::until("the poll to wait", counted).await;

    let begun = Instant::now();
    let (status, closed, retry, polled) = tokio::join!(
        scene.hub.terminate(),
        socket.end(),
        async {
            let mut retry = None;
            while let Some(block) = stream.block().await {
                retry = block.retry.or(retry);
                last = block.id.unwrap_or(last.clone());
            }
            retry
        },
        waiting,
    );
    assert_eq!(status.code(), Some(0));
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    assert_eq!(closed.code, 4001, "{closed:?}");
    // As long as the drain may take and 5 s more: behind a proxy an absent hub ends an EventSource for ever.
    assert_eq!(retry, Some(15_000));
    let (pushes, next, answered) = polled.unwrap();
    assert_eq!(pushes.map(|pushes| pushes.len()), Ok(0));
    assert!(next.is_some() && answered.duration_since(begun) < Duration::from_secs(2));

    // Whoever comes back misses nothing of what happened meanwhile.
    scene.engine.emit("volume", "create", "meanwhile", &json!({}));
    scene.hub.launch().await;
    let mut stream = Sse::open(address, "/events", &scene.admin, Some(&last)).await.unwrap();
    let missed = async {
        loop {
            let block = stream.event().await.unwrap();
            assert_ne!(block.event, "gap");
            if block.json()["actor_id"] == "meanwhile" {
                break;
            }
        }
    };
    wait::bounded(wait::PATIENCE, "what was missed", missed).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_takes_nothing_holds_the_end_up_until_the_deadline_only() {
    let mut scene = Scene::new("\"3s\"").await;
    let stalled = scene.stalled().await;
    let begun = Instant::now();
    let status = scene.hub.terminate().await;
    assert_eq!(status.code(), Some(0));
    assert!(begun.elapsed() < Duration::from_secs(8), "{:?}", begun.elapsed());
    drop(stalled);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_signal_ends_the_hub_at_once_with_1() {
    let mut scene = Scene::new("\"60s\"").await;
    let stalled = scene.stalled().await;
    scene.hub.signal();
    // It drains: what asks now is told so.
    let http = scene.hub.http();
    wait::until("the hub to drain", async || {
        let answer = http.try_send(&crate::support::http::Ask::get("/readyz")).await;
        (answer.is_err() || answer.is_ok_and(|answer| answer.status == 503)).then_some(())
    })
    .await;
    assert!(scene.hub.lives());
    let begun = Instant::now();
    let status = scene.hub.terminate().await;
    assert_eq!(status.code(), Some(1));
    assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
    drop(stalled);
}
