//! Ends what was started in a terminal of a container.

use super::client::Client;
use crate::runtime::{Leftover, Result};

/// A terminal whose processes are to end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Target {
    /// The container's full id.
    pub(super) container: String,
    /// The exec's id, where it is known.
    pub(super) exec: Option<String>,
    /// What `QUAYSIDE_SESSION` is in its environment.
    pub(super) session: String,
    /// As whom it ran; none: the container's own user.
    pub(super) user: Option<String>,
}

impl From<Leftover> for Target {
    fn from(left: Leftover) -> Self {
        let Leftover { session, container, user } = left;
        Self { container, exec: None, session, user }
    }
}

/// What could not be ended, in words.
pub(super) async fn end(_client: &Client, target: &Target) -> Option<String> {
    Some(format!("{target:?} was not ended"))
}

/// What could not be ended, in words.
pub(super) async fn sweep(client: &Client, target: &Target) -> Result<Option<String>> {
    Ok(end(client, target).await)
}
