//! What is given up with a proof, what a refusal leaves in the audit, and what another's container gives away.

use serde_json::{Value, json};

use super::table::Whose;
use super::world::World;
use crate::support::http::Ask;
use crate::support::hub::PASSWORD;
use crate::support::wait;
use crate::support::ws::Ws;

#[tokio::test(flavor = "multi_thread")]
async fn what_one_proof_opened_ends_with_it() {
    let world = World::new().await;
    let session = world.hub.login("operator", PASSWORD).await;
    let wide = session["access_token"].as_str().unwrap();
    let narrow = json!({ "opt": "create", "name": "narrow", "role": "viewer" });
    let narrow = world.hub.reply(wide, "token", &narrow).await["token"].clone();
    let mut socket = Ws::open(world.hub.address, wide).await.unwrap();
    let sub = socket.reply("subscribe", &json!({ "topic": "events" })).await["sub"].clone();
    // A renewal of the same session goes on with it.
    let renew = json!({ "opt": "renew", "refresh_token": session["refresh_token"] });
    socket.reply("auth", &renew).await;
    socket.reply("unsubscribe", &json!({ "sub": sub })).await;
    let sub = socket.reply("subscribe", &json!({ "topic": "events" })).await["sub"].clone();
    socket.reply("auth", &json!({ "token": narrow })).await;
    let gone = socket.ask("unsubscribe", &json!({ "sub": sub })).await.unwrap();
    assert_eq!(gone["data"]["code"], "not_found", "{gone}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_audit_knows_what_was_refused() {
    let world = World::new().await;
    let viewer = world.token("viewer").to_owned();
    let stop = json!({ "opt": "stop", "host": "a", "id": "packet" });
    assert_eq!(world.hub.packet(&viewer, "container", &stop).await.0, 403);
    let asks = [
        Ask::post("/stop2", &json!({ "host": "a", "id": "fleet" })),
        Ask::new("PUT", "/files/a/file?path=/tmp").body("x"),
    ];
    for ask in asks {
        assert_eq!(world.hub.send(ask.token(&viewer)).await.status, 403);
    }
    let wrong = json!({ "opt": "password", "password": "123456", "current_password": "wrong1" });
    assert_eq!(world.hub.packet(&viewer, "user", &wrong).await.0, 403);
    let list = json!({ "opt": "list", "username": "viewer" });
    let told = wait::until("the refusals in the audit", async || {
        let list = world.hub.reply(&world.admin, "audit", &list).await;
        let all = list["items"].as_array().unwrap().clone();
        let refused: Vec<Value> =
            all.into_iter().filter(|entry| entry["result"] == "forbidden").collect();
        (refused.len() == 4).then_some(refused)
    })
    .await;
    let targets: Vec<_> = told.iter().rev().map(|entry| entry["target"].clone()).collect();
    assert_eq!(targets, ["a/packet", "a/fleet", "a/file", "viewer"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn stat2_takes_what_every_call_takes() {
    let world = World::new().await;
    let id = world.container("stop", "user", Whose::Own).await;
    for text in [&id[..], &id[..10]] {
        let path = format!("/stat2/a/{text}");
        let answer = world.hub.send(Ask::get(&path).token(&world.admin)).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    }
}
