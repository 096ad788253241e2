//! `container`: everything that can be done to one. A target is `host` and `container`: an id of 12 or 64
//! characters, or a name (`id` is the same as `container`).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::auth::yes;
use crate::unit::{Filter, Seconds, Size};

/// Declares a struct whose first two fields are the target.
macro_rules! targeted {
    ($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        pub struct $name {
            /// The host.
            pub host: String,
            /// The container's id or name.
            #[serde(alias = "id")]
            pub container: String,
            $($(#[$field_doc])* pub $field: $type,)*
        }
    };
}

targeted! {
    /// A container.
    Target {}
}
targeted! {
    /// `stop` and `restart`.
    Stop {
        /// Seconds between the stop signal and KILL; the container's own default without it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        timeout: Option<Seconds>,
    }
}
targeted! {
    /// `kill`.
    Kill {
        /// A signal's name or number; KILL without it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        signal: Option<String>,
    }
}
targeted! {
    /// `rename`.
    Rename {
        /// The new name.
        name: String,
    }
}
targeted! {
    /// `remove`.
    Remove {
        /// Also a running one.
        #[serde(default)]
        force: bool,
        /// With its anonymous volumes.
        #[serde(default)]
        volumes: bool,
    }
}
targeted! {
    /// `logs`.
    Logs {
        /// The last so many lines; at most 10,000 an answer, which is also what comes without it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        tail: Option<u64>,
        /// RFC 3339 time.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        since: Option<String>,
        /// RFC 3339 time.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<String>,
        /// Whether each line has its time.
        #[serde(default)]
        timestamps: bool,
    }
}
targeted! {
    /// `stats`.
    Stats {
        /// RFC 3339 time: the sweep's values after it, of the last 15 minutes.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        since: Option<String>,
    }
}
targeted! {
    /// `files`, `upload`, `download`.
    Files {
        /// An absolute path inside the container.
        path: String,
    }
}

/// `container list`; values of one filter are alternatives, filters narrow together.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct List {
    /// Hosts.
    #[serde(default, skip_serializing_if = "Filter::is_empty")]
    pub host: Filter,
    /// Accounts.
    #[serde(default, skip_serializing_if = "Filter::is_empty")]
    pub owner: Filter,
    /// `key` or `key=value`.
    #[serde(default, skip_serializing_if = "Filter::is_empty")]
    pub label: Filter,
    /// `running`, `exited`, `paused` …
    #[serde(default, skip_serializing_if = "Filter::is_empty")]
    pub state: Filter,
}

/// A volume or, below `workload.binds`, a directory of the engine's machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Volume {
    /// A named volume.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// An absolute path on the engine's machine (operator, admin).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// An absolute path inside the container.
    pub destination: String,
    /// Whether it may be written to.
    #[serde(default = "yes")]
    pub rw: bool,
}

/// Bounds of a container.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Limits {
    /// Cores, such as 1.5.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cpus: Option<f64>,
    /// Memory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory: Option<Size>,
    /// Processes and threads.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pids: Option<u64>,
    /// Size of the writable layer, where the storage driver can bound it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disk: Option<Size>,
}

/// `8888`, `"53/udp"`, or a list of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(untagged, expecting = "expected a port such as 8888 or \"53/udp\", or a list of them")]
pub enum Ports {
    /// One TCP port.
    Number(u16),
    /// `"53/udp"`.
    Text(String),
    /// Several.
    Many(Vec<Port>),
}

/// One port of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(untagged, expecting = "expected a port such as 8888 or \"53/udp\"")]
pub enum Port {
    /// A TCP port.
    Number(u16),
    /// `"53/udp"`.
    Text(String),
}

/// An image: a catalogue entry's number, or a reference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(untagged, expecting = "expected an image reference, or a catalogue entry's number")]
pub enum ImageId {
    /// A catalogue entry.
    Entry(u64),
    /// An image reference.
    Reference(String),
}

/// `["A=b"]` or `{"A":"b"}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(untagged, expecting = "expected a list such as [\"A=b\"], or a map such as {\"A\":\"b\"}")]
pub enum Env {
    /// `A=b` each.
    List(Vec<String>),
    /// Name to value.
    Map(BTreeMap<String, String>),
}

/// `container create`: makes and, unless `start` is false, starts a container.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Create {
    /// What it is made from; pulled where the engine lacks it.
    pub image_id: ImageId,
    /// Container ports, each published on a port that the engine picks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub port: Option<Ports>,
    /// `{"80/tcp": 8080}`: ports of the engine's machine by container port (operator, admin).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ports: Option<BTreeMap<String, u16>>,
    /// Where; without it, of the online hosts that have the image (else of all) the one with fewest containers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// A name; the engine makes one up without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Arguments, or the whole command where the image has no entrypoint.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cmd: Option<Vec<String>>,
    /// Takes the place of the image's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entrypoint: Option<Vec<String>>,
    /// Environment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub env: Option<Env>,
    /// Labels; `quayside.*` are the hub's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub labels: Option<BTreeMap<String, String>>,
    /// An absolute path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub working_dir: Option<String>,
    /// A name or number inside the container.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// Its own name for itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hostname: Option<String>,
    /// Whether its main process has a terminal.
    #[serde(default)]
    pub tty: bool,
    /// `bridge`, `none`, or a network's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub network: Option<String>,
    /// Volumes and, for operator and admin, directories.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub volumes: Option<Vec<Volume>>,
    /// Bounds; what is absent has the configured default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limits: Option<Limits>,
    /// `no`, `always`, `unless-stopped`, `on-failure` or `on-failure:n`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restart: Option<String>,
    /// GPUs by id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gpus: Option<Vec<String>>,
    /// Whether to start it.
    #[serde(default = "yes")]
    pub start: bool,
    /// Forbidden, never ignored: asks for all of the machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub privileged: Option<serde_json::Value>,
    /// Forbidden, never ignored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cap_add: Option<serde_json::Value>,
    /// Forbidden, never ignored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub devices: Option<serde_json::Value>,
    /// Forbidden, never ignored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pid: Option<serde_json::Value>,
    /// Forbidden, never ignored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ipc: Option<serde_json::Value>,
    /// Forbidden, never ignored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uts: Option<serde_json::Value>,
    /// Forbidden, never ignored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub userns: Option<serde_json::Value>,
    /// Forbidden, never ignored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cgroup_parent: Option<serde_json::Value>,
    /// Forbidden, never ignored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub security_opt: Option<serde_json::Value>,
    /// Forbidden, never ignored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sysctls: Option<serde_json::Value>,
}
