//! A store that forgets when it is dropped, for tests of the domain. It keeps the same promises but durability.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use futures::FutureExt;
use futures::future::BoxFuture;
use quayside_protocol::position::Position;

use super::{
    EventBounds, EventStore, Expect, Key, MAX_PAGE, Prefix, Revision, Store, StoreError,
    StoredEvent, Trimmed, Versioned, Write, check_events, check_writes,
};

/// Clones share what is stored.
#[derive(Debug, Clone, Default)]
pub struct MemoryStore {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    revision: u64,
    records: BTreeMap<Key, Versioned>,
    events: BTreeMap<Position, Bytes>,
    trimmed: Option<Position>,
    full: bool,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> MemoryStore {
        MemoryStore::default()
    }

    /// Has it refuse what grows it from now on, or take it again.
    pub fn set_full(&self, full: bool) {
        self.state().full = full;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn room(&self) -> Result<(), StoreError> {
        if self.full { Err(StoreError::Full { used: 1_000, size: 1_000 }) } else { Ok(()) }
    }

    fn commit(&mut self, writes: Vec<Write>) -> Result<Vec<Revision>, StoreError> {
        check_writes(&writes)?;
        if writes.iter().any(|write| matches!(write, Write::Put { .. })) {
            self.room()?;
        }
        for write in &writes {
            let found = self.records.get(write.key()).map(|record| record.revision);
            let holds = match write.expect() {
                Expect::Any => true,
                Expect::Absent => found.is_none(),
                Expect::Revision(revision) => found == Some(revision),
            };
            if !holds {
                return Err(StoreError::Conflict { key: write.key().clone() });
            }
        }
        let mut revisions = Vec::with_capacity(writes.len());
        for write in writes {
            self.revision += 1;
            let revision = Revision(self.revision);
            match write {
                Write::Put { key, value, .. } => {
                    self.records.insert(key, Versioned { revision, value });
                }
                Write::Delete { key, .. } => {
                    self.records.remove(&key);
                }
            }
            revisions.push(revision);
        }
        Ok(revisions)
    }

    fn trim(&mut self, keep_count: u64, not_before: Position) -> Trimmed {
        let mut trimmed = Trimmed::default();
        while let Some((&position, _)) = self.events.first_key_value() {
            if self.events.len() as u64 <= keep_count && position >= not_before {
                break;
            }
            self.events.remove(&position);
            self.trimmed = Some(position);
            trimmed = Trimmed { removed: trimmed.removed + 1, last: Some(position) };
        }
        trimmed
    }
}

impl Store for MemoryStore {
    fn get(&self, key: &Key) -> Result<Option<Versioned>, StoreError> {
        Ok(self.state().records.get(key).cloned())
    }

    fn list(
        &self,
        prefix: &Prefix,
        after: Option<&Key>,
        limit: usize,
    ) -> Result<Vec<(Key, Versioned)>, StoreError> {
        let state = self.state();
        let covered = state.records.iter().filter(|(key, _)| prefix.covers(key));
        let later = covered.filter(|(key, _)| after.is_none_or(|after| *key > after));
        Ok(later
            .take(limit.min(MAX_PAGE))
            .map(|(key, record)| (key.clone(), record.clone()))
            .collect())
    }

    fn list_reverse(
        &self,
        prefix: &Prefix,
        before: Option<&Key>,
        limit: usize,
    ) -> Result<Vec<(Key, Versioned)>, StoreError> {
        let state = self.state();
        let covered = state.records.iter().rev().filter(|(key, _)| prefix.covers(key));
        let earlier = covered.filter(|(key, _)| before.is_none_or(|before| *key < before));
        Ok(earlier
            .take(limit.min(MAX_PAGE))
            .map(|(key, record)| (key.clone(), record.clone()))
            .collect())
    }

    fn commit(&self, writes: Vec<Write>) -> BoxFuture<'static, Result<Vec<Revision>, StoreError>> {
        let store = self.clone();
        async move { store.state().commit(writes) }.boxed()
    }

    fn room(&self) -> Result<(), StoreError> {
        self.state().room()
    }
}

impl EventStore for MemoryStore {
    fn append_events(
        &self,
        events: Vec<StoredEvent>,
    ) -> BoxFuture<'static, Result<(), StoreError>> {
        let store = self.clone();
        async move {
            check_events(&events)?;
            let mut state = store.state();
            state.room()?;
            let trimmed = state.trimmed;
            let kept =
                events.into_iter().filter(|event| trimmed.is_none_or(|t| event.position > t));
            state.events.extend(kept.map(|event| (event.position, event.value)));
            Ok(())
        }
        .boxed()
    }

    fn read_events(&self, after: Position, limit: usize) -> Result<Vec<StoredEvent>, StoreError> {
        let state = self.state();
        let later = state.events.range((Bound::Excluded(after), Bound::Unbounded));
        let event = |(position, value): (&Position, &Bytes)| StoredEvent {
            position: *position,
            value: value.clone(),
        };
        Ok(later.take(limit.min(MAX_PAGE)).map(event).collect())
    }

    fn read_events_back(
        &self,
        from: Position,
        limit: usize,
    ) -> Result<Vec<StoredEvent>, StoreError> {
        let state = self.state();
        let earlier = state.events.range(..=from).rev();
        let event = |(position, value): (&Position, &Bytes)| StoredEvent {
            position: *position,
            value: value.clone(),
        };
        Ok(earlier.take(limit.min(MAX_PAGE)).map(event).collect())
    }

    fn event_bounds(&self) -> Result<EventBounds, StoreError> {
        let state = self.state();
        let first = state.events.first_key_value().map(|(position, _)| *position);
        let last = state.events.last_key_value().map(|(position, _)| *position);
        let count = state.events.len() as u64;
        Ok(EventBounds { span: first.zip(last), count, trimmed: state.trimmed })
    }

    fn trim_events(
        &self,
        keep_count: u64,
        not_before: Position,
    ) -> BoxFuture<'static, Result<Trimmed, StoreError>> {
        let store = self.clone();
        async move { Ok(store.state().trim(keep_count, not_before)) }.boxed()
    }
}
