//! The examples of fleet's original by `curl`, over a real engine: as they stand there, and with tokens under the
//! defaults. Every number and word is held against what the engine's own command says.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::process::Command;

use super::ground::name;
use crate::support::docker::Docker;
use crate::support::hub::{Plan, TestHub};
use crate::support::wait;

/// How long two looks at the same thing may differ only because time passes between them.
const SAME: Duration = Duration::from_secs(20);

struct Curl {
    hub: TestHub,
    engine: Docker,
    /// `Authorization`, where the hub wants one.
    header: Option<String>,
}

impl Curl {
    async fn new(plan: Plan) -> Self {
        let [engine, _] = Docker::both();
        let plan = plan.host("119server", &engine.address()).set("stats", "interval", "\"1s\"");
        let hub = plan.start().await;
        let admin = hub.admin().await;
        hub.wait_for_host(&admin, "119server", "online").await;
        Self { hub, engine, header: None }
    }

    /// Runs `curl` with these arguments and a path of the hub; the status and what it printed.
    async fn run(&self, arguments: &[&str], path: &str) -> (u16, String) {
        let mut command = Command::new("curl");
        command.args(["-sS", "-w", "\n%{http_code}"]).args(arguments);
        if let Some(header) = &self.header {
            command.args(["-H", header]);
        }
        let output =
            command.arg(format!("http://{}{path}", self.hub.address)).output().await.unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let (body, status) = text.rsplit_once('\n').unwrap();
        (status.parse().unwrap(), body.to_owned())
    }

    async fn get(&self, path: &str) -> Value {
        let (status, body) = self.run(&[], path).await;
        assert_eq!(status, 200, "{path}: {body}");
        let told: Value = serde_json::from_str(&body).unwrap();
        assert_eq!(told["success"], true, "{path}: {body}");
        told["data"].clone()
    }

    async fn post(&self, path: &str, body: &Value) -> (u16, String) {
        self.run(&["-X", "POST", "-d", &body.to_string()], path).await
    }
}

/// Bytes of `1.25 MB` or `1.25MB`, `512 B`, `3.73 GiB`.
fn bytes(text: &str) -> f64 {
    let split = text.find(|c: char| c.is_ascii_alphabetic()).unwrap();
    let scale = match text[split..].trim() {
        "B" => 1.0,
        "kB" | "KB" => 1e3,
        "MB" => 1e6,
        "GB" => 1e9,
        "KiB" => 1_024.0,
        "MiB" => 1_048_576.0,
        "GiB" => 1_073_741_824.0,
        unit => panic!("{unit}"),
    };
    text[..split].trim().parse::<f64>().unwrap() * scale
}

#[test]
fn sizes_are_read() {
    assert_eq!((bytes("1.5 KiB"), bytes("512B"), bytes("1.25 MB")), (1_536.0, 512.0, 1_250_000.0));
}

/// Containers of the test; removed at its end.
async fn containers(engine: &Docker) -> [String; 2] {
    let (busy, done) = (name("busy"), name("done"));
    // A fifth of a core, 64 MiB at most of which 8 are in use, and nothing on the network after a while.
    let script = "head -c 8m /dev/zero > /dev/shm/x; while :; do :; done";
    engine
        .run(&[
            "run",
            "-d",
            "--name",
            &busy,
            "--cpus",
            "0.2",
            "-m",
            "64m",
            "-p",
            "127.0.0.1::80",
            "-e",
            "LAB=7",
            "--label",
            "tier=front",
            "-v",
            "/etc/hostname:/etc/named:ro",
            "busybox:latest",
            "sh",
            "-c",
            script,
        ])
        .await;
    engine.run(&["run", "--name", &done, "busybox:latest", "sh", "-c", "exit 0"]).await;
    [busy, done]
}

#[tokio::test(flavor = "multi_thread")]
async fn as_they_stand_with_everybody_an_operator() {
    let open = Plan::new().set("auth", "registration", "\"open\"").set(
        "auth",
        "anonymous_role",
        "\"operator\"",
    );
    let curl = Curl::new(open).await;
    let user = json!({ "username": "gildong", "password": "123123", "full_name": "YunGilDong", "email": "gildong@email.com" });
    let (status, body) = curl.post("/user", &user).await;
    assert_eq!(status, 200, "{body}");
    session(&curl).await;
    calls(&curl).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn with_tokens_under_the_defaults() {
    let mut curl = Curl::new(Plan::new()).await;
    let (status, body) = curl.run(&[], "/hosts").await;
    assert_eq!(
        (status, &serde_json::from_str::<Value>(&body).unwrap()["success"]),
        (401, &json!(false))
    );
    let admin = curl.hub.admin().await;
    curl.hub.account(&admin, "ann", "operator").await;
    let create = json!({ "opt": "create", "username": "gildong", "role": "operator" });
    let invite =
        curl.hub.reply(&admin, "invite", &create).await["token"].as_str().unwrap().to_owned();
    let user = json!({ "username": "gildong", "password": "123123", "full_name": "YunGilDong", "email": "gildong@email.com" });
    assert_eq!(curl.post("/user", &user).await.0, 401);
    curl.header = Some(format!("Authorization: Bearer {invite}"));
    assert_eq!(curl.post("/user", &user).await.0, 200);
    curl.header = None;
    let access = session(&curl).await;
    curl.header = Some(format!("Authorization: Bearer {access}"));
    calls(&curl).await;
}

/// Logs in, renews, logs out again, and in once more.
async fn session(curl: &Curl) -> String {
    let login = json!({ "username": "gildong", "password": "123123" });
    let (status, body) = curl.post("/login", &login).await;
    assert_eq!(status, 200, "{body}");
    let session: Value = serde_json::from_str(&body).unwrap();
    let refresh = json!({ "refresh_token": session["refresh_token"] });
    assert_eq!(curl.post("/token/renew_access", &refresh).await.0, 200);
    let (status, body) = curl.post("/logout", &refresh).await;
    assert_eq!(
        (status, body.as_str()),
        (200, r#"{"success":true,"data":"logged out successfully"}"#)
    );
    assert_eq!(curl.post("/token/renew_access", &refresh).await.0, 401);
    let (_, body) = curl.post("/login", &login).await;
    serde_json::from_str::<Value>(&body).unwrap()["access_token"].as_str().unwrap().to_owned()
}

async fn calls(curl: &Curl) {
    let both = containers(&curl.engine).await;
    let [busy, done] = &both;
    assert_eq!(
        curl.get("/hosts").await,
        json!([{ "host": "119server", "addr": curl.engine.address() }])
    );
    ps(curl, &both).await;
    inspect(curl, busy).await;
    stat(curl, busy, done).await;
    start_and_stop(curl, done).await;
    curl.engine.run(&["rm", "-f", busy, done]).await;
}

/// `/ps2` against `docker ps -a`: the words of the status too, which change as time goes by.
async fn ps(curl: &Curl, names: &[String; 2]) {
    let format = r#"{"id":{{json .ID}},"name":{{json .Names}},"image":{{json .Image}},"state":{{json .State}},"status":{{json .Status}}}"#;
    let wanted = |all: Vec<Value>| {
        let mine = all.into_iter().filter(|c| names.iter().any(|name| c["name"] == name.as_str()));
        let mut mine: Vec<_> = mine.collect();
        mine.sort_by_key(|c| c["id"].to_string());
        mine
    };
    let same = async || {
        let told = curl.engine.run(&["ps", "-a", "--format", format]).await;
        let told = wanted(told.lines().map(|line| serde_json::from_str(line).unwrap()).collect());
        let shown = wanted(curl.get("/ps2/119server").await.as_array().unwrap().clone());
        (told.len() == 2 && shown == told).then_some(())
    };
    wait::within(SAME, "ps2 to be docker ps", same).await;
}

async fn inspect(curl: &Curl, busy: &str) {
    let told = curl.engine.inspect(busy).await;
    let shown =
        curl.get(&format!("/inspect2/119server/{}", &told["Id"].as_str().unwrap()[..12])).await;
    assert_eq!(curl.get(&format!("/inspect2/119server/{busy}")).await, shown);
    for (field, of) in [
        ("/id", "/Id"),
        ("/name", "/Name"),
        ("/image", "/Image"),
        ("/created", "/Created"),
        ("/platform", "/Platform"),
        ("/restart_count", "/RestartCount"),
        ("/state/status", "/State/Status"),
        ("/state/running", "/State/Running"),
        ("/state/paused", "/State/Paused"),
        ("/state/restarting", "/State/Restarting"),
        ("/state/exit_code", "/State/ExitCode"),
        ("/state/started_at", "/State/StartedAt"),
        ("/state/finished_at", "/State/FinishedAt"),
        ("/config/hostname", "/Config/Hostname"),
        ("/config/user", "/Config/User"),
        ("/config/env", "/Config/Env"),
        ("/config/cmd", "/Config/Cmd"),
        ("/config/working_dir", "/Config/WorkingDir"),
        ("/config/labels", "/Config/Labels"),
        ("/network/ip_address", "/NetworkSettings/Networks/bridge/IPAddress"),
        ("/network/gateway", "/NetworkSettings/Networks/bridge/Gateway"),
        ("/network/networks/bridge/network_id", "/NetworkSettings/Networks/bridge/NetworkID"),
        ("/network/networks/bridge/mac_address", "/NetworkSettings/Networks/bridge/MacAddress"),
        ("/network/ports/80~1tcp/0/host_port", "/NetworkSettings/Ports/80~1tcp/0/HostPort"),
        ("/network/ports/80~1tcp/0/host_ip", "/NetworkSettings/Ports/80~1tcp/0/HostIp"),
        ("/mounts/0/type", "/Mounts/0/Type"),
        ("/mounts/0/source", "/Mounts/0/Source"),
        ("/mounts/0/destination", "/Mounts/0/Destination"),
        ("/mounts/0/rw", "/Mounts/0/RW"),
    ] {
        assert_eq!(shown.pointer(field), told.pointer(of), "{field}");
    }
    assert_eq!(shown["config"]["entrypoint"], json!([]));
    assert_eq!(
        (&shown["mounts"][0]["mode"], &shown["mounts"][0]["name"]),
        (&json!("ro"), &json!(""))
    );
}

/// `/stat2` and `/stat3` against `docker stats` and the container's own counters.
async fn stat(curl: &Curl, busy: &str, done: &str) {
    let of = async |format: &str| {
        curl.engine.run(&["stats", "--no-stream", "--format", format, busy]).await
    };
    let counters = async || {
        let read =
            ["rx_bytes", "tx_bytes"].map(|of| format!("cat /sys/class/net/eth0/statistics/{of}"));
        let text = curl.engine.run(&["exec", busy, "sh", "-c", &read.join(";")]).await;
        let numbers: Vec<f64> = text.lines().map(|line| line.parse().unwrap()).collect();
        [numbers[0], numbers[1]]
    };
    // Between two equal readings of the counters lies one of the hub's: they must be the same.
    let quiet = async || {
        let before = counters().await;
        let shown = curl.get(&format!("/stat2/119server/{busy}")).await;
        (counters().await == before).then_some((before, shown))
    };
    let ((counted, shown), _) = wait::within(SAME, "a moment without traffic", quiet).await;
    for (field, counted) in [("network_rx", counted[0]), ("network_tx", counted[1])] {
        let text = shown[field].as_str().unwrap();
        assert!(
            (bytes(text) - counted).abs() <= 5.0 * (counted / 1e3).max(0.01),
            "{field}: {text} of {counted}"
        );
    }
    assert_eq!(shown["memory_limit"], "64.00 MiB");
    let told = of("{{.MemUsage}}").await;
    let (used, limit) = told.split_once(" / ").unwrap();
    assert_eq!(limit, "64MiB");
    let usage = bytes(shown["memory_usage"].as_str().unwrap());
    assert!((usage - bytes(used)).abs() < 1_048_576.0, "{shown} and {told}");
    let percent = shown["memory_percent"].as_f64().unwrap();
    assert!((percent - 100.0 * usage / (64.0 * 1_048_576.0)).abs() < 0.02, "{shown}");
    let cpu = shown["cpu_percent"].as_f64().unwrap();
    assert!(
        (2.0..35.0).contains(&cpu),
        "a fifth of a core: {shown}, and {} by docker stats",
        of("{{.CPUPerc}}").await
    );
    for value in [cpu, percent] {
        assert!((value * 100.0 - (value * 100.0).round()).abs() < 1e-6, "two decimals: {value}");
    }

    let zeros = json!({ "cpu_percent": 0, "memory_usage": "0.00 B", "memory_limit": "0.00 B", "memory_percent": 0, "network_rx": "0 B", "network_tx": "0 B" });
    let id = async |name: &str| {
        curl.engine.run(&["ps", "-aq", "--filter", &format!("name={name}")]).await
    };
    let (busy_id, done_id) = (id(busy).await, id(done).await);
    let swept = async || {
        let all = curl.get("/stat3/119server").await;
        (all[&busy_id]["memory_limit"] == "64.00 MiB").then_some(all)
    };
    let (all, _) = wait::within(SAME, "the sweep", swept).await;
    let engine_has: BTreeMap<_, _> = curl
        .engine
        .run(&["ps", "-a", "--format", "{{.ID}} {{.Names}}"])
        .await
        .lines()
        .map(|line| {
            line.split_once(' ').map(|(id, name)| (id.to_owned(), name.to_owned())).unwrap()
        })
        .collect();
    assert_eq!(
        (engine_has.get(&busy_id).map(String::as_str), all[&busy_id]["name"].as_str()),
        (Some(busy), Some(busy))
    );
    for stopped in [&all[&done_id], &curl.get(&format!("/stat2/119server/{done}")).await] {
        let mut wanted = zeros.clone();
        wanted["id"] = done_id.clone().into();
        wanted["name"] = done.into();
        let same = wanted.as_object().unwrap().iter().all(|(field, value)| match value.as_f64() {
            Some(number) => stopped[field].as_f64() == Some(number),
            None => stopped[field] == *value,
        });
        assert!(same, "{stopped}");
    }
}

async fn start_and_stop(curl: &Curl, done: &str) {
    let idle = name("idle");
    curl.engine
        .run(&["create", "--name", &idle, "--stop-timeout", "0", "busybox:latest", "sleep", "600"])
        .await;
    let target = json!({ "id": idle, "host": "119server" });
    // Made beside the hub: known within a second.
    let known = async || {
        let all = curl.get("/ps2/119server").await;
        all.as_array().unwrap().iter().any(|c| c["name"] == idle.as_str()).then_some(())
    };
    let (_, took) = wait::within(SAME, "the new container", known).await;
    assert!(took < Duration::from_secs(1), "{took:?}");
    let state =
        async || curl.engine.run(&["inspect", "--format", "{{.State.Status}}", &idle]).await;
    assert_eq!(curl.post("/start2", &target).await, (200, "\"\"".to_owned()));
    assert_eq!(state().await, "running");
    let words = |message: &str| (500, json!({ "success": false, "message": message }));
    let refused = async |path: &str| {
        let (status, body) = curl.post(path, &target).await;
        (status, serde_json::from_str::<Value>(&body).unwrap())
    };
    assert_eq!(
        refused("/start2").await,
        words("Error response from daemon: container already started")
    );
    assert_eq!(curl.post("/stop2", &target).await, (200, "\"\"".to_owned()));
    assert_eq!(state().await, "exited");
    assert_eq!(refused("/stop2").await, words("Error response from daemon: container not running"));
    let missing = json!({ "id": "no-such-thing", "host": "119server" });
    let (status, body) = curl.post("/start2", &missing).await;
    let told = curl.engine.try_run(&["start", "no-such-thing"]).await.unwrap_err();
    assert_eq!(status, 500);
    let message =
        serde_json::from_str::<Value>(&body).unwrap()["message"].as_str().unwrap().to_owned();
    assert!(told.contains(&message), "{message} is not in {told}");

    // What happened is in the stream, for whoever listens by curl.
    let listen = curl.run(
        &["-N", "--max-time", "3", "-H", "Last-Event-ID: 0000000000000000"],
        "/events?type=container",
    );
    let (_, stream) = listen.await;
    let told = |action: &str, name: &str| {
        stream.lines().filter_map(|line| line.strip_prefix("data: ")).any(|data| {
            let event: Value = serde_json::from_str(data).unwrap();
            event["action"] == action && event["actor_name"] == name
        })
    };
    assert!(told("start", &idle) && told("die", &idle), "{stream}");
    assert!(stream.contains("event: container-event\ndata: {\"host\":\"119server\",\"type\":\"container\",\"action\":"), "{stream}");
    let _ = done;
    curl.engine.run(&["rm", "-f", &idle]).await;
}
