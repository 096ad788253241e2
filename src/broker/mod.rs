//! The middle of the hub: the event log, and what subscribers are given. It knows no transport and no backend.

pub mod log;
pub mod subscription;

pub use log::Limit;
pub use subscription::{Delivery, Sources, Subscription};
