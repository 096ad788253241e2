//! Owns a disk that forgets: a FUSE mount with one file, `disk.img`, whose writes stay volatile
//! until the block layer asks for a flush, and from which a power cut can be taken at any moment.
//! It must not know what is stored on it.
//!
//! Put a loop device and a file system on top (see `volume`): the loop driver turns FLUSH and FUA
//! of the file system into `fsync` on `disk.img`. It needs root, `/dev/fuse` and nothing else.

use std::collections::HashMap;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use fuser::{BackgroundSession, Config, MountOption};

use crate::presented::Presented;

/// What a write is torn into, in bytes: the atomic unit of a disk with 4 KiB sectors.
pub(crate) const BLOCK: u64 = 4096;

/// A real cache is finite: beyond 64 MiB of unflushed blocks the oldest reach the medium, as on
/// any drive under load.
const CACHE_BLOCKS: usize = 16_384;

type Block = Arc<[u8; BLOCK as usize]>;

/// Which of the unflushed blocks a power cut leaves on the medium.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Survival {
    /// None: exactly what was flushed.
    Nothing,
    /// All of them, in order: what a KILL of the whole machine without a cache would leave.
    Everything,
    /// Each with one chance in two, independently, so later writes may survive earlier ones.
    /// The number seeds the choice: the same seed over the same writes chooses alike.
    Half(u64),
}

/// The two states of the medium: what reads see, and what a power cut is sure to leave.
#[derive(Default)]
pub(crate) struct Medium {
    seen: HashMap<u64, Block>,
    durable: HashMap<u64, Block>,
    /// Unflushed blocks, oldest first, at most `CACHE_BLOCKS`.
    cache: Vec<(u64, Block)>,
    flushes: u64,
}

impl Medium {
    /// Fills `out` with what the disk holds from byte `offset` on; never written bytes are zero.
    pub(crate) fn read(&self, offset: u64, out: &mut [u8]) {
        let mut done = 0;
        while done < out.len() {
            let at = offset + done as u64;
            let within = (at % BLOCK) as usize;
            let len = (out.len() - done).min(BLOCK as usize - within);
            let part = &mut out[done..done + len];
            match self.seen.get(&(at / BLOCK)) {
                Some(block) => part.copy_from_slice(&block[within..within + len]),
                None => part.fill(0),
            }
            done += len;
        }
    }

    /// Writes into the volatile layer; a part of a block rewrites the whole block.
    pub(crate) fn write(&mut self, offset: u64, data: &[u8]) {
        let mut done = 0;
        while done < data.len() {
            let at = offset + done as u64;
            let within = (at % BLOCK) as usize;
            let len = (data.len() - done).min(BLOCK as usize - within);
            let mut block = match self.seen.get(&(at / BLOCK)) {
                Some(old) => **old,
                None => [0; BLOCK as usize],
            };
            block[within..within + len].copy_from_slice(&data[done..done + len]);
            let block = Arc::new(block);
            self.seen.insert(at / BLOCK, block.clone());
            self.cache.push((at / BLOCK, block));
            done += len;
        }
        if self.cache.len() > CACHE_BLOCKS {
            let evicted = self.cache.len() - CACHE_BLOCKS / 2;
            self.durable.extend(self.cache.drain(..evicted));
        }
    }

    /// Makes everything written so far durable.
    pub(crate) fn flush(&mut self) {
        self.durable.extend(self.cache.drain(..));
        self.flushes += 1;
    }

    fn after(&self, survival: Survival) -> HashMap<u64, Block> {
        let mut left = self.durable.clone();
        let mut state = match survival {
            Survival::Half(seed) => seed,
            Survival::Nothing | Survival::Everything => 0,
        };
        left.extend(self.cache.iter().filter_map(|entry| {
            let kept = match survival {
                Survival::Nothing => false,
                Survival::Everything => true,
                Survival::Half(_) => coin(&mut state),
            };
            kept.then(|| entry.clone())
        }));
        left
    }
}

/// The mounted disk; dropping it unmounts it (the loop device on it has to be gone by then).
pub(crate) struct Disk {
    dir: PathBuf,
    size: u64,
    medium: Arc<Mutex<Medium>>,
    cuts: AtomicU64,
    _session: BackgroundSession,
}

impl Disk {
    /// Mounts a disk of `size` bytes (a multiple of 4096), all zero, below `dir`, which must be an
    /// existing directory on a real file system. Two disks need two directories. Memory is taken
    /// for blocks once written, not for the size. Fails where FUSE may not be mounted.
    pub(crate) fn mount(dir: &Path, size: u64) -> io::Result<Self> {
        if size == 0 || !size.is_multiple_of(BLOCK) {
            return Err(io::Error::other(format!("disk size {size} is no multiple of {BLOCK}")));
        }
        let point = dir.join("disk");
        std::fs::create_dir_all(&point)?;
        let medium = Arc::new(Mutex::new(Medium::default()));
        let mut config = Config::default();
        config.mount_options = vec![MountOption::FSName("forgetful-disk".to_owned())];
        let session = fuser::spawn_mount(Presented::new(size, medium.clone()), &point, &config)?;
        Ok(Self { dir: dir.to_owned(), size, medium, cuts: AtomicU64::new(0), _session: session })
    }

    /// The file to put the loop device on.
    pub(crate) fn image_path(&self) -> PathBuf {
        self.dir.join("disk").join("disk.img")
    }

    /// How many blocks a power cut could lose now.
    pub(crate) fn unflushed(&self) -> usize {
        lock(&self.medium).cache.len()
    }

    /// How many flushes have reached the disk since it was mounted.
    pub(crate) fn flushes(&self) -> u64 {
        lock(&self.medium).flushes
    }

    /// Takes a power cut now and writes what is left as a new sparse file on the real file system;
    /// returns its path. The disk itself goes on working, so a caller decides what was answered
    /// *before* calling: an answer seen after this began proves nothing. The caller removes the file.
    pub(crate) fn cut(&self, survival: Survival) -> io::Result<PathBuf> {
        // The state of one instant: the lock is held for a copy of references, not of bytes.
        let left = lock(&self.medium).after(survival);
        let number = self.cuts.fetch_add(1, Ordering::Relaxed);
        let path = self.dir.join(format!("crash-{number}.img"));
        let image = File::create(&path)?;
        image.set_len(self.size)?;
        for (index, block) in left {
            image.write_all_at(&block[..], index * BLOCK)?;
        }
        Ok(path)
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // The kernel may let go of the loop device a little later; a plain unmount would then fail
        // and leave a dead mount behind.
        let _gone = std::process::Command::new("umount")
            .args(["--lazy".as_ref(), self.dir.join("disk").as_os_str()])
            .status();
    }
}

pub(crate) fn lock(medium: &Mutex<Medium>) -> MutexGuard<'_, Medium> {
    medium.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One step of splitmix64, of which the top bit decides.
fn coin(state: &mut u64) -> bool {
    *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut mixed = *state;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    (mixed ^ (mixed >> 31)) >> 63 == 1
}
