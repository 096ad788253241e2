//! The crash suite: what a KILL and a power cut leave behind. Needs root, `/dev/fuse`, loop devices
//! and `mkfs.ext4`; each missing one is a failure, never a skipped test.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod disk;
mod disk_proof;
mod presented;
mod volume;
