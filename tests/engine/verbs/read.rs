//! Verbs that only look: processes, logs, use.

use serde_json::{Value, json};

use super::{Bench, IDLE};
use crate::support::wait;
use crate::support::ws::Ws;

#[tokio::test(flavor = "multi_thread")]
async fn processes_are_those_of_docker_top() {
    let bench = Bench::new().await;
    let _made = bench.made("verbs-top", IDLE).await;
    let top = bench.does("top", "verbs-top").await;
    let printed = bench.docker.run(&["top", "verbs-top"]).await;
    let titles = top["titles"].as_array().unwrap();
    let at = titles.iter().position(|title| title == "PID").unwrap();
    let hubs: Vec<_> = top["processes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|process| process[at].as_str().unwrap().to_owned())
        .collect();
    let own: Vec<_> = printed
        .lines()
        .skip(1)
        .map(|line| line.split_whitespace().nth(at).unwrap().to_owned())
        .collect();
    assert_eq!(hubs, own);
    assert!(!own.is_empty());
    bench.docker.run(&["stop", "verbs-top"]).await;
    let (status, _) = bench.refused("container", "top", &json!({ "container": "verbs-top" })).await;
    assert_eq!(status, 409);
}

#[tokio::test(flavor = "multi_thread")]
async fn logs_are_those_of_docker_logs() {
    let bench = Bench::new().await;
    let name = "verbs-logs";
    let script =
        "for n in 1 2 3 4 5; do echo out $n; sleep 0.05; done; echo err >&2; printf unended";
    let _made = bench.made(name, script).await;
    wait::until("its end", async || {
        (bench.docker.inspect(name).await["State"]["Status"] == "exited").then_some(())
    })
    .await;
    let logs = async |more: Value| {
        let mut data = more;
        data["container"] = name.into();
        bench.ok("container", "logs", &data).await["items"].as_array().unwrap().clone()
    };
    let texts = |items: &[Value]| -> Vec<String> {
        items.iter().map(|item| item["text"].as_str().unwrap().to_owned()).collect()
    };
    // Both streams of a command share no order of their own.
    let own = bench.docker.run(&["logs", "--timestamps", name]).await;
    let own: Vec<_> = own.lines().map(|line| line.split_once(' ').unwrap()).collect();
    let all = logs(json!({ "timestamps": true })).await;
    let out: Vec<_> = all.iter().filter(|item| item["stream"] == "stdout").cloned().collect();
    assert_eq!(texts(&out), own.iter().map(|line| line.1).collect::<Vec<_>>());
    assert_eq!(all.iter().filter(|item| item["stream"] == "stderr").count(), 1);
    assert_eq!(texts(&logs(json!({ "tail": 2 })).await).len(), 2);
    assert_eq!(logs(json!({ "tail": 0 })).await.len(), 0);
    let times: Vec<_> = out.iter().map(|item| item["time"].as_str().unwrap().to_owned()).collect();
    assert_eq!(times, own.iter().map(|line| line.0).collect::<Vec<_>>());
    // From the third line on, which `since` takes in; up to it.
    let late = texts(&logs(json!({ "since": times[2] })).await);
    assert!(late.contains(&"out 3".to_owned()) && !late.contains(&"out 2".to_owned()), "{late:?}");
    let early = texts(&logs(json!({ "until": times[1] })).await);
    assert!(
        early.contains(&"out 1".to_owned()) && !early.contains(&"out 3".to_owned()),
        "{early:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn logs_are_followed_over_a_websocket_to_the_end() {
    let bench = Bench::new().await;
    let name = "verbs-follow";
    let script = "echo first; while [ ! -e /go ]; do sleep 0.05; done; for n in $(seq 500); do echo line $n; done";
    let _made = bench.made(name, script).await;
    let mut socket = Ws::open(bench.hub.address, &bench.admin).await.unwrap();
    let data = json!({ "topic": "logs", "host": "a", "container": name });
    let sub = socket.reply("subscribe", &data).await["sub"].clone();
    let mut texts = Vec::new();
    let read = async {
        loop {
            let push = socket.packet().await.unwrap();
            assert_eq!((&push["type"], &push["sub"]), (&json!("log"), &sub));
            if push["data"]["end"] == true {
                return;
            }
            let text = push["data"]["text"].as_str().unwrap().to_owned();
            if texts.is_empty() {
                // It was pushed while the container ran; the rest comes after this.
                bench.docker.run(&["exec", name, "touch", "/go"]).await;
            }
            texts.push(text);
        }
    };
    wait::bounded(wait::PATIENCE, "the end of the logs", read).await;
    let own = bench.docker.run(&["logs", name]).await;
    assert_eq!(texts, own.lines().collect::<Vec<_>>());
    assert_eq!(texts.len(), 501);
}

#[tokio::test(flavor = "multi_thread")]
async fn use_is_in_numbers_and_zero_when_stopped() {
    let bench = Bench::new().await;
    let name = "verbs-stats";
    let _made = bench.made(name, IDLE).await;
    bench.docker.run(&["update", "-m", "64m", "--memory-swap", "64m", name]).await;
    let stats = bench.does("stats", name).await;
    assert_eq!(stats["memory_limit"], 64 << 20, "{stats}");
    let usage = stats["memory_usage"].as_u64().unwrap();
    assert!((10_000..10_000_000).contains(&usage), "{stats}");
    let top = bench.docker.run(&["top", name]).await;
    assert_eq!(stats["pids"], top.lines().count() - 1);
    for field in
        ["cpu_percent", "memory_percent", "network_rx", "network_tx", "block_read", "block_write"]
    {
        assert!(stats[field].as_f64().unwrap() >= 0.0, "{field}: {stats}");
    }
    bench.docker.run(&["stop", name]).await;
    let stats = bench.does("stats", name).await;
    let numbers = stats.as_object().unwrap();
    assert!(
        numbers.len() == 9 && numbers.values().all(|number| number.as_f64() == Some(0.0)),
        "{stats}"
    );
}
