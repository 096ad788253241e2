//! The verbs that change a container. Each answers when the mirror has the change, so that the caller's next list
//! shows it.

use quayside_protocol::command::container::{Kill, Remove, Rename, Stop, Target as ByTarget};
use quayside_protocol::id::is_name;
use quayside_protocol::unit::Seconds;

use super::{Containers, Target};
use crate::auth::Caller;
use crate::error::{Error, Result};
use crate::runtime::RuntimeError;

/// Longest wait between the stop signal and KILL that may be asked for.
const MAX_STOP: u64 = 600;

impl Containers {
    /// `container start`.
    ///
    /// # Errors
    /// `conflict` for one that runs.
    pub async fn start(&self, caller: &Caller, by: &ByTarget) -> Result<()> {
        let target = self.to_change(caller, &by.host, &by.container).await?;
        let done = target.runtime.start(target.id()).await;
        self.settle(&by.host, &target, done, "container already started").await
    }

    /// `container stop`.
    ///
    /// # Errors
    /// `conflict` for one that does not run.
    pub async fn stop(&self, caller: &Caller, stop: &Stop) -> Result<()> {
        let timeout = stop_timeout(stop.timeout)?;
        let target = self.to_change(caller, &stop.host, &stop.container).await?;
        let done = target.runtime.stop(target.id(), timeout).await;
        self.settle(&stop.host, &target, done, "container not running").await
    }

    /// `container restart`.
    ///
    /// # Errors
    /// The engine's.
    pub async fn restart(&self, caller: &Caller, stop: &Stop) -> Result<()> {
        let timeout = stop_timeout(stop.timeout)?;
        let target = self.to_change(caller, &stop.host, &stop.container).await?;
        let done = target.runtime.restart(target.id(), timeout).await;
        self.settle(&stop.host, &target, done, "container not running").await
    }

    /// `container pause`.
    ///
    /// # Errors
    /// The engine's.
    pub async fn pause(&self, caller: &Caller, by: &ByTarget) -> Result<()> {
        let target = self.to_change(caller, &by.host, &by.container).await?;
        let done = target.runtime.pause(target.id()).await;
        self.settle(&by.host, &target, done, "container already paused").await
    }

    /// `container unpause`.
    ///
    /// # Errors
    /// The engine's.
    pub async fn unpause(&self, caller: &Caller, by: &ByTarget) -> Result<()> {
        let target = self.to_change(caller, &by.host, &by.container).await?;
        let done = target.runtime.unpause(target.id()).await;
        self.settle(&by.host, &target, done, "container not paused").await
    }

    /// `container kill`.
    ///
    /// # Errors
    /// `invalid` for what is no signal's name or number.
    pub async fn kill(&self, caller: &Caller, kill: &Kill) -> Result<()> {
        if let Some(signal) = &kill.signal {
            let plain = signal.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'+' || b == b'-');
            if signal.is_empty() || signal.len() > 16 || !plain {
                return Err(Error::invalid(
                    "signal",
                    "must be a name such as SIGTERM, or a number",
                ));
            }
        }
        let target = self.to_change(caller, &kill.host, &kill.container).await?;
        let done = target.runtime.kill(target.id(), kill.signal.as_deref()).await;
        if let (Err(RuntimeError::Invalid(why)), true) = (&done, kill.signal.is_some()) {
            return Err(Error::invalid("signal", why));
        }
        self.settle(&kill.host, &target, done, "container not running").await
    }

    /// `container rename`.
    ///
    /// # Errors
    /// `conflict` for a name that is taken.
    pub async fn rename(&self, caller: &Caller, rename: &Rename) -> Result<()> {
        if !is_name(&rename.name) {
            return Err(Error::invalid("name", "must match [a-zA-Z0-9][a-zA-Z0-9_.-]{0,127}"));
        }
        let target = self.to_change(caller, &rename.host, &rename.container).await?;
        let done = target.runtime.rename(target.id(), &rename.name).await;
        self.settle(&rename.host, &target, done, "container already has this name").await
    }

    /// `container remove`.
    ///
    /// # Errors
    /// `conflict` for a running one without `force`.
    pub async fn remove(&self, caller: &Caller, remove: &Remove) -> Result<()> {
        let target = self.to_change(caller, &remove.host, &remove.container).await?;
        let done = target.runtime.remove(target.id(), remove.force, remove.volumes).await;
        self.settle(&remove.host, &target, done, "container already removed").await
    }

    /// Has the mirror look again. The engine has done what was asked even if it cannot be read back now.
    pub(super) async fn seen(&self, host: &str, id: &str) {
        if let Err(error) = self.fleet.refresh(host, &[id.to_owned()]).await {
            tracing::warn!(host, container = id, %error, "what was done could not be read back");
        }
    }

    /// Words the engine's answer, once the mirror has what it did.
    async fn settle(
        &self,
        host: &str,
        target: &Target,
        done: Result<(), RuntimeError>,
        already: &'static str,
    ) -> Result<()> {
        match done {
            Ok(()) => {
                self.seen(host, target.id()).await;
                Ok(())
            }
            Err(RuntimeError::NotModified) => Err(Error::conflict(already)),
            Err(error) => {
                // A start that failed leaves its reason with the container, and the engine tells no event of it.
                if !matches!(error, RuntimeError::Unavailable(_) | RuntimeError::Timeout(_)) {
                    self.seen(host, target.id()).await;
                }
                Err(error.into())
            }
        }
    }
}

fn stop_timeout(timeout: Option<Seconds>) -> Result<Option<u64>> {
    match timeout {
        Some(Seconds(seconds)) if seconds > MAX_STOP => {
            Err(Error::invalid("timeout", "must be at most 600 seconds"))
        }
        timeout => Ok(timeout.map(|t| t.0)),
    }
}
