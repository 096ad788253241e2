//! Answers about containers: lists, numbers, lines and files.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::HostPort;
use super::wire;

wire! {
    /// A published or exposed port.
    pub struct PublishedPort {
        /// `""` where it is not published.
        pub host_ip: String,
        /// 0 where it is not published.
        pub host_port: u16,
        /// Inside.
        pub container_port: u16,
        /// `tcp`, `udp` or `sctp`.
        pub protocol: String,
    }

    /// A container in a list.
    pub struct Container {
        /// Its host.
        pub host: String,
        /// 12 characters.
        pub id: String,
        /// Without its slash.
        pub name: String,
        /// As `docker ps` names it.
        pub image: String,
        /// `created`, `running`, `paused`, `restarting`, `removing`, `exited`, `dead`.
        pub state: String,
        /// As `docker ps` words it, now.
        pub status: String,
        /// Why it is not running: `exit 3`, `out of memory`, `killed (SIGKILL)`, or the engine's words.
        pub reason: Option<String>,
        /// RFC 3339 UTC.
        pub created: String,
        /// RFC 3339 UTC; null before its first start.
        pub started_at: Option<String>,
        /// RFC 3339 UTC; null while it runs or never ran.
        pub finished_at: Option<String>,
        /// Its labels.
        pub labels: BTreeMap<String, String>,
        /// Its ports.
        pub ports: Vec<PublishedPort>,
        /// The account it belongs to; null where none does.
        pub owner: Option<String>,
        /// The workload it belongs to; null where none does.
        pub workload: Option<u64>,
        /// As `docker stats` computes it, of the last sweep; null without one.
        pub cpu_percent: Option<f64>,
        /// Bytes, of the last sweep; null without one.
        pub memory_usage: Option<u64>,
        /// Bytes, of the last sweep; null without one.
        pub memory_limit: Option<u64>,
    }

    /// `container create`.
    pub struct Created {
        /// Where.
        pub host: String,
        /// 64 characters.
        pub id: String,
        /// Without its slash.
        pub name: String,
        /// As asked.
        pub image: String,
        /// By container port.
        pub ports: BTreeMap<String, Vec<HostPort>>,
        /// The engine's words.
        pub warnings: Vec<String>,
    }

    /// `container top`.
    pub struct Top {
        /// Column titles of `ps`.
        pub titles: Vec<String>,
        /// A row a process.
        pub processes: Vec<Vec<String>>,
    }

    /// A line of a container's output.
    pub struct LogLine {
        /// Which output.
        pub stream: LogStream,
        /// RFC 3339 UTC with nanoseconds; null unless `timestamps`.
        pub time: Option<String>,
        /// Without its line end; what is no UTF-8 becomes U+FFFD.
        pub text: String,
    }

    /// Resource use, by the docker CLI's formulas.
    pub struct Stats {
        /// 100 is one core.
        pub cpu_percent: f64,
        /// Bytes, less the page cache that could be taken back.
        pub memory_usage: u64,
        /// Bytes; the machine's memory where no limit is set.
        pub memory_limit: u64,
        /// Of the limit.
        pub memory_percent: f64,
        /// Bytes since start, all interfaces.
        pub network_rx: u64,
        /// Bytes since start, all interfaces.
        pub network_tx: u64,
        /// Bytes since start.
        pub block_read: u64,
        /// Bytes since start.
        pub block_write: u64,
        /// Processes and threads.
        pub pids: u64,
    }

    /// A container's values in `container stats_all`.
    pub struct NamedStats {
        /// Without its slash.
        pub name: String,
        /// Null where it does not run, or there is no value of it yet.
        pub stats: Option<Stats>,
    }

    /// `container stats_all`.
    pub struct StatsAll {
        /// By id of 12 characters.
        pub containers: BTreeMap<String, NamedStats>,
    }

    /// A sample of the sweep.
    pub struct TimedStats {
        /// RFC 3339 UTC.
        pub time: String,
        /// The values.
        #[serde(flatten)]
        pub stats: Stats,
    }

    /// A container's values in topic `stats`.
    pub struct ContainerStats {
        /// Its host.
        pub host: String,
        /// 12 characters.
        pub id: String,
        /// Without its slash.
        pub name: String,
        /// RFC 3339 UTC.
        pub time: String,
        /// The values.
        #[serde(flatten)]
        pub stats: Stats,
    }

    /// A file or directory.
    pub struct FileEntry {
        /// Its last path segment.
        pub name: String,
        /// `file`, `directory`, `link`, `other`.
        pub kind: String,
        /// Bytes.
        pub size: u64,
        /// As `ls -l` shows it.
        pub mode: String,
        /// RFC 3339 UTC.
        pub modified: String,
    }

    /// Where files go to and come from.
    pub struct FileUrl {
        /// Good once, with a ticket in it.
        pub url: String,
        /// `PUT` or `GET`.
        pub method: String,
        /// RFC 3339 UTC.
        pub expires_at: String,
    }
}

/// Which output of a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum LogStream {
    /// Standard output, and all output of a terminal.
    Stdout,
    /// Standard error.
    Stderr,
}
