//! The sidecar file: how often the database has been opened or dumped, as the file system remembers it.
//!
//! The database counts the same. One that comes up with a lower count, or empty, is not the one that was last used.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use super::tables::State;
use crate::store::StoreError;

const FILE: &str = "store.generation";

/// What the sidecar says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sidecar {
    pub generation: u64,
    pub id: String,
}

impl Sidecar {
    /// None if there never was a store here.
    pub(super) fn read(data: &Path) -> Result<Option<Sidecar>, StoreError> {
        let path = data.join(FILE);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(StoreError::io("reading store.generation")(error)),
        };
        let (generation, id) = text.trim().split_once(' ').unwrap_or_default();
        let generation = generation.parse().map_err(|_| {
            StoreError::Corrupt(format!("{} does not hold a number and an id", path.display()))
        })?;
        Ok(Some(Sidecar { generation, id: id.to_owned() }))
    }

    /// Written after the database has been flushed, so that it never promises more than there is.
    pub(super) fn write(data: &Path, state: &State) -> Result<(), StoreError> {
        let text = format!("{} {}\n", state.generation, state.id);
        replace(&data.join(FILE), text.as_bytes())
            .map_err(StoreError::io("writing store.generation"))
    }

    /// What is wrong with a database in this state, if anything.
    pub(super) fn objection(&self, state: &State) -> Option<String> {
        if state.id.is_empty() {
            Some("it opened empty".to_owned())
        } else if state.id != self.id {
            Some("it belongs to another data directory".to_owned())
        } else if state.generation < self.generation {
            let (old, new) = (state.generation, self.generation);
            Some(format!("it opened older than it was (generation {old}, last seen {new})"))
        } else {
            None
        }
    }
}

/// Writes a file so that after a power cut there is the old one or the new one.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let new = path.with_extension("new");
    let mut file = File::create(&new)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    rename(&new, path)
}

/// Renames, and makes the name durable.
pub(super) fn rename(from: &Path, to: &Path) -> io::Result<()> {
    fs::rename(from, to)?;
    match to.parent() {
        Some(directory) => sync_directory(directory),
        None => Ok(()),
    }
}

/// Makes the names in a directory durable.
pub(super) fn sync_directory(directory: &Path) -> io::Result<()> {
    File::open(directory)?.sync_all()
}
