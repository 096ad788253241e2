//! The hub between its users and two real engines: what it shows and does is held against the engines themselves.

mod away;
mod ground;
mod killed;
mod record;
mod truth;
