//! What one client may have of the hub, and what it is told when that is used up.

use serde_json::json;

use crate::support::engine::ScriptedEngine;
use crate::support::http::Ask;
use crate::support::hub::{Plan, TestHub};
use crate::support::scratch::Scratch;
use crate::support::sse::Sse;
use crate::support::wait;
use crate::support::ws::Ws;

async fn hub(key: &str, value: &str) -> (TestHub, String, ScriptedEngine, Scratch) {
    let sockets = Scratch::new();
    let engine = ScriptedEngine::start(&sockets.join("a.sock"));
    let hub = Plan::new().host("a", &engine.address()).set("limits", key, value).start().await;
    let admin = hub.admin().await;
    (hub, admin, engine, sockets)
}

/// A stream of a hub that is full: told to come back, and ended.
async fn is_sent_away(hub: &TestHub, token: &str) -> bool {
    let Ok(mut stream) = Sse::open(hub.address, "/events", token, None).await else { return false };
    assert_eq!(stream.status, 200);
    let first = wait::bounded(wait::PATIENCE, "the first block", stream.block()).await;
    if first.as_ref().is_none_or(|block| block.id.is_some()) {
        return false;
    }
    assert!(first.is_some_and(|block| block.retry.is_some()));
    wait::bounded(wait::PATIENCE, "the end", stream.block()).await.is_none()
}

#[tokio::test(flavor = "multi_thread")]
async fn subscriptions_of_a_connection_are_bounded() {
    let (hub, admin, _engine, _sockets) = hub("subscriptions", "3").await;
    let mut socket = Ws::open(hub.address, &admin).await.unwrap();
    let mut numbers = Vec::new();
    for _ in 0..3 {
        numbers
            .push(socket.reply("subscribe", &json!({ "topic": "events" })).await["sub"].as_u64());
    }
    assert_eq!(numbers, [Some(1), Some(2), Some(3)]);
    let answer = socket.ask("subscribe", &json!({ "topic": "events" })).await.unwrap();
    assert_eq!(answer["data"]["code"], "limited", "{answer}");
    socket.reply("unsubscribe", &json!({ "sub": 2 })).await;
    let answer = socket.ask("unsubscribe", &json!({ "sub": 2 })).await.unwrap();
    assert_eq!(answer["type"], "error", "{answer}");
    socket.reply("subscribe", &json!({ "topic": "events" })).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn streams_and_sockets_of_an_account_are_bounded() {
    let (hub, admin, _engine, _sockets) = hub("per_user", "2").await;
    let ann = hub.account(&admin, "ann", "operator").await;
    let mut socket = Ws::open(hub.address, &ann).await.unwrap();
    socket.reply("ping", &json!({})).await;
    let stream = Sse::open(hub.address, "/events", &ann, None).await.unwrap();
    assert!(is_sent_away(&hub, &ann).await);
    let mut more = Ws::open(hub.address, &ann).await.unwrap();
    assert_eq!(more.end().await.code, 4003);
    let poll = hub.send(Ask::get("/poll?topic=events&wait=0").token(&ann)).await;
    assert_eq!((poll.status, poll.json()["data"]["code"].as_str()), (429, Some("limited")));
    // Nobody else is held up, and a place that is left is free again.
    assert!(!is_sent_away(&hub, &admin).await);
    drop(stream);
    wait::until("the place to be free", async || (!is_sent_away(&hub, &ann).await).then_some(()))
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_hub_says_so_and_still_tells_how_it_is() {
    let (hub, admin, _engine, _sockets) = hub("connections", "4").await;
    let mut held = Vec::new();
    for _ in 0..4 {
        held.push(Sse::open(hub.address, "/events", &admin, None).await.unwrap());
    }
    let packet =
        Ask::post("/packet", &json!({ "type": "host", "data": { "opt": "list" } })).token(&admin);
    let full = async || {
        let answer = hub.send(packet.clone()).await;
        (answer.status == 503 && answer.json()["data"]["code"] == "unavailable").then_some(())
    };
    wait::until("the hub to be full", full).await;
    assert!(is_sent_away(&hub, &admin).await);
    assert_eq!(hub.send(Ask::get("/hosts").token(&admin)).await.status, 503);
    for path in ["/healthz", "/readyz", "/metrics"] {
        assert_eq!(hub.send(Ask::get(path)).await.status, 200, "{path}");
    }
    held.clear();
    wait::until("room", async || (hub.send(packet.clone()).await.status == 200).then_some(()))
        .await;
}
