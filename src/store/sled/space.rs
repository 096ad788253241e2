//! How full the disk is. The database cannot recover from a full disk while it runs, so writes stop before.

use std::io;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::store::{StoreError, reserve};

/// How long one look at the disk is believed; what stays in reserve is not filled in a second.
const BELIEVED: Duration = Duration::from_secs(1);

/// Use of a file system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Usage {
    /// Bytes that hold something.
    pub used: u64,
    /// Bytes that this process may still write; what is kept for root is in neither.
    pub free: u64,
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
        let bytes = |blocks: u64| blocks.saturating_mul(stat.f_frsize);
        Ok(Usage {
            used: bytes(stat.f_blocks.saturating_sub(stat.f_bfree)),
            free: bytes(stat.f_bavail),
            size: bytes(stat.f_blocks),
        })
    })
}

/// The verdict of the last look at the disk, for the writer and for those who ask before they begin.
pub(super) struct SpaceGuard {
    looks: Mutex<Looks>,
}

struct Looks {
    probe: Probe,
    seen: Option<(Instant, Option<StoreError>)>,
}

impl SpaceGuard {
    pub(super) fn new(probe: Probe) -> SpaceGuard {
        SpaceGuard { looks: Mutex::new(Looks { probe, seen: None }) }
    }

    /// The refusal, if less than [`reserve`] is free.
    pub(super) fn full(&self) -> Option<StoreError> {
        self.looks.lock().unwrap_or_else(PoisonError::into_inner).full()
    }
}

impl Looks {
    fn full(&mut self) -> Option<StoreError> {
        if let Some((when, verdict)) = &self.seen
            && when.elapsed() < BELIEVED
        {
            return verdict.clone();
        }
        let verdict = match (self.probe)() {
            Ok(Usage { used, free, size }) if free < reserve(size) => {
                Some(StoreError::Full { used, size })
            }
            Ok(_) => None,
            Err(error) => Some(StoreError::io("asking how full the disk is")(error)),
        };
        let before = self.seen.as_ref().and_then(|(_, verdict)| verdict.as_ref());
        match (before, &verdict) {
            (None, Some(error)) => tracing::error!(%error, "the store takes deletions only"),
            (Some(_), None) => tracing::info!("there is room on the disk again"),
            _ => {}
        }
        self.seen = Some((Instant::now(), verdict.clone()));
        verdict
    }
}
