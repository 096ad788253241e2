//! What the hub decides: it authorizes, then acts on runtimes and the store. It knows no transport, no wire
//! form and no vendor.

pub mod account;
pub mod container;
pub mod fleet;
pub mod host;
pub mod image;
pub mod inventory;
pub mod live;
pub mod page;
pub mod stat;
pub mod status;
pub mod terminal;
