//! What is done to a real Docker Engine, read back from the engine itself by its own command.
//!
//! `QUAYSIDE_ENGINE_A` and `QUAYSIDE_ENGINE_B` name the directories of engines that `scripts/engine start` made,
//! the first with a bridge; without them the suite fails. Needs root, `docker`, `dockerd`, `ssh`, `sshd`, `curl`.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod docker;
mod fleet;
mod real;
#[path = "../support/mod.rs"]
mod support;
mod verbs;
