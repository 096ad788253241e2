//! Where values come from: flags, variables, one file.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::io::{IsTerminal, Read};
use std::path::{Path, PathBuf};

use super::problem::{ConfigError, Place, Problem};

/// The longest configuration or key file that is read, in bytes; far above what one can need.
const MAX_FILE: u64 = 1 << 20;

/// What was said on the command line.
#[derive(Debug, Clone, Default)]
pub struct Flags {
    /// `--config`
    pub config: Option<PathBuf>,
    /// `--listen`
    pub listen: Option<String>,
    /// `--data`
    pub data: Option<String>,
    /// `--host`, each `NAME=ADDRESS`
    pub hosts: Vec<String>,
}

/// All that a configuration is made of; there are secrets in it, so it has no `Debug`.
#[derive(Clone, Default)]
pub struct Sources {
    /// The command line.
    pub flags: Flags,
    /// The environment, whole; `QUAYSIDE_*`, `DOCKER_*` and `HOME` are looked at.
    pub variables: BTreeMap<String, OsString>,
    /// The name and the text of the configuration file.
    pub file: Option<(String, String)>,
    /// Whether standard error is a terminal, on which the default of `log.format` depends.
    pub terminal: bool,
}

impl Sources {
    /// This process's own environment, and the file that `flags` name.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn of_process(flags: Flags) -> Result<Self, ConfigError> {
        let file = match &flags.config {
            None => None,
            Some(path) => match read_text(path) {
                Ok(text) => Some((path.display().to_string(), text)),
                Err(message) => {
                    let place = Place::File { name: path.display().to_string(), line: 0 };
                    return Err(ConfigError::new(vec![Problem::unreadable(place, message)]));
                }
            },
        };
        // A name that is not UTF-8 cannot be one of ours.
        let variables =
            std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value)));
        Ok(Self {
            variables: variables.collect(),
            file,
            terminal: std::io::stderr().is_terminal(),
            flags,
        })
    }
}

/// Where a value in force comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// The command line.
    Flag,
    /// A variable of the environment.
    Variable,
    /// The configuration file.
    File {
        /// As it was named on the command line.
        name: String,
        /// Counted from 1.
        line: usize,
    },
    /// Nobody set it.
    Default,
}

impl Origin {
    /// The word of a setting's `from`.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Flag => "flag",
            Self::Variable => "variable",
            Self::File { .. } => "file",
            Self::Default => "default",
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { name, line } => write!(f, "file {}:{line}", name.escape_debug()),
            _ => f.write_str(self.as_str()),
        }
    }
}

/// A file of at most 1 MiB, or why not.
pub(super) fn read_bytes(path: &Path) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path);
    match file.and_then(|file| file.take(MAX_FILE + 1).read_to_end(&mut bytes)) {
        Err(error) => Err(format!("cannot be read: {error}")),
        Ok(length) if length as u64 > MAX_FILE => Err("cannot be read: longer than 1 MiB".into()),
        Ok(_) => Ok(bytes),
    }
}

/// The text of a file of at most 1 MiB, or why not.
pub(super) fn read_text(path: &Path) -> Result<String, String> {
    String::from_utf8(read_bytes(path)?).map_err(|_| "cannot be read: not UTF-8 text".into())
}
