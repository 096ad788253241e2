//! What the hub answers.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::command::account::Role;
use crate::command::host::Kind;
use crate::error::ErrorCode;
use crate::position::Position;

/// Declares plain data that goes over the wire.
macro_rules! wire {
    ($($(#[$doc:meta])* pub struct $name:ident { $($(#[$field_doc:meta])* pub $field:ident: $type:ty,)* })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        pub struct $name { $($(#[$field_doc])* pub $field: $type,)* }
    )*};
}

/// The `data` of a `reply`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum Reply {
    /// `{}`.
    Done(Done),
    /// `auth {token}`.
    Authenticated(Authenticated),
    /// `auth login`.
    LoggedIn(Box<LoggedIn>),
    /// `auth renew`.
    Renewed(Renewed),
    /// `auth ticket`.
    Ticket(Ticket),
    /// `session list`.
    Sessions(List<Session>),
    /// `setting list`.
    Settings(List<Setting>),
    /// `host list`.
    Hosts(List<Host>),
    /// `host get`, `create`, `update`.
    Host(Box<Host>),
    /// `host test`.
    HostTested(HostTested),
    /// `host df`.
    DiskUse(DiskUse),
    /// `container list`.
    Containers(List<Container>),
    /// `container inspect`.
    Inspect(Box<Inspect>),
    /// `container create`.
    Created(Created),
    /// `container top`.
    Top(Top),
    /// `container logs`.
    Logs(List<LogLine>),
    /// `container stats` without `since`.
    Stats(Stats),
    /// `container stats` with `since`.
    StatsHistory(List<TimedStats>),
    /// `container stats_all`.
    StatsAll(StatsAll),
    /// `container files`.
    Files(List<FileEntry>),
    /// `container upload`, `download`.
    FileUrl(FileUrl),
    /// `image list`.
    Images(List<Image>),
    /// `image pull`.
    Pulled(Pulled),
    /// `user list`.
    Users(List<User>),
    /// `user get`, `create`, `register`, `update`.
    User(Box<User>),
    /// `invite list`.
    Invites(List<Invite>),
    /// `invite create`.
    InviteMade(InviteMade),
    /// `token list`.
    Tokens(List<ApiToken>),
    /// `token create`.
    TokenMade(TokenMade),
    /// `audit list`.
    Audit(List<AuditEntry>),
    /// `subscribe` to a log.
    SubscribedAt(SubscribedAt),
    /// `subscribe` to state.
    SubscribedVersion(SubscribedVersion),
}

impl Reply {
    /// The reply of a verb that says no more than that it is done.
    #[must_use]
    pub fn done() -> Self {
        Self::Done(Done {})
    }
}

/// A host that could not contribute to a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Failure {
    /// Its name.
    pub host: String,
    /// What kind of failure.
    pub code: ErrorCode,
    /// Why.
    pub message: String,
}

/// A list; of many hosts it carries items *and* failures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct List<T> {
    /// What there is.
    pub items: Vec<T>,
    /// Hosts that could not answer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failures: Vec<Failure>,
    /// What to send as `after` for more; absent at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

impl<T> List<T> {
    /// All there is.
    #[must_use]
    pub fn whole(items: Vec<T>) -> Self {
        Self { items, failures: Vec::new(), next: None }
    }
}

wire! {
    /// `{}`.
    pub struct Done {}

    /// Who a token speaks for.
    pub struct Authenticated {
        /// The account.
        pub username: String,
        /// Its role, or the token's where that is lower.
        pub role: Role,
        /// The session; null for a long-lived token.
        pub session_id: Option<String>,
        /// When the token ends, RFC 3339; null for one that does not.
        pub expires_at: Option<String>,
    }

    /// A session with its tokens. Times have the server's offset.
    pub struct LoggedIn {
        /// UUID.
        pub session_id: String,
        /// JWT.
        pub access_token: String,
        /// RFC 3339.
        pub access_token_expires_at: String,
        /// JWT.
        pub refresh_token: String,
        /// RFC 3339.
        pub refresh_token_expires_at: String,
        /// Whose.
        pub user: LoginUser,
    }

    /// The account of a login.
    pub struct LoginUser {
        /// Its name.
        pub username: String,
        /// `""` where none is set.
        pub email: String,
        /// RFC 3339 UTC.
        pub password_changed_at: String,
        /// RFC 3339 UTC.
        pub created_at: String,
        /// Its role.
        pub role: Role,
    }

    /// New tokens.
    pub struct Renewed {
        /// JWT.
        pub access_token: String,
        /// RFC 3339.
        pub access_token_expires_at: String,
        /// JWT; the same as before where it was not rotated.
        pub refresh_token: String,
        /// RFC 3339.
        pub refresh_token_expires_at: String,
    }

    /// A one-time ticket.
    pub struct Ticket {
        /// For `?ticket=`.
        pub ticket: String,
        /// RFC 3339 UTC, 30 s ahead.
        pub expires_at: String,
    }

    /// An open session.
    pub struct Session {
        /// UUID.
        pub id: String,
        /// Whose.
        pub username: String,
        /// Where it logged in from.
        pub address: String,
        /// The client's own name (`User-Agent`), at most 256 bytes.
        pub agent: String,
        /// RFC 3339 UTC.
        pub created_at: String,
        /// RFC 3339 UTC, to the minute.
        pub last_seen: String,
        /// Whether the question came by it.
        pub current: bool,
    }

    /// A configuration key.
    pub struct Setting {
        /// `section.key`.
        pub key: String,
        /// What is in force, as TOML; `"******"` for a secret that is set.
        pub value: String,
        /// `flag`, `variable`, `file` or `default`.
        pub from: String,
    }

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

    /// An account.
    pub struct User {
        /// A number that is never used again.
        pub id: u64,
        /// Its name.
        pub username: String,
        /// Null where none is set.
        pub full_name: Option<String>,
        /// Null where none is set.
        pub nickname: Option<String>,
        /// Null where none is set.
        pub email: Option<String>,
        /// Null where none is set.
        pub phone: Option<String>,
        /// What it may do.
        pub role: Role,
        /// Whether it may not log in.
        pub disabled: bool,
        /// RFC 3339 UTC.
        pub created_at: String,
        /// RFC 3339 UTC; null where it has no password.
        pub password_changed_at: Option<String>,
    }

    /// An invite that was not used yet.
    pub struct Invite {
        /// For `remove`.
        pub id: String,
        /// Whom it is for.
        pub username: String,
        /// The role the account will have.
        pub role: Role,
        /// RFC 3339 UTC.
        pub expires_at: String,
    }

    /// `invite create`.
    pub struct InviteMade {
        /// For `remove`.
        pub id: String,
        /// Shown once.
        pub token: String,
        /// Whom it is for.
        pub username: String,
        /// The role the account will have.
        pub role: Role,
        /// RFC 3339 UTC.
        pub expires_at: String,
    }

    /// A long-lived token.
    pub struct ApiToken {
        /// For `remove`.
        pub id: String,
        /// What it is for.
        pub name: String,
        /// What it may do.
        pub role: Role,
        /// RFC 3339 UTC; null: for ever.
        pub expires_at: Option<String>,
    }

    /// `token create`.
    pub struct TokenMade {
        /// For `remove`.
        pub id: String,
        /// What it is for.
        pub name: String,
        /// Shown once.
        pub token: String,
        /// What it may do.
        pub role: Role,
        /// RFC 3339 UTC; null: for ever.
        pub expires_at: Option<String>,
    }

    /// Something that was done or refused.
    pub struct AuditEntry {
        /// Orders entries.
        pub id: String,
        /// RFC 3339 UTC.
        pub time: String,
        /// By whom; `""` for nobody.
        pub username: String,
        /// From where.
        pub address: String,
        /// `container_start`, `auth_login` …
        pub action: String,
        /// On what: `host/container`, an account …
        pub target: String,
        /// `ok` or an error's code.
        pub result: String,
        /// In words; never a secret.
        pub detail: String,
    }

    /// The reply to a subscription to a log.
    pub struct SubscribedAt {
        /// Its number on this connection.
        pub sub: u64,
        /// Where it begins.
        pub position: Position,
    }

    /// The reply to a subscription to state or a stream.
    pub struct SubscribedVersion {
        /// Its number on this connection.
        pub sub: u64,
        /// The version before its first push.
        pub version: u64,
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

/// `{"type":"reply","id":…,"data":…}`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ReplyPacket<'a> {
    /// Always `reply`.
    pub r#type: &'static str,
    /// The packet's own id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<&'a crate::packet::PacketId>,
    /// The answer.
    pub data: Value,
}
