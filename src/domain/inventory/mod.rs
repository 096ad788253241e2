//! The live mirror: every host's containers, and the hosts themselves, as they are now. Truth is the engine's list;
//! events only say which containers to ask for again. It knows no engine's API and no account's rights.

pub mod mirror;
pub mod record;
mod refresh;

use super::live::Live;
pub use mirror::HostMirror;
pub use record::{ContainerState, HostRecord};

/// What the topics `containers` and `hosts` show. Containers of a host that is not online are not in it.
#[derive(Default)]
pub struct Inventory {
    /// By `host/<id of 12>`.
    pub containers: Live<ContainerState>,
    /// By name.
    pub hosts: Live<HostRecord>,
}
