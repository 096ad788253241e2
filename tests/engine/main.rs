//! What is done to a real Docker Engine, read back from the engine itself by its own command.
//!
//! `QUAYSIDE_ENGINE_A` and `QUAYSIDE_ENGINE_B` name the directories of two engines that `scripts/engine start` made;
//! without them the suite fails. Needs root, `docker`, `dockerd`, `ssh`, `sshd`.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod away;
mod docker;
mod killed;
mod ledger;
mod pace;
mod real;
mod record;
mod same;
#[path = "../support/mod.rs"]
mod support;
mod writer;
