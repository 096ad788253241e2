//! Quayside: every Docker host you own, live, over one broker.

pub mod auth;
pub mod broker;
pub mod config;
pub mod domain;
pub mod drain;
pub mod error;
pub mod metrics;
pub mod open_files;
pub mod runtime;
pub mod shutdown;
pub mod store;
pub mod telemetry;
pub mod transport;
