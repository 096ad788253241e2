//! Verbs that change what a container does, and its going.

use serde_json::{Value, json};

use super::{Bench, IDLE};
use crate::support::wait;

#[tokio::test(flavor = "multi_thread")]
async fn each_change_is_the_engines_and_in_the_list_at_once() {
    let bench = Bench::new().await;
    let name = "verbs-life";
    let _made = bench.made(name, IDLE).await;
    assert_eq!(bench.state(name).await, "running");
    let (status, error) = bench.refused("container", "start", &json!({ "container": name })).await;
    assert_eq!((status, &error["code"]), (409, &json!("conflict")));

    bench.does("pause", name).await;
    assert_eq!(bench.state(name).await, "paused");
    bench.does("unpause", name).await;
    assert_eq!(bench.state(name).await, "running");

    let started = async || bench.docker.inspect(name).await["State"]["StartedAt"].clone();
    let before = started().await;
    bench.ok("container", "restart", &json!({ "container": name, "timeout": 5 })).await;
    assert_eq!(bench.state(name).await, "running");
    assert_ne!(started().await, before);

    bench.ok("container", "stop", &json!({ "container": name, "timeout": 5 })).await;
    assert_eq!(bench.state(name).await, "exited");
    assert_eq!(bench.docker.inspect(name).await["State"]["ExitCode"], 0);
    bench.does("start", name).await;
    assert_eq!(bench.state(name).await, "running");

    bench.does("kill", name).await;
    // The engine answers a kill before the process has ended.
    wait::until("its end", async || {
        let own = bench.docker.inspect(name).await["State"]["Status"].clone();
        (own == "exited" && bench.listed(name).await?["state"] == "exited").then_some(())
    })
    .await;
    assert_eq!(bench.docker.inspect(name).await["State"]["ExitCode"], 137);
    let reason = bench.listed(name).await.unwrap()["reason"].clone();
    assert_eq!(reason, "killed (SIGKILL)");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signal_is_the_one_that_was_named() {
    let bench = Bench::new().await;
    let name = "verbs-signal";
    let _made =
        bench.made(name, "trap 'echo got it' USR1; echo ready; while :; do sleep 0.1; done").await;
    let says = async |wanted: &str| {
        let logs = async || bench.docker.run(&["logs", name]).await.contains(wanted).then_some(());
        wait::until(wanted, logs).await;
    };
    says("ready").await;
    bench.ok("container", "kill", &json!({ "container": name, "signal": "SIGUSR1" })).await;
    says("got it").await;
    assert_eq!(bench.state(name).await, "running");
    let wrong = json!({ "container": name, "signal": "SIGNOTHING" });
    let (status, error) = bench.refused("container", "kill", &wrong).await;
    assert_eq!((status, &error["field"]), (400, &json!("signal")), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_name_and_a_removal_are_in_the_list_at_once() {
    let bench = Bench::new().await;
    let (old, new) = ("verbs-old", "verbs-new");
    let made = bench.made(old, IDLE).await;
    let _ = bench.docker.try_run(&["rm", "-f", new]).await;
    let id = bench.docker.inspect(old).await["Id"].clone();
    bench.ok("container", "rename", &json!({ "container": old, "name": new })).await;
    assert_eq!(bench.docker.inspect(new).await["Id"], id);
    assert_eq!(bench.listed(old).await, None);
    assert_eq!(bench.state(new).await, "running");
    let taken = bench.made(old, IDLE).await;
    let (status, _) =
        bench.refused("container", "rename", &json!({ "container": old, "name": new })).await;
    assert_eq!(status, 409);

    // Running, it is removed only by force.
    let (status, error) = bench.refused("container", "remove", &json!({ "container": new })).await;
    assert_eq!((status, &error["code"]), (409, &json!("conflict")), "{error}");
    bench.ok("container", "remove", &json!({ "container": new, "force": true })).await;
    assert_eq!(bench.listed(new).await, None);
    assert!(bench.docker.try_run(&["inspect", new]).await.is_err());
    let (status, error) = bench.refused("container", "start", &json!({ "container": new })).await;
    assert_eq!((status, &error["code"]), (404, &json!("not_found")));
    drop((made, taken));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_engine_cannot_start_is_its_own_error() {
    let bench = Bench::new().await;
    let name = "verbs-nothing";
    let _ = bench.docker.try_run(&["rm", "-f", name]).await;
    let data = json!({ "image_id": "busybox:latest", "name": name, "cmd": ["no-such-command"], "start": false });
    let made: Value = bench.ok("container", "create", &data).await;
    let _gone = super::Made(bench.docker.clone(), name.to_owned());
    assert_eq!(made["name"], name);
    assert_eq!(bench.state(name).await, "created");
    let (status, error) = bench.refused("container", "start", &json!({ "container": name })).await;
    assert_eq!((status, &error["code"]), (502, &json!("engine")), "{error}");
    assert!(error["message"].as_str().unwrap().contains("no-such-command"), "{error}");
    assert_eq!(error.get("field"), None);
}
