//! placeholder
pub mod auth;
pub mod config;
pub mod drain;
pub mod metrics;
pub mod open_files;
pub mod shutdown;
pub mod telemetry;
