//! What is wrong with a configuration, told whole.

use std::fmt;
use std::process::ExitCode;

/// Where somebody wrote something, in the order in which mistakes are told.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// The configuration file, or another that is named by its path.
    File {
        /// As it was named on the command line.
        name: String,
        /// Counted from 1; 0: the file as a whole.
        line: usize,
    },
    /// A variable of the environment, by its name.
    Variable(String),
    /// A flag of the command line, by its name without `--`.
    Flag(&'static str),
    /// A key (`section.name`), wherever its value comes from.
    Key(String),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { name, line: 0 } => write!(f, "{}", name.escape_debug()),
            Self::File { name, line } => write!(f, "{}:{line}", name.escape_debug()),
            Self::Variable(name) | Self::Key(name) => write!(f, "{}", name.escape_debug()),
            Self::Flag(name) => write!(f, "--{name}"),
        }
    }
}

/// One mistake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where it was made.
    pub place: Place,
    /// What is wrong there and what to do; never a secret.
    pub message: String,
    /// A file that could not be read, which is a failure of the machine and not of the configuration.
    pub unreadable: bool,
}

impl Problem {
    pub(super) fn new(place: Place, message: impl Into<String>) -> Self {
        Self { place, message: message.into(), unreadable: false }
    }

    pub(super) fn unreadable(place: Place, message: impl Into<String>) -> Self {
        Self { unreadable: true, ..Self::new(place, message) }
    }
}

/// Every mistake of a configuration, one a line when printed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ConfigError {
    problems: Vec<Problem>,
}

impl ConfigError {
    /// All mistakes; they are put in the order of their places.
    pub(super) fn new(mut problems: Vec<Problem>) -> Self {
        problems.sort_by(|a, b| a.place.cmp(&b.place));
        Self { problems }
    }

    /// A mistake that only shows when the configuration is put to use, such as a private key that does not fit
    /// its certificate. `key` is such as `tls.key`.
    pub fn in_use(key: &str, message: impl Into<String>) -> Self {
        Self::new(vec![Problem::new(Place::Key(key.into()), message)])
    }

    /// The mistakes, at least one.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// 1 where nothing is wrong but files that cannot be read, else 2.
    #[must_use]
    pub fn exit_code(&self) -> ExitCode {
        let failed = !self.problems.is_empty() && self.problems.iter().all(|p| p.unreadable);
        ExitCode::from(if failed { 1 } else { 2 })
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, problem) in self.problems.iter().enumerate() {
            let end = if n + 1 < self.problems.len() { "\n" } else { "" };
            write!(f, "{}: {}{end}", problem.place, problem.message)?;
        }
        Ok(())
    }
}

impl std::error::Error for ConfigError {}
