//! What a caller is shown: in lists, streams and numbers there is nothing of what it may not know.

use std::time::Duration;

use serde_json::{Value, json};

use super::table::Whose;
use super::world::{ANOTHER, World};
use crate::support::http::Ask;
use crate::support::sse::Sse;
use crate::support::wait;
use crate::support::ws::Ws;

/// Three containers: of `user`, of another, of nobody.
async fn three(world: &World) -> [String; 3] {
    [
        world.container("stop", "user", Whose::Own).await,
        world.container("stop", "user", Whose::Anothers).await,
        world.container("stop", "user", Whose::Nobodys).await,
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_and_counts_show_a_user_its_own_and_others_everything() {
    let world = World::new().await;
    let ids = three(&world).await;
    for (role, shown) in [("viewer", 3), ("user", 1), ("teacher", 0), ("operator", 3), ("admin", 3)]
    {
        let token = world.token(role);
        let seen = |list: &Value| {
            let items = list.as_array().unwrap();
            ids.iter().filter(|id| items.iter().any(|item| item["id"] == id.as_str())).count()
        };
        let list = world.hub.reply(token, "container", &json!({ "opt": "list" })).await;
        assert_eq!(seen(&list["items"]), shown, "list as {role}");
        let ps = world.hub.send(Ask::get("/ps2/a").token(token)).await.ok();
        assert_eq!(seen(&ps["data"]), shown, "ps2 as {role}");
        let stats = world.hub.send(Ask::get("/stat3/a").token(token)).await.ok();
        let stats = stats["data"].as_object().unwrap();
        assert_eq!(
            ids.iter().filter(|id| stats.contains_key(*id)).count(),
            shown,
            "stat3 as {role}"
        );
        let host = world.hub.reply(token, "host", &json!({ "opt": "get", "host": "a" })).await;
        assert_eq!(host["containers"]["total"], shown, "count as {role}");
        // A filter opens no door.
        let filter = json!({ "opt": "list", "owner": [ANOTHER, "user"] });
        let list = world.hub.reply(token, "container", &filter).await;
        assert_eq!(seen(&list["items"]), shown.min(2), "filtered list as {role}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn environment_values_are_for_owner_operator_and_admin() {
    let world = World::new().await;
    let ids = three(&world).await;
    for (role, id, shown) in [
        ("viewer", &ids[0], false),
        ("user", &ids[0], true),
        ("operator", &ids[1], true),
        ("admin", &ids[2], true),
    ] {
        let data = json!({ "opt": "inspect", "host": "a", "container": id });
        let by_packet = world.hub.reply(world.token(role), "container", &data).await;
        let path = format!("/inspect2/a/{id}");
        let by_fleet = world.hub.send(Ask::get(&path).token(world.token(role))).await.ok();
        for config in [&by_packet["config"], &by_fleet["data"]["config"]] {
            let wanted = if shown { "SECRET=hidden" } else { "SECRET=***" };
            assert_eq!(config["env"], json!([wanted]), "{role}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn events_and_changes_reach_only_those_who_may_know() {
    let world = World::new().await;
    let ids = three(&world).await;
    let address = world.hub.address;
    let mut sockets = Vec::new();
    for role in ["viewer", "user", "teacher", "operator", "admin"] {
        let mut socket = Ws::open(address, world.token(role)).await.unwrap();
        for topic in ["events", "containers"] {
            socket.reply("subscribe", &json!({ "topic": topic })).await;
        }
        let fleet = Sse::open(address, "/events", world.token(role), None).await.unwrap();
        sockets.push((role, socket, fleet));
    }
    for id in &ids {
        world.engine.change(id, "pause");
    }
    // Everybody may know that a host is there: the last thing that happens tells each that all came before.
    let gone = world.engine.address();
    world
        .hub
        .reply(&world.admin, "host", &json!({ "opt": "create", "host": "z", "addr": gone }))
        .await;
    for (role, mut socket, mut fleet) in sockets {
        let may = |id: &str| match role {
            "user" => id.starts_with(&ids[0]),
            "teacher" => false,
            _ => true,
        };
        let mut paused = Vec::new();
        let read = async {
            loop {
                let push = socket.packet().await.unwrap();
                match push["type"].as_str().unwrap() {
                    "event" if push["data"]["type"] == "host" && push["data"]["host"] == "z" => {
                        break;
                    }
                    "event" if push["data"]["type"] == "container" => {
                        let id = push["data"]["actor_id"].as_str().unwrap().to_owned();
                        assert!(may(&id), "{role}: {push}");
                        paused.push(id);
                    }
                    "change" => {
                        for record in ["snapshot", "set"]
                            .iter()
                            .flat_map(|f| push["data"][f].as_array().into_iter().flatten())
                        {
                            assert!(may(record["id"].as_str().unwrap()), "{role}: {record}");
                        }
                    }
                    _ => {}
                }
            }
        };
        wait::bounded(Duration::from_secs(20), role, read).await;
        assert_eq!(paused.len(), ids.iter().filter(|id| may(id)).count(), "{role}");
        let mut paused = 0;
        let read = async {
            loop {
                let block = fleet.event().await.unwrap();
                let event = block.json();
                if event["type"] == "host" && event["host"] == "z" {
                    break;
                }
                if event["type"] == "container" {
                    assert!(may(event["actor_id"].as_str().unwrap()), "{role}: {event}");
                    paused += 1;
                }
            }
        };
        wait::bounded(Duration::from_secs(20), role, read).await;
        assert_eq!(paused, ids.iter().filter(|id| may(id)).count(), "{role} by fleet");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_lends_no_right_that_its_owner_has_not() {
    let world = World::new().await;
    let ids = three(&world).await;
    for (owner, roles) in [
        ("viewer", &["user", "operator", "admin"][..]),
        ("user", &["viewer", "teacher", "operator", "admin"]),
        ("teacher", &["viewer", "operator", "admin"]),
        ("operator", &["admin"]),
    ] {
        for role in roles {
            let data = json!({ "opt": "create", "name": "more", "role": role });
            let (status, answer) = world.hub.packet(world.token(owner), "token", &data).await;
            assert_eq!(status, 403, "a token of role {role} for a {owner}: {answer}");
        }
    }
    // One that was right when it was made is not more than its owner is now.
    let name = world.account("operator").await;
    let bearer = world.hub.login(&name, crate::support::hub::PASSWORD).await;
    let bearer = bearer["access_token"].as_str().unwrap();
    for role in ["viewer", "operator"] {
        let data = json!({ "opt": "create", "name": "kept", "role": role });
        let made = world.hub.reply(bearer, "token", &data).await;
        let token = made["token"].as_str().unwrap().to_owned();
        let demote = json!({ "opt": "update", "username": name, "role": "user" });
        world.hub.reply(&world.admin, "user", &demote).await;
        let (status, list) = world.hub.packet(&token, "container", &json!({ "opt": "list" })).await;
        let items = list["data"]["items"].as_array();
        let seen = items.is_some_and(|items| {
            items.iter().any(|item| ids.iter().any(|id| item["id"] == id.as_str()))
        });
        assert!(
            !seen,
            "a {role} token of somebody who is a user now sees others' containers: {status}"
        );
        let promote = json!({ "opt": "update", "username": name, "role": "operator" });
        world.hub.reply(&world.admin, "user", &promote).await;
    }
    // A read-only token of an operator changes nothing.
    let data = json!({ "opt": "create", "name": "reader", "role": "viewer" });
    let reader = world.hub.reply(world.token("operator"), "token", &data).await;
    let data = json!({ "opt": "stop", "host": "a", "container": ids[0] });
    let (status, _) = world.hub.packet(reader["token"].as_str().unwrap(), "container", &data).await;
    assert_eq!(status, 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_asks_for_all_of_the_machine_is_forbidden_not_ignored() {
    let world = World::new().await;
    let base = json!({ "opt": "create", "image_id": "busybox:latest", "host": "a" });
    let with = |field: &str, value: Value| {
        let mut data = base.clone();
        data[field] = value;
        data
    };
    let everybody = ["user", "teacher", "operator", "admin"];
    for (field, value) in [
        ("privileged", json!(true)),
        ("cap_add", json!(["SYS_ADMIN"])),
        ("devices", json!(["/dev/sda"])),
        ("pid", json!("host")),
        ("ipc", json!("host")),
        ("network", json!("host")),
        ("env", json!(["LD_PRELOAD=/x.so"])),
        ("env", json!({ "LD_PRELOAD": "/x.so" })),
        ("labels", json!({ "quayside.owner": "admin" })),
        ("labels", json!({ "quayside.gpus": "0" })),
        ("volumes", json!([{ "source": "/", "destination": "/host" }])),
    ] {
        for role in everybody {
            let (status, answer) =
                world.hub.packet(world.token(role), "container", &with(field, value.clone())).await;
            assert_eq!(status, 403, "{field} {value} as {role}: {answer}");
        }
    }
    for (field, value) in [
        ("ports", json!({ "80/tcp": 8080 })),
        ("network", json!("container:web")),
        ("network", json!("of-ann")),
        ("volumes", json!([{ "name": "of-ann", "destination": "/data" }])),
    ] {
        let (status, answer) =
            world.hub.packet(world.token("user"), "container", &with(field, value.clone())).await;
        assert!(matches!(status, 403 | 404), "{field} {value} as user: {answer}");
    }
    assert_eq!(world.engine.containers().len(), 0);
    // What is allowed is bounded, and its owner's.
    let made = world.hub.reply(world.token("user"), "container", &base).await;
    let container = world.engine.container(made["id"].as_str().unwrap()).unwrap();
    assert_eq!(container.label("quayside.owner").as_deref(), Some("user"));
    let host = &container.config["HostConfig"];
    assert_eq!(host["Memory"], 2_u64 << 30, "{host}");
    assert_eq!(host["PidsLimit"], 1024, "{host}");
    assert!(
        host["SecurityOpt"].as_array().unwrap().iter().any(|o| o == "no-new-privileges"),
        "{host}"
    );
    assert_ne!(host["Privileged"], true);
}
