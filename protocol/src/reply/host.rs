//! Answers about hosts, their engines and their images.

use serde::{Deserialize, Serialize};

use super::wire;
use crate::command::host::Kind;

wire! {
    /// An engine's own facts.
    pub struct Engine {
        /// Docker's engine id.
        pub id: String,
        /// Its version.
        pub version: String,
        /// The API version that is spoken.
        pub api_version: String,
        /// Its machine's system.
        pub os: String,
        /// Its machine's architecture.
        pub arch: String,
        /// Cores.
        pub cpus: u64,
        /// Bytes.
        pub memory: u64,
    }

    /// How many containers; to a `user` only its own count.
    pub struct ContainerCount {
        /// Running or not.
        pub total: u64,
        /// Running, the paused ones too.
        pub running: u64,
    }

    /// A host.
    pub struct Host {
        /// Its name.
        pub host: String,
        /// `unix://`, `tcp://` or `ssh://`.
        pub addr: String,
        /// What runs there.
        pub kind: Kind,
        /// Where it stands.
        pub state: HostState,
        /// Since when, RFC 3339 UTC.
        pub since: String,
        /// Why it is not online; null when it is.
        pub error: Option<String>,
        /// Whether it stands in the configuration and so cannot be changed at run time.
        pub configured: bool,
        /// Its engine; null before the first contact.
        pub engine: Option<Engine>,
        /// Its containers.
        pub containers: ContainerCount,
    }

    /// One step of a host test.
    pub struct HostStep {
        /// Which.
        pub step: Step,
        /// Whether it passed.
        pub ok: bool,
        /// What was found, or what to do.
        pub message: String,
    }

    /// `host test`.
    pub struct HostTested {
        /// Whether all steps passed.
        pub ok: bool,
        /// In words.
        pub message: String,
        /// The engine's version, `""` where it did not get so far.
        pub version: String,
        /// Its API version, `""` where it did not get so far.
        pub api_version: String,
        /// Milliseconds of one request over the open connection; null where it did not get so far.
        pub latency_ms: Option<f64>,
        /// The steps taken, in order; the first that failed is the last.
        pub steps: Vec<HostStep>,
    }

    /// Disk use of an engine, bytes.
    pub struct DiskUse {
        /// Image layers.
        pub images: u64,
        /// Writable layers of containers.
        pub containers: u64,
        /// Volumes.
        pub volumes: u64,
        /// Build cache.
        pub build_cache: u64,
    }

    /// An image.
    pub struct Image {
        /// Its host.
        pub host: String,
        /// `sha256:…`.
        pub id: String,
        /// References.
        pub tags: Vec<String>,
        /// Bytes.
        pub size: u64,
        /// RFC 3339 UTC.
        pub created: String,
        /// How many containers are made from it.
        pub containers: u64,
    }

    /// `image pull`.
    pub struct Pulled {
        /// `sha256:…`.
        pub id: String,
    }
}

/// Where a host stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum HostState {
    /// No answer yet.
    Connecting,
    /// Its events flow.
    Online,
    /// It went away, or never came.
    Offline,
}

/// A step of a host test.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// The address can be read and its name resolved.
    Address,
    /// Somebody listens there.
    Connect,
    /// The certificates fit.
    Tls,
    /// It is an engine of a version that is understood.
    Version,
    /// The hub may use it.
    Permission,
}
