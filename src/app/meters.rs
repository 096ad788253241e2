//! What is counted where parts meet, so that the parts need not know of metrics.

use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::Utc;
use futures::future::BoxFuture;
use quayside_protocol::reply::HostState;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::broker::log::Incoming;
use crate::domain::fleet::Fleet;
use crate::metrics::Metrics;
use crate::runtime::supervisor::{HostEvent, Payload};
use crate::store::{Key, Prefix, Revision, Store, StoreError, Versioned, Write};

/// Hands what supervisors tell to the log, in order, and counts it.
pub(super) async fn into_log(
    mut inbox: mpsc::Receiver<HostEvent>,
    log: mpsc::Sender<Incoming>,
    metrics: Arc<Metrics>,
) {
    while let Some(event) = inbox.recv().await {
        metrics.events_in(&event.host).inc();
        let late = Utc::now().timestamp_nanos_opt().unwrap_or_default() - event.time_nano;
        if let Ok(late) = u64::try_from(late) {
            metrics.event_lag(&event.host).observe(Duration::from_nanos(late).as_secs_f64());
        }
        if matches!(event.payload, Payload::Gap(_)) {
            metrics.gap(&event.host);
        }
        if log.send(event.into()).await.is_err() {
            return;
        }
    }
}

/// Follows which hosts are up until `stop`.
pub(super) fn start(stop: &CancellationToken, metrics: Arc<Metrics>, fleet: Arc<Fleet>) {
    let work = async move {
        let mut moved = fleet.inventory().hosts.watch();
        let mut seen = 0;
        loop {
            let changes = fleet.inventory().hosts.since(seen);
            seen = changes.revision;
            for host in changes.set {
                metrics.host_up(&host.host, host.standing.state == HostState::Online);
            }
            for host in changes.removed {
                metrics.forget_host(&host.host);
            }
            if moved.changed().await.is_err() {
                return;
            }
        }
    };
    tokio::spawn(stop.clone().run_until_cancelled_owned(work));
}

/// A store whose commits are counted and timed.
pub(super) struct MeteredStore<S> {
    store: Arc<S>,
    metrics: Arc<Metrics>,
}

impl<S> MeteredStore<S> {
    pub(super) fn new(store: Arc<S>, metrics: Arc<Metrics>) -> Self {
        Self { store, metrics }
    }
}

impl<S: Store> Store for MeteredStore<S> {
    fn get(&self, key: &Key) -> Result<Option<Versioned>, StoreError> {
        self.store.get(key)
    }

    fn list(
        &self,
        prefix: &Prefix,
        after: Option<&Key>,
        limit: usize,
    ) -> Result<Vec<(Key, Versioned)>, StoreError> {
        self.store.list(prefix, after, limit)
    }

    fn list_reverse(
        &self,
        prefix: &Prefix,
        before: Option<&Key>,
        limit: usize,
    ) -> Result<Vec<(Key, Versioned)>, StoreError> {
        self.store.list_reverse(prefix, before, limit)
    }

    fn commit(&self, writes: Vec<Write>) -> BoxFuture<'static, Result<Vec<Revision>, StoreError>> {
        let (metrics, begun) = (self.metrics.clone(), Instant::now());
        let commit = self.store.commit(writes);
        Box::pin(async move {
            let done = commit.await;
            metrics.store_commit(begun.elapsed());
            metrics.store_write(match &done {
                Ok(_) => "ok",
                Err(StoreError::Conflict { .. }) => "conflict",
                Err(StoreError::Full { .. }) => "full",
                Err(_) => "failed",
            });
            done
        })
    }

    fn room(&self) -> Result<(), StoreError> {
        self.store.room()
    }
}
