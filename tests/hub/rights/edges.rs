//! The rules around a request: where it comes from, tickets, the cookie, and how much it may send.

use std::time::{Duration, Instant};

use serde_json::json;
use tokio_tungstenite::tungstenite::Error;

use super::table::Whose;
use super::world::World;
use crate::support::http::Ask;
use crate::support::hub::{PASSWORD, Plan};
use crate::support::sse::Sse;
use crate::support::wait;
use crate::support::ws::Ws;

/// The status of a refused upgrade; 101 for one that passed.
async fn upgrade(world: &World, path: &str, headers: &[(&'static str, &str)]) -> u16 {
    match Ws::with(world.hub.address, path, headers).await {
        Ok((_, response)) => response.status().as_u16(),
        Err(Error::Http(response)) => response.status().as_u16(),
        Err(error) => panic!("{path}: {error}"),
    }
}

async fn ticket(world: &World, token: &str) -> String {
    let made = world.hub.reply(token, "auth", &json!({ "opt": "ticket" })).await;
    made["ticket"].as_str().unwrap().to_owned()
}

/// The session cookie of a login, as a browser sends it back.
async fn cookie(world: &World, account: &str) -> String {
    let body = json!({ "username": account, "password": PASSWORD });
    let answer = world.hub.send(Ask::post("/login", &body)).await;
    let set = answer.header("set-cookie").to_owned();
    for part in ["HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=86400"] {
        assert!(set.contains(part), "{part} is not in {set}");
    }
    assert!(!set.contains("Secure"), "without TLS: {set}");
    set.split(';').next().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_foreign_origin_changes_nothing_and_opens_no_socket() {
    let world =
        World::with(Plan::new().set("server", "origins", "[\"https://friend.example\"]")).await;
    let own = format!("http://{}", world.hub.address);
    let id = world.container("stop", "user", Whose::Own).await;
    let changes: [(&str, &str, serde_json::Value); 6] = [
        (
            "POST",
            "/packet",
            json!({ "type": "container", "data": { "opt": "stop", "host": "a", "id": id } }),
        ),
        ("POST", "/stop2", json!({ "host": "a", "id": id })),
        ("POST", "/login", json!({ "username": "admin", "password": PASSWORD })),
        (
            "POST",
            "/user",
            json!({ "username": "x", "password": PASSWORD, "full_name": "x", "email": "x@y" }),
        ),
        ("POST", "/token/renew_access", json!({ "refresh_token": "x" })),
        ("PUT", "/files/a/b?path=/tmp", json!({})),
    ];
    let before = world.engine.changes_asked().len();
    for origin in [
        "https://evil.example",
        "null",
        "http://127.0.0.1:1",
        "https://friend.example.evil",
        "http://friend.example:1",
    ] {
        for (method, path, body) in &changes {
            let ask = Ask::new(method, path)
                .body(body.to_string())
                .token(&world.admin)
                .header("origin", origin);
            let answer = world.hub.send(ask).await;
            assert_eq!(answer.status, 403, "{method} {path} from {origin}: {}", answer.text());
            assert!(answer.text().contains("server.origins"), "{path}: {}", answer.text());
            assert_eq!(answer.header("access-control-allow-origin"), "", "{path} from {origin}");
        }
        let bearer = format!("Bearer {}", world.admin);
        let headers = [("origin", origin), ("authorization", bearer.as_str())];
        assert_eq!(upgrade(&world, "/ws", &headers).await, 403, "{origin}");
    }
    assert_eq!(world.engine.changes_asked().len(), before);
    for origin in ["https://friend.example", own.as_str()] {
        let ask = Ask::post("/packet", &json!({ "type": "ping" })).header("origin", origin);
        assert_eq!(world.hub.send(ask).await.status, 200, "{origin}");
        assert_eq!(upgrade(&world, "/ws", &[("origin", origin)]).await, 101, "{origin}");
    }
    let ask = Ask::get("/hosts").token(&world.admin).header("origin", "https://friend.example");
    let answer = world.hub.send(ask).await;
    assert_eq!(answer.header("access-control-allow-origin"), "https://friend.example");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cookie_reads_and_a_foreign_page_cannot_use_it() {
    let world = World::new().await;
    let cookie = cookie(&world, "operator").await;
    let with = |ask: Ask| ask.header("cookie", &cookie);
    world.hub.send(with(Ask::get("/hosts"))).await.ok();
    let list = json!({ "type": "host", "data": { "opt": "list" } });
    world.hub.send(with(Ask::post("/packet", &list))).await.ok();
    assert_eq!(upgrade(&world, "/ws", &[("cookie", &cookie)]).await, 101);
    let foreign = world
        .hub
        .send(with(Ask::post("/packet", &list)).header("origin", "https://evil.example"))
        .await;
    assert_eq!(foreign.status, 403);
    let stop = with(Ask::post("/stop2", &json!({ "host": "a", "id": "x" })));
    assert_eq!(world.hub.send(stop.header("origin", "https://evil.example")).await.status, 403);
    let headers = [("cookie", cookie.as_str()), ("origin", "https://evil.example")];
    assert_eq!(upgrade(&world, "/ws", &headers).await, 403);
    // A header goes before the cookie.
    assert_eq!(world.hub.send(with(Ask::get("/hosts")).token("garbage")).await.status, 401);
    // A logout ends it.
    let session = cookie.split_once('=').unwrap().1.to_owned();
    world.hub.send(Ask::post("/logout", &json!({ "refresh_token": session }))).await.ok();
    assert_eq!(world.hub.send(with(Ask::get("/hosts"))).await.status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_is_good_once_where_a_url_needs_one_and_with_its_bearers_rights() {
    let world = World::new().await;
    let operator = world.token("operator").to_owned();
    for path in ["/events?", "/stream?topic=events&"] {
        let url = format!("{path}ticket={}", ticket(&world, &operator).await);
        assert_eq!(
            Sse::open(world.hub.address, &url, "", None).await.unwrap().status,
            200,
            "{path}"
        );
        assert_eq!(
            Sse::open(world.hub.address, &url, "", None).await.unwrap().status,
            401,
            "{path} again"
        );
    }
    let url = format!("/ws?ticket={}", ticket(&world, &operator).await);
    assert_eq!(upgrade(&world, &url, &[]).await, 101);
    assert_eq!(upgrade(&world, &url, &[]).await, 401);
    let poll = format!("/poll?topic=events&wait=0&ticket={}", ticket(&world, &operator).await);
    assert_eq!(world.hub.send(Ask::get(&poll)).await.status, 200);
    assert_eq!(world.hub.send(Ask::get(&poll)).await.status, 401);

    // A file: the right of whoever asked for the ticket, not of whoever uses it.
    let anothers = world.container("stop", "user", Whose::Anothers).await;
    let file = async |token: &str| {
        let ticket = ticket(&world, token).await;
        world
            .hub
            .send(Ask::get(&format!("/files/a/{anothers}?path=/tmp&ticket={ticket}")))
            .await
            .status
    };
    assert_eq!(file(&operator).await, 200);
    assert_eq!(file(world.token("user")).await, 404);
    assert_eq!(file(world.token("viewer")).await, 403);

    // Nowhere else; and a token in a URL only where the originals' clients need it.
    for path in ["/hosts", "/ps2/a", "/stat3/a"] {
        let url = format!("{path}?ticket={}", ticket(&world, &operator).await);
        assert_eq!(world.hub.send(Ask::get(&url)).await.status, 401, "{path}");
    }
    for (path, wanted) in [
        ("/events?", 200),
        ("/stream?topic=events&", 401),
        ("/poll?topic=events&wait=0&", 401),
        ("/hosts?", 401),
        ("/ps2/a?", 401),
        ("/files/a/x?path=/tmp&", 401),
    ] {
        let url = format!("{path}token={operator}");
        let (status, _, _) = world.hub.http().stream(&Ask::get(&url)).await.unwrap();
        assert_eq!(status.as_u16(), wanted, "{path}");
    }
    let url = format!("/ws?token={operator}");
    let (mut socket, _) = Ws::with(world.hub.address, &url, &[]).await.unwrap();
    let answer = socket.ask("host", &json!({ "opt": "list" })).await.unwrap();
    assert_eq!(answer["data"]["code"], "unauthenticated", "{answer}");

    // A ticket ends with the session that it came from.
    let session = world.hub.login("operator", PASSWORD).await;
    let late = ticket(&world, session["access_token"].as_str().unwrap()).await;
    world
        .hub
        .send(Ask::post("/logout", &json!({ "refresh_token": session["refresh_token"] })))
        .await
        .ok();
    let url = format!("/events?ticket={late}");
    assert_eq!(Sse::open(world.hub.address, &url, "", None).await.unwrap().status, 401);

    let log = world.hub.log();
    assert!(!log.contains(&operator) && !log.contains(&late), "a token or ticket is in the log");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_over_1_mib_is_413_after_who_and_before_what() {
    let world = World::new().await;
    let large =
        json!({ "type": "host", "data": { "opt": "list", "x": "x".repeat(1 << 20) } }).to_string();
    for (path, token, wanted) in [
        ("/packet", world.admin.as_str(), 413),
        ("/packet", "", 401),
        ("/packet", "garbage", 401),
        ("/login", "", 413),
        ("/user", "", 413),
        ("/stop2", world.token("viewer"), 413),
        ("/stop2", "", 401),
    ] {
        let answer = world.hub.send(Ask::new("POST", path).token(token).body(large.clone())).await;
        assert_eq!(answer.status, wanted, "{path} {}: {}", token.len(), answer.text());
    }
    // One byte less than too much is judged by what it says.
    let room = (1 << 20) - json!({ "type": "ping", "x": "" }).to_string().len();
    let fits = json!({ "type": "ping", "x": "x".repeat(room) }).to_string();
    assert_eq!(fits.len(), 1 << 20);
    assert_eq!(world.hub.send(Ask::new("POST", "/packet").body(fits)).await.status, 200);
    // Whoever goes on sending is not listened to for ever.
    let begun = Instant::now();
    let http = world.hub.http();
    let endless = Ask::new("POST", "/packet").token(&world.admin).body(vec![b'x'; 64 << 20]);
    match http.try_send(&endless).await {
        Ok(answer) => assert_eq!(answer.status, 413),
        Err(error) => assert!(!error.is_empty()),
    }
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_socket_says_nothing_before_it_says_who_it_is() {
    let world = World::new().await;
    let mut socket = Ws::open(world.hub.address, "").await.unwrap();
    let begun = Instant::now();
    assert_eq!(socket.ask("ping", &json!({})).await.unwrap()["type"], "reply");
    for (noun, data) in [
        ("host", json!({ "opt": "list" })),
        ("subscribe", json!({ "topic": "events" })),
        ("unsubscribe", json!({ "sub": 1 })),
        ("container", json!({ "opt": "stop", "host": "a", "id": "x" })),
    ] {
        let answer = socket.ask(noun, &data).await.unwrap();
        assert_eq!(answer["data"]["code"], "unauthenticated", "{noun}: {answer}");
    }
    assert_eq!(socket.end().await.code, 4401);
    let took = begun.elapsed();
    assert!((9..14).contains(&took.as_secs()), "{took:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_revoked_is_closed_at_once() {
    let world = World::new().await;
    let ends: [(&str, serde_json::Value); 4] = [
        ("user", json!({ "opt": "update", "disabled": true })),
        ("user", json!({ "opt": "remove" })),
        ("user", json!({ "opt": "password", "password": "another password" })),
        ("session", json!({ "opt": "remove" })),
    ];
    for (noun, mut data) in ends {
        let name = world.account("operator").await;
        let session = world.hub.login(&name, PASSWORD).await;
        let token = session["access_token"].as_str().unwrap();
        let mut socket = Ws::open(world.hub.address, token).await.unwrap();
        socket.reply("subscribe", &json!({ "topic": "events" })).await;
        let mut stream = Sse::open(world.hub.address, "/events", token, None).await.unwrap();
        assert_eq!(stream.status, 200);
        match noun {
            "session" => data["id"] = session["session_id"].clone(),
            _ => data["username"] = name.into(),
        }
        world.hub.reply(&world.admin, noun, &data).await;
        let limit = Duration::from_secs(3);
        let closed = wait::bounded(limit, "the end of the socket", socket.end()).await;
        assert_eq!(closed.code, 4401, "{noun} {data}");
        wait::bounded(limit, "the end of the stream", async {
            while stream.block().await.is_some() {}
        })
        .await;
    }
}
