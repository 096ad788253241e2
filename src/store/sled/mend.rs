//! Mends, before the database is opened, what its own opening would turn into a loss.
//!
//! The database opens by folding its logs into a new snapshot and removing the logs and the old snapshot. Killed
//! before the next log is made, it leaves a snapshot and no log; the next opening then writes the "new" snapshot under
//! the same name as the old one and removes it. All that is not written again before the next start is gone. With an
//! empty log beside it the snapshot gets a new name, and stays.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use super::generation::sync_directory;

/// Prepares the files of a closed database for its opening.
pub(super) fn mend(database: &Path) -> io::Result<()> {
    let metadata = database.join("metadata");
    let entries = match fs::read_dir(&metadata) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    let (mut snapshots, mut last_log) = (Vec::new(), None);
    for entry in entries {
        let name = entry?.file_name();
        let name = name.to_string_lossy();
        if let Some(number) = numbered(&name, "snapshot_") {
            snapshots.push(number);
        } else if let Some(number) = numbered(&name, "log_") {
            last_log = last_log.max(Some(number));
        }
    }
    let Some(&newest) = snapshots.iter().max() else { return Ok(()) };
    if last_log.is_none_or(|log| log <= newest) {
        File::create_new(metadata.join(format!("log_{:016x}", newest + 1)))?.sync_all()?;
    }
    // A snapshot gets its name when it is whole, so what is older is of no use. It could be harmful: the database
    // never removes it, and takes it for the truth when a newer one is lost.
    for older in snapshots.iter().filter(|number| **number < newest) {
        fs::remove_file(metadata.join(format!("snapshot_{older:016x}")))?;
    }
    sync_directory(&metadata)
}

fn numbered(name: &str, prefix: &str) -> Option<u64> {
    u64::from_str_radix(name.strip_prefix(prefix)?, 16).ok()
}
