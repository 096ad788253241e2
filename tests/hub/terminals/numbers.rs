//! Numbers, the answers of each packet, and what a connection may have.

use std::time::Duration;

use serde_json::json;

use super::{Scene, program};
use crate::support::desk::Desk;
use crate::support::engine::Fault;
use crate::support::hub::Plan;
use crate::support::wait;

#[tokio::test(flavor = "multi_thread")]
async fn numbers_count_up_and_are_not_used_again() {
    let scene = Scene::new().await;
    let mut desk = scene.desk().await;
    let shell = json!({ "host": "a", "container": "box" });
    assert_eq!(desk.terminal(&shell).await.0, 1);
    assert_eq!(desk.terminal(&shell).await.0, 2);
    desk.reply("terminal", &json!({ "opt": "close", "terminal": 1 })).await;
    assert_eq!(desk.terminal(&shell).await.0, 3);
    for data in [
        json!({ "opt": "input", "terminal": 1, "text": "x" }),
        json!({ "opt": "resize", "terminal": 1, "cols": 80, "rows": 24 }),
        json!({ "opt": "ack", "terminal": 1, "offset": 0 }),
        json!({ "opt": "close", "terminal": 1 }),
        json!({ "opt": "close", "terminal": 4 }),
        json!({ "opt": "close", "terminal": 0 }),
    ] {
        let error = desk.refused(&data).await;
        assert_eq!((&error["code"], &error["field"]), (&json!("not_found"), &json!("terminal")));
    }
    // Another connection begins at 1, and does not reach those of this one.
    let mut other = scene.desk().await;
    other.types(2, b"x").await;
    assert_eq!(other.error().await["code"], "not_found");
    assert_eq!(other.terminal(&shell).await.0, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shell_answers_what_is_typed_either_way_and_ends_with_its_code() {
    let scene = Scene::new().await;
    let mut desk = scene.desk().await;
    let data = json!({ "opt": "open", "host": "a", "container": "box", "cols": 101, "rows": 31 });
    let reply = desk.reply("terminal", &data).await;
    assert_eq!(reply["cmd"], json!(["/bin/sh"]));
    let exec = scene.program();
    assert_eq!(exec.config["ConsoleSize"], json!([31, 101]));
    assert_eq!(exec.env("TERM").as_deref(), Some("xterm-256color"));
    desk.types(1, b"binary").await;
    desk.shows(1, "binary").await;
    desk.reply("terminal", &json!({ "opt": "input", "terminal": 1, "text": "as text" })).await;
    desk.shows(1, "as text").await;
    desk.reply("terminal", &json!({ "opt": "resize", "terminal": 1, "cols": 90, "rows": 20 }))
        .await;
    scene.until("its size", &exec.id, |exec| exec.sizes.last() == Some(&(90, 20))).await;
    desk.until("the state", |desk| {
        desk.screen(1).states.last().is_some_and(|state| state["cols"] == 90 && state["rows"] == 20)
    })
    .await;
    desk.types(1, b"\rexit 7\r").await;
    assert_eq!(desk.exit(1).await, 7);
    assert!(desk.screen(1).shows("bye"));
    assert_eq!(desk.refused(&json!({ "opt": "close", "terminal": 1 })).await["code"], "not_found");
    assert!(scene.metric("quayside_terminal_bytes_total{kind=\"input\"}").await >= 20.0);
    assert!(scene.metric("quayside_terminal_bytes_total{kind=\"output\"}").await >= 18.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_is_refused_in_words() {
    let scene = Scene::new().await;
    scene.engine.add("off", &[], false);
    let asleep = scene.engine.add("asleep", &[], true);
    scene.engine.change(&asleep, "pause");
    scene.knows("off", "created").await;
    scene.knows("asleep", "paused").await;
    let mut desk = scene.desk().await;
    for (data, code, field) in [
        (json!({ "host": "b", "container": "box" }), "not_found", Some("host")),
        (json!({ "host": "a", "container": "none" }), "not_found", None),
        (json!({ "host": "a", "container": "off" }), "conflict", None),
        (json!({ "host": "a", "container": "asleep" }), "conflict", None),
        (json!({ "host": "a" }), "invalid", Some("container")),
        (json!({ "container": "box" }), "invalid", Some("host")),
        (json!({ "host": "a", "container": "box", "cols": 0 }), "invalid", Some("cols")),
        (json!({ "host": "a", "container": "box", "rows": 501 }), "invalid", Some("rows")),
        (json!({ "host": "a", "container": "box", "cmd": [] }), "invalid", Some("cmd")),
        (json!({ "local": true }), "forbidden", None),
    ] {
        let mut data = data;
        data["opt"] = "open".into();
        let error = desk.refused(&data).await;
        assert_eq!(error["code"], code, "{data}: {error}");
        if field.is_some() {
            assert_eq!(error["field"].as_str(), field, "{data}: {error}");
        }
        assert!(error["message"].as_str().unwrap().len() > 5, "{data}: {error}");
    }
    let error = desk.refused(&json!({ "opt": "attach", "session": "none" })).await;
    assert_eq!(error["code"], "not_found");
    // None of them has a number, or is left.
    assert!(scene.sessions(&scene.admin).await.is_empty());
    let (number, _) = desk.terminal(&program(&["nosuch"])).await;
    assert_eq!((number, desk.exit(number).await), (1, 127));
    assert!(desk.screen(1).shows("executable file not found"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_binary_frame_gets_an_error_without_an_id_that_names_the_terminal() {
    let scene = Scene::new().await;
    let mut desk = scene.desk().await;
    let (_, session) = desk.terminal(&program(&["sh"])).await;
    let readonly = json!({ "opt": "attach", "session": session, "readonly": true });
    assert_eq!(desk.reply("terminal", &readonly).await["terminal"], 2);
    for (frame, code, word) in [
        (vec![], "invalid", "binary frame"),
        (vec![0, 0, 0, 1], "invalid", "binary frame"),
        (vec![1, 0, 0, 0, 1, b'x'], "invalid", "binary frame"),
        (vec![0, 0, 0, 0, 9, b'x'], "not_found", "terminal 9"),
        (vec![0, 0, 0, 0, 2, b'x'], "forbidden", "terminal 2"),
    ] {
        desk.frame(frame.clone()).await;
        let error = desk.error().await;
        assert_eq!(error["code"], code, "{frame:?}: {error}");
        assert!(error["message"].as_str().unwrap().contains(word), "{frame:?}: {error}");
    }
    let text = json!({ "opt": "input", "terminal": 2, "text": "x" });
    assert_eq!(desk.refused(&text).await["code"], "forbidden");
    // They are no bad packets: the socket lives, and what is right still works.
    desk.types(1, b"right").await;
    desk.shows(2, "right").await;
    assert_eq!(scene.program().typed, b"right");
    let mut stranger = Desk::open(scene.hub.address, "").await;
    stranger.types(1, b"x").await;
    assert_eq!(stranger.error().await["code"], "unauthenticated");
}

#[tokio::test(flavor = "multi_thread")]
async fn terminals_of_a_connection_are_bounded_also_while_they_open() {
    let scene = Scene::with(Plan::new().set("limits", "terminals", "2")).await;
    scene.engine.fail("/exec", Fault::Slow(Duration::from_millis(100)));
    let mut desk = scene.desk().await;
    let mut data = program(&["sh"]);
    data["opt"] = "open".into();
    let mut asked = Vec::new();
    for _ in 0..3 {
        asked.push(desk.send("terminal", &data).await);
    }
    let mut refused = 0;
    for id in asked {
        let answer = desk.answer("an answer", id).await;
        refused += usize::from(answer["data"]["code"] == "limited");
    }
    assert_eq!(refused, 1);
    assert_eq!(scene.metric("quayside_refused_total{kind=\"terminals\"}").await, 1.0);
    let attach = json!({ "opt": "attach", "session": "none" });
    assert_eq!(desk.refused(&attach).await["code"], "limited");
    desk.reply("terminal", &json!({ "opt": "close", "terminal": 2 })).await;
    assert_eq!(desk.terminal(&program(&["sh"])).await.0, 3);
    // Another connection has its own.
    scene.desk().await.terminal(&program(&["sh"])).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_knows_the_numbers_of_this_connection() {
    let scene = Scene::new().await;
    let mut desk = scene.desk().await;
    let (_, mine) = desk.terminal(&program(&["sh"])).await;
    let mut other = scene.desk().await;
    let (_, another) = other.terminal(&program(&["sh"])).await;
    let list = desk.reply("terminal", &json!({ "opt": "list" })).await;
    let number = |session: &str| {
        let items = list["items"].as_array().unwrap();
        items.iter().find(|item| item["session"] == session).unwrap()["terminal"].clone()
    };
    assert_eq!((number(&mine), number(&another)), (json!(1), json!(null)));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_opens_for_a_socket_that_is_gone_is_ended() {
    let scene = Scene::new().await;
    scene.engine.fail("/exec", Fault::Slow(Duration::from_millis(300)));
    let mut desk = scene.desk().await;
    let mut data = program(&["sh"]);
    data["opt"] = "open".into();
    desk.send("terminal", &data).await;
    wait::until("the program", async || scene.engine.execs().pop()).await;
    drop(desk);
    let exec = scene.program().id;
    // Long before its linger would be over.
    scene.until("its end", &exec, |exec| exec.exit_code.is_some()).await;
    wait::until("nothing to be left", async || {
        scene.sessions(&scene.admin).await.is_empty().then_some(())
    })
    .await;
}
