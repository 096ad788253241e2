//! Log lines to standard error, as text for people or as JSON.
//!
//! What is in a line is for its writer to answer for: no token, password, key or URL with one.

use std::fmt;
use std::io::{IsTerminal, stderr};

use tracing_subscriber::filter::{EnvFilter, LevelFilter};

use crate::config::{LogConfig, LogFormat};

/// Which lines are written: a level, or several `TARGET=LEVEL` separated by commas.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Directives(String);

impl Directives {
    /// Reads such as `info` or `info,quayside::broker=debug`.
    ///
    /// A bare word that is no level is refused, though the library takes it for a target of which every line
    /// is written and of all others none: it is a misspelt level more often than that.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let parts: Vec<&str> = text.split(',').map(str::trim).collect();
        let level = |part: &str| !part.is_empty() && part.parse::<LevelFilter>().is_ok();
        let known = |part: &&str| part.contains(['=', '[']) || level(part);
        let text = parts.join(",");
        let fits = parts.iter().all(known) && EnvFilter::try_new(&text).is_ok();
        fits.then_some(Self(text))
    }

    /// As it was written, without blanks.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Log lines go elsewhere already.
#[derive(Debug)]
pub struct AlreadyStarted;

impl fmt::Display for AlreadyStarted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("log lines of this process go elsewhere already")
    }
}

impl std::error::Error for AlreadyStarted {}

/// From now on the process's log lines are written as `config` says.
///
/// # Errors
/// It was called before, or something else in the process writes them.
pub fn start(config: &LogConfig) -> Result<(), AlreadyStarted> {
    let coloured =
        stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty());
    let lines = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(config.level.as_str()))
        .with_writer(stderr)
        .with_ansi(coloured);
    let started = match config.format {
        LogFormat::Human => lines.try_init(),
        LogFormat::Json => lines.json().flatten_event(true).try_init(),
    };
    started.map_err(|_| AlreadyStarted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_is_levels_and_targets_with_levels() {
        for text in [
            "info",
            "off",
            "WARN",
            "info,quayside::broker=debug",
            "info, sled=off",
            "[request{id}]=trace",
        ] {
            assert!(Directives::parse(text).is_some(), "{text}");
        }
        for text in ["", "inof", "info,", "quayside=loud", "verbose,quayside=debug", "a=b=c"] {
            assert!(Directives::parse(text).is_none(), "{text}");
        }
    }
}
