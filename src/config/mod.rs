//! The configuration: as written (flags, variables, file) and as used (plain values).
//!
//! Flags go before `QUAYSIDE_*` variables, variables before the file, the file before defaults. Each key is
//! declared once, in `section.rs`; reading, printing and the list of settings all walk that table. Every
//! mistake is collected, so that one start tells all of them.
//!
//! Nothing here listens, connects or writes. The process's own variables and files are read in
//! [`Sources::of_process`] and for the key files of hosts only.

mod choice;
mod file;
mod glob;
mod host;
mod host_table;
mod nearest;
mod problem;
mod reader;
mod section;
mod show;
mod source;
mod tls;
mod url;
mod value;

#[cfg(test)]
mod tests;

pub use choice::{AnonymousRole, DefaultRole, LogFormat, Registration};
pub use glob::Glob;
pub use host::{HostConfig, HostSsh, HostTls};
pub use problem::{ConfigError, Place, Problem};
pub use section::{
    AdminConfig, AuthConfig, DrainConfig, EventsConfig, HubConfig, ImagesConfig, LimitsConfig,
    LogConfig, MetricsConfig, ServerConfig, StatsConfig, TerminalConfig, WorkloadConfig,
};
pub use source::{Flags, Origin, Sources};
pub use tls::TlsFiles;
pub use url::{PublicUrl, WebOrigin};
pub use value::Bytes;

use quayside_protocol::reply::Setting;
use reader::Reader;
use show::Shown;

/// All that is in force, checked.
#[derive(Debug, Clone)]
pub struct Config {
    /// `[server]`
    pub server: ServerConfig,
    /// `[admin]`
    pub admin: AdminConfig,
    /// `[auth]`
    pub auth: AuthConfig,
    /// `[tls]`; `None`: plain HTTP.
    pub tls: Option<TlsFiles>,
    /// `[drain]`
    pub drain: DrainConfig,
    /// `[events]`
    pub events: EventsConfig,
    /// `[stats]`
    pub stats: StatsConfig,
    /// `[terminal]`
    pub terminal: TerminalConfig,
    /// `[limits]`
    pub limits: LimitsConfig,
    /// `[metrics]`
    pub metrics: MetricsConfig,
    /// `[log]`
    pub log: LogConfig,
    /// `[images]`
    pub images: ImagesConfig,
    /// `[workload]`
    pub workload: WorkloadConfig,
    /// `[hub]`
    pub hub: HubConfig,
    /// `[[host]]` and `--host`, at least one, no two of one name.
    pub hosts: Vec<HostConfig>,
    shown: Vec<Shown>,
    shown_hosts: Vec<Vec<Shown>>,
}

impl Config {
    /// Reads all sources.
    ///
    /// # Errors
    /// Every mistake at once: unknown keys and variables, values that do not parse or are out of range, and
    /// files that cannot be read.
    pub fn read(sources: &Sources) -> Result<Self, ConfigError> {
        let mut reader = Reader::new(sources);
        // All sections are read before the first one may fail, so that no mistake hides another.
        let server = ServerConfig::read(&mut reader);
        let admin = AdminConfig::read(&mut reader);
        let auth = AuthConfig::read(&mut reader);
        let tls = section::TlsKeys::read(&mut reader);
        let drain = DrainConfig::read(&mut reader);
        let events = EventsConfig::read(&mut reader);
        let stats = StatsConfig::read(&mut reader);
        let terminal = TerminalConfig::read(&mut reader);
        let limits = LimitsConfig::read(&mut reader);
        let metrics = MetricsConfig::read(&mut reader);
        let log = LogConfig::read(&mut reader);
        let images = ImagesConfig::read(&mut reader);
        let workload = WorkloadConfig::read(&mut reader);
        let hub = HubConfig::read(&mut reader);
        let tls = tls.and_then(|keys| tls::pair(keys, &mut reader));
        let hosts = host::read_all(&mut reader);
        let (shown, shown_hosts) = reader.finish()?;
        let all = || {
            Some(Self {
                server: server?,
                admin: admin?,
                auth: auth?,
                tls: tls?,
                drain: drain?,
                events: events?,
                stats: stats?,
                terminal: terminal?,
                limits: limits?,
                metrics: metrics?,
                log: log?,
                images: images?,
                workload: workload?,
                hub: hub?,
                hosts: hosts?,
                shown,
                shown_hosts,
            })
        };
        // What failed has told why, and `finish` has passed that on.
        all().ok_or_else(ConfigError::default)
    }

    /// Each key, what it is set to and by whom, in the order of the documentation; secrets as `"******"`.
    #[must_use]
    pub fn settings(&self) -> Vec<Setting> {
        self.shown.iter().map(Shown::to_setting).collect()
    }

    /// What is in force as TOML, each line with where it comes from, and without secrets.
    #[must_use]
    pub fn to_toml(&self) -> String {
        show::to_toml(&self.shown, &self.shown_hosts)
    }
}
