//! Containers: what each verb may be done to, and doing it. The engine decides whether it can; its words come
//! back unchanged.

mod change;
mod create;
mod files;
mod place;
mod read;
mod spec;

use std::sync::Arc;

use quayside_protocol::id::is_name;

pub use spec::Rules;

use super::fleet::Fleet;
use super::image::Images;
use super::inventory::ContainerState;
use crate::auth::policy::{Authorized, Owned, Right, authorize};
use crate::auth::{Caller, Principal};
use crate::error::{Error, Result};
use crate::runtime::Runtime;

/// The verbs of `container`.
pub struct Containers {
    fleet: Arc<Fleet>,
    images: Arc<Images>,
    rules: Rules,
}

impl Owned for Arc<ContainerState> {
    fn owner(&self) -> Option<&str> {
        self.owner.as_deref()
    }
}

/// A container that may be acted upon, and the engine to do it with.
pub(in crate::domain) struct Target {
    pub(in crate::domain) container: Authorized<Arc<ContainerState>>,
    pub(in crate::domain) runtime: Arc<dyn Runtime>,
}

impl Target {
    fn id(&self) -> &str {
        &self.container.facts.id
    }
}

impl Containers {
    /// The containers of `fleet`, made by `rules`.
    #[must_use]
    pub fn new(fleet: Arc<Fleet>, images: Arc<Images>, rules: Rules) -> Self {
        Self { fleet, images, rules }
    }

    /// The container that `principal` may do `right` with.
    pub(in crate::domain) async fn target(
        &self,
        caller: &Caller,
        host: &str,
        container: &str,
        right: Right,
    ) -> Result<Target> {
        let principal = proved(caller)?;
        if !is_name(container) {
            return Err(Error::invalid("container", "is no id or name a container can have"));
        }
        let found = self.fleet.find(principal, host, container).await?;
        let missing =
            || Error::not_found(format!("No such container: {container}")).with_field("container");
        let container = authorize(principal, right, found, missing)?;
        Ok(Target { container, runtime: self.fleet.runtime(host).await? })
    }

    /// The same, to change it; while there is room to record that.
    async fn to_change(&self, caller: &Caller, host: &str, container: &str) -> Result<Target> {
        let target = self.target(caller, host, container, Right::Change).await?;
        self.images.audit().room()?;
        Ok(target)
    }
}

fn proved(caller: &Caller) -> Result<&Principal> {
    caller.principal.as_ref().ok_or_else(Error::unauthenticated)
}

#[cfg(test)]
mod tests;
