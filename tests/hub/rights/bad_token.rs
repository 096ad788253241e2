//! Every packet and route × every kind of token that is none: 401, whatever else is wrong with the request.

use std::time::Duration;

use quayside_protocol::Command;
use serde_json::{Value, json};

use super::routes::{self, Route};
use super::table::{PUBLIC, table_name};
use super::world::World;
use crate::support::http::Ask;
use crate::support::hub::{PASSWORD, Plan, TestHub};
use crate::support::wait;

/// Tokens that prove nothing, each with what is wrong with it.
async fn bad_tokens(world: &World) -> Vec<(&'static str, String)> {
    let hub = &world.hub;
    let text = |value: &Value, field: &str| value[field].as_str().unwrap().to_owned();
    let good = world.token("operator").to_owned();
    let (head, signature) = good.rsplit_once('.').unwrap();
    let none = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0";
    let claims = good.split('.').nth(1).unwrap();

    let session = hub.login("operator", PASSWORD).await;
    let logged_out = text(&session, "access_token");
    let refresh = text(&session, "refresh_token");
    hub.send(Ask::post("/logout", &json!({ "refresh_token": refresh }))).await.ok();

    let gone = world.account("operator").await;
    let removed = text(&hub.login(&gone, PASSWORD).await, "access_token");
    hub.reply(&world.admin, "user", &json!({ "opt": "remove", "username": gone })).await;

    let idle = world.account("operator").await;
    let disabled = text(&hub.login(&idle, PASSWORD).await, "access_token");
    let update = json!({ "opt": "update", "username": idle, "disabled": true });
    hub.reply(&world.admin, "user", &update).await;

    let api = hub.reply(&good, "token", &json!({ "opt": "create", "name": "revoked" })).await;
    hub.reply(&good, "token", &json!({ "opt": "remove", "id": api["id"] })).await;
    let brief = json!({ "opt": "create", "name": "brief", "ttl": 1 });
    let brief = text(&hub.reply(&good, "token", &brief).await, "token");
    wait::until("a token's end", async || {
        let (status, _) = hub.packet(&brief, "host", &json!({ "opt": "list" })).await;
        (status == 401).then_some(())
    })
    .await;
    let invite = json!({ "opt": "create", "username": "guest-of-nobody" });
    let invite = text(&hub.reply(&world.admin, "invite", &invite).await, "token");
    let stranger = Plan::new().host("x", &world.engine.address()).start().await;

    vec![
        ("garbage", "garbage".to_owned()),
        ("three parts of garbage", "a.b.c".to_owned()),
        ("very long", "x".repeat(6_000)),
        ("not signed", format!("{none}.{claims}.")),
        ("another's signature", format!("{head}.{}", signature.chars().rev().collect::<String>())),
        ("of another hub", stranger.admin().await),
        ("a refresh token", text(&hub.login("operator", PASSWORD).await, "refresh_token")),
        ("an invite", invite),
        ("of a session that logged out", logged_out),
        ("of an account that is gone", removed),
        ("of an account that is disabled", disabled),
        ("revoked", text(&api, "token")),
        ("expired", brief),
    ]
}

/// The golden packet of a command: its fields are right, its objects do not exist.
fn golden(name: &str) -> Value {
    let path = format!("{}/protocol/fixtures/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let fixture: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    fixture["packet"].clone()
}

async fn refuses(hub: &TestHub, what: &str, ask: Ask) {
    let answer = hub.send(ask).await;
    assert_eq!(answer.status, 401, "{what}: {}", answer.text());
    let told = answer.json();
    let message = if told["type"] == "error" { &told["data"]["message"] } else { &told["message"] };
    assert!(message.as_str().is_some_and(|m| !m.is_empty()), "{what}: {told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_packet_passes_with_a_token_that_proves_nothing() {
    let world = World::new().await;
    let mut tokens = bad_tokens(&world).await;
    tokens.push(("no token", String::new()));
    let before = (world.state().await, world.engine.changes_asked().len());
    for parts in Command::ALL {
        let name = table_name(*parts);
        if PUBLIC.contains(&name.as_str()) {
            continue;
        }
        for (why, token) in &tokens {
            let ask = Ask::post("/packet", &golden(&name)).token(token);
            refuses(&world.hub, &format!("{name} with {why}"), ask).await;
        }
    }
    for (why, token) in &tokens {
        for packet in [
            json!({ "type": "subscribe", "data": { "topic": "events" } }),
            json!({ "type": "host" }),
        ] {
            refuses(
                &world.hub,
                &format!("{packet} with {why}"),
                Ask::post("/packet", &packet).token(token),
            )
            .await;
        }
        // The same tokens where a packet itself carries one.
        let data = json!({ "token": token });
        assert_eq!(world.hub.packet("", "auth", &data).await.0, 401, "auth with {why}");
        let data = json!({ "opt": "renew", "refresh_token": if *why == "a refresh token" { "x" } else { token } });
        assert_eq!(world.hub.packet("", "auth", &data).await.0, 401, "renew with {why}");
    }
    assert_eq!((world.state().await, world.engine.changes_asked().len()), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_route_passes_with_a_token_that_proves_nothing() {
    let world = World::new().await;
    let id = world.container("stop", "operator", super::table::Whose::Own).await;
    let mut tokens = bad_tokens(&world).await;
    tokens.push(("no token", String::new()));
    let before = (world.state().await, world.engine.changes_asked().len());
    for Route { method, path, open, .. } in routes::ROUTES {
        if *open {
            continue;
        }
        for (why, token) in &tokens {
            let path = routes::fill(path, "a", &id);
            let mut ask = Ask::new(method, &path).token(token);
            if *method != "GET" {
                ask = ask.body(json!({ "id": id, "host": "a", "type": "host" }).to_string());
            }
            refuses(&world.hub, &format!("{method} {path} with {why}"), ask).await;
        }
    }
    assert_eq!((world.state().await, world.engine.changes_asked().len()), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_access_token_ends_by_its_time_also_for_what_is_open() {
    let hub = Plan::new()
        .host("x", "unix:///nowhere.sock")
        .set("auth", "access_ttl", "\"3s\"")
        .start()
        .await;
    let token = &hub.admin().await;
    let address = hub.address;
    let mut stream = crate::support::sse::Sse::open(address, "/events", token, None).await.unwrap();
    assert_eq!(stream.status, 200);
    let mut socket = crate::support::ws::Ws::open(address, token).await.unwrap();
    socket.reply("subscribe", &json!({ "topic": "events" })).await;
    let limit = Duration::from_secs(10);
    let closed = wait::bounded(limit, "the end of the socket", socket.end()).await;
    assert_eq!(closed.code, 4401, "{closed:?}");
    wait::bounded(limit, "the end of the stream", async {
        while stream.block().await.is_some() {}
    })
    .await;
    let (status, answer) = hub.packet(token, "host", &json!({ "opt": "list" })).await;
    assert_eq!((status, answer["data"]["code"].as_str()), (401, Some("unauthenticated")));
}
