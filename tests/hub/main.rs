//! The hub as a whole: the real program on a free port, real clients, and engines that do what a test tells
//! them, over real sockets.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod drain;
mod events;
mod faults;
mod limits;
mod malformed;
mod rights;
mod stall;
#[path = "../support/mod.rs"]
mod support;
mod terminals;
mod tidy;
mod topics;
