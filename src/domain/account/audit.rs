//! The audit: who did what, from where, and whether it was let through. Secrets never get here.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{DateTime, TimeDelta, Utc};
use quayside_protocol::Position;
use quayside_protocol::command::account::AuditList;
use quayside_protocol::reply::{AuditEntry, List};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::super::page::{self, read_time};
use super::wire_time;
use crate::auth::Caller;
use crate::error::{Error, Result};
use crate::store::collection::{Collection, Record, Stored};
use crate::store::{Expect, Key, Store, StoreError, Write, keys};

/// Entries are kept for a year.
const KEEP: TimeDelta = TimeDelta::days(365);
/// Entries read for one answer: a filter that matches nothing must not read a year of entries at once.
const MAX_SCAN: usize = 20_000;
/// Entries read or removed in one step.
const STEP: usize = 500;
/// Longest detail or target that is stored, in bytes: both may hold words of clients.
const MAX_TEXT: usize = 512;

#[derive(Serialize, Deserialize)]
struct EntryRecord {
    username: String,
    address: String,
    action: String,
    target: String,
    result: String,
    detail: String,
}

impl Record for EntryRecord {
    const VERSION: u32 = 1;

    fn migrate(_: u32, _: &mut Map<String, Value>) -> Result<(), String> {
        Err("there was no version before the first".into())
    }
}

/// The audit in the store.
pub struct Audit {
    entries: Collection<EntryRecord>,
    store: Arc<dyn Store>,
    last: AtomicU64,
}

impl Audit {
    /// The audit in `store`.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn new(store: Arc<dyn Store>) -> Result<Self> {
        let entries: Collection<EntryRecord> = Collection::new(store.clone(), keys::AUDIT);
        let newest = entries.list_reverse(None, 1)?;
        let last = newest.first().and_then(|entry| position(&entry.key)).unwrap_or_default();
        Ok(Self { entries, store, last: AtomicU64::new(last.0) })
    }

    /// The write of an entry, for the commit of the change it speaks of.
    ///
    /// # Errors
    /// It cannot be worded as JSON.
    pub(in crate::domain) fn write(
        &self,
        caller: &Caller,
        action: &str,
        target: &str,
        result: &str,
        detail: &str,
    ) -> Result<Write, StoreError> {
        let username = caller.principal.as_ref().map_or("", |p| &p.username);
        self.write_as(username, caller, action, target, result, detail)
    }

    /// The same, done by an account that has not proved itself (a login).
    pub(super) fn write_as(
        &self,
        username: &str,
        caller: &Caller,
        action: &str,
        target: &str,
        result: &str,
        detail: &str,
    ) -> Result<Write, StoreError> {
        let entry = EntryRecord {
            username: cut(username),
            address: caller.address.to_string(),
            action: action.to_owned(),
            target: cut(target),
            result: result.to_owned(),
            detail: cut(detail),
        };
        self.entries.write(keys::audit(self.next()), &entry, Expect::Absent)
    }

    /// Whether entries are taken now: to be asked before something is done that cannot be undone.
    ///
    /// # Errors
    /// `full`.
    pub fn room(&self) -> Result<()> {
        Ok(self.store.room()?)
    }

    /// Stores an entry by itself: of what was done elsewhere, or refused. What has happened has happened: an entry
    /// that the store does not take goes to the log, and the answer stays what it is.
    pub async fn record(
        &self,
        caller: &Caller,
        action: &str,
        target: &str,
        result: &str,
        detail: &str,
    ) {
        let username = caller.principal.as_ref().map_or("", |p| &p.username);
        self.record_as(username, caller, action, target, result, detail).await;
    }

    /// The same, by an account that has not proved itself.
    pub(super) async fn record_as(
        &self,
        username: &str,
        caller: &Caller,
        action: &str,
        target: &str,
        result: &str,
        detail: &str,
    ) {
        let write = self.write_as(username, caller, action, target, result, detail);
        let stored = match write {
            Ok(write) => self.store.commit(vec![write]).await.map(drop),
            Err(error) => Err(error),
        };
        if let Err(error) = stored {
            let (username, target, detail) = (cut(username), cut(target), cut(detail));
            tracing::error!(
                username, address = %caller.address, action, target, result, detail, %error,
                "an audit entry could not be stored"
            );
        }
    }

    /// Commits `writes` with the entry that tells of them. On a full disk those that only remove are done without it,
    /// and the log has it: whoever may end a session can end it then too.
    pub(in crate::domain) async fn commit(
        &self,
        entry: Write,
        mut writes: Vec<Write>,
    ) -> Result<(), StoreError> {
        let removes = writes.iter().all(|write| matches!(write, Write::Delete { .. }));
        let alone = (removes && !writes.is_empty()).then(|| writes.clone());
        writes.push(entry.clone());
        match (self.store.commit(writes).await, alone, entry) {
            (Err(error @ StoreError::Full { .. }), Some(writes), Write::Put { value, .. }) => {
                let entry = String::from_utf8_lossy(&value);
                tracing::error!(%entry, %error, "an audit entry could not be stored");
                self.store.commit(writes).await.map(drop)
            }
            (done, _, _) => done.map(drop),
        }
    }

    /// Time in nanoseconds, and one more than the entry before where the clock stands or steps back.
    fn next(&self) -> Position {
        let now =
            u64::try_from(Utc::now().timestamp_nanos_opt().unwrap_or_default()).unwrap_or_default();
        let step = |last: u64| Some(now.max(last + 1));
        match self.last.fetch_update(Ordering::Relaxed, Ordering::Relaxed, step) {
            Ok(last) | Err(last) => Position(now.max(last + 1)),
        }
    }

    /// Entries that pass the filters, newest first. With `next` there may be more, even after an empty page.
    ///
    /// # Errors
    /// `invalid` with the field.
    pub fn list(&self, query: &AuditList) -> Result<List<AuditEntry>> {
        let limit = page::limit(query.limit, 100)?;
        let since = query.since.as_deref().map(|text| read_time("since", text)).transpose()?;
        let until = query.until.as_deref().map(|text| read_time("until", text)).transpose()?;
        let mut before =
            match &query.after {
                None => None,
                Some(after) => Some(keys::audit(after.parse().map_err(|_| {
                    Error::invalid("after", "must be `next` of the answer before")
                })?)),
            };
        let (mut items, mut scanned) = (Vec::new(), 0);
        loop {
            let entries = self.entries.list_reverse(before.as_ref(), STEP)?;
            let end = entries.len() < STEP;
            for entry in entries {
                let at = time(&entry.key);
                if since.is_some_and(|since| at < since) {
                    return Ok(List::whole(items));
                }
                scanned += 1;
                before = Some(entry.key.clone());
                let matches = until.is_none_or(|until| at <= until)
                    && query.username.allows(&entry.value.username)
                    && query.action.allows(&entry.value.action)
                    && query.target.allows(&entry.value.target);
                if matches {
                    items.push(to_wire(entry));
                }
                if items.len() >= limit {
                    break;
                }
            }
            let full = items.len() >= limit || scanned >= MAX_SCAN;
            if full || end {
                let more = full.then_some(before).flatten().and_then(|key| key.name());
                return Ok(List { items, failures: Vec::new(), next: more });
            }
        }
    }

    /// Removes entries older than a year; called now and then.
    ///
    /// # Errors
    /// The store did not take it.
    pub async fn prune(&self) -> Result<()> {
        let end = Utc::now() - KEEP;
        loop {
            let oldest = self.entries.list(None, STEP)?;
            let writes: Vec<_> = oldest
                .into_iter()
                .filter(|entry| time(&entry.key) < end)
                .map(|entry| Write::Delete { key: entry.key, expect: Expect::Any })
                .collect();
            if writes.is_empty() {
                return Ok(());
            }
            self.store.commit(writes).await?;
        }
    }
}

fn position(key: &Key) -> Option<Position> {
    key.name()?.parse().ok()
}

fn time(key: &Key) -> DateTime<Utc> {
    let nanos = position(key).unwrap_or_default().0;
    DateTime::from_timestamp_nanos(i64::try_from(nanos).unwrap_or(i64::MAX))
}

fn to_wire(entry: Stored<EntryRecord>) -> AuditEntry {
    let value = entry.value;
    AuditEntry {
        id: entry.key.name().unwrap_or_default(),
        time: wire_time(time(&entry.key)),
        username: value.username,
        address: value.address,
        action: value.action,
        target: value.target,
        result: value.result,
        detail: value.detail,
    }
}

fn cut(text: &str) -> String {
    let mut end = text.len().min(MAX_TEXT);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default().to_owned()
}
