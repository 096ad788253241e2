//! Reads the counters of every running container of a host in turn.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use chrono::Utc;
use futures::StreamExt;
use quayside_protocol::reply::HostState;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep, sleep_until, timeout};

use super::formula::stats;
use super::{StatsRecord, Usage};
use crate::domain::inventory::{ContainerState, HostMirror};
use crate::domain::live::Record;
use crate::runtime::{Runtime, StatsSample};

/// Between two calls: 20 a second and host.
pub(super) const PACE: Duration = Duration::from_millis(50);
/// Calls under way at a time: one that hangs does not hold the others up.
const AT_ONCE: usize = 4;
/// How long one call may take.
const CALL: Duration = Duration::from_secs(5);
/// CPU use of a container that was never read is measured over so long.
const FIRST: Duration = Duration::from_secs(1);

/// CPU time of container and machine when a container was last read, by its id.
type Before = HashMap<String, (u64, u64)>;

impl Usage {
    /// Sweeps the host's containers for ever, while it is online.
    pub(crate) async fn sweep(&self, runtime: &dyn Runtime, mirror: &HostMirror) {
        if self.interval.is_zero() {
            return std::future::pending().await;
        }
        let mut before = Before::new();
        let mut standing = mirror.standing();
        while standing.wait_for(|standing| standing.state == HostState::Online).await.is_ok() {
            let began = Instant::now();
            self.round(runtime, mirror, &mut before).await;
            sleep_until(began + self.interval.max(FIRST)).await;
        }
    }

    async fn round(&self, runtime: &dyn Runtime, mirror: &HostMirror, before: &mut Before) {
        let records = mirror.records();
        let up: Vec<_> = records.iter().filter(|record| record.is_up()).cloned().collect();
        self.forget(mirror.name(), &records, &up);
        before.retain(|id, _| up.iter().any(|record| record.facts.id == *id));
        let first: Vec<_> =
            up.iter().filter(|r| !before.contains_key(&r.facts.id)).cloned().collect();
        self.read(runtime, up, before).await;
        if !first.is_empty() {
            sleep(FIRST).await;
            self.read(runtime, first, before).await;
        }
    }

    async fn read(
        &self,
        runtime: &dyn Runtime,
        containers: Vec<Arc<ContainerState>>,
        before: &mut Before,
    ) {
        let mut pace = interval(PACE);
        pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let paced = futures::stream::unfold(
            (containers.into_iter(), pace),
            |(mut containers, mut pace)| async move {
                pace.tick().await;
                Some((containers.next()?, (containers, pace)))
            },
        );
        let mut samples = std::pin::pin!(
            paced
                .map(|record| async move {
                    let sample = timeout(CALL, runtime.stats(&record.facts.id, false)).await;
                    (record, sample.ok().and_then(Result::ok))
                })
                .buffer_unordered(AT_ONCE)
        );
        while let Some((record, sample)) = samples.next().await {
            let Some(sample) = sample.filter(|sample| sample.read.is_some()) else { continue };
            let now = (sample.cpu_total, sample.cpu_system);
            if let Some(then) = before.insert(record.facts.id.clone(), now) {
                self.swept(record, &sample, then);
            }
        }
    }

    fn swept(&self, container: Arc<ContainerState>, sample: &StatsSample, before: (u64, u64)) {
        let stats = stats(sample, Some(before));
        let time = sample.read.unwrap_or_else(Utc::now);
        self.past().put(container.key(), time, stats.clone());
        // A stream that somebody watches is newer than any sweep.
        let streamed = self.live.get(&container.key()).and_then(|record| record.streamed);
        if streamed.is_none_or(|at| at.elapsed() > CALL) {
            self.put(StatsRecord { container, time, streamed: None, stats });
        }
    }

    /// Values of containers that stopped are no longer shown; those that are gone lose their past too.
    fn forget(&self, host: &str, all: &[Arc<ContainerState>], up: &[Arc<ContainerState>]) {
        let prefix = format!("{host}/");
        let up: HashSet<_> = up.iter().map(|record| record.key()).collect();
        let all: HashSet<_> = all.iter().map(|record| record.key()).collect();
        let shown = self.live.all().into_iter().map(|record| record.key());
        let stopped: Vec<_> =
            shown.filter(|key| key.starts_with(&prefix) && !up.contains(key)).collect();
        self.live.apply(Vec::new(), &stopped);
        self.past().retain(|key| !key.starts_with(&prefix) || all.contains(key));
    }
}
