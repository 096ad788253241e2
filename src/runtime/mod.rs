//! What runs containers, in neutral words. A backend implements [`Runtime`]; nothing above it knows whose API
//! answers. It knows no account and no right: what reaches it was allowed.

pub mod address;
pub mod docker;
#[cfg(test)]
pub(crate) mod scripted;
pub mod shell;
pub mod supervisor;
pub mod terminal;

use std::collections::BTreeMap;
use std::fmt;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use futures::future::BoxFuture;
use futures::stream::BoxStream;
use quayside_protocol::push::Progress;
use quayside_protocol::reply::{
    DiskUse, Engine, FileEntry, HostPort, HostTested, Image, Inspect, LogLine, Mount,
    PublishedPort, Top,
};

/// Why a runtime did not do as asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RuntimeError {
    /// There is no such thing there; the engine's words.
    NotFound(String),
    /// Its state does not allow it; the engine's words.
    Conflict(String),
    /// It is already as asked (started, stopped).
    NotModified,
    /// The engine found the request wrong; its words.
    Invalid(String),
    /// The engine failed; its words.
    Failed(String),
    /// It cannot be reached; why.
    Unavailable(String),
    /// It did not answer in time; what was asked.
    Timeout(String),
}

impl fmt::Display for RuntimeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound(m)
            | Self::Conflict(m)
            | Self::Invalid(m)
            | Self::Failed(m)
            | Self::Unavailable(m)
            | Self::Timeout(m) => f.write_str(m),
            Self::NotModified => f.write_str("already so"),
        }
    }
}

impl std::error::Error for RuntimeError {}

pub use terminal::{Exit, Leftover, Program, Size, TerminalControl, TerminalSource, TerminalSpec};

/// What a runtime's functions return.
pub type Result<T> = std::result::Result<T, RuntimeError>;

/// An event as the engine gave it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EngineEvent {
    /// `container`, `network` …
    pub kind: String,
    /// `start`, `exec_start: sh -c …` …
    pub action: String,
    /// The thing's id.
    pub actor_id: String,
    /// Attributes, word for word.
    pub attrs: BTreeMap<String, String>,
    /// Nanoseconds since 1970, by the engine's clock.
    pub time_nano: i64,
}

/// A container as lists and the mirror know it.
#[derive(Debug, Clone, PartialEq)]
pub struct ContainerFacts {
    /// 64 characters.
    pub id: String,
    /// Without its slash.
    pub name: String,
    /// As `docker ps` names it.
    pub image: String,
    /// `created`, `running`, `paused`, `restarting`, `removing`, `exited`, `dead`.
    pub state: String,
    /// When it was made.
    pub created: DateTime<Utc>,
    /// When it last started; none before its first start.
    pub started_at: Option<DateTime<Utc>>,
    /// When it last ended; none before its first end.
    pub finished_at: Option<DateTime<Utc>>,
    /// Of the last run.
    pub exit_code: i64,
    /// Whether the last run ended for want of memory.
    pub oom_killed: bool,
    /// The engine's own error; `""` without one.
    pub error: String,
    /// `starting`, `healthy`, `unhealthy`; none without a health check.
    pub health: Option<String>,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
    /// Its ports.
    pub ports: Vec<PublishedPort>,
}

/// One sample of a container's counters, as the engine gave it.
#[derive(Debug, Clone, PartialEq)]
pub struct StatsSample {
    /// By the engine's clock; none: the container does not run.
    pub read: Option<DateTime<Utc>>,
    /// Nanoseconds of CPU, all cores.
    pub cpu_total: u64,
    /// Nanoseconds of the whole machine.
    pub cpu_system: u64,
    /// Cores.
    pub online_cpus: u64,
    /// The sample before, where the engine took one: `cpu_total` and `cpu_system`.
    pub before: Option<(u64, u64)>,
    /// Bytes, less the page cache that could be taken back.
    pub memory_usage: u64,
    /// Bytes.
    pub memory_limit: u64,
    /// Bytes, all interfaces.
    pub network_rx: u64,
    /// Bytes, all interfaces.
    pub network_tx: u64,
    /// Bytes.
    pub block_read: u64,
    /// Bytes.
    pub block_write: u64,
    /// Processes and threads.
    pub pids: u64,
}

/// A container to be made. Privileged modes cannot be said in it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ContainerSpec {
    /// An image reference or id the engine has.
    pub image: String,
    /// A name.
    pub name: Option<String>,
    /// Arguments.
    pub cmd: Option<Vec<String>>,
    /// Takes the place of the image's.
    pub entrypoint: Option<Vec<String>>,
    /// `NAME=value`.
    pub env: Vec<String>,
    /// Labels, the hub's among them.
    pub labels: BTreeMap<String, String>,
    /// An absolute path.
    pub working_dir: Option<String>,
    /// A name or number inside.
    pub user: Option<String>,
    /// Its name for itself.
    pub hostname: Option<String>,
    /// Whether its main process has a terminal.
    pub tty: bool,
    /// A network's name.
    pub network: Option<String>,
    /// Named volumes and allowed directories.
    pub mounts: Vec<Mount>,
    /// Container port (`80/tcp`) to a port of the machine; none: the engine picks.
    pub ports: BTreeMap<String, Option<u16>>,
    /// Billionths of a core.
    pub nano_cpus: Option<i64>,
    /// Bytes.
    pub memory: Option<i64>,
    /// Processes and threads.
    pub pids: Option<i64>,
    /// Bytes of the writable layer.
    pub disk: Option<u64>,
    /// `no`, `always`, `unless-stopped`, `on-failure`, and for the last the most tries.
    pub restart: Option<(String, i64)>,
    /// GPUs by id.
    pub gpus: Vec<String>,
}

/// A container that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// 64 characters.
    pub id: String,
    /// The engine's words.
    pub warnings: Vec<String>,
}

/// Which log lines.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LogQuery {
    /// The last so many; none: all.
    pub tail: Option<u64>,
    /// Not before.
    pub since: Option<DateTime<Utc>>,
    /// Not after.
    pub until: Option<DateTime<Utc>>,
    /// Whether to go on as they come; ends when the container does.
    pub follow: bool,
}

/// Who asks a registry.
#[derive(Clone)]
pub struct RegistryLogin {
    /// The account there.
    pub username: String,
    /// Its password.
    pub password: crate::auth::Secret<String>,
}

/// A stream of bytes into or out of a container.
pub type ByteStream = BoxStream<'static, std::io::Result<Bytes>>;

/// One engine. Every call is bounded in time by the implementation; ids, names and image references are those
/// that `quayside_protocol::id` accepts.
pub trait Runtime: Send + Sync + 'static {
    /// Version and machine of the engine; the first call on a new connection.
    fn engine(&self) -> BoxFuture<'_, Result<Engine>>;
    /// Whether it answers at all, within 2 s.
    fn ping(&self) -> BoxFuture<'_, Result<()>>;
    /// Tries every step from the address to the permission.
    fn test(&self) -> BoxFuture<'_, HostTested>;
    /// Events from `since` (nanoseconds, inclusive) on, then live. Each item within its own time; the stream
    /// ends when the engine does. Resolves when the engine has accepted the subscription.
    fn events(
        &self,
        since: Option<i64>,
    ) -> BoxFuture<'_, Result<BoxStream<'static, Result<EngineEvent>>>>;
    /// All containers, or those of `ids` that still exist.
    fn containers(&self, ids: Option<Vec<String>>) -> BoxFuture<'_, Result<Vec<ContainerFacts>>>;
    /// Everything about one.
    fn inspect(&self, id: &str) -> BoxFuture<'_, Result<Inspect>>;
    /// Makes one; does not start it.
    fn create(&self, spec: ContainerSpec) -> BoxFuture<'_, Result<Made>>;
    /// Starts one; [`RuntimeError::NotModified`] if it runs.
    fn start(&self, id: &str) -> BoxFuture<'_, Result<()>>;
    /// Stops one within `timeout` seconds and KILL; [`RuntimeError::NotModified`] if it does not run.
    fn stop(&self, id: &str, timeout: Option<u64>) -> BoxFuture<'_, Result<()>>;
    /// Stops and starts one.
    fn restart(&self, id: &str, timeout: Option<u64>) -> BoxFuture<'_, Result<()>>;
    /// Freezes one.
    fn pause(&self, id: &str) -> BoxFuture<'_, Result<()>>;
    /// Thaws one.
    fn unpause(&self, id: &str) -> BoxFuture<'_, Result<()>>;
    /// Signals one's main process.
    fn kill(&self, id: &str, signal: Option<&str>) -> BoxFuture<'_, Result<()>>;
    /// Renames one.
    fn rename(&self, id: &str, name: &str) -> BoxFuture<'_, Result<()>>;
    /// Removes one.
    fn remove(&self, id: &str, force: bool, volumes: bool) -> BoxFuture<'_, Result<()>>;
    /// Its processes.
    fn top(&self, id: &str) -> BoxFuture<'_, Result<Top>>;
    /// Its lines, each with its time. A reader that stops reading stops the engine's sending.
    fn logs(
        &self,
        id: &str,
        query: LogQuery,
    ) -> BoxFuture<'_, Result<BoxStream<'static, Result<LogLine>>>>;
    /// One sample; `before` is filled when `with_before`, which takes the engine a second or two.
    fn stats(&self, id: &str, with_before: bool) -> BoxFuture<'_, Result<StatsSample>>;
    /// A sample a second until the container ends.
    fn stats_stream(
        &self,
        id: &str,
    ) -> BoxFuture<'_, Result<BoxStream<'static, Result<StatsSample>>>>;
    /// A directory inside a container, from the engine's archive of it.
    fn files(&self, id: &str, path: &str) -> BoxFuture<'_, Result<Vec<FileEntry>>>;
    /// A tar into a directory.
    fn upload(&self, id: &str, path: &str, tar: ByteStream) -> BoxFuture<'_, Result<()>>;
    /// A tar of a path.
    fn download(&self, id: &str, path: &str) -> BoxFuture<'_, Result<ByteStream>>;
    /// Starts a program with a terminal in a running container, or joins its main process.
    ///
    /// [`RuntimeError::NotFound`] where it has no shell (naming the three), [`RuntimeError::Conflict`] where it does
    /// not run.
    fn terminal(&self, id: &str, spec: TerminalSpec) -> BoxFuture<'_, Result<TerminalSource>>;
    /// Ends everything of a terminal that an earlier run of the hub left in a container; what could not be ended, in
    /// words. A container that is gone has nothing left.
    fn terminal_sweep(&self, left: &Leftover) -> BoxFuture<'_, Result<Option<String>>>;
    /// Its images; `host` of the items is left empty.
    fn images(&self) -> BoxFuture<'_, Result<Vec<Image>>>;
    /// Fetches an image anew; the last item of the stream is its id.
    fn pull(
        &self,
        image: &str,
        login: Option<RegistryLogin>,
    ) -> BoxFuture<'_, Result<BoxStream<'static, Result<PullStep>>>>;
    /// Whether the engine has an image; its id.
    fn image_id(&self, image: &str) -> BoxFuture<'_, Result<Option<String>>>;
    /// Removes an image.
    fn image_remove(&self, image: &str, force: bool) -> BoxFuture<'_, Result<()>>;
    /// Disk use.
    fn disk_use(&self) -> BoxFuture<'_, Result<DiskUse>>;
    /// Owner labels of a named volume or network: its labels, or none if there is no such thing.
    fn labels_of(
        &self,
        what: Labelled<'_>,
    ) -> BoxFuture<'_, Result<Option<BTreeMap<String, String>>>>;
    /// Makes a named volume with labels.
    fn volume_create(
        &self,
        name: &str,
        labels: BTreeMap<String, String>,
    ) -> BoxFuture<'_, Result<()>>;
    /// Where a container's ports are published now.
    fn published(&self, id: &str) -> BoxFuture<'_, Result<BTreeMap<String, Vec<HostPort>>>>;
}

/// Something beside containers that carries labels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Labelled<'a> {
    /// A volume by name.
    Volume(&'a str),
    /// A network by name.
    Network(&'a str),
}

/// One step of a pull.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PullStep {
    /// How far a layer is.
    Progress(Progress),
    /// The image's id: the pull is done.
    Done(String),
}
