//! Makes containers. What a container may have is what stands in a [`ContainerSpec`]; every other field of the
//! engine's request is left at the engine's default, so that no privilege can be asked for.

use std::collections::HashMap;
use std::time::Duration;

use bollard::models::{
    ContainerCreateBody, DeviceRequest, HostConfig, Mount, MountType, MountVolumeOptions,
    PortBinding, RestartPolicy, RestartPolicyNameEnum,
};
use bollard::query_parameters::CreateContainerOptions;

use super::client::Client;
use crate::runtime::{ContainerSpec, Made, Result, RuntimeError};

/// Storage drivers that copy an image take their time.
const CREATE: Duration = Duration::from_secs(120);

/// Processes and threads of a container that names no number: far more than a desktop has, far fewer than
/// bring a machine down.
const DEFAULT_PIDS: i64 = 4_096;

/// Labels of the container that a volume made with it bears too, so that its owner may use it again.
const SHARED_LABELS: [&str; 2] = ["quayside.owner", "quayside.hub"];

/// Makes one. Where the storage driver cannot bound the writable layer, it is made without that bound and
/// with a warning.
pub(super) async fn create(client: &Client, spec: ContainerSpec) -> Result<Made> {
    let name = spec.name.clone();
    let mut body = Box::new(body(spec));
    let asked = make(client, name.clone(), &body).await;
    let refused = match asked {
        Err(RuntimeError::Invalid(why) | RuntimeError::Failed(why)) if unbounded(&body, &why) => {
            why
        }
        other => return other,
    };
    if let Some(host) = &mut body.host_config {
        host.storage_opt = None;
    }
    let mut made = make(client, name, &body).await?;
    made.warnings.push(format!("the disk limit is not in force: {refused}"));
    Ok(made)
}

/// Whether the engine refused because of the bound on the writable layer.
fn unbounded(body: &ContainerCreateBody, why: &str) -> bool {
    let asked = body.host_config.as_ref().is_some_and(|host| host.storage_opt.is_some());
    let why = why.to_ascii_lowercase();
    asked && ["storage-opt", "storage opt", "quota"].iter().any(|word| why.contains(word))
}

async fn make(client: &Client, name: Option<String>, body: &ContainerCreateBody) -> Result<Made> {
    let options = CreateContainerOptions { name, ..Default::default() };
    let work =
        async |docker: bollard::Docker| docker.create_container(Some(options), body.clone()).await;
    let made = client.command("create", CREATE, work).await?;
    Ok(Made { id: made.id, warnings: made.warnings })
}

fn body(spec: ContainerSpec) -> ContainerCreateBody {
    let host = HostConfig {
        nano_cpus: spec.nano_cpus,
        memory: spec.memory,
        // Without it a container may swap as much again.
        memory_swap: spec.memory,
        pids_limit: Some(spec.pids.unwrap_or(DEFAULT_PIDS)),
        storage_opt: spec.disk.map(|bytes| [("size".to_owned(), bytes.to_string())].into()),
        security_opt: Some(vec!["no-new-privileges".to_owned()]),
        network_mode: spec.network,
        port_bindings: Some(
            spec.ports
                .iter()
                .map(|(port, host)| {
                    // An empty number lets the engine pick.
                    let host_port = Some(host.map(|p| p.to_string()).unwrap_or_default());
                    (port.clone(), Some(vec![PortBinding { host_ip: None, host_port }]))
                })
                .collect(),
        ),
        mounts: Some(spec.mounts.into_iter().map(|m| mount(m, &spec.labels)).collect()),
        restart_policy: spec.restart.map(restart),
        device_requests: gpus(&spec.gpus),
        ..Default::default()
    };
    let mut env = spec.env;
    if spec.gpus.is_empty() {
        // Where the NVIDIA runtime is the engine's default, an image could ask for all GPUs by this variable.
        env.retain(|variable| !variable.starts_with("NVIDIA_VISIBLE_DEVICES="));
        env.push("NVIDIA_VISIBLE_DEVICES=void".to_owned());
    }
    ContainerCreateBody {
        image: Some(spec.image),
        cmd: spec.cmd,
        entrypoint: spec.entrypoint,
        env: Some(env),
        labels: Some(spec.labels.into_iter().collect()),
        working_dir: spec.working_dir,
        user: spec.user,
        hostname: spec.hostname,
        tty: Some(spec.tty),
        // A terminal that nobody can type into is none.
        open_stdin: Some(spec.tty),
        exposed_ports: Some(spec.ports.into_keys().collect()),
        host_config: Some(host),
        ..Default::default()
    }
}

fn mount(
    mount: quayside_protocol::reply::Mount,
    labels: &std::collections::BTreeMap<String, String>,
) -> Mount {
    let volume = mount.r#type == "volume";
    let shared = || -> HashMap<String, String> {
        let own = |name: &str| labels.get(name).map(|value| (name.to_owned(), value.clone()));
        SHARED_LABELS.into_iter().filter_map(own).collect()
    };
    Mount {
        target: Some(mount.destination),
        source: Some(if volume { mount.name } else { mount.source }),
        typ: Some(if volume { MountType::VOLUME } else { MountType::BIND }),
        read_only: Some(!mount.rw),
        volume_options: volume
            .then(|| MountVolumeOptions { labels: Some(shared()), ..Default::default() }),
        ..Default::default()
    }
}

fn restart((name, most): (String, i64)) -> RestartPolicy {
    let policy = match name.as_str() {
        "always" => RestartPolicyNameEnum::ALWAYS,
        "unless-stopped" => RestartPolicyNameEnum::UNLESS_STOPPED,
        "on-failure" => RestartPolicyNameEnum::ON_FAILURE,
        _ => RestartPolicyNameEnum::NO,
    };
    let most = (policy == RestartPolicyNameEnum::ON_FAILURE).then_some(most);
    RestartPolicy { name: Some(policy), maximum_retry_count: most }
}

/// By id, never by number: by number every container is given the first ones.
fn gpus(ids: &[String]) -> Option<Vec<DeviceRequest>> {
    (!ids.is_empty()).then(|| {
        vec![DeviceRequest {
            device_ids: Some(ids.to_vec()),
            capabilities: Some(vec![vec!["gpu".to_owned()]]),
            ..Default::default()
        }]
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_container_has_bounds_and_no_privilege() {
        let spec = ContainerSpec {
            image: "busybox".to_owned(),
            memory: Some(1 << 20),
            env: vec!["A=b".to_owned(), "NVIDIA_VISIBLE_DEVICES=all".to_owned()],
            ports: [("80/tcp".to_owned(), None), ("53/udp".to_owned(), Some(5353))].into(),
            ..Default::default()
        };
        let json = serde_json::to_value(body(spec)).unwrap();
        let host = &json["HostConfig"];
        assert_eq!(host["MemorySwap"], host["Memory"]);
        assert_eq!(host["PidsLimit"], DEFAULT_PIDS);
        assert_eq!(host["SecurityOpt"], serde_json::json!(["no-new-privileges"]));
        assert_eq!(host["PortBindings"]["80/tcp"][0]["HostPort"], "");
        assert_eq!(host["PortBindings"]["53/udp"][0]["HostPort"], "5353");
        assert_eq!(json["Env"], serde_json::json!(["A=b", "NVIDIA_VISIBLE_DEVICES=void"]));
        assert_eq!(json["ExposedPorts"], serde_json::json!({"53/udp": {}, "80/tcp": {}}));
        for absent in ["Privileged", "CapAdd", "Binds", "PidMode", "IpcMode", "Devices", "Runtime"]
        {
            assert!(host.get(absent).is_none(), "{absent}");
        }
    }

    #[test]
    fn gpus_are_asked_for_by_id() {
        let spec = ContainerSpec { gpus: vec!["GPU-1".to_owned()], ..Default::default() };
        let json = serde_json::to_value(body(spec)).unwrap();
        let expected = serde_json::json!([{"DeviceIDs": ["GPU-1"], "Capabilities": [["gpu"]]}]);
        assert_eq!(json["HostConfig"]["DeviceRequests"], expected);
        assert_eq!(json["Env"], serde_json::json!([]));
    }

    #[test]
    fn a_volume_made_with_a_container_bears_its_owner() {
        let labels =
            [("quayside.owner".to_owned(), "ann".to_owned()), ("a".to_owned(), "b".to_owned())];
        let volume = quayside_protocol::reply::Mount {
            r#type: "volume".to_owned(),
            name: "data".to_owned(),
            source: String::new(),
            destination: "/data".to_owned(),
            mode: "ro".to_owned(),
            rw: false,
        };
        let spec =
            ContainerSpec { labels: labels.into(), mounts: vec![volume], ..Default::default() };
        let json = serde_json::to_value(body(spec)).unwrap();
        let expected = serde_json::json!([{"Target": "/data", "Source": "data", "Type": "volume",
            "ReadOnly": true, "VolumeOptions": {"Labels": {"quayside.owner": "ann"}}}]);
        assert_eq!(json["HostConfig"]["Mounts"], expected);
    }
}
