//! How full the disk is. The database cannot recover from a full disk while it runs, so writes stop before.

use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::store::StoreError;

/// How long one look at the disk is believed; a tenth of a disk is not filled in a second.
const BELIEVED: Duration = Duration::from_secs(1);

/// Use of a file system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Usage {
    /// Bytes that cannot be written any more.
    pub used: u64,
    /// Bytes in all.
    pub size: u64,
}

/// Tells the use of the data directory's file system.
pub type Probe = Box<dyn Fn() -> io::Result<Usage> + Send>;

/// Asks the system about the file system of `directory`.
pub(super) fn of(directory: &Path) -> Probe {
    let directory = directory.to_owned();
    Box::new(move || {
        let stat = rustix::fs::statvfs(&directory)?;
        let size = stat.f_blocks.saturating_mul(stat.f_frsize);
        let free = stat.f_bavail.saturating_mul(stat.f_frsize);
        Ok(Usage { used: size.saturating_sub(free), size })
    })
}

pub(super) struct SpaceGuard {
    probe: Probe,
    seen: Option<(Instant, Option<StoreError>)>,
}

impl SpaceGuard {
    pub(super) fn new(probe: Probe) -> SpaceGuard {
        SpaceGuard { probe, seen: None }
    }

    /// The refusal, if less than a tenth is free.
    pub(super) fn full(&mut self) -> Option<StoreError> {
        if let Some((when, verdict)) = &self.seen
            && when.elapsed() < BELIEVED
        {
            return verdict.clone();
        }
        let verdict = match (self.probe)() {
            Ok(Usage { used, size }) if size.saturating_sub(used) < size / 10 => {
                Some(StoreError::Full { used, size })
            }
            Ok(_) => None,
            Err(error) => Some(StoreError::io("asking how full the disk is")(error)),
        };
        self.seen = Some((Instant::now(), verdict.clone()));
        verdict
    }
}
