//! Containers from a spec.

use quayside::runtime::{ContainerSpec, Runtime, RuntimeError};
use quayside_protocol::reply::Mount;

use crate::real::{Container, docker, engine, inspect, name};

fn spec(what: &str) -> ContainerSpec {
    ContainerSpec {
        image: "busybox".to_owned(),
        name: Some(name(what)),
        cmd: Some(["sleep", "1000"].map(str::to_owned).into()),
        ..Default::default()
    }
}

fn guard(spec: &ContainerSpec) -> Container {
    Container(spec.name.clone().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_asked_for_is_what_the_engine_has() {
    let (engine, volume) = (engine(), name("v"));
    let mount = |kind: &str, name: &str, source: &str, destination: &str, rw: bool| Mount {
        r#type: kind.to_owned(),
        name: name.to_owned(),
        source: source.to_owned(),
        destination: destination.to_owned(),
        mode: String::new(),
        rw,
    };
    let spec = ContainerSpec {
        entrypoint: Some(["/bin/env"].map(str::to_owned).into()),
        env: vec!["A=b c".to_owned()],
        labels: [("quayside.owner", "ann"), ("x", "y")]
            .map(|(k, v)| (k.to_owned(), v.to_owned()))
            .into(),
        working_dir: Some("/tmp".to_owned()),
        user: Some("nobody".to_owned()),
        hostname: Some("me".to_owned()),
        tty: true,
        mounts: vec![
            mount("volume", &volume, "", "/data", false),
            mount("bind", "", "/etc", "/host", true),
        ],
        ports: [("80/tcp".to_owned(), None)].into(),
        nano_cpus: Some(500_000_000),
        memory: Some(32 << 20),
        pids: Some(50),
        restart: Some(("on-failure".to_owned(), 3)),
        ..spec("whole")
    };
    let guard = guard(&spec);
    let made = engine.create(spec).await.unwrap();
    let of = |format: &str| inspect(&guard.0, format);
    assert_eq!(made.id, of("{{.Id}}"));
    assert_eq!(of("{{.State.Status}}"), "created");
    assert_eq!(
        of(
            "{{.HostConfig.NanoCpus}} {{.HostConfig.Memory}} {{.HostConfig.MemorySwap}} {{.HostConfig.PidsLimit}}"
        ),
        "500000000 33554432 33554432 50"
    );
    assert_eq!(
        of("{{.HostConfig.RestartPolicy.Name}} {{.HostConfig.RestartPolicy.MaximumRetryCount}}"),
        "on-failure 3"
    );
    assert_eq!(
        of(
            "{{.HostConfig.SecurityOpt}} {{.HostConfig.Privileged}} {{.HostConfig.CapAdd}} {{.HostConfig.Binds}}"
        ),
        "[no-new-privileges] false [] []"
    );
    assert_eq!(
        of(
            "{{.Config.Hostname}} {{.Config.User}} {{.Config.WorkingDir}} {{.Config.Tty}} {{.Config.Entrypoint}} {{.Config.Cmd}}"
        ),
        "me nobody /tmp true [/bin/env] [sleep 1000]"
    );
    assert!(
        of("{{.Config.Env}}").contains("A=b c")
            && of("{{.Config.Env}}").contains("NVIDIA_VISIBLE_DEVICES=void")
    );
    assert_eq!(
        of("{{range .Mounts}}{{.Type}} {{.Destination}} {{.RW}};{{end}}")
            .split(';')
            .filter(|m| !m.is_empty())
            .count(),
        2
    );
    assert_eq!(
        docker(&["volume", "inspect", "--format", "{{.Labels}}", &volume]),
        "map[quayside.owner:ann]"
    );
    drop(guard);
    docker(&["volume", "rm", &volume]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_is_picked_by_the_engine_and_answers() {
    let engine = engine();
    let spec = ContainerSpec {
        cmd: Some(["httpd", "-f", "-p", "80", "-h", "/etc"].map(str::to_owned).into()),
        ports: [("80/tcp".to_owned(), None)].into(),
        ..spec("port")
    };
    let guard = guard(&spec);
    let made = engine.create(spec).await.unwrap();
    engine.start(&made.id).await.unwrap();
    let published = engine.published(&made.id).await.unwrap();
    let port: u16 = published["80/tcp"][0].host_port.parse().unwrap();
    let answers = async || tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_ok();
    crate::real::until("the port answers", answers).await;
    drop(guard);
}

#[tokio::test(flavor = "multi_thread")]
async fn pids_are_bounded_where_nobody_says_so() {
    let (engine, spec) = (engine(), spec("pids"));
    let guard = guard(&spec);
    engine.create(spec).await.unwrap();
    assert_eq!(inspect(&guard.0, "{{.HostConfig.PidsLimit}}"), "4096");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_limit_that_the_driver_cannot_keep_is_a_warning() {
    let engine = engine();
    let spec = ContainerSpec { disk: Some(1 << 30), ..spec("disk") };
    let guard = guard(&spec);
    let made = engine.create(spec).await.unwrap();
    let kept = inspect(&guard.0, "{{.HostConfig.StorageOpt}}") != "map[]";
    assert_eq!(kept, made.warnings.is_empty(), "{:?}", made.warnings);
}

#[tokio::test(flavor = "multi_thread")]
async fn gpus_are_asked_for_by_id_and_a_host_without_says_so() {
    let engine = engine();
    let spec = ContainerSpec { gpus: vec!["GPU-1".to_owned(), "GPU-2".to_owned()], ..spec("gpu") };
    let guard = guard(&spec);
    engine.create(spec).await.unwrap();
    assert_eq!(
        inspect(
            &guard.0,
            "{{range .HostConfig.DeviceRequests}}{{.DeviceIDs}} {{.Count}} {{.Capabilities}}{{end}}"
        ),
        "[GPU-1 GPU-2] 0 [[gpu]]"
    );
    let refused = engine.start(&guard.0).await;
    assert!(matches!(refused, Err(RuntimeError::Failed(m)) if m.contains("device driver")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_in_use_and_an_unknown_image_are_told_apart() {
    let (engine, spec) = (engine(), spec("twice"));
    let _guard = guard(&spec);
    engine.create(spec.clone()).await.unwrap();
    assert!(
        matches!(engine.create(spec.clone()).await, Err(RuntimeError::Conflict(m)) if m.contains("already in use"))
    );
    let unknown = ContainerSpec { image: "nobody/nothing:9".to_owned(), name: None, ..spec };
    assert!(
        matches!(engine.create(unknown).await, Err(RuntimeError::NotFound(m)) if m.contains("No such image"))
    );
}
