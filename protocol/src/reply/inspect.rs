//! Everything about one container: `docker inspect`'s essence.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::wire;

wire! {
    /// `docker inspect`'s essence.
    pub struct Inspect {
        /// 64 characters.
        pub id: String,
        /// With its slash.
        pub name: String,
        /// The image's id.
        pub image: String,
        /// The engine's string.
        pub created: String,
        /// `linux` or `windows`.
        pub platform: String,
        /// How often the restart policy started it again.
        pub restart_count: i64,
        /// What it does.
        pub state: InspectState,
        /// What it was made with.
        pub config: InspectConfig,
        /// How it is reached.
        pub network: InspectNetwork,
        /// What it has of others' storage.
        pub mounts: Vec<Mount>,
    }

    /// What a container does.
    pub struct InspectState {
        /// `created`, `running` …
        pub status: String,
        /// Paused ones too.
        pub running: bool,
        /// Frozen.
        pub paused: bool,
        /// Between two runs of its restart policy.
        pub restarting: bool,
        /// Of the last run.
        pub exit_code: i64,
        /// The engine's string.
        pub started_at: String,
        /// The engine's string.
        pub finished_at: String,
    }

    /// What a container was made with.
    pub struct InspectConfig {
        /// Its own name for itself.
        pub hostname: String,
        /// `""`: root.
        pub user: String,
        /// `NAME=value`; `NAME=***` for those who may not read values.
        pub env: Vec<String>,
        /// Command.
        pub cmd: Vec<String>,
        /// Entrypoint.
        pub entrypoint: Vec<String>,
        /// `""`: the image's.
        pub working_dir: String,
        /// Labels.
        pub labels: BTreeMap<String, String>,
    }

    /// How a container is reached.
    pub struct InspectNetwork {
        /// `""` without one.
        pub ip_address: String,
        /// `""` without one.
        pub gateway: String,
        /// `""` without one.
        pub mac_address: String,
        /// By container port; `[]` where it is exposed and not published.
        pub ports: BTreeMap<String, Vec<HostPort>>,
        /// By network name.
        pub networks: BTreeMap<String, NetworkEnd>,
    }

    /// Where a port is published.
    pub struct HostPort {
        /// An address of the engine's machine.
        pub host_ip: String,
        /// A number, as text.
        pub host_port: String,
    }

    /// A container's end of a network.
    pub struct NetworkEnd {
        /// The network's id.
        pub network_id: String,
        /// `""` without one.
        pub ip_address: String,
        /// `""` without one.
        pub gateway: String,
        /// `""` without one.
        pub mac_address: String,
    }

    /// What a container has of others' storage.
    pub struct Mount {
        /// `bind`, `volume`, `tmpfs`.
        pub r#type: String,
        /// The volume's name; `""` for a bind.
        pub name: String,
        /// A path of the engine's machine.
        pub source: String,
        /// A path inside.
        pub destination: String,
        /// `rw` or `ro`.
        pub mode: String,
        /// Whether it may be written to.
        pub rw: bool,
    }
}
