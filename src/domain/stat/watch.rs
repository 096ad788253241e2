//! The live stream of one container while somebody watches it: one of the engine's, however many watch.

use std::pin::pin;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use chrono::Utc;
use futures::StreamExt;
use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::formula::stats;
use super::{StatsRecord, Usage};
use crate::domain::inventory::ContainerState;
use crate::domain::live::Record;
use crate::error::{Error, Result};
use crate::runtime::Runtime;

/// Containers that are streamed at a time: each costs the engine a reading a second.
const MAX_WATCHED: usize = 256;
/// How long a stream goes on after its last watcher: a page that is reloaded finds it.
const LINGER: Duration = Duration::from_secs(5);
/// Before a stream that ended is tried again, while somebody watches.
const AGAIN: Duration = Duration::from_secs(2);

/// How many watch a container.
pub(super) struct Watched {
    watchers: watch::Sender<usize>,
}

/// Somebody watches, until it is dropped. The values come by [`Usage::live`].
pub struct Watch {
    usage: Arc<Usage>,
    key: String,
}

impl Drop for Watch {
    fn drop(&mut self) {
        let watched = self.usage.watched.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(watched) = watched.get(&self.key) {
            watched.watchers.send_modify(|watchers| *watchers = watchers.saturating_sub(1));
        }
    }
}

impl Usage {
    /// Watches a container: its values come every second. The stream ends with `stop`, its host's end, at the latest.
    ///
    /// # Errors
    /// `limited`: too many containers are watched.
    pub(crate) fn watch(
        self: &Arc<Self>,
        container: Arc<ContainerState>,
        runtime: Arc<dyn Runtime>,
        stop: &CancellationToken,
    ) -> Result<Watch> {
        let key = container.key();
        let mut watched = self.watched.lock().unwrap_or_else(PoisonError::into_inner);
        let watch = Watch { usage: self.clone(), key: key.clone() };
        if let Some(entry) = watched.get(&key) {
            entry.watchers.send_modify(|watchers| *watchers += 1);
            return Ok(watch);
        }
        if watched.len() >= MAX_WATCHED {
            // The guard's end asks for the lock.
            drop(watched);
            let words = format!("{MAX_WATCHED} containers are watched already");
            return Err(Error::limited(words, LINGER.as_secs()));
        }
        let watchers = watch::Sender::new(1);
        let ends = unwatched(watchers.subscribe());
        watched.insert(key.clone(), Watched { watchers });
        drop(watched);
        let (usage, stop) = (self.clone(), stop.clone());
        tokio::spawn(async move {
            let mut ends = pin!(ends);
            loop {
                tokio::select! {
                    () = stop.cancelled() => return usage.unwatch(&key),
                    () = &mut ends => match usage.unwatch_idle(&key) {
                        Some(again) => ends.set(unwatched(again)),
                        None => return,
                    },
                    () = usage.stream(&container, &*runtime) => {}
                }
            }
        });
        Ok(watch)
    }

    fn unwatch(&self, key: &str) {
        self.watched.lock().unwrap_or_else(PoisonError::into_inner).remove(key);
    }

    /// Ends the entry, unless somebody came at the last moment.
    fn unwatch_idle(&self, key: &str) -> Option<watch::Receiver<usize>> {
        let mut watched = self.watched.lock().unwrap_or_else(PoisonError::into_inner);
        let again = watched.get(key).map(|entry| entry.watchers.subscribe());
        let again = again.filter(|watchers| *watchers.borrow() > 0);
        if again.is_none() {
            watched.remove(key);
        }
        again
    }

    /// One stream of the engine's until it ends, and a pause.
    async fn stream(&self, container: &Arc<ContainerState>, runtime: &dyn Runtime) {
        if let Ok(mut samples) = runtime.stats_stream(&container.facts.id).await {
            let mut before = None;
            while let Some(Ok(sample)) = samples.next().await {
                let Some(time) = sample.read else { continue };
                let now = (sample.cpu_total, sample.cpu_system);
                let earlier = before.replace(now);
                if sample.before.or(earlier).is_none() {
                    continue;
                }
                self.put(StatsRecord {
                    container: container.clone(),
                    time: time.min(Utc::now()),
                    streamed: Some(Instant::now()),
                    stats: stats(&sample, earlier),
                });
            }
        }
        sleep(AGAIN).await;
    }
}

/// Resolves when nobody has watched for a while.
async fn unwatched(mut watchers: watch::Receiver<usize>) {
    // The other end is gone when the entry is: then too, nobody watches.
    while watchers.wait_for(|watchers| *watchers == 0).await.is_ok() {
        if timeout(LINGER, watchers.wait_for(|watchers| *watchers > 0)).await.is_err() {
            return;
        }
    }
}
