//! State that is watched: the newest record of each key, and which changed since when.
//!
//! A watcher keeps one number, the revision it has seen, and no queue: what changed twice in between is read
//! once, in its newest form.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, PoisonError, RwLock};

use tokio::sync::watch;

/// Removed keys that are remembered. A watcher that is further behind gets a snapshot again; a removal is
/// 200 bytes, so this bounds them to under 2 MB.
const MAX_REMOVED: usize = 8_192;

/// What a record must tell for filters and rights.
pub trait Record: Send + Sync + 'static {
    /// Its key on the wire.
    fn key(&self) -> String;
}

struct Slot<R> {
    revision: u64,
    record: Arc<R>,
    removed: bool,
}

struct State<R> {
    revision: u64,
    /// The newest revision whose removal was forgotten.
    forgotten: u64,
    slots: HashMap<String, Slot<R>>,
    /// Keys by the revision of their last change.
    order: BTreeMap<u64, String>,
    removed: usize,
}

/// The newest record of each key.
pub struct Live<R> {
    state: RwLock<State<R>>,
    head: watch::Sender<u64>,
}

/// What changed after a revision.
pub struct Changes<R> {
    /// The revision that this brings the watcher to.
    pub revision: u64,
    /// Whether `set` is everything there is, rather than what changed.
    pub snapshot: bool,
    /// New and changed records.
    pub set: Vec<Arc<R>>,
    /// The last form of records that are gone.
    pub removed: Vec<Arc<R>>,
}

impl<R: Record> Default for Live<R> {
    fn default() -> Self {
        Self {
            state: RwLock::new(State {
                revision: 0,
                forgotten: 0,
                slots: HashMap::new(),
                order: BTreeMap::new(),
                removed: 0,
            }),
            head: watch::Sender::new(0),
        }
    }
}

impl<R: Record> Live<R> {
    /// Puts records in, in one step that no watcher sees half of.
    pub fn apply(&self, set: Vec<Arc<R>>, remove: &[String]) {
        if set.is_empty() && remove.is_empty() {
            return;
        }
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        for record in set {
            state.put(record.key(), record, false);
        }
        for key in remove {
            let live = state.slots.get(key).filter(|slot| !slot.removed);
            if let Some(record) = live.map(|slot| slot.record.clone()) {
                state.put(key.clone(), record, true);
            }
        }
        state.forget();
        self.head.send_replace(state.revision);
    }

    /// The record of `key`.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<Arc<R>> {
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        state.slots.get(key).filter(|slot| !slot.removed).map(|slot| slot.record.clone())
    }

    /// All records, in no order.
    #[must_use]
    pub fn all(&self) -> Vec<Arc<R>> {
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        state.slots.values().filter(|slot| !slot.removed).map(|slot| slot.record.clone()).collect()
    }

    /// The revision of the last change.
    #[must_use]
    pub fn revision(&self) -> u64 {
        *self.head.borrow()
    }

    /// What changed after `revision`; everything where that is 0 or too long ago.
    #[must_use]
    pub fn since(&self, revision: u64) -> Changes<R> {
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        let snapshot = revision == 0 || revision < state.forgotten;
        let mut changes =
            Changes { revision: state.revision, snapshot, set: Vec::new(), removed: Vec::new() };
        let from = if snapshot { 0 } else { revision + 1 };
        for slot in state.order.range(from..).filter_map(|(_, key)| state.slots.get(key)) {
            match (slot.removed, snapshot) {
                (false, _) => changes.set.push(slot.record.clone()),
                (true, false) => changes.removed.push(slot.record.clone()),
                (true, true) => {}
            }
        }
        changes
    }

    /// Tells when there is something newer; the value is the newest revision.
    #[must_use]
    pub fn watch(&self) -> watch::Receiver<u64> {
        self.head.subscribe()
    }
}

impl<R> State<R> {
    fn put(&mut self, key: String, record: Arc<R>, removed: bool) {
        self.revision += 1;
        let slot = Slot { revision: self.revision, record, removed };
        self.order.insert(self.revision, key.clone());
        self.removed += usize::from(removed);
        if let Some(old) = self.slots.insert(key, slot) {
            self.order.remove(&old.revision);
            self.removed -= usize::from(old.removed);
        }
    }

    fn forget(&mut self) {
        while self.removed > MAX_REMOVED {
            let oldest = self.order.iter().find_map(|(revision, key)| {
                self.slots.get(key).filter(|slot| slot.removed).map(|_| (*revision, key.clone()))
            });
            let Some((revision, key)) = oldest else { return };
            self.order.remove(&revision);
            self.slots.remove(&key);
            self.removed -= 1;
            self.forgotten = revision;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Thing(&'static str, u32);

    impl Record for Thing {
        fn key(&self) -> String {
            self.0.to_owned()
        }
    }

    #[test]
    fn a_watcher_reads_each_changed_key_once_in_its_newest_form() {
        let live = Live::default();
        live.apply(vec![Arc::new(Thing("a", 1)), Arc::new(Thing("b", 1))], &[]);
        let first = live.since(0);
        assert!(first.snapshot && first.set.len() == 2);
        live.apply(vec![Arc::new(Thing("a", 2))], &[]);
        live.apply(vec![Arc::new(Thing("a", 3))], &["b".to_owned()]);
        let next = live.since(first.revision);
        assert!(!next.snapshot);
        assert_eq!(next.set.iter().map(|t| t.1).collect::<Vec<_>>(), [3]);
        assert_eq!(next.removed.iter().map(|t| t.0).collect::<Vec<_>>(), ["b"]);
        assert!(live.since(next.revision).set.is_empty());
    }

    #[test]
    fn a_watcher_that_missed_forgotten_removals_gets_a_snapshot() {
        let live = Live::default();
        live.apply(vec![Arc::new(Thing("a", 1))], &[]);
        let seen = live.since(0).revision;
        for _ in 0..2 {
            for n in 0..=MAX_REMOVED {
                let key: &'static str = Box::leak(n.to_string().into_boxed_str());
                live.apply(vec![Arc::new(Thing(key, 0))], &[]);
                live.apply(Vec::new(), &[key.to_owned()]);
            }
        }
        let next = live.since(seen);
        assert!(next.snapshot);
        assert_eq!(next.set.len(), 1);
    }
}
