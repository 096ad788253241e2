//! The lock on the data directory: one hub process at a time. It knows nothing of what lies in the directory.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::time::Duration;

use super::StoreError;

/// Holds the data directory until dropped. The kernel lets go of it when the process dies, however it dies.
#[derive(Debug)]
pub struct DirectoryLock {
    _file: File,
}

impl DirectoryLock {
    /// Makes the directory if need be (mode 0700) and takes it.
    ///
    /// # Errors
    /// [`StoreError::Locked`] with the other process if it is taken.
    pub fn take(directory: &Path) -> Result<DirectoryLock, StoreError> {
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(directory)
            .map_err(StoreError::io("making the data directory"))?;
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(directory.join("lock"))
            .map_err(StoreError::io("opening the lock of the data directory"))?;
        match lock_soon(&file) {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut pid = String::new();
                // Who it is only makes the message better; without it the directory is taken all the same.
                let pid = file.read_to_string(&mut pid).ok().and_then(|_| pid.trim().parse().ok());
                return Err(StoreError::Locked { directory: directory.to_owned(), pid });
            }
            Err(TryLockError::Error(error)) => {
                return Err(StoreError::io("locking the data directory")(error));
            }
        }
        file.set_len(0)
            .and_then(|()| file.rewind())
            .and_then(|()| writeln!(file, "{}", std::process::id()))
            .map_err(StoreError::io("writing the lock of the data directory"))?;
        Ok(DirectoryLock { _file: file })
    }
}

/// A killed process may leave a child that has not yet become the program it was forked for, and that holds the lock
/// for that moment. So being refused is believed after a second only.
fn lock_soon(file: &File) -> Result<(), TryLockError> {
    for _ in 0..20 {
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(50)),
            settled => return settled,
        }
    }
    file.try_lock()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_is_told_who_has_it() {
        let directory = super::super::scratch::Scratch::new("lock");
        let held = DirectoryLock::take(directory.path()).unwrap();
        let error = DirectoryLock::take(directory.path()).unwrap_err();
        let message = error.to_string();
        assert!(message.contains(&directory.path().display().to_string()), "{message}");
        assert!(message.contains(&std::process::id().to_string()), "{message}");
        drop(held);
        DirectoryLock::take(directory.path()).unwrap();
    }
}
