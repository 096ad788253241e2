//! What the contracts promise, held against the running hub. A scenario is data: requests, and what must come back,
//! field by field; the engine behind the hub does what the scenario tells it.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod fleet;
mod scenario;
mod shape;
#[path = "../support/mod.rs"]
mod support;
