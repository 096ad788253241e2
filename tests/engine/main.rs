//! What is done to real Docker Engines, directly and through the hub, read back from the engines by their own command.
//!
//! `QUAYSIDE_ENGINE_A` and `QUAYSIDE_ENGINE_B` name the directories of engines that `scripts/engine start` made,
//! the first with a bridge; without them the suite fails. Needs root, `docker`, `dockerd`, `ssh`, `sshd`, `curl`, `unshare`.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod away;
mod docker;
mod fleet;
mod killed;
mod ledger;
mod pace;
mod real;
mod record;
mod same;
#[path = "../support/mod.rs"]
mod support;
mod terminal;
mod verbs;
mod writer;
