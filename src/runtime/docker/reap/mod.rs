//! Ends what was started in a terminal of a container.

use super::client::Client;
use crate::runtime::{Leftover, Result};

/// A terminal's program, and what marks all that was started in it.
pub(super) struct Target {
    /// The container, by name or id.
    pub(super) container: String,
    /// The engine's id of the exec.
    pub(super) exec: String,
    /// `QUAYSIDE_SESSION` of everything in it.
    pub(super) session: String,
    /// As whom it runs; none: the container's own.
    pub(super) user: Option<String>,
}

/// What could not be ended, in words.
pub(super) async fn end(_client: &Client, target: &Target) -> Option<String> {
    let Target { container, exec, session, user } = target;
    let user = user.as_deref().unwrap_or("its own user");
    Some(format!("exec {exec} of {session} in {container}, as {user}, was not ended"))
}

/// What could not be ended, in words.
pub(super) async fn sweep(_client: &Client, left: &Leftover) -> Result<Option<String>> {
    Ok(Some(format!("{} in {} was not ended", left.session, left.container)))
}
