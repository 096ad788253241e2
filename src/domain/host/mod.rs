//! The verbs of noun `host`: which engines there are, and how they are reached. Those of the configuration are there
//! at each start and cannot be changed; those made at run time are stored, their keys encrypted and never shown.

mod check;
mod list;
mod record;
mod seal;
mod ssh;
mod test;

use std::sync::Arc;

use quayside_protocol::command::host::{Create, Update};
use quayside_protocol::reply::Host;

use super::account::Audit;
use super::fleet::{Fleet, HostSettings};
use crate::auth::{Caller, Principal, Secret};
use crate::error::{Error, Result};
use crate::store::collection::{Collection, Stored};
use crate::store::{Expect, Store, StoreError, Write, keys};
use record::StoredHost;
use seal::Seal;

/// More than one hub is made for: each has tasks and a connection of its own.
const MAX_HOSTS: usize = 1_000;
/// Records read in one step.
const STEP: usize = 500;

/// The hosts that were made at run time, and the verbs of all.
pub struct Hosts {
    fleet: Arc<Fleet>,
    records: Collection<StoredHost>,
    audit: Arc<Audit>,
    seal: Seal,
    /// Held while a host is made, changed or removed, so that the store and the fleet say the same.
    changes: tokio::sync::Mutex<()>,
}

impl Hosts {
    /// The hosts in `store`; `key` opens what is stored of their keys.
    #[must_use]
    pub fn new(
        fleet: Arc<Fleet>,
        store: Arc<dyn Store>,
        audit: Arc<Audit>,
        key: &Secret<[u8; 32]>,
    ) -> Self {
        let records = Collection::new(store, keys::HOSTS);
        let changes = tokio::sync::Mutex::new(());
        Self { fleet, records, audit, seal: Seal::new(key), changes }
    }

    /// Starts the stored hosts. Where the configuration has one of the same name, which is started before, that one
    /// wins. One whose keys cannot be opened any more is listed as offline, with the reason.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn open(&self) -> Result<()> {
        let mut after = None;
        loop {
            let page = self.records.list(after.as_ref(), STEP)?;
            for Stored { key, value, .. } in &page {
                let Some(name) = key.name() else { continue };
                if self.fleet.handle(&name).is_ok() {
                    tracing::warn!(host = name, "a host of the configuration has this name too");
                    continue;
                }
                match value.open(&name, &self.seal) {
                    Ok(settings) => self.fleet.open(settings, false),
                    Err(error) => self.fleet.open_closed(value.bare(&name)?, &error),
                }
            }
            match page.into_iter().next_back() {
                Some(last) => after = Some(last.key),
                None => return Ok(()),
            }
        }
    }

    /// Makes a host and answers when it is stored; connecting goes on.
    ///
    /// # Errors
    /// `forbidden`, `invalid`, `conflict` for a name that is taken.
    pub async fn create(&self, caller: &Caller, create: Create) -> Result<Host> {
        let principal = admin(caller)?;
        let settings = check::create(&create)?;
        self.fleet.make(&settings)?;
        let _alone = self.changes.lock().await;
        if self.fleet.handle(&create.host).is_ok() {
            let words = format!("a host named {} is there already", create.host);
            return Err(Error::conflict(words).with_field("host"));
        }
        if self.fleet.handles().len() >= MAX_HOSTS {
            return Err(Error::conflict(format!("{MAX_HOSTS} hosts are the most there can be")));
        }
        let value = StoredHost::seal(&settings, &self.seal)?;
        // A record of this name can be there only if the configuration once went before it and no longer does.
        let write = self.records.write(keys::host(&create.host), &value, Expect::Any)?;
        self.commit(caller, "host_create", &settings, write).await?;
        self.fleet.add(settings, &by("added", principal)).await?;
        self.get(principal, &create.host)
    }

    /// Changes a host. A new address drops stored keys unless they are sent again: whoever may name an address must
    /// not be able to have another's keys tried on it.
    ///
    /// # Errors
    /// `forbidden`, `not_found`, `conflict` for one of the configuration, `invalid`.
    pub async fn update(&self, caller: &Caller, update: Update) -> Result<Host> {
        let principal = admin(caller)?;
        let _alone = self.changes.lock().await;
        let handle = self.own(&update.host)?;
        let settings = check::update(&handle.settings, &update)?;
        self.fleet.make(&settings)?;
        let value = StoredHost::seal(&settings, &self.seal)?;
        let write = self.records.write(keys::host(&update.host), &value, Expect::Any)?;
        self.commit(caller, "host_update", &settings, write).await?;
        self.fleet.change(settings).await?;
        self.get(principal, &update.host)
    }

    /// Removes a host; nothing changes on its engine.
    ///
    /// # Errors
    /// `forbidden`, `not_found`, `conflict` for one of the configuration.
    pub async fn remove(&self, caller: &Caller, host: &str) -> Result<()> {
        let principal = admin(caller)?;
        let _alone = self.changes.lock().await;
        let handle = self.own(host)?;
        let write = Write::Delete { key: keys::host(host), expect: Expect::Any };
        self.commit(caller, "host_remove", &handle.settings, write).await?;
        self.fleet.drop_host(host, &by("removed", principal)).await;
        Ok(())
    }

    async fn commit(
        &self,
        caller: &Caller,
        action: &str,
        settings: &HostSettings,
        write: Write,
    ) -> Result<(), StoreError> {
        let HostSettings { name, addr, .. } = settings;
        let entry = self.audit.write(caller, action, name, "ok", addr)?;
        self.audit.commit(entry, vec![write]).await
    }

    /// One that can be changed.
    fn own(&self, host: &str) -> Result<Arc<super::fleet::Handle>> {
        let handle = self.fleet.handle(host)?;
        if handle.configured {
            let words = format!("host {host} stands in the configuration: change it there");
            return Err(Error::conflict(words).with_field("host"));
        }
        Ok(handle)
    }
}

fn by(what: &str, principal: &Principal) -> String {
    format!("{what} by {}", principal.username)
}

fn admin(caller: &Caller) -> Result<&Principal> {
    let principal = caller.principal.as_ref().ok_or_else(Error::unauthenticated)?;
    if principal.is_admin() {
        return Ok(principal);
    }
    Err(Error::forbidden("only an admin may do this to hosts"))
}

#[cfg(test)]
mod tests;
