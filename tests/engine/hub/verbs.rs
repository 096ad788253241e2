//! Every verb of containers and images: done through the hub, read back from the engine by its own command.

use std::collections::BTreeSet;

use quayside_protocol::Command;
use serde_json::{Value, json};

use super::ground::{Ground, name};
use crate::docker::registry::Registry;
use crate::support::docker::Docker;
use crate::support::http::Ask;
use crate::support::ws::Ws;

/// The first engine, through the hub, and which verbs were tried.
struct Bench<'g> {
    ground: &'g Ground,
    engine: &'g Docker,
    tried: BTreeSet<String>,
}

impl Bench<'_> {
    /// Sends a verb of `noun` to the engine's host; the data of its reply.
    async fn done(&mut self, noun: &str, opt: &str, mut data: Value) -> Value {
        self.tried.insert(format!("{noun}_{opt}"));
        data["opt"] = opt.into();
        data["host"] = self.engine.host.into();
        self.ground.hub.reply(&self.ground.admin, noun, &data).await
    }

    async fn on(&mut self, opt: &str, container: &str) -> Value {
        self.done("container", opt, json!({ "container": container })).await
    }

    async fn refused(&self, opt: &str, container: &str) -> Value {
        let data = json!({ "opt": opt, "host": self.engine.host, "container": container });
        let (status, answer) = self.ground.hub.packet(&self.ground.admin, "container", &data).await;
        assert_eq!(status, 409, "{opt}: {answer}");
        answer["data"]["message"].clone()
    }

    /// A value of `docker inspect`.
    async fn engine_says(&self, id: &str, format: &str) -> String {
        self.engine.run(&["inspect", "--format", format, id]).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_verb_does_to_the_engine_what_it_says() {
    let ground = Ground::new().await;
    let mut bench = Bench { ground: &ground, engine: &ground.engines[0], tried: BTreeSet::new() };
    let web = name("web");
    create(&mut bench, &web).await;
    look(&mut bench, &web).await;
    life(&mut bench, &web).await;
    files(&mut bench, &web).await;
    end(&mut bench, &web).await;
    images(&mut bench).await;
    let all = Command::ALL.iter().filter(|(noun, _)| matches!(*noun, "container" | "image"));
    for (noun, opt) in all {
        assert!(bench.tried.contains(&format!("{noun}_{opt}")), "nobody tried {noun} {opt}");
    }
}

async fn create(bench: &mut Bench<'_>, web: &str) {
    let volume = name("data");
    let made = bench
        .done("container", "create", json!({
            "image_id": "busybox:latest", "name": web, "port": [8888, "53/udp"], "ports": { "80/tcp": 0 },
            "cmd": ["-c", "echo out; echo err >&2; trap 'exit 3' TERM; while :; do sleep 1 & wait; done"],
            "entrypoint": ["sh"], "env": { "LAB": "seven" }, "labels": { "tier": "front" }, "working_dir": "/tmp",
            "user": "0", "hostname": "lab", "network": "bridge",
            "volumes": [{ "name": volume, "destination": "/data" }, { "name": volume, "destination": "/read", "rw": false }],
            "limits": { "cpus": 0.5, "memory": "64m", "pids": 50 }, "restart": "on-failure:2",
        }))
        .await;
    let id = made["id"].as_str().unwrap();
    assert_eq!(id.len(), 64);
    assert_eq!((&made["name"], &made["image"]), (&json!(web), &json!("busybox:latest")));
    let c = bench.engine.inspect(id).await;
    assert_eq!(c["State"]["Running"], true);
    let (config, host) = (&c["Config"], &c["HostConfig"]);
    assert_eq!(config["Image"], "busybox:latest");
    assert_eq!(config["Entrypoint"], json!(["sh"]));
    assert!(config["Env"].as_array().unwrap().contains(&json!("LAB=seven")), "{config}");
    assert_eq!(
        (&config["Labels"]["tier"], &config["Labels"]["quayside.owner"]),
        (&json!("front"), &json!("admin"))
    );
    assert_eq!(
        (&config["WorkingDir"], &config["Hostname"], &config["User"]),
        (&json!("/tmp"), &json!("lab"), &json!("0"))
    );
    assert_eq!(
        (&host["NanoCpus"], &host["Memory"], &host["PidsLimit"]),
        (&json!(500_000_000), &json!(64 << 20), &json!(50))
    );
    assert_eq!(host["RestartPolicy"], json!({ "Name": "on-failure", "MaximumRetryCount": 2 }));
    assert!(
        host["SecurityOpt"].as_array().unwrap().contains(&json!("no-new-privileges")),
        "{host}"
    );
    assert_eq!(host["Privileged"], false);
    let mounts: BTreeSet<_> = c["Mounts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|m| format!("{} {} {}", m["Name"], m["Destination"], m["RW"]))
        .collect();
    let wanted = [format!("\"{volume}\" \"/data\" true"), format!("\"{volume}\" \"/read\" false")];
    assert_eq!(mounts, wanted.into_iter().collect());
    let labels =
        bench.engine.run(&["volume", "inspect", "--format", "{{json .Labels}}", &volume]).await;
    assert_eq!(serde_json::from_str::<Value>(&labels).unwrap()["quayside.owner"], "admin");
    for port in ["8888/tcp", "53/udp", "80/tcp"] {
        let told = &c["NetworkSettings"]["Ports"][port];
        let ends = made["ports"][port].as_array().unwrap_or_else(|| panic!("{port}: {made}"));
        let ports = |ends: &[Value], field: &str| {
            ends.iter().map(|e| e[field].to_string()).collect::<BTreeSet<_>>()
        };
        assert!(!ends.is_empty());
        assert_eq!(ports(ends, "host_port"), ports(told.as_array().unwrap(), "HostPort"), "{port}");
    }
    // Not started where that is not wanted.
    let idle = name("idle");
    let made = bench
        .done("container", "create", json!({ "image_id": "busybox", "name": idle, "start": false }))
        .await;
    assert_eq!(bench.engine_says(&idle, "{{.State.Status}}").await, "created");
    assert_eq!(made["ports"], json!({}));
    bench.engine.run(&["rm", "-v", &idle]).await;
}

async fn look(bench: &mut Bench<'_>, web: &str) {
    let c = bench.engine.inspect(web).await;
    let list = bench.done("container", "list", json!({ "label": "tier=front" })).await;
    let item = list["items"].as_array().unwrap().iter().find(|item| item["name"] == web).unwrap();
    assert_eq!(item["id"], c["Id"].as_str().unwrap()[..12]);
    assert_eq!(
        (&item["state"], &item["owner"], &item["image"]),
        (&json!("running"), &json!("admin"), &json!("busybox:latest"))
    );
    let shown = bench
        .engine
        .run(&["ps", "-a", "--filter", &format!("name={web}"), "--format", "{{.Status}}"])
        .await;
    assert_eq!(item["status"].as_str().unwrap().split(' ').next(), shown.split(' ').next());

    let inspected = bench.on("inspect", web).await;
    assert_eq!((&inspected["id"], &inspected["name"]), (&c["Id"], &c["Name"]));
    assert_eq!(inspected["state"]["started_at"], c["State"]["StartedAt"]);
    assert_eq!(inspected["config"]["env"], c["Config"]["Env"]);

    let top = bench.on("top", web).await;
    let titles = bench.engine.run(&["top", web]).await;
    let titles: Vec<_> = titles.lines().next().unwrap().split_whitespace().collect();
    assert_eq!(top["titles"], json!(titles));
    assert!(
        top["processes"].as_array().unwrap().iter().any(|row| row.to_string().contains("while :")),
        "{top}"
    );

    let logs =
        bench.done("container", "logs", json!({ "container": web, "timestamps": true })).await;
    let lines: BTreeSet<_> = logs["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|l| format!("{} {}", l["stream"], l["text"]))
        .collect();
    assert_eq!(
        lines,
        [r#""stdout" "out""#, r#""stderr" "err""#].map(str::to_owned).into_iter().collect()
    );
    let told = bench.engine.run(&["logs", "-t", web]).await;
    let time =
        logs["items"].as_array().unwrap().iter().find(|l| l["text"] == "out").unwrap()["time"]
            .clone();
    assert_eq!(told.split(' ').next(), time.as_str());
    let tail = bench.done("container", "logs", json!({ "container": web, "tail": 1 })).await;
    assert_eq!(tail["items"].as_array().unwrap().len(), 1);

    let stats = bench.on("stats", web).await;
    assert_eq!(stats["memory_limit"], 64 << 20);
    assert!(
        stats["memory_usage"].as_u64().is_some_and(|usage| (1..64 << 20).contains(&usage)),
        "{stats}"
    );
    assert!(stats["pids"].as_u64().is_some_and(|pids| pids >= 1), "{stats}");
    let all = bench.done("container", "stats_all", json!({})).await;
    assert!(all["containers"][&c["Id"].as_str().unwrap()[..12]]["name"] == web, "{all}");
}

async fn life(bench: &mut Bench<'_>, web: &str) {
    bench.on("pause", web).await;
    assert_eq!(bench.engine_says(web, "{{.State.Status}}").await, "paused");
    bench.on("unpause", web).await;
    assert_eq!(bench.engine_says(web, "{{.State.Status}}").await, "running");
    let began = bench.engine_says(web, "{{.State.StartedAt}}").await;
    bench.done("container", "restart", json!({ "container": web, "timeout": 5 })).await;
    assert_ne!(bench.engine_says(web, "{{.State.StartedAt}}").await, began);
    assert_eq!(bench.refused("start", web).await, "container already started");
    bench.done("container", "stop", json!({ "container": web, "timeout": "5s" })).await;
    assert_eq!(bench.engine_says(web, "{{.State.Status}} {{.State.ExitCode}}").await, "exited 3");
    assert_eq!(bench.refused("stop", web).await, "container not running");
    let list = bench.done("container", "list", json!({ "state": "exited" })).await;
    let item = list["items"].as_array().unwrap().iter().find(|item| item["name"] == web).unwrap();
    assert_eq!(item["reason"], "exit 3");
    bench.on("start", web).await;
    assert_eq!(bench.engine_says(web, "{{.State.Status}}").await, "running");
}

async fn files(bench: &mut Bench<'_>, web: &str) {
    let mut tar = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_size(6);
    header.set_mode(0o640);
    tar.append_data(&mut header, "hello.txt", &b"hello\n"[..]).unwrap();
    let tar = tar.into_inner().unwrap();
    let at = json!({ "container": web, "path": "/tmp" });
    let up = bench.done("container", "upload", at.clone()).await;
    assert_eq!(up["method"], "PUT");
    let path = |url: &Value| {
        url.as_str()
            .unwrap()
            .split_once("/files/")
            .map(|(_, rest)| format!("/files/{rest}"))
            .unwrap()
    };
    let sent = Ask::new("PUT", &path(&up["url"])).body(tar.clone());
    let answer = bench.ground.hub.send(sent.clone()).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(bench.ground.hub.send(sent).await.status, 401, "a URL is good once");
    assert_eq!(bench.engine.run(&["exec", web, "cat", "/tmp/hello.txt"]).await, "hello");

    let list = bench.done("container", "files", at).await;
    let item =
        list["items"].as_array().unwrap().iter().find(|item| item["name"] == "hello.txt").unwrap();
    assert_eq!(
        (&item["kind"], &item["size"], &item["mode"]),
        (&json!("file"), &json!(6), &json!("-rw-r-----"))
    );

    let down = bench
        .done("container", "download", json!({ "container": web, "path": "/tmp/hello.txt" }))
        .await;
    assert_eq!(down["method"], "GET");
    let answer = bench.ground.hub.send(Ask::get(&path(&down["url"]))).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let mut archive = tar::Archive::new(&answer.body[..]);
    let mut entry = archive.entries().unwrap().next().unwrap().unwrap();
    assert_eq!(entry.path().unwrap().to_str(), Some("hello.txt"));
    let mut text = String::new();
    std::io::Read::read_to_string(&mut entry, &mut text).unwrap();
    assert_eq!(text, "hello\n");

    // One file as it is, by a header.
    let url = format!("/files/{}/{web}?path=/tmp/one", bench.engine.host);
    let one = Ask::new("PUT", &url)
        .token(&bench.ground.admin)
        .header("content-type", "application/octet-stream");
    assert_eq!(bench.ground.hub.send(one.body("one\n")).await.status, 200);
    assert_eq!(bench.engine.run(&["exec", web, "cat", "/tmp/one"]).await, "one");
    let one =
        Ask::get(&url).token(&bench.ground.admin).header("accept", "application/octet-stream");
    assert_eq!(bench.ground.hub.send(one).await.text(), "one\n");
    let gone = Ask::get(&url.replace("one", "none")).token(&bench.ground.admin);
    assert_eq!(bench.ground.hub.send(gone).await.status, 404);
    let no_tar = Ask::new("PUT", &url).token(&bench.ground.admin).body("no tar at all");
    assert_eq!(bench.ground.hub.send(no_tar).await.status, 400);
}

async fn end(bench: &mut Bench<'_>, web: &str) {
    bench.done("container", "kill", json!({ "container": web, "signal": "SIGKILL" })).await;
    assert_eq!(bench.engine_says(web, "{{.State.ExitCode}}").await, "137");
    let other = name("renamed");
    bench.done("container", "rename", json!({ "container": web, "name": other })).await;
    assert_eq!(bench.engine_says(&other, "{{.Name}}").await, format!("/{other}"));
    bench.on("start", &other).await;
    let (status, answer) = bench
        .ground
        .hub
        .packet(
            &bench.ground.admin,
            "container",
            &json!({ "opt": "remove", "host": bench.engine.host, "id": other }),
        )
        .await;
    assert_eq!(status, 409, "{answer}");
    bench
        .done("container", "remove", json!({ "container": other, "force": true, "volumes": true }))
        .await;
    assert_eq!(bench.engine.run(&["ps", "-aq", "--filter", &format!("name={other}")]).await, "");
    let list = bench.done("container", "list", json!({})).await;
    assert!(list["items"].as_array().unwrap().iter().all(|item| item["name"] != other.as_str()));
}

async fn images(bench: &mut Bench<'_>) {
    let registry = Registry::start(Some(("ann", "secret"))).await;
    let image = format!("127.0.0.1:{}/lab/thing:3", registry.port);
    // Over a socket, where progress is pushed under the packet's id.
    let mut socket = Ws::open(bench.ground.hub.address, &bench.ground.admin).await.unwrap();
    let pull = json!({ "opt": "pull", "host": bench.engine.host, "image": image, "auth": { "username": "ann", "password": "secret" } });
    let pulled = socket.ask("image", &pull).await.unwrap();
    bench.tried.insert("image_pull".to_owned());
    assert_eq!(pulled["type"], "reply", "{pulled}");
    let (mut layers, mut pushes) = (BTreeSet::new(), 0);
    while let Some(push) = socket.waiting() {
        assert_eq!((&push["type"], &push["id"]), (&json!("progress"), &pulled["id"]), "{push}");
        layers.insert(push["data"]["layer"].to_string());
        pushes += 1;
    }
    assert!(pushes > 1 && layers.len() > 1, "{pushes} {layers:?}");
    let told = bench.engine.run(&["image", "inspect", "--format", "{{.Id}}", &image]).await;
    assert_eq!(pulled["data"]["id"], told);

    let refused = json!({ "opt": "pull", "host": bench.engine.host, "image": image });
    let (status, answer) = bench.ground.hub.packet(&bench.ground.admin, "image", &refused).await;
    assert!(matches!(status, 403 | 404 | 502), "{answer}");

    let list = bench.done("image", "list", json!({})).await;
    let item =
        list["items"].as_array().unwrap().iter().find(|item| item["id"] == told.as_str()).unwrap();
    assert_eq!(item["tags"], json!([image]));
    let size = bench.engine.run(&["image", "inspect", "--format", "{{.Size}}", &image]).await;
    assert_eq!(item["size"].to_string(), size);

    bench.done("image", "remove", json!({ "image": image })).await;
    let gone = bench.engine.try_run(&["image", "inspect", &image]).await;
    assert!(gone.is_err(), "{gone:?}");
}
