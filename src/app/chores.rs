//! What is done now and then: a dump of the records every hour, and the removal of what has ended.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::domain::account::{Accounts, Audit};
use crate::store::sled::SledStore;

const HOUR: Duration = Duration::from_secs(3_600);

/// Does the chores every hour until `stop`.
pub(super) fn start(
    stop: &CancellationToken,
    accounts: Arc<Accounts>,
    audit: Arc<Audit>,
    store: Arc<SledStore>,
) {
    let work = async move {
        let mut hours = tokio::time::interval_at(tokio::time::Instant::now() + HOUR, HOUR);
        loop {
            hours.tick().await;
            if let Err(error) = accounts.prune().await {
                tracing::warn!(?error, "what has ended could not be removed");
            }
            if let Err(error) = audit.prune().await {
                tracing::warn!(?error, "old audit entries could not be removed");
            }
            let dumped = store.clone();
            match tokio::task::spawn_blocking(move || dumped.dump()).await {
                Ok(Ok(file)) => tracing::info!(file = %file.display(), "the records were dumped"),
                Ok(Err(error)) => tracing::error!(%error, "the records could not be dumped"),
                Err(error) => tracing::error!(%error, "the records could not be dumped"),
            }
        }
    };
    tokio::spawn(stop.clone().run_until_cancelled_owned(work));
}
