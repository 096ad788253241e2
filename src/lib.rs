//! Quayside: every Docker host you own, live, over one broker.

pub mod auth;
pub mod broker;
pub mod domain;
pub mod drain;
pub mod error;
pub mod metrics;
pub mod runtime;
pub mod transport;
