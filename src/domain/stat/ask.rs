//! Resource use that somebody asks for now.

use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use quayside_protocol::reply::Stats;
use tokio::time::{Instant, interval, timeout, timeout_at};

use super::formula::{stats, zero};
use super::sweep::PACE;
use super::watch::Watch;
use crate::auth::Principal;
use crate::domain::fleet::Fleet;
use crate::domain::inventory::ContainerState;
use crate::domain::live::Record;
use crate::error::{Error, Result};

/// A value of a stream that is not older is as good as one asked for.
const FRESH: Duration = Duration::from_secs(1);
/// How long the engine may take for one reading: it measures for a second or two.
const CALL: Duration = Duration::from_secs(10);
/// By when the values of all containers are answered.
const ALL: Duration = Duration::from_millis(2_800);
/// Readings under way at a time.
const AT_ONCE: usize = 64;

impl Fleet {
    /// What a container uses now, asked of the engine; zeros where it does not run.
    ///
    /// # Errors
    /// The host is offline, or the engine failed.
    pub async fn stats(&self, container: &ContainerState) -> Result<Stats> {
        let runtime = self.runtime(&container.host).await?;
        if !container.is_up() {
            return Ok(zero());
        }
        let live = self.usage().live().get(&container.key());
        let fresh = |at: Instant| at.elapsed() <= FRESH;
        if let Some(live) = live.filter(|live| live.streamed.is_some_and(fresh)) {
            return Ok(live.stats.clone());
        }
        let late = || {
            Error::new(
                quayside_protocol::ErrorCode::Timeout,
                format!("host {} did not answer in time", container.host),
            )
        };
        let sample = timeout(CALL, runtime.stats(&container.facts.id, true)).await;
        let sample = sample.map_err(|_| late())??;
        Ok(if sample.read.is_some() { stats(&sample, None) } else { zero() })
    }

    /// Every container of a host that `principal` may know of, with the values of the last sweep; zeros for those
    /// that do not run. One that runs and was never read is read now; what has not come within 3 s is left out.
    ///
    /// # Errors
    /// `not_found`, `unavailable` as [`Fleet::runtime`].
    pub async fn all_stats(
        &self,
        host: &str,
        principal: &Principal,
    ) -> Result<Vec<(Arc<ContainerState>, Stats)>> {
        let end = Instant::now() + ALL;
        let runtime = self.runtime(host).await?;
        let (mut known, mut unknown) = (Vec::new(), Vec::new());
        for container in self.visible(host, principal)? {
            match self.usage().live().get(&container.key()) {
                _ if !container.is_up() => known.push((container, zero())),
                Some(live) => known.push((container, live.stats.clone())),
                None => unknown.push(container),
            }
        }
        let paced = futures::stream::unfold(
            (unknown.into_iter(), interval(PACE)),
            |(mut containers, mut pace)| async move {
                let container = containers.next()?;
                pace.tick().await;
                Some((container, (containers, pace)))
            },
        );
        let mut samples = std::pin::pin!(
            paced
                .map(|container| {
                    let runtime = &runtime;
                    async move {
                        let sample = runtime.stats(&container.facts.id, true).await;
                        (container, sample)
                    }
                })
                .buffer_unordered(AT_ONCE)
        );
        while let Ok(Some((container, sample))) = timeout_at(end, samples.next()).await {
            match sample {
                Ok(sample) if sample.read.is_some() => {
                    known.push((container, stats(&sample, None)));
                }
                Ok(_) => known.push((container, zero())),
                Err(_) => {}
            }
        }
        Ok(known)
    }

    /// Watches a container: its values come every second by [`super::Usage::live`], until the guard is dropped.
    ///
    /// # Errors
    /// `not_found`, `unavailable` as [`Fleet::runtime`]; `limited`: too many are watched.
    pub async fn watch(&self, container: Arc<ContainerState>) -> Result<Watch> {
        let runtime = self.runtime(&container.host).await?;
        let stop = self.stop_of(&container.host)?;
        self.usage().watch(container, runtime, &stop)
    }
}
