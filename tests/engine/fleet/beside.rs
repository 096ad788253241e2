//! The same thing asked of the hub and of the engine's own command.

use std::process::Stdio;

use serde_json::{Map, Value, json};
use tokio::io::{AsyncBufReadExt, BufReader};

use super::{Bench, EVENTS, Named};
use crate::support::docker::{Docker, seven_fields};
use crate::support::hub::Plan;
use crate::support::wait;

async fn bench() -> Bench {
    Bench::new(Plan::new(), false).await
}

async fn data(bench: &Bench, path: &str) -> Value {
    bench.ok(&format!("curl http://localhost:9083{path}")).await["data"].take()
}

#[tokio::test(flavor = "multi_thread")]
async fn ps2_is_what_docker_ps_prints() {
    let bench = bench().await;
    let docker = bench.docker.clone();
    let _up = Named::run(&docker, "beside-ps-up", &[]).await;
    let _down = Named::run(&docker, "beside-ps-down", &[]).await;
    let _paused = Named::run(&docker, "beside-ps-paused", &[]).await;
    docker.run(&["stop", "beside-ps-down"]).await;
    docker.run(&["pause", "beside-ps-paused"]).await;
    // Both count seconds, and may be asked at two sides of one.
    wait::until("ps2 to say what docker ps says", async || {
        let format = "{{.ID}}|{{.Names}}|{{.Image}}|{{.State}}|{{.Status}}";
        let printed = docker.run(&["ps", "-a", "-f", "name=^beside-ps-", "--format", format]).await;
        let list = data(&bench, "/ps2/119server").await;
        let mut own: Vec<_> = printed.lines().map(str::to_owned).collect();
        let mut hubs: Vec<_> = list
            .as_array()
            .unwrap()
            .iter()
            .filter(|c| c["name"].as_str().unwrap().starts_with("beside-ps-"))
            .map(|c| {
                ["id", "name", "image", "state", "status"].map(|f| c[f].as_str().unwrap()).join("|")
            })
            .collect();
        own.sort();
        hubs.sort();
        assert_eq!(own.len(), 3);
        (own == hubs).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn inspect2_is_what_docker_inspect_prints() {
    let bench = bench().await;
    let docker = bench.docker.clone();
    let options = [
        "-p",
        "127.0.0.1::80",
        "--expose",
        "81/udp",
        "-e",
        "A=b",
        "-e",
        "C=",
        "-l",
        "x.y=z",
        "-w",
        "/tmp",
        "-u",
        "0:0",
        "-h",
        "somebody",
        "-v",
        "beside-volume:/data:ro",
        "-v",
        "/tmp:/bound",
        "--restart",
        "always",
    ];
    let web = Named::run(&docker, "beside-inspect", &options).await;
    for stopped in [false, true] {
        if stopped {
            docker.run(&["stop", "beside-inspect"]).await;
        }
        let own = docker.inspect("beside-inspect").await;
        let id = own["Id"].as_str().unwrap();
        for called in ["beside-inspect", &id[..12], id] {
            let mut told = data(&bench, &format!("/inspect2/119server/{called}")).await;
            // The engine tells mounts in another order each time.
            sort_mounts(&mut told);
            assert_eq!(told, expected(&own));
        }
    }
    drop(web);
    docker.run(&["volume", "rm", "beside-volume"]).await;
}

fn sort_mounts(inspected: &mut Value) {
    let mounts = inspected["mounts"].as_array_mut().unwrap();
    mounts.sort_by_key(|mount| mount["destination"].to_string());
}

/// The object of the contract, its mounts sorted, made of the engine's own.
fn expected(own: &Value) -> Value {
    let (state, config, network) = (&own["State"], &own["Config"], &own["NetworkSettings"]);
    let list = |value: &Value| if value.is_null() { json!([]) } else { value.clone() };
    let place = |of: &Value| {
        [&of["IPAddress"], &of["Gateway"], &of["MacAddress"]]
            .map(|v| v.as_str().unwrap_or("").to_owned())
    };
    let top = match network.get("IPAddress") {
        Some(_) => place(network),
        None => place(&network["Networks"]["bridge"]),
    };
    let ports: Map<_, _> = network["Ports"]
        .as_object()
        .unwrap()
        .iter()
        .map(|(port, bound)| {
            let bound = bound.as_array().into_iter().flatten();
            let bound =
                bound.map(|b| json!({ "host_ip": b["HostIp"], "host_port": b["HostPort"] }));
            (port.clone(), bound.collect())
        })
        .collect();
    let networks: Map<_, _> = network["Networks"]
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, of)| {
            let [ip, gateway, mac] = place(of);
            let id = &of["NetworkID"];
            let of =
                json!({ "network_id": id, "ip_address": ip, "gateway": gateway, "mac_address": mac });
            (name.clone(), of)
        })
        .collect();
    let mounts = own["Mounts"].as_array().unwrap().iter().map(|mount| {
        json!({
            "type": mount["Type"], "name": mount["Name"].as_str().unwrap_or(""), "source": mount["Source"],
            "destination": mount["Destination"], "mode": if mount["RW"] == true { "rw" } else { "ro" },
            "rw": mount["RW"],
        })
    });
    let mounts: Vec<_> = mounts.collect();
    let mut made = json!({
        "id": own["Id"], "name": own["Name"], "image": own["Image"], "created": own["Created"],
        "platform": own["Platform"], "restart_count": own["RestartCount"],
        "state": {
            "status": state["Status"], "running": state["Running"], "paused": state["Paused"],
            "restarting": state["Restarting"], "exit_code": state["ExitCode"],
            "started_at": state["StartedAt"], "finished_at": state["FinishedAt"],
        },
        "config": {
            "hostname": config["Hostname"], "user": config["User"], "env": list(&config["Env"]),
            "cmd": list(&config["Cmd"]), "entrypoint": list(&config["Entrypoint"]),
            "working_dir": config["WorkingDir"], "labels": config["Labels"],
        },
        "network": {
            "ip_address": top[0], "gateway": top[1], "mac_address": top[2], "ports": ports, "networks": networks,
        },
        "mounts": mounts,
    });
    sort_mounts(&mut made);
    made
}

/// A number of a text such as `12.3MiB`, `1.25 MB` or `7%`, in bytes where it has a unit.
fn number(text: &str) -> f64 {
    let text = text.trim();
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let factor = match text[end..].trim() {
        "" | "B" | "%" => 1.0,
        "kB" | "KB" => 1e3,
        "MB" => 1e6,
        "KiB" => 1024.0,
        "MiB" => 1_048_576.0,
        "GiB" => 1_073_741_824.0,
        unit => panic!("no unit: {unit:?} of {text}"),
    };
    text[..end].parse::<f64>().unwrap() * factor
}

fn near(one: &str, other: &str, slack: f64) -> bool {
    let (one, other) = (number(one), number(other));
    (one - other).abs() <= one.max(other) * 0.05 + slack
}

#[tokio::test(flavor = "multi_thread")]
async fn stats_are_those_of_docker_stats() {
    let bench = bench().await;
    let docker = bench.docker.clone();
    let idle = "beside-stats-idle";
    let _idle = Named::run(&docker, idle, &["-m", "64m"]).await;
    let _busy = Named::run(&docker, "beside-stats-busy", &["--cpus", "0.5"]).await;
    let _down = Named::run(&docker, "beside-stats-down", &[]).await;
    docker.run(&["exec", "-d", "beside-stats-busy", "sh", "-c", "while :; do :; done"]).await;
    docker
        .run(&[
            "exec",
            idle,
            "ping",
            "-c",
            "10",
            "-i",
            "0.1",
            "-s",
            "1400",
            &gateway(&docker).await,
        ])
        .await;
    docker.run(&["stop", "beside-stats-down"]).await;
    let id = docker.run(&["ps", "-qf", "name=^beside-stats-idle$"]).await;
    for path in [format!("/stat2/119server/{idle}"), "/stat3/119server".to_owned()] {
        let what = format!("{path} to be near docker stats");
        wait::until(&what, async || {
            let told = data(&bench, &path).await;
            let told = if path.contains("stat3") { &told[&id] } else { &told };
            if told.is_null() || told["memory_limit"] == "0.00 B" {
                return None;
            }
            assert_eq!(told["memory_limit"], "64.00 MiB", "{told}");
            assert_eq!((&told["id"], &told["name"]), (&json!(id), &json!(idle)));
            let printed =
                docker.run(&["stats", "--no-stream", "--format", "{{json .}}", idle]).await;
            let printed: Value = serde_json::from_str(&printed).unwrap();
            let pair = |key: &str| {
                let (one, other) = printed[key].as_str().unwrap().split_once(" / ").unwrap();
                (one.to_owned(), other.to_owned())
            };
            let ((usage, limit), (received, sent)) = (pair("MemUsage"), pair("NetIO"));
            assert_eq!(number(&limit), 64.0 * 1_048_576.0);
            let text = |key: &str| told[key].as_str().unwrap();
            let fits = near(text("memory_usage"), &usage, 8_192.0)
                && near(text("network_rx"), &received, 60.0)
                && near(text("network_tx"), &sent, 60.0)
                && (told["memory_percent"].as_f64()? - number(printed["MemPerc"].as_str()?)).abs()
                    < 0.1;
            // Answers of a ping have come, also where some are lost: nothing is compared with nothing.
            (fits && number(text("network_rx")) > 4_000.0).then_some(())
        })
        .await;
    }
    let busy = data(&bench, "/stat2/119server/beside-stats-busy").await;
    let cpu = busy["cpu_percent"].as_f64().unwrap();
    assert!(cpu > 1.0 && cpu < 80.0, "half a processor: {busy}");
    let all = data(&bench, "/stat3/119server").await;
    let down = docker.run(&["ps", "-aqf", "name=^beside-stats-down$"]).await;
    assert_eq!(all[&down]["memory_usage"], "0.00 B");
    assert_eq!(all[&down]["network_rx"], "0 B");
}

/// The bridge's own address, which answers a ping.
async fn gateway(docker: &Docker) -> String {
    let network = docker.inspect("bridge").await;
    network["IPAM"]["Config"][0]["Gateway"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn events_are_those_of_docker_events() {
    let bench = bench().await;
    let docker = bench.docker.clone();
    let since = docker.run(&["info", "--format", "{{.SystemTime}}"]).await;
    let mut curl = bench.line(EVENTS).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(curl.stdout.take().unwrap()).lines();
    // The stream stands when its first block is there.
    wait::bounded(wait::PATIENCE, "the stream", lines.next_line()).await.unwrap();
    let mine = |event: &Value| {
        let name = event["attrs"]["name"].as_str().unwrap_or_default();
        name == "beside-events" && event["type"] == "container"
    };
    let web = Named::run(&docker, "beside-events", &["-l", "com.docker.compose.project=p"]).await;
    docker.run(&["exec", "beside-events", "sh", "-c", "echo a: b"]).await;
    for verb in ["pause", "unpause", "restart", "stop"] {
        docker.run(&[verb, "beside-events"]).await;
    }
    drop(web);
    let until = docker.run(&["info", "--format", "{{.SystemTime}}"]).await;
    let printed = docker
        .run(&["events", "--since", &since, "--until", &until, "--format", "{{json .}}"])
        .await;
    let own: Vec<_> = printed
        .lines()
        .map(|line| seven_fields("119server", &serde_json::from_str(line).unwrap()))
        .filter(|event| mine(event))
        .collect();
    assert_eq!(own.last().unwrap()["action"], "destroy");
    assert!(own.iter().any(|event| event["action"] == "exec_start: sh -c echo a: b"), "{own:?}");
    let mut told = Vec::new();
    let read = async {
        while told.last().is_none_or(|event: &Value| event["action"] != "destroy") {
            let line = lines.next_line().await.unwrap().unwrap();
            let Some(data) = line.strip_prefix("data: ") else { continue };
            let event: Value = serde_json::from_str(data).unwrap();
            if mine(&event) {
                told.push(event);
            }
        }
    };
    wait::bounded(wait::PATIENCE, "the container's end", read).await;
    assert_eq!(told, own);
}
