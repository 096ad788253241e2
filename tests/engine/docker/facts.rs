//! Lists, inspections, the engine itself.

use std::collections::BTreeMap;

use quayside::runtime::{Labelled, Runtime};

use crate::real::{Container, docker, engine, inspect, name, until};

#[tokio::test(flavor = "multi_thread")]
async fn the_engine_is_described_as_by_itself() {
    let found = engine().engine().await.unwrap();
    let own = docker(&[
        "info",
        "--format",
        "{{.ID}} {{.ServerVersion}} {{.OSType}} {{.NCPU}} {{.MemTotal}}",
    ]);
    let seen =
        format!("{} {} {} {} {}", found.id, found.version, found.os, found.cpus, found.memory);
    assert_eq!(seen, own);
    let api = docker(&["version", "--format", "{{.Server.APIVersion}} {{.Server.Arch}}"]);
    assert_eq!(format!("{} {}", found.api_version, found.arch), api);
    engine().ping().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_tells_what_docker_ps_tells() {
    let (engine, running) =
        (engine(), Container::run(&["-l", "a=b", "-p", "8080", "--expose", "9000"], "sleep 1000"));
    let ended = Container::run(&[], "exit 3");
    docker(&["wait", &ended.0]);
    let ids: Vec<_> = [&running, &ended].map(|c| inspect(&c.0, "{{.Id}}")).into();
    let listed = engine.containers(Some(ids.clone())).await.unwrap();
    assert_eq!(listed.len(), 2);
    let of = |id: &str| listed.iter().find(|facts| facts.id == id).unwrap();
    let facts = of(&ids[0]);
    assert_eq!(
        (facts.name.as_str(), facts.image.as_str(), facts.state.as_str()),
        (running.0.as_str(), "busybox", "running")
    );
    assert_eq!(facts.labels.get("a").map(String::as_str), Some("b"));
    let published = docker(&["port", &running.0, "8080/tcp"]);
    let first = published.lines().next().unwrap().rsplit_once(':').unwrap();
    assert!(facts.ports.iter().any(|p| p.container_port == 8080
        && p.host_port.to_string() == first.1
        && p.host_ip == first.0));
    assert!(facts.ports.iter().any(|p| p.container_port == 9000 && p.host_port == 0));
    // The engine leaves zeros at the end of a fraction out, so times are compared, not texts.
    let started = inspect(&running.0, "{{.State.StartedAt}}");
    let started = chrono::DateTime::parse_from_rfc3339(&started).unwrap();
    assert_eq!(facts.started_at.unwrap(), started);
    assert_eq!(facts.finished_at, None);
    let facts = of(&ids[1]);
    assert_eq!((facts.state.as_str(), facts.exit_code, facts.oom_killed), ("exited", 3, false));
    assert!(facts.finished_at.is_some());
    let all = engine.containers(None).await.unwrap();
    assert!(ids.iter().all(|id| all.iter().any(|facts| facts.id == *id)));
    let unknown = "0".repeat(64);
    assert_eq!(engine.containers(Some(vec![unknown])).await, Ok(Vec::new()));
}

#[tokio::test(flavor = "multi_thread")]
async fn containers_that_come_and_go_break_no_list() {
    let engine = engine();
    let churn = tokio::task::spawn_blocking(|| {
        for _ in 0..8 {
            let name = name("churn");
            docker(&["create", "--name", &name, "busybox", "true"]);
            docker(&["rm", &name]);
        }
    });
    while !churn.is_finished() {
        engine.containers(None).await.unwrap();
    }
    churn.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn health_is_that_of_the_check() {
    let options =
        ["--health-cmd", "test -e /ok", "--health-interval", "1s", "--health-retries", "1"];
    let (engine, container) = (engine(), Container::run(&options, "sleep 1000"));
    let id = inspect(&container.0, "{{.Id}}");
    let health = async || engine.containers(Some(vec![id.clone()])).await.unwrap().remove(0).health;
    until("unhealthy", async || health().await.as_deref() == Some("unhealthy")).await;
    docker(&["exec", &container.0, "touch", "/ok"]);
    until("healthy", async || health().await.as_deref() == Some("healthy")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_inspection_is_the_engines_own() {
    let volume = name("v");
    let mount = format!("{volume}:/data:ro");
    let options = [
        "-e",
        "A=b",
        "-w",
        "/tmp",
        "-u",
        "nobody",
        "-h",
        "me",
        "-l",
        "x=y",
        "-v",
        &mount,
        "-p",
        "127.0.0.1::80",
        "--expose",
        "81",
    ];
    let (engine, container) = (engine(), Container::run(&options, "sleep 1000"));
    let found = engine.inspect(&container.0).await.unwrap();
    let of = |format: &str| inspect(&container.0, format);
    assert_eq!(found.id, of("{{.Id}}"));
    assert_eq!(found.name, of("{{.Name}}"));
    assert_eq!(found.image, of("{{.Image}}"));
    assert_eq!(found.state.started_at, of("{{json .State.StartedAt}}").trim_matches('"'));
    assert_eq!(found.created, of("{{json .Created}}").trim_matches('"'));
    assert_eq!(
        (
            found.config.hostname.as_str(),
            found.config.user.as_str(),
            found.config.working_dir.as_str()
        ),
        ("me", "nobody", "/tmp")
    );
    assert!(found.config.env.contains(&"A=b".to_owned()) && found.config.entrypoint.is_empty());
    assert_eq!(found.network.ports["81/tcp"], []);
    assert_eq!(found.network.ports["80/tcp"][0].host_ip, "127.0.0.1");
    assert_eq!(engine.published(&container.0).await.unwrap(), found.network.ports);
    assert_eq!(found.network.ip_address, of("{{.NetworkSettings.Networks.bridge.IPAddress}}"));
    assert_eq!(
        found.network.networks["bridge"].network_id,
        of("{{.NetworkSettings.Networks.bridge.NetworkID}}")
    );
    let mount = &found.mounts[0];
    assert_eq!(
        (mount.r#type.as_str(), mount.name.as_str(), mount.mode.as_str(), mount.rw),
        ("volume", volume.as_str(), "ro", false)
    );
    drop(container);
    docker(&["volume", "rm", &volume]);
}

#[tokio::test(flavor = "multi_thread")]
async fn labels_tell_whose_a_volume_or_network_is() {
    let (engine, volume, network) = (engine(), name("v"), name("n"));
    docker(&["volume", "create", "--label", "quayside.owner=ann", &volume]);
    docker(&["network", "create", "--label", "a=b", &network]);
    let labels =
        |key: &str, value: &str| Some(BTreeMap::from([(key.to_owned(), value.to_owned())]));
    assert_eq!(
        engine.labels_of(Labelled::Volume(&volume)).await,
        Ok(labels("quayside.owner", "ann"))
    );
    assert_eq!(engine.labels_of(Labelled::Network(&network)).await, Ok(labels("a", "b")));
    assert_eq!(engine.labels_of(Labelled::Volume("nobody")).await, Ok(None));
    assert_eq!(engine.labels_of(Labelled::Network("nobody")).await, Ok(None));
    docker(&["volume", "rm", &volume]);
    docker(&["network", "rm", &network]);
}

#[tokio::test(flavor = "multi_thread")]
async fn disk_use_is_that_of_docker_system_df() {
    let (engine, container) =
        (engine(), Container::run(&[], "dd if=/dev/zero of=/big bs=1M count=3; sleep 1000"));
    let written = || docker(&["exec", &container.0, "stat", "-c", "%s", "/big"]) == "3145728";
    until("3 MiB are written", async || written()).await;
    let used = engine.disk_use().await.unwrap();
    assert!(used.containers >= 3 << 20, "{used:?}");
    assert!(used.images > 100_000, "{used:?}");
}
