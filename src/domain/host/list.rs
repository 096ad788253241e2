//! Reading hosts.

use std::time::Duration;

use quayside_protocol::reply::{DiskUse, Host};
use tokio::time::timeout;

use super::Hosts;
use crate::auth::Principal;
use crate::domain::live::Record;
use crate::error::{Error, Result};

/// How long an engine may take to add up its disk use: it walks through all layers.
const DISK_USE: Duration = Duration::from_secs(60);

impl Hosts {
    /// Every host, online or not, by name; the counts are of the containers that `principal` may know of.
    #[must_use]
    pub fn list(&self, principal: &Principal) -> Vec<Host> {
        let mut records = self.fleet.inventory().hosts.all();
        records.sort_by_key(|record| record.key());
        let count = |host: &str| self.fleet.count(host, principal);
        records.iter().map(|record| record.to_host(count(&record.host))).collect()
    }

    /// One host.
    ///
    /// # Errors
    /// `not_found`.
    pub fn get(&self, principal: &Principal, host: &str) -> Result<Host> {
        let record = self.fleet.inventory().hosts.get(host);
        let record = record
            .ok_or_else(|| Error::not_found(format!("no host named {host}")).with_field("host"))?;
        Ok(record.to_host(self.fleet.count(host, principal)))
    }

    /// What the engine uses of its disk. Any role may read it.
    ///
    /// # Errors
    /// `not_found`, `unavailable`, `timeout`, `engine`.
    pub async fn df(&self, host: &str) -> Result<DiskUse> {
        let runtime = self.fleet.runtime(host).await?;
        match timeout(DISK_USE, runtime.disk_use()).await {
            Ok(found) => Ok(found?),
            Err(_) => Err(Error::new(
                quayside_protocol::ErrorCode::Timeout,
                format!("host {host} did not add up its disk use within 60 s"),
            )),
        }
    }
}
