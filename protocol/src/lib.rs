//! The one vocabulary of Quayside: every command, reply, push, error code and close reason.
//!
//! A packet from a client is `{"type": noun, "id"?: …, "data": {"opt": verb, …}}`; the hub answers each
//! with exactly one `reply` or `error`, and pushes `event`, `change`, `stats`, `log`, `progress`, `gap`,
//! `terminal` and `notice`. Every transport and every REST dialect is worded over these types; the JSON Schema
//! (`schema.json`) and the TypeScript types of the web client are generated from them.
//!
//! This crate knows bytes and names only: no clock, no network, no rights.

pub mod close;
pub mod codec;
pub mod command;
pub mod error;
pub mod frame;
pub mod id;
pub mod packet;
pub mod position;
pub mod push;
pub mod reply;
#[cfg(feature = "schema")]
pub mod schema;
pub mod topic;
pub mod unit;

pub use close::CloseCode;
pub use command::Command;
pub use error::{ErrorBody, ErrorCode};
pub use packet::{PacketId, Request};
pub use position::Position;
pub use reply::Reply;
pub use topic::{Subscribe, Topic};
