//! One question to many hosts: the answers that came in time, and why the others did not.

use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use quayside_protocol::reply::Failure;
use quayside_protocol::unit::Filter;
use tokio::time::timeout;

use super::Fleet;
use super::lookup::failure;
use crate::error::{Error, Result};
use crate::runtime::{self, Runtime};

/// Hosts that are asked at a time: enough that a few dead ones do not make the others wait.
const AT_ONCE: usize = 32;

impl Fleet {
    /// Asks each host that `hosts` lets through, each within `limit`. Answers stand in the order of the hosts' names.
    ///
    /// # Errors
    /// `not_found`: a host that is asked for by name does not exist.
    pub async fn ask_all<T, F>(
        &self,
        hosts: &Filter,
        limit: Duration,
        ask: impl Fn(Arc<str>, Arc<dyn Runtime>) -> F,
    ) -> Result<(Vec<T>, Vec<Failure>)>
    where
        F: Future<Output = runtime::Result<T>>,
    {
        for host in &hosts.0 {
            self.handle(host)?;
        }
        let asked = self.handles().into_iter().map(|handle| handle.settings.name.clone());
        let asked = asked.filter(|host| hosts.allows(host)).map(|host| {
            let ask = &ask;
            async move {
                let answer = timeout(limit, async {
                    let runtime = self.runtime(&host).await?;
                    ask(host.clone(), runtime).await.map_err(Error::from)
                });
                let late = || {
                    let words = format!("host {host} did not answer in time");
                    Error::new(quayside_protocol::ErrorCode::Timeout, words)
                };
                let answer = answer.await.unwrap_or_else(|_| Err(late()));
                answer.map_err(|error| failure(&host, &error))
            }
        });
        let answers: Vec<_> = futures::stream::iter(asked).buffered(AT_ONCE).collect().await;
        let (mut items, mut failures) = (Vec::new(), Vec::new());
        for answer in answers {
            match answer {
                Ok(item) => items.push(item),
                Err(failure) => failures.push(failure),
            }
        }
        Ok((items, failures))
    }
}
