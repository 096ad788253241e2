//! What tests of the whole hub share: an engine that does what it is told, the hub as a process, clients of every
//! transport, and waiting.
#![allow(dead_code, reason = "each target uses a part")]

pub(crate) mod desk;
pub(crate) mod dice;
pub(crate) mod docker;
pub(crate) mod engine;
pub(crate) mod http;
pub(crate) mod hub;
pub(crate) mod poll;
pub(crate) mod scratch;
pub(crate) mod sse;
pub(crate) mod wait;
pub(crate) mod watch;
pub(crate) mod ws;
