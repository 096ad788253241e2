//! Quayside: every Docker host you own, live, over one broker.

pub mod auth;
pub mod broker;
pub mod domain;
pub mod error;
pub mod runtime;
pub mod store;
