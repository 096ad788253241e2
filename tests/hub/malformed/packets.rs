//! Broken packets and bodies, over every way in.

use futures::SinkExt;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use super::breakage::{golden, unreadable};
use super::{SLACK, Scene};
use crate::support::dice::Dice;
use crate::support::http::Ask;
use crate::support::ws::Ws;

const BY_PACKET: usize = 4_000;
const BY_SOCKET: usize = 4_000;
const BY_FLEET: usize = 2_000;

/// An error packet that says what is wrong; with the packet's id wherever that could be read.
fn is_clear(sent: &[u8], answer: &Value) {
    let shown = String::from_utf8_lossy(&sent[..sent.len().min(300)]).into_owned();
    assert_eq!(answer["type"], "error", "{shown}: {answer}");
    let data = &answer["data"];
    assert_eq!(data["code"], "invalid", "{shown}: {answer}");
    let message = data["message"].as_str().unwrap();
    assert!((3..2_000).contains(&message.len()), "{shown}: {answer}");
    if let Some(field) = data["field"].as_str() {
        assert!(message.contains(field), "{shown}: the message does not name {field}: {message}");
    }
    let id =
        serde_json::from_slice::<Value>(sent).ok().and_then(|packet| packet.get("id").cloned());
    if let Some(id) =
        id.filter(|id| id.is_number() || id.as_str().is_some_and(|id| id.len() <= 128))
    {
        let same = answer["id"] == id || (id.is_f64() && answer["id"].is_f64());
        assert!(same, "{shown}: {answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn broken_packets_over_http_are_told_apart_and_change_nothing() {
    let mut scene = Scene::new().await;
    let mut dice = Dice::announced("packets");
    let golden = golden();
    let http = scene.hub.http();
    let before = scene.state().await;
    let mut level = 0;
    for sent in 0..BY_PACKET {
        if sent == BY_PACKET / 4 {
            level = scene.hub.memory();
        }
        let packet = unreadable(&mut dice, &golden);
        let ask = Ask::new("POST", "/packet").token(&scene.admin).body(packet.clone());
        let answer = http.send(ask).await;
        assert_eq!(answer.status, 400, "{}: {}", String::from_utf8_lossy(&packet), answer.text());
        is_clear(&packet, &answer.json());
    }
    let grown = scene.hub.memory().saturating_sub(level);
    assert!(grown < SLACK, "{grown} bytes more");
    assert_eq!(scene.state().await, before);
    scene.is_whole();
}

#[tokio::test(flavor = "multi_thread")]
async fn broken_packets_over_a_socket_are_answered_and_it_lives_on() {
    let mut scene = Scene::new().await;
    let mut dice = Dice::announced("sockets");
    let golden = golden();
    let before = scene.state().await;
    let mut socket = Ws::open(scene.hub.address, &scene.admin).await.unwrap();
    let mut level = 0;
    let mut sent = 0;
    while sent < BY_SOCKET {
        let packet = unreadable(&mut dice, &golden);
        // A text frame is UTF-8, or it is no text frame.
        let Ok(text) = String::from_utf8(packet.clone()) else { continue };
        if sent == BY_SOCKET / 4 {
            level = scene.hub.memory();
        }
        socket.line.send(Message::text(text)).await.unwrap();
        is_clear(&packet, &socket.packet().await.unwrap());
        sent += 1;
        // Not ten in a row.
        if sent % 9 == 0 {
            assert_eq!(socket.ask("ping", &json!({})).await.unwrap()["type"], "reply");
        }
    }
    let grown = scene.hub.memory().saturating_sub(level);
    assert!(grown < SLACK, "{grown} bytes more");
    assert_eq!(scene.state().await, before);
    scene.is_whole();
}

#[tokio::test(flavor = "multi_thread")]
async fn broken_bodies_of_fleet_are_400_in_its_own_shape() {
    let mut scene = Scene::new().await;
    let mut dice = Dice::announced("bodies");
    let good = [
        ("/login", json!({ "username": "nobody", "password": "wrong password" })),
        (
            "/user",
            json!({ "username": "new", "password": "123123", "full_name": "N", "email": "n@x" }),
        ),
        ("/logout", json!({ "refresh_token": "x" })),
        ("/token/renew_access", json!({ "refresh_token": "x" })),
        ("/start2", json!({ "id": "web", "host": "a" })),
        ("/stop2", json!({ "id": "web", "host": "a" })),
    ];
    let http = scene.hub.http();
    let before = scene.state().await;
    for _ in 0..BY_FLEET {
        let (path, fields) = dice.pick(&good).clone();
        let body = broken_body(&mut dice, fields);
        let ask = Ask::new("POST", path).token(&scene.admin).body(body.clone());
        let answer = http.send(ask).await;
        let shown = format!("{path} {}: {}", String::from_utf8_lossy(&body), answer.text());
        assert_eq!(answer.status, 400, "{shown}");
        let told = answer.json();
        assert_eq!(told["success"], false, "{shown}");
        assert!(told["message"].as_str().is_some_and(|m| m.len() > 2), "{shown}");
        assert_eq!(told.as_object().unwrap().len(), 2, "{shown}");
    }
    assert_eq!(scene.state().await, before);
    scene.is_whole();
}

/// A body in which a required field is missing or no text, or that is no object at all.
fn broken_body(dice: &mut Dice, mut fields: Value) -> Vec<u8> {
    let names: Vec<_> = fields.as_object().unwrap().keys().cloned().collect();
    let name = dice.pick(&names).clone();
    let wrong = [Value::Null, json!(true), json!(7), json!([]), json!({}), json!(1.5)];
    match dice.below(6) {
        0 => drop(fields.as_object_mut().unwrap().remove(&name)),
        1 | 2 => fields[&name] = dice.pick(&wrong).clone(),
        3 => {
            let text = fields.to_string();
            return text.as_bytes()[..dice.below(text.len())].to_vec();
        }
        4 => return dice.pick(&wrong).to_string().into_bytes(),
        _ => return (0..dice.below(100)).map(|_| 128 + dice.below(128) as u8).collect(),
    }
    fields.to_string().into_bytes()
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_in_a_row_close_a_socket_and_other_errors_do_not_count() {
    let scene = Scene::new().await;
    let mut socket = Ws::open(scene.hub.address, &scene.admin).await.unwrap();
    for turn in 0..40 {
        let answer = match turn % 2 {
            0 => {
                socket.ask("container", &json!({ "opt": "stop", "host": "a", "id": "none" })).await
            }
            _ => socket.ask("container", &json!({ "opt": "stop", "host": 7 })).await,
        };
        assert_eq!(answer.unwrap()["type"], "error");
    }
    for round in 0..2 {
        for _ in 0..9 {
            socket.line.send(Message::text("no packet")).await.unwrap();
            assert_eq!(socket.packet().await.unwrap()["data"]["code"], "invalid", "{round}");
        }
        assert_eq!(socket.ask("ping", &json!({})).await.unwrap()["type"], "reply");
    }
    for _ in 0..10 {
        socket.line.send(Message::text("no packet")).await.unwrap();
    }
    assert_eq!(socket.end().await.code, 1008);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_frame_over_1_mib_closes_a_socket_and_one_of_1_mib_does_not() {
    let scene = Scene::new().await;
    let mut socket = Ws::open(scene.hub.address, &scene.admin).await.unwrap();
    let room = (1 << 20) - json!({ "type": "ping", "x": "" }).to_string().len();
    let fits = json!({ "type": "ping", "x": "x".repeat(room) }).to_string();
    socket.line.send(Message::text(fits)).await.unwrap();
    assert_eq!(socket.packet().await.unwrap()["type"], "reply");
    // The hub may have closed before all of it was taken.
    let _ = socket.line.send(Message::text("x".repeat((1 << 20) + 1))).await;
    assert_eq!(socket.end().await.code, 1009);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_binary_frame_gets_no_answer_or_an_error_without_an_id() {
    let mut scene = Scene::new().await;
    let mut dice = Dice::announced("binary");
    let mut socket = Ws::open(scene.hub.address, &scene.admin).await.unwrap();
    for _ in 0..500 {
        let frame: Vec<u8> = (0..dice.below(64)).map(|_| dice.below(256) as u8).collect();
        socket.line.send(Message::binary(frame)).await.unwrap();
        assert_eq!(socket.ask("ping", &json!({})).await.unwrap()["type"], "reply");
    }
    while let Some(push) = socket.waiting() {
        assert_eq!((push["type"].as_str(), push.get("id")), (Some("error"), None), "{push}");
    }
    scene.is_whole();
}
