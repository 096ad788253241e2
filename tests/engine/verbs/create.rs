//! `container create`, field by field.

use serde_json::json;

use super::{Bench, Made};

#[tokio::test(flavor = "multi_thread")]
async fn a_container_is_made_as_it_was_asked_for() {
    let bench = Bench::new().await;
    let (name, volume) = ("verbs-create", "verbs-create-volume");
    let _ = bench.docker.try_run(&["rm", "-f", name]).await;
    // Free now; who else wants it must be quick.
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let data = json!({
        "image_id": "busybox:latest", "name": name, "cmd": ["1000"], "entrypoint": ["sleep"],
        "env": { "A": "b", "EMPTY": "" }, "labels": { "tier": "front" }, "working_dir": "/tmp", "user": "nobody",
        "hostname": "somebody", "port": [80, "53/udp"], "ports": { "81/tcp": free },
        "volumes": [{ "name": volume, "destination": "/data", "rw": false }],
        "limits": { "cpus": 0.5, "memory": "64m", "pids": 50 }, "restart": "on-failure:3",
    });
    let made = bench.ok("container", "create", &data).await;
    let guard = Made(bench.docker.clone(), name.to_owned());
    let own = bench.docker.inspect(name).await;
    assert_eq!(made["id"], own["Id"]);
    assert_eq!((&made["host"], &made["name"]), (&json!("a"), &json!(name)));
    let (config, host) = (&own["Config"], &own["HostConfig"]);
    assert_eq!(config["Cmd"], json!(["1000"]));
    assert_eq!(config["Entrypoint"], json!(["sleep"]));
    for variable in ["A=b", "EMPTY="] {
        assert!(config["Env"].as_array().unwrap().contains(&json!(variable)), "{config}");
    }
    assert_eq!(config["Labels"]["tier"], "front");
    assert_eq!(config["Labels"]["quayside.owner"], "admin");
    for (key, wanted) in [("WorkingDir", "/tmp"), ("User", "nobody"), ("Hostname", "somebody")] {
        assert_eq!(config[key], wanted);
    }
    assert_eq!(host["NanoCpus"], 500_000_000);
    assert_eq!(host["Memory"], 64 << 20);
    assert_eq!(host["PidsLimit"], 50);
    assert_eq!(host["RestartPolicy"], json!({ "Name": "on-failure", "MaximumRetryCount": 3 }));
    let mount = &own["Mounts"][0];
    assert_eq!((&mount["Name"], &mount["Destination"]), (&json!(volume), &json!("/data")));
    assert_eq!(mount["RW"], false);
    for port in ["80/tcp", "53/udp", "81/tcp"] {
        let bound = &own["NetworkSettings"]["Ports"][port][0]["HostPort"];
        assert!(bound.is_string(), "{port}: {}", own["NetworkSettings"]["Ports"]);
        assert_eq!(made["ports"][port][0]["host_port"], *bound, "{port}");
    }
    assert_eq!(made["ports"]["81/tcp"][0]["host_port"], free.to_string());
    assert_eq!(bench.state(name).await, "running");
    let listed = bench.listed(name).await.unwrap();
    assert_eq!((&listed["owner"], &listed["labels"]["tier"]), (&json!("admin"), &json!("front")));

    // Its name is taken; nothing else was made.
    let again = json!({ "image_id": "busybox:latest", "name": name });
    let (status, error) = bench.refused("container", "create", &again).await;
    assert_eq!((status, &error["code"]), (409, &json!("conflict")), "{error}");
    drop(guard);
    bench.docker.run(&["volume", "rm", volume]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_or_asks_for_privilege_makes_nothing() {
    let bench = Bench::new().await;
    let name = "verbs-refused";
    for (field, value, status) in [
        ("limits", json!({ "cpus": "many" }), 400),
        ("limits", json!({ "memory": "a lot" }), 400),
        ("restart", json!("sometimes"), 400),
        ("port", json!(70_000), 400),
        ("env", json!(["=x"]), 400),
        ("image_id", json!("no such image!"), 400),
        ("privileged", json!(true), 403),
        ("cap_add", json!(["SYS_ADMIN"]), 403),
        ("network", json!("host"), 403),
        ("volumes", json!([{ "source": "/etc", "destination": "/x" }]), 403),
    ] {
        let mut data = json!({ "image_id": "busybox:latest", "name": name });
        data[field] = value;
        let (told, error) = bench.refused("container", "create", &data).await;
        assert_eq!(told, status, "{data}: {error}");
        assert!(error["field"].as_str().unwrap_or("").starts_with(field), "{data}: {error}");
    }
    assert!(bench.docker.try_run(&["inspect", name]).await.is_err());
}
