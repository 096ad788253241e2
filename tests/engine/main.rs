//! What is done to a real Docker Engine, read back from the engine itself by its own command.
//!
//! `QUAYSIDE_ENGINE_A` names the directory of an engine that `scripts/engine start` made; without it the suite
//! fails. Needs root, `docker`, `dockerd`, `ssh`, `sshd`.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod docker;
mod real;
#[path = "../support/wait.rs"]
#[allow(dead_code, reason = "shared with the other suites")]
mod wait;
