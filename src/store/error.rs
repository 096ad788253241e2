//! What can go wrong in the store, in words for the log and the terminal; answers to clients are worded elsewhere.

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use super::Key;

/// Why the store did not do what was asked. Cheap to clone: one failed flush answers everyone who waits for it.
#[derive(Debug, Clone)]
pub enum StoreError {
    /// A condition did not hold; nothing was changed.
    Conflict {
        /// The first record whose condition failed.
        key: Key,
    },
    /// A value or a write is longer than the store takes; nothing was changed.
    TooLarge {
        /// The key or event.
        what: String,
        /// Its length in bytes.
        size: usize,
        /// The most there may be.
        limit: usize,
    },
    /// Less than [`super::reserve`] of the disk is free, so only deletions are taken; nothing was changed.
    Full {
        /// Bytes in use on the file system.
        used: u64,
        /// Its size in bytes.
        size: u64,
    },
    /// The store has stopped; whether the write was done is known after the next start only.
    Closed,
    /// Another process has the data directory.
    Locked {
        /// The data directory.
        directory: PathBuf,
        /// The other process, if it said.
        pid: Option<u32>,
    },
    /// There is nothing to look after.
    Missing {
        /// The data directory.
        directory: PathBuf,
    },
    /// What is stored cannot be read or is not what was stored last.
    Corrupt(String),
    /// The disk failed. For a write: whether it was done is known after the next start only.
    Io {
        /// What was being done.
        doing: &'static str,
        /// What the system said.
        source: Arc<io::Error>,
    },
}

impl StoreError {
    /// For `map_err`: the system's error and what was being done.
    pub fn io(doing: &'static str) -> impl Fn(io::Error) -> StoreError {
        move |error| StoreError::Io { doing, source: Arc::new(error) }
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StoreError::Conflict { key } => write!(f, "{key} was changed by somebody else"),
            StoreError::TooLarge { what, size, limit } => {
                write!(f, "{what} has {size} bytes, more than the {limit} that are stored")
            }
            StoreError::Full { used, size } => {
                let (used, size, room) = (used >> 20, size >> 20, super::reserve(*size) >> 20);
                write!(
                    f,
                    "the disk of the data directory is full ({used} of {size} MiB used); make {room} MiB free"
                )
            }
            StoreError::Closed => write!(f, "the store has stopped"),
            StoreError::Locked { directory, pid } => {
                write!(f, "the data directory {} is in use by ", directory.display())?;
                match pid {
                    Some(pid) => write!(f, "process {pid}; stop it or choose another directory"),
                    None => write!(f, "another process; stop it or choose another directory"),
                }
            }
            StoreError::Missing { directory } => {
                write!(f, "there is no store in {}", directory.display())
            }
            StoreError::Corrupt(what) => write!(f, "the store is damaged: {what}"),
            StoreError::Io { doing, source } => write!(f, "{doing}: {source}"),
        }
    }
}

impl std::error::Error for StoreError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            StoreError::Io { source, .. } => Some(source.as_ref()),
            _ => None,
        }
    }
}
