//! A private directory for one `ssh`: its keys, its socket, and its process id, so that a hub that was killed
//! leaves nothing behind for long.

use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use rustix::process::{Pid, Signal, kill_process};

const PREFIX: &str = "ssh-";
const PROCESS: &str = "pid";

/// A directory that goes with this value.
pub(super) struct Room(PathBuf);

impl Room {
    /// Makes one below `run_dir`, and that too where it is absent; both with mode 0700.
    pub(super) fn make(run_dir: &Path) -> io::Result<Self> {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(run_dir)?;
        let name = uuid::Uuid::new_v4().simple().to_string();
        let path = run_dir.join(format!("{PREFIX}{}", name.get(..8).unwrap_or(&name)));
        fs::DirBuilder::new().mode(0o700).create(&path)?;
        // The process that works in it sees it without links and dots.
        Ok(Self(path.canonicalize()?))
    }

    pub(super) fn dir(&self) -> &Path {
        &self.0
    }

    pub(super) fn path(&self, name: &str) -> String {
        self.0.join(name).display().to_string()
    }

    /// Writes a file that only the hub's user reads.
    pub(super) fn write(&self, name: &str, text: &str) -> io::Result<()> {
        let path = self.0.join(name);
        let mut file =
            fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path)?;
        // OpenSSH refuses a key whose last line has no end.
        file.write_all(text.trim_end().as_bytes())?;
        file.write_all(b"\n")
    }

    /// Writes down which process works here.
    pub(super) fn lives(&self, process: Option<u32>) -> io::Result<()> {
        process.map_or(Ok(()), |id| fs::write(self.0.join(PROCESS), id.to_string()))
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        // What cannot be removed is swept at the next start.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Removes what a hub that was killed left in `run_dir`: keys, sockets, and `ssh` processes that still work
/// there. Call it before the first host is made, while no other hub uses the directory.
pub fn sweep(run_dir: &Path) {
    let Ok(entries) = fs::read_dir(run_dir) else { return };
    for entry in entries.flatten() {
        if !entry.file_name().to_string_lossy().starts_with(PREFIX) {
            continue;
        }
        let Ok(room) = entry.path().canonicalize() else { continue };
        let id = fs::read_to_string(room.join(PROCESS)).ok().and_then(|id| id.parse::<i32>().ok());
        // Ids are used again: it is ours only if it works in this directory.
        let ours =
            id.filter(|id| fs::read_link(format!("/proc/{id}/cwd")).is_ok_and(|cwd| cwd == room));
        if let Some(process) = ours.and_then(Pid::from_raw) {
            let _ = kill_process(process, Signal::TERM);
        }
        let _ = fs::remove_dir_all(&room);
    }
}
