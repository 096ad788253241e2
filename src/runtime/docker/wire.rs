//! The engine's answers, as far as they are read. What is not named here is skipped, and what an older or
//! newer engine leaves out has a default: the library's own types refuse answers over a field nobody asked for.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};

/// `null` is what Go makes of an empty list or map.
pub(super) fn or_default<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(
    deserializer: D,
) -> Result<T, D::Error> {
    Option::<T>::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// Declares structs whose every field may be absent or null.
macro_rules! answer {
    ($($(#[$doc:meta])* $name:ident { $($field:ident: $type:ty = $wire:literal,)* })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Default, serde::Deserialize)]
        pub(super) struct $name {
            $(#[serde(rename = $wire, default, deserialize_with = "or_default")] pub(super) $field: $type,)*
        }
    )*};
}

pub(super) use answer;

/// Where a port is published, by container port; null where it is exposed only.
pub(super) type Bindings = BTreeMap<String, Option<Vec<Binding>>>;

answer! {
    /// An item of `GET /containers/json`.
    Summary {
        id: String = "Id",
        names: Vec<String> = "Names",
        image: String = "Image",
        image_id: String = "ImageID",
        state: String = "State",
        created: i64 = "Created",
        labels: BTreeMap<String, String> = "Labels",
    }
    /// `GET /containers/{id}/json`.
    Details {
        id: String = "Id",
        name: String = "Name",
        image: String = "Image",
        created: String = "Created",
        platform: String = "Platform",
        restart_count: i64 = "RestartCount",
        state: State = "State",
        config: Config = "Config",
        network: Network = "NetworkSettings",
        mounts: Vec<MountPoint> = "Mounts",
        exec_ids: Vec<String> = "ExecIDs",
    }
    State {
        status: String = "Status",
        running: bool = "Running",
        paused: bool = "Paused",
        pid: i32 = "Pid",
        restarting: bool = "Restarting",
        exit_code: i64 = "ExitCode",
        oom_killed: bool = "OOMKilled",
        error: String = "Error",
        started_at: String = "StartedAt",
        finished_at: String = "FinishedAt",
        health: Option<Health> = "Health",
    }
    Health {
        status: String = "Status",
    }
    Config {
        hostname: String = "Hostname",
        user: String = "User",
        tty: bool = "Tty",
        open_stdin: bool = "OpenStdin",
        stdin_once: bool = "StdinOnce",
        env: Vec<String> = "Env",
        cmd: Vec<String> = "Cmd",
        entrypoint: Vec<String> = "Entrypoint",
        working_dir: String = "WorkingDir",
        stop_timeout: Option<i64> = "StopTimeout",
        labels: BTreeMap<String, String> = "Labels",
    }
    Network {
        ip_address: String = "IPAddress",
        gateway: String = "Gateway",
        mac_address: String = "MacAddress",
        ports: Bindings = "Ports",
        networks: BTreeMap<String, Endpoint> = "Networks",
    }
    Endpoint {
        network_id: String = "NetworkID",
        ip_address: String = "IPAddress",
        gateway: String = "Gateway",
        mac_address: String = "MacAddress",
    }
    Binding {
        host_ip: String = "HostIp",
        host_port: String = "HostPort",
    }
    MountPoint {
        kind: String = "Type",
        name: String = "Name",
        source: String = "Source",
        destination: String = "Destination",
        rw: bool = "RW",
    }
}
