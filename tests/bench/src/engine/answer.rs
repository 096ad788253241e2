//! What an engine answers to whom it is asked by: JSON as Docker writes it.

use serde_json::{Value, json};

use super::Engine;
use crate::event::Subject;

const IMAGE: &str = "sha256:807e4f8b162d16adc6573f3d6c710bc17b01bfac1b048a96d9d950a7150c1bf4";
const CREATED: &str = "2026-01-28T21:33:51.000000001Z";

/// The status and the body.
pub(super) fn answer(engine: &Engine, path: &str, query: &str) -> (&'static str, String) {
    // A version may stand before the path.
    let path = path.trim_start_matches('/');
    let path = match path.split_once('/') {
        Some((version, rest)) if version.starts_with("v1.") => rest,
        _ => path,
    };
    let segments: Vec<_> = path.split('/').collect();
    let value = match segments.as_slice() {
        ["_ping"] => return ("200 OK", "OK".to_owned()),
        ["version"] => json!({
            "Version": "29.0.0", "ApiVersion": "1.52", "MinAPIVersion": "1.44", "Os": "linux", "Arch": "amd64",
        }),
        ["info"] => json!({
            "ID": format!("played-{}", engine.name), "NCPU": 2, "MemTotal": 4_294_967_296_u64,
        }),
        ["containers", "json"] => {
            engine.containers.iter().filter(|one| asked(query, &one.id)).map(summary).collect()
        }
        ["containers", id, verb] => match engine.containers.iter().find(|one| one.id == *id) {
            Some(one) if *verb == "json" => details(one),
            Some(_) if *verb == "stats" => stats(),
            _ => return missing(),
        },
        ["images", "json"] => json!([]),
        ["system", "df"] => json!({}),
        _ => return missing(),
    };
    ("200 OK", value.to_string())
}

fn missing() -> (&'static str, String) {
    ("404 Not Found", json!({ "message": "no such thing" }).to_string())
}

/// Whether a list with this query shows a container: filters name ids, and are percent-encoded.
fn asked(query: &str, id: &str) -> bool {
    !query.contains("filters=") || query.contains(id)
}

fn summary(one: &Subject) -> Value {
    json!({
        "Id": one.id, "Names": [format!("/{}", one.name)], "Image": "busybox", "ImageID": IMAGE,
        "Command": "sleep 600", "State": "running", "Status": "Up 2 hours", "Ports": [],
        "Created": 1_769_635_231, "Labels": {}, "HostConfig": { "NetworkMode": "bridge" },
        "NetworkSettings": { "Networks": {} }, "Mounts": [],
    })
}

fn details(one: &Subject) -> Value {
    json!({
        "Id": one.id, "Name": format!("/{}", one.name), "Image": IMAGE, "Created": CREATED,
        "Platform": "linux", "RestartCount": 0, "Path": "sleep", "Args": ["600"],
        "State": {
            "Status": "running", "Running": true, "Paused": false, "Restarting": false, "OOMKilled": false,
            "Dead": false, "Pid": 4711, "ExitCode": 0, "Error": "", "StartedAt": CREATED,
            "FinishedAt": "0001-01-01T00:00:00Z",
        },
        "Config": {
            "Hostname": one.id.get(..12), "User": "", "Env": [], "Cmd": ["sleep", "600"], "Labels": {},
            "Image": "busybox", "Tty": false,
        },
        "HostConfig": {}, "NetworkSettings": { "Ports": {}, "Networks": {} }, "Mounts": [],
    })
}

fn stats() -> Value {
    json!({
        "read": "2026-01-28T21:33:52Z", "preread": "2026-01-28T21:33:51Z",
        "cpu_stats": { "cpu_usage": { "total_usage": 2_000_000_000_u64 },
            "system_cpu_usage": 200_000_000_000_u64, "online_cpus": 2 },
        "precpu_stats": { "cpu_usage": { "total_usage": 1_000_000_000_u64 },
            "system_cpu_usage": 100_000_000_000_u64, "online_cpus": 2 },
        "memory_stats": { "usage": 3_000_000, "limit": 4_000_000_000_u64 },
        "networks": {}, "blkio_stats": {}, "pids_stats": { "current": 1 },
    })
}
