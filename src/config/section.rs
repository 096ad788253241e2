//! The table: every key once, with its kind and its default.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;

use super::choice::{AnonymousRole, DefaultRole, LogFormat, Registration};
use super::glob::Glob;
use super::reader::Reader;
use super::url::{PublicUrl, WebOrigin};
use super::value::Bytes;
use crate::auth::secret::Secret;
use crate::telemetry::Directives;

/// The name of a key: `section.name` in messages, `QUAYSIDE_SECTION_NAME` as a variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Key {
    /// Its section.
    pub(super) section: &'static str,
    /// Its name there.
    pub(super) name: &'static str,
}

impl Key {
    /// `section.name`
    pub(super) fn path(self) -> String {
        format!("{}.{}", self.section, self.name)
    }

    /// `QUAYSIDE_SECTION_NAME`
    pub(super) fn variable(self) -> String {
        format!("QUAYSIDE_{}_{}", self.section, self.name).to_ascii_uppercase()
    }
}

/// Declares sections: a struct each, how it is read, and its part of [`KEYS`].
///
/// A default is what one would write as a variable; `""` is none. After `=>` stands what else must hold.
macro_rules! sections {
    ($($(#[$doc:meta])* $vis:vis $section:ident $struct:ident {
        $($(#[$key_doc:meta])* $key:ident: $kind:ty = $default:literal $(=> $check:expr)?,)*
    })*) => {
        $(
            $(#[$doc])*
            #[derive(Debug, Clone)]
            $vis struct $struct {
                $($(#[$key_doc])* pub $key: $kind,)*
            }

            impl $struct {
                /// `None`: the reader has been told why.
                pub(super) fn read(reader: &mut Reader<'_>) -> Option<Self> {
                    // Each key is read before one of them may end this.
                    $(let $key: Option<$kind> = reader.read(
                        Key { section: stringify!($section), name: stringify!($key) },
                        $default,
                        &[$(&$check)?],
                    );)*
                    Some(Self { $($key: $key?,)* })
                }
            }
        )*

        /// Every key, in the order of the documentation.
        pub(super) const KEYS: &[Key] = &[
            $($(Key { section: stringify!($section), name: stringify!($key) },)*)*
        ];
    };
}

sections! {
    /// `[server]`: where the hub is reached.
    pub server ServerConfig {
        /// Where it listens; port 0 takes any free one.
        listen: SocketAddr = "127.0.0.1:9083",
        /// The data directory.
        data: PathBuf = "./quayside-data",
        /// How URLs that are handed out begin; `None`: scheme and `Host` of the request.
        public_url: Option<PublicUrl> = "",
        /// Origins beside the hub's own that may change things and open sockets.
        origins: Vec<WebOrigin> = "" => |list: &Vec<_>| few(list),
        /// Whose `X-Forwarded-*` are believed.
        trusted_proxies: Vec<IpNet> = "" => |list: &Vec<_>| few(list),
    }
    /// `[admin]`: the first account.
    pub admin AdminConfig {
        /// Used when `admin` is first made, and never again.
        password: Option<Secret<String>> = "" => password,
    }
    /// `[auth]`: who may come in, and for how long.
    pub auth AuthConfig {
        /// Who may make an account.
        registration: Registration = "invite",
        /// The role of new accounts.
        default_role: DefaultRole = "user",
        /// The role of a request without a token.
        anonymous_role: AnonymousRole = "none",
        /// How long an access token is good, at least a second.
        access_ttl: Duration = "15m" => some_time,
        /// How long a refresh token is good, at least a second.
        refresh_ttl: Duration = "24h" => some_time,
    }
    /// `[tls]` as written; [`super::tls::pair`] makes it what is used.
    pub(super) tls TlsKeys {
        /// The certificate chain.
        cert: Option<PathBuf> = "",
        /// Its private key.
        key: Option<PathBuf> = "",
    }
    /// `[drain]`: how the hub ends.
    pub drain DrainConfig {
        /// How long clients have to leave before the hub ends without them.
        deadline: Duration = "10s",
    }
    /// `[events]`: what the event log keeps on disk.
    pub events EventsConfig {
        /// Events older than this go, at least a second.
        retention: Duration = "7d" => some_time,
        /// Of more events than this the oldest go, at least one.
        retention_count: u64 = "1000000" => |n: &u64| between(*n, 1, 1_000_000_000),
    }
    /// `[stats]`: the sweep over running containers.
    pub stats StatsConfig {
        /// Time between two rounds; zero: no sweep.
        interval: Duration = "10s",
    }
    /// `[terminal]`: programs that people use through the hub.
    pub terminal TerminalConfig {
        /// How long a terminal waits for a viewer whose connection was lost; at most an hour.
        linger: Duration = "60s" => |time: &Duration| between(time.as_secs(), 0, 3_600),
        /// Whether admins may open a shell on the hub's own machine.
        local_shell: bool = "false",
    }
    /// `[limits]`: what clients may take.
    pub limits LimitsConfig {
        /// Connections at once, at least one.
        connections: usize = "50000" => |n: &usize| between(*n, 1, 10_000_000),
        /// Connections at once from one address; 0: no limit of its own.
        per_address: usize = "0" => |n: &usize| between(*n, 0, 10_000_000),
        /// Connections at once of one account; 0: no limit of its own.
        per_user: usize = "0" => |n: &usize| between(*n, 0, 10_000_000),
        /// Subscriptions of one connection, at least one.
        subscriptions: usize = "64" => |n: &usize| between(*n, 1, 10_000),
        /// Terminals of one connection, at least one.
        terminals: usize = "16" => |n: &usize| between(*n, 1, 1_000),
    }
    /// `[metrics]`: who reads `/metrics`.
    pub metrics MetricsConfig {
        /// If set, the only key to `/metrics`; else everybody may read it.
        token: Option<Secret<String>> = "" => bearer,
    }
    /// `[log]`: lines to standard error.
    pub log LogConfig {
        /// How they look; on a terminal `human` by default.
        format: LogFormat = "json",
        /// Which are written.
        level: Directives = "info",
    }
    /// `[images]`: what may be run and pulled.
    pub images ImagesConfig {
        /// References that are allowed; empty: all.
        allow: Vec<Glob> = "" => |list: &Vec<_>| few(list),
    }
    /// `[workload]`: limits of containers for which none are asked.
    pub workload WorkloadConfig {
        /// Cores; `None`: all of the host's.
        cpus: Option<f64> = "" => cores,
        /// Memory, at least the 6 MiB without which an engine refuses.
        memory: Bytes = "2GiB" => |size: &Bytes| between(size.0, 6 << 20, 1 << 60),
        /// Processes and threads, at least one.
        pids: u64 = "1024" => |n: &u64| between(*n, 1, 4_194_304),
        /// Absolute paths of the engine's machine below which an operator may bind; empty: none.
        binds: Vec<PathBuf> = "" => |paths: &Vec<_>| absolute(paths),
    }
    /// `[hub]`: which hub this is.
    pub hub HubConfig {
        /// `None`: made at the first start and kept in the data directory.
        id: Option<String> = "" => name,
    }
}

fn between<T: PartialOrd + std::fmt::Display>(n: T, least: T, most: T) -> Result<(), String> {
    match n >= least && n <= most {
        true => Ok(()),
        false => Err(format!("must be from {least} to {most}")),
    }
}

fn some_time(duration: &Duration) -> Result<(), String> {
    match duration.is_zero() {
        true => Err("must be at least one second".into()),
        false => Ok(()),
    }
}

/// Lists are walked for each request, so they stay short.
fn few<T>(list: &[T]) -> Result<(), String> {
    match list.len() <= 1_000 {
        true => Ok(()),
        false => Err("must have at most 1000 entries".into()),
    }
}

fn password(password: &Option<Secret<String>>) -> Result<(), String> {
    match password.as_ref().map(|p| p.expose().len()) {
        None | Some(6..=1024) => Ok(()),
        Some(_) => Err("must have 6 to 1024 bytes".into()),
    }
}

fn bearer(token: &Option<Secret<String>>) -> Result<(), String> {
    let sendable = |token: &str| token.len() <= 1024 && token.bytes().all(|b| b.is_ascii_graphic());
    match token.as_ref().is_none_or(|token| sendable(token.expose())) {
        true => Ok(()),
        false => Err("must be at most 1024 printable ASCII characters without blanks".into()),
    }
}

fn cores(cpus: &Option<f64>) -> Result<(), String> {
    cpus.map_or(Ok(()), |cpus| between(cpus, 0.01, 4_096.0))
}

fn absolute(paths: &[PathBuf]) -> Result<(), String> {
    let plain = |path: &PathBuf| {
        path.is_absolute() && path.components().all(|part| part != std::path::Component::ParentDir)
    };
    match paths.iter().all(plain) {
        true => few(paths),
        false => Err("must be absolute paths without \"..\"".into()),
    }
}

fn name(id: &Option<String>) -> Result<(), String> {
    match id.as_deref().is_none_or(quayside_protocol::id::is_name) {
        true => Ok(()),
        false => Err("must be a letter or digit and up to 127 more of A-Z a-z 0-9 _ . -".into()),
    }
}
