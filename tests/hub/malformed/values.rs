//! Packets that can be read and say what cannot be: the answer names the field, and nothing happens.

use serde_json::{Value, json};

use super::Scene;
use crate::support::http::Ask;

/// Noun, fields, and the field that is wrong.
fn wrong_values() -> Vec<(&'static str, Value, &'static str)> {
    let mut all = vec![
        ("user", json!({ "opt": "create", "username": " ann", "password": "123123" }), "username"),
        ("user", json!({ "opt": "create", "username": "a\nb", "password": "123123" }), "username"),
        (
            "user",
            json!({ "opt": "create", "username": "x".repeat(129), "password": "123123" }),
            "username",
        ),
        ("user", json!({ "opt": "create", "username": "ann", "password": "12345" }), "password"),
        (
            "user",
            json!({ "opt": "create", "username": "ann", "password": "x".repeat(1_025) }),
            "password",
        ),
        (
            "user",
            json!({ "opt": "create", "username": "ann", "password": "123123", "email": "ann" }),
            "email",
        ),
        (
            "user",
            json!({ "opt": "create", "username": "ann", "password": "123123", "role": "king" }),
            "role",
        ),
        ("user", json!({ "opt": "list", "limit": 0 }), "limit"),
        ("user", json!({ "opt": "list", "limit": 1_001 }), "limit"),
        ("audit", json!({ "opt": "list", "since": "yesterday" }), "since"),
        ("audit", json!({ "opt": "list", "limit": 0 }), "limit"),
        ("event", json!({ "opt": "list", "since": "yesterday" }), "since"),
        ("event", json!({ "opt": "list", "until": "2026-01-28" }), "until"),
        ("event", json!({ "opt": "list", "after": "2026-01-28T21:33:51Z" }), "after"),
        ("event", json!({ "opt": "list", "limit": 1_001 }), "limit"),
        ("event", json!({ "opt": "list", "host": 7 }), "host"),
        ("event", json!({ "opt": "count", "step": 60 }), "since"),
        ("event", json!({ "opt": "count", "since": "2026-01-28T21:33:51Z" }), "step"),
        ("event", json!({ "opt": "count", "since": "2026-01-28T21:33:51Z", "step": 0 }), "step"),
        (
            "event",
            json!({
                "opt": "count", "since": "2026-01-28T21:33:51Z", "until": "2026-01-28T21:50:32Z", "step": "1s",
            }),
            "step",
        ),
        ("invite", json!({ "opt": "create", "username": "" }), "username"),
        ("invite", json!({ "opt": "create", "username": "bob", "ttl": 0 }), "ttl"),
        ("token", json!({ "opt": "create", "name": "" }), "name"),
        ("token", json!({ "opt": "create", "name": "x", "ttl": 0 }), "ttl"),
        ("token", json!({ "opt": "create", "name": "x", "ttl": "1y" }), "ttl"),
        ("host", json!({ "opt": "create", "host": "a/b", "addr": "unix:///x" }), "host"),
        ("host", json!({ "opt": "create", "host": "", "addr": "unix:///x" }), "host"),
        ("host", json!({ "opt": "create", "host": "b", "addr": "ftp://x" }), "addr"),
        ("host", json!({ "opt": "create", "host": "b", "addr": "tcp://x:99999" }), "addr"),
        (
            "host",
            json!({ "opt": "create", "host": "b", "addr": "unix:///x", "tls": { "ca": "a", "cert": "b", "key": "c" } }),
            "tls",
        ),
        ("image", json!({ "opt": "pull", "host": "a", "image": "../x" }), "image"),
        ("image", json!({ "opt": "remove", "host": "a", "image": "a b" }), "image"),
        (
            "container",
            json!({ "opt": "kill", "host": "a", "id": "web", "signal": "SIG BAD" }),
            "signal",
        ),
        ("container", json!({ "opt": "rename", "host": "a", "id": "web", "name": "a/b" }), "name"),
        ("container", json!({ "opt": "logs", "host": "a", "id": "web", "since": "x" }), "since"),
        ("container", json!({ "opt": "stats", "host": "a", "id": "web", "since": "x" }), "since"),
        (
            "container",
            json!({ "opt": "files", "host": "a", "id": "web", "path": "relative" }),
            "path",
        ),
    ];
    let names = ["", "../json", "web/json", "web?x=1", "web%2f", "-web", "é"];
    for opt in [
        "inspect", "start", "stop", "restart", "pause", "unpause", "kill", "remove", "top", "logs",
        "stats",
    ] {
        for name in names {
            all.push((
                "container",
                json!({ "opt": opt, "host": "a", "container": name }),
                "container",
            ));
        }
    }
    let create = |field: &str, value: Value| {
        let mut data = json!({ "opt": "create", "image_id": "busybox:latest", "host": "a" });
        data[field] = value;
        data
    };
    for (field, value, wrong) in [
        ("image_id", json!("../x"), "image_id"),
        ("image_id", json!("a b"), "image_id"),
        ("port", json!(0), "port"),
        ("port", json!("99999/tcp"), "port"),
        ("port", json!("80/http"), "port"),
        ("port", json!([80, "x"]), "port[1]"),
        ("ports", json!({ "http": 80 }), "ports.http"),
        ("name", json!("a/b"), "name"),
        ("env", json!(["=x"]), "env[0]"),
        ("env", json!(["NUL=a\u{0}b"]), "env[0]"),
        ("working_dir", json!("relative"), "working_dir"),
        ("volumes", json!([{ "destination": "/x" }]), "volumes[0]"),
        ("volumes", json!([{ "name": "a/b", "destination": "/x" }]), "volumes[0].name"),
        ("volumes", json!([{ "name": "a", "destination": "x" }]), "volumes[0].destination"),
        ("limits", json!({ "cpus": 0 }), "limits.cpus"),
        ("limits", json!({ "cpus": -1 }), "limits.cpus"),
        ("limits", json!({ "memory": 1 }), "limits.memory"),
        ("limits", json!({ "memory": "1q" }), "limits.memory"),
        ("limits", json!({ "pids": 0 }), "limits.pids"),
        ("restart", json!("sometimes"), "restart"),
        ("restart", json!("on-failure:x"), "restart"),
        ("network", json!("a/b"), "network"),
        ("hostname", json!("a b"), "hostname"),
    ] {
        all.push(("container", create(field, value), wrong));
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_value_is_told_with_its_field() {
    let mut scene = Scene::new().await;
    let before = scene.state().await;
    let mut wrong = Vec::new();
    for (noun, data, field) in wrong_values() {
        let (status, answer) = scene.hub.packet(&scene.admin, noun, &data).await;
        let told = &answer["data"];
        let named = told["field"].as_str().unwrap_or_default();
        // The path, or as much of it as is at fault.
        let first = field.split(['.', '[']).next().unwrap();
        let fits = named == field || named.split(['.', '[']).next() == Some(first);
        if status != 400 || told["code"] != "invalid" || !fits {
            wrong.push(format!("{noun} {data}: {status} {told}, not {field}"));
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!(scene.state().await, before);
    scene.is_whole();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_query_is_400_and_names_its_parameter() {
    let scene = Scene::new().await;
    for (path, parameter) in [
        ("/stream", "topic"),
        ("/stream?topic=nothing", "topic"),
        ("/poll?topic=nothing", "topic"),
        ("/poll", "topic"),
        ("/poll?topic=events&wait=61", "wait"),
        ("/poll?topic=events&wait=-1", "wait"),
        ("/poll?topic=events&wait=x", "wait"),
        ("/poll?topic=events&since=nonsense", "since"),
        ("/stream?topic=events&since=nonsense", "since"),
        ("/events?since=nonsense", "since"),
        ("/stream?topic=logs", "host"),
        ("/stream?topic=logs&host=a&container=web&tail=x", "tail"),
        ("/files/a/web", "path"),
        ("/files/a/web?path=relative", "path"),
    ] {
        let answer = scene.hub.send(Ask::get(path).token(&scene.admin)).await;
        assert_eq!(answer.status, 400, "{path}: {}", answer.text());
        assert!(answer.text().contains(parameter), "{path}: {}", answer.text());
    }
    // A path that is no text names nothing.
    for path in ["/ps2/%ff", "/inspect2/a/%c3%28"] {
        let answer = scene.hub.send(Ask::get(path).token(&scene.admin)).await;
        assert_eq!(answer.status, 400, "{path}: {}", answer.text());
    }
    assert_eq!(scene.hub.send(Ask::get("/ps2/unknown").token(&scene.admin)).await.status, 400);
}
