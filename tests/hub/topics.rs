//! Topics of state and lines: a snapshot, then what changed, without holes; and what narrows a log.

use serde_json::{Value, json};

use crate::support::engine::ScriptedEngine;
use crate::support::http::Ask;
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
    async fn new() -> Self {
        let sockets = Scratch::new();
        let engine = ScriptedEngine::start(&sockets.join("a.sock"));
        let plan = Plan::new().host("a", &engine.address()).set("stats", "interval", "\"1s\"");
        let hub = plan.start().await;
        let admin = hub.admin().await;
        hub.wait_for_host(&admin, "a", "online").await;
        Self { hub, engine, admin, _sockets: sockets }
    }

    async fn open(&self, path: &str) -> Sse {
        let stream = Sse::open(self.hub.address, path, &self.admin, None).await.unwrap();
        assert_eq!(stream.status, 200, "{path}");
        stream
    }

    async fn knows(&self, name: &str) {
        wait::until(name, async || {
            let list = self.hub.reply(&self.admin, "container", &json!({ "opt": "list" })).await;
            list["items"].as_array().unwrap().iter().any(|c| c["name"] == name).then_some(())
        })
        .await;
    }
}

/// What a client knows of a topic: records by key, as the pushes so far say.
#[derive(Default)]
struct Model {
    records: std::collections::BTreeMap<String, Value>,
    version: Option<u64>,
}

impl Model {
    fn take(&mut self, push: &Value) {
        assert_eq!(push["type"], "change", "{push}");
        let data = &push["data"];
        let version = data["version"].as_u64().unwrap();
        let key = |record: &Value| match record["id"].as_str() {
            Some(id) => format!("{}/{id}", record["host"].as_str().unwrap()),
            None => record["host"].as_str().unwrap().to_owned(),
        };
        if let Some(snapshot) = data["snapshot"].as_array() {
            self.records = snapshot.iter().map(|r| (key(r), r.clone())).collect();
        } else {
            assert_eq!(Some(version), self.version.map(|v| v + 1), "a hole: {push}");
            for record in data["set"].as_array().into_iter().flatten() {
                self.records.insert(key(record), record.clone());
            }
            for gone in data["remove"].as_array().into_iter().flatten() {
                self.records.remove(gone.as_str().unwrap());
            }
        }
        self.version = Some(version);
    }

    fn states(&self) -> Vec<String> {
        self.records
            .values()
            .map(|r| format!("{} {}", r["name"].as_str().unwrap(), r["state"].as_str().unwrap()))
            .collect()
    }
}

/// Has the model follow until it shows these containers.
macro_rules! follow {
    ($model:expr, $wanted:expr, $next:expr) => {
        let wanted: Vec<String> = $wanted.iter().map(|w: &&str| (*w).to_owned()).collect();
        let follow = async {
            while $model.states() != wanted {
                for push in $next {
                    $model.take(&push);
                }
            }
        };
        wait::bounded(wait::PATIENCE, &format!("{wanted:?}"), follow).await;
    };
}

#[tokio::test(flavor = "multi_thread")]
async fn containers_are_a_snapshot_and_then_changes_over_every_transport() {
    let scene = Scene::new().await;
    scene.engine.add("web", &[("tier", "front")], true);
    scene.engine.add("db", &[("tier", "back")], true);
    scene.knows("web").await;
    scene.knows("db").await;
    let address = scene.hub.address;
    let mut socket = Ws::open(address, &scene.admin).await.unwrap();
    let answer =
        socket.reply("subscribe", &json!({ "topic": "containers", "label": "tier=front" })).await;
    assert!(answer["version"].is_u64() && answer["sub"] == 1, "{answer}");
    let mut stream =
        Sse::open(address, "/stream?topic=containers&label=tier%3Dfront", &scene.admin, None)
            .await
            .unwrap();
    let mut poll = Poll::new(address, "topic=containers&label=tier%3Dfront", &scene.admin, None);
    let (mut by_socket, mut by_stream, mut by_poll) =
        (Model::default(), Model::default(), Model::default());
    let web = scene.engine.containers()[0].id.clone();
    let mut wanted = vec!["web running"];
    let name = |i: usize| ["web paused", "web exited", "web running"][i];
    for (turn, verb) in ["", "pause", "kill", "start", "remove"].into_iter().enumerate() {
        if !verb.is_empty() {
            // What the filter keeps out leaves no hole.
            scene.engine.change("db", "restart");
            scene.engine.change(&web, if verb == "remove" { "stop" } else { verb });
            if verb == "remove" {
                scene.engine.change(&web, "remove");
                wanted.clear();
            } else {
                wanted = vec![name(turn - 1)];
            }
        }
        follow!(by_socket, wanted, [socket.packet().await.unwrap()]);
        follow!(by_stream, wanted, {
            let block = stream.event().await.unwrap();
            assert!(block.event == "change" && block.id.is_none(), "{block:?}");
            [block.json()]
        });
        follow!(by_poll, wanted, poll.turn(5).await.unwrap());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn hosts_change_when_one_goes_and_comes() {
    let scene = Scene::new().await;
    let mut socket = Ws::open(scene.hub.address, &scene.admin).await.unwrap();
    socket.reply("subscribe", &json!({ "topic": "hosts" })).await;
    let mut model = Model::default();
    for (turn, state) in ["online", "offline", "online"].into_iter().enumerate() {
        match turn {
            1 => scene.engine.stop(),
            2 => scene.engine.restart(),
            _ => {}
        }
        let follow = async {
            while model.records.get("a").is_none_or(|host| host["state"] != state) {
                model.take(&socket.packet().await.unwrap());
            }
        };
        wait::bounded(wait::PATIENCE, state, follow).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn stats_name_their_container_and_carry_numbers() {
    let scene = Scene::new().await;
    let id = scene.engine.add("web", &[], true);
    let mut socket = Ws::open(scene.hub.address, &scene.admin).await.unwrap();
    socket.reply("subscribe", &json!({ "topic": "stats" })).await;
    let item = async {
        loop {
            let push = socket.packet().await.unwrap();
            let items = push["data"]["items"].as_array().cloned().unwrap_or_default();
            if let Some(item) = items.into_iter().find(|item| item["name"] == "web") {
                return item;
            }
        }
    };
    let item = wait::bounded(wait::PATIENCE, "the sweep", item).await;
    assert_eq!((&item["host"], &item["id"]), (&json!("a"), &json!(id[..12])));
    assert_eq!(
        (&item["memory_usage"], &item["network_rx"]),
        (&json!(2_000_000), &json!(1_250_000))
    );
    let data =
        json!({ "opt": "stats", "host": "a", "container": "web", "since": "2020-01-01T00:00:00Z" });
    let history = scene.hub.reply(&scene.admin, "container", &data).await;
    assert!(
        history["items"].as_array().unwrap().iter().all(|item| item["time"].is_string()),
        "{history}"
    );
    assert!(!history["items"].as_array().unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn lines_of_a_log_come_and_end() {
    let scene = Scene::new().await;
    scene.engine.add("web", &[], true);
    scene.knows("web").await;
    let mut socket = Ws::open(scene.hub.address, &scene.admin).await.unwrap();
    let data = json!({ "topic": "logs", "host": "a", "container": "web", "timestamps": true });
    socket.reply("subscribe", &data).await;
    let line = wait::bounded(wait::PATIENCE, "a line", socket.packet()).await.unwrap();
    assert_eq!(
        line["data"],
        json!({ "stream": "stdout", "time": "2026-01-28T21:33:51.000000001Z", "text": "hello" })
    );
    let end = wait::bounded(wait::PATIENCE, "the end", socket.packet()).await.unwrap();
    assert_eq!(end["data"], json!({ "end": true }));
    for (host, container) in [("a", "none"), ("none", "web")] {
        let data = json!({ "topic": "logs", "host": host, "container": container });
        let answer = socket.ask("subscribe", &data).await.unwrap();
        assert_eq!(answer["data"]["code"], "not_found", "{answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn filters_of_events_narrow_and_what_is_unknown_is_ignored() {
    let scene = Scene::new().await;
    let mut everything = scene.open("/events").await;
    let begin = everything.block().await.unwrap().id.unwrap();
    let web = scene.engine.add("web", &[("tier", "front")], true);
    scene.engine.add("db", &[("tier", "back")], true);
    scene.engine.emit("network", "connect", "n1", &json!({ "container": web, "name": "lab" }));
    scene.engine.emit("volume", "create", "v1", &json!({ "driver": "local" }));
    scene.engine.emit(
        "container",
        "health_status: healthy",
        &web,
        &json!({ "name": "web", "tier": "front" }),
    );
    scene.engine.emit("image", "tag", "last", &json!({ "name": "last" }));
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
        ("host=a&type=volume", vec!["create"]),
        ("host=elsewhere", vec![]),
        ("nothing=of&this=kind&type=volume", vec!["create"]),
    ] {
        // The end of what there is shows in a stream beside it.
        let mut stream = scene.open(&format!("/events?{query}&since={begin}")).await;
        let mut whole = scene.open(&format!("/events?since={begin}")).await;
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
}

/// Answers about whole hosts are kept while nothing changes: what a verb did is in the next one all the same.
#[tokio::test(flavor = "multi_thread")]
async fn a_list_shows_at_once_what_a_verb_did_however_often_it_is_asked() {
    let scene = Scene::new().await;
    let id = scene.engine.add("web", &[], true);
    scene.knows("web").await;
    let list = async || {
        let list = scene.hub.send(Ask::get("/ps2/a").token(&scene.admin)).await.ok();
        list["data"].as_array().unwrap().clone()
    };
    for _ in 0..10 {
        for (opt, state) in [("stop", "exited"), ("start", "running")] {
            let data = json!({ "opt": opt, "host": "a", "container": id });
            scene.hub.reply(&scene.admin, "container", &data).await;
            for _ in 0..3 {
                assert_eq!(list().await[0]["state"], state, "after {opt}");
            }
        }
    }
    let data = json!({ "opt": "remove", "host": "a", "container": id, "force": true });
    scene.hub.reply(&scene.admin, "container", &data).await;
    assert_eq!(list().await, Vec::<Value>::new());
    scene.engine.stop();
    scene.hub.wait_for_host(&scene.admin, "a", "offline").await;
    let refused = scene.hub.send(Ask::get("/ps2/a").token(&scene.admin)).await;
    assert_eq!(refused.status, 500, "a host that is away has no list");
}
