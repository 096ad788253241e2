//! `quayside store …`: what an operator can do with a store that no hub has open.

use std::path::{Path, PathBuf};

use super::{StoreError, sled};

/// Looks after the data directory while no hub runs on it.
#[derive(Debug, Clone, PartialEq, Eq, clap::Subcommand)]
pub enum StoreCommand {
    /// Reads everything and says whether it fits together.
    Check,
    /// Writes everything into a file that any later version can restore.
    Dump {
        /// The file to write.
        file: PathBuf,
    },
    /// Replaces everything by what a dump holds. The old database is kept in `store.aside`.
    Restore {
        /// The file to read.
        file: PathBuf,
    },
}

impl StoreCommand {
    /// Does it in the data directory `data`, and gives the line to print.
    ///
    /// # Errors
    /// Also when a check finds a problem, so that the exit code tells.
    pub fn run(&self, data: &Path) -> Result<String, StoreError> {
        match self {
            StoreCommand::Check => {
                let report = sled::check(data)?;
                if report.problems.is_empty() {
                    Ok(report.to_string())
                } else {
                    Err(StoreError::Corrupt(report.to_string()))
                }
            }
            StoreCommand::Dump { file } => {
                let counts = sled::dump(data, file)?;
                let (records, events) = (counts.records, counts.events);
                Ok(format!("wrote {records} records and {events} events to {}", file.display()))
            }
            StoreCommand::Restore { file } => {
                let counts = sled::restore(data, file)?;
                let (records, events) = (counts.records, counts.events);
                Ok(format!(
                    "restored {records} records and {events} events from {}",
                    file.display()
                ))
            }
        }
    }
}
