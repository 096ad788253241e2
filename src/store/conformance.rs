//! What every backend must do, run over each of them.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use quayside_protocol::position::Position;

use super::keys::{self, USERS};
use super::memory::MemoryStore;
use super::scratch::Scratch;
use super::sled::{Options, SledStore};
use super::{
    EventStore, Expect, Key, MAX_VALUE, MAX_WRITE, Revision, Store, StoreError, StoredEvent, Write,
};

fn put(key: &Key, value: &str, expect: Expect) -> Write {
    Write::Put { key: key.clone(), value: Bytes::copy_from_slice(value.as_bytes()), expect }
}

fn event(position: u64) -> StoredEvent {
    StoredEvent {
        position: Position(position),
        value: Bytes::from(format!("{{\"at\":{position}}}")),
    }
}

fn positions(events: &[StoredEvent]) -> Vec<u64> {
    events.iter().map(|event| event.position.0).collect()
}

async fn conditions_are_checked_and_revisions_only_grow(store: &dyn Store) {
    let ann = keys::user("ann");
    assert_eq!(store.get(&ann).unwrap(), None);
    let first = store.commit(vec![put(&ann, "1", Expect::Absent)]).await.unwrap()[0];
    let refused = store.commit(vec![put(&ann, "2", Expect::Absent)]).await;
    assert!(matches!(refused, Err(StoreError::Conflict { key }) if key == ann));
    let second = store.commit(vec![put(&ann, "2", Expect::Revision(first))]).await.unwrap()[0];
    assert!(second > first);
    let stale = store.commit(vec![put(&ann, "3", Expect::Revision(first))]).await;
    assert!(matches!(stale, Err(StoreError::Conflict { .. })));
    let stored = store.get(&ann).unwrap().unwrap();
    assert_eq!((stored.revision, &stored.value[..]), (second, &b"2"[..]));

    let delete = |expect| vec![Write::Delete { key: ann.clone(), expect }];
    assert!(store.commit(delete(Expect::Revision(first))).await.is_err());
    store.commit(delete(Expect::Revision(second))).await.unwrap();
    assert_eq!(store.get(&ann).unwrap(), None);
    assert!(store.commit(delete(Expect::Revision(second))).await.is_err());
    store.commit(delete(Expect::Absent)).await.unwrap();
    store.commit(delete(Expect::Any)).await.unwrap();
    let again = store.commit(vec![put(&ann, "4", Expect::Absent)]).await.unwrap()[0];
    assert!(again > second, "a revision came back");
    store.commit(delete(Expect::Any)).await.unwrap();
}

async fn a_commit_is_all_or_nothing(store: &dyn Store) {
    let (ann, bob) = (keys::user("ann"), keys::user("bob"));
    store.commit(vec![put(&bob, "1", Expect::Absent)]).await.unwrap();
    let writes = vec![put(&ann, "1", Expect::Absent), put(&bob, "2", Expect::Absent)];
    let refused = store.commit(writes).await;
    assert!(matches!(refused, Err(StoreError::Conflict { key }) if key == bob));
    assert_eq!(store.get(&ann).unwrap(), None);
    let twice = vec![put(&ann, "1", Expect::Any), put(&ann, "2", Expect::Any)];
    assert!(matches!(store.commit(twice).await, Err(StoreError::Conflict { .. })));
    let deletes = [&ann, &bob].map(|key| Write::Delete { key: key.clone(), expect: Expect::Any });
    let revisions = store.commit(deletes.to_vec()).await.unwrap();
    assert!(revisions[0] < revisions[1]);
    assert_eq!(store.commit(Vec::new()).await.unwrap(), Vec::<Revision>::new());
}

async fn what_is_too_long_is_refused(store: &dyn Store) {
    let long = "x".repeat(MAX_VALUE + 1);
    let refused = store.commit(vec![put(&keys::user("ann"), &long, Expect::Any)]).await;
    assert!(matches!(refused, Err(StoreError::TooLarge { .. })));
    let full = "x".repeat(MAX_VALUE);
    let many =
        (0..=MAX_WRITE / MAX_VALUE).map(|n| put(&keys::user(&n.to_string()), &full, Expect::Any));
    assert!(matches!(store.commit(many.collect()).await, Err(StoreError::TooLarge { .. })));
    assert_eq!(store.list(&USERS, None, 1).unwrap(), Vec::new());
}

async fn lists_are_ordered_paged_and_keep_to_their_noun(store: &dyn Store) {
    let mut model = BTreeMap::new();
    for number in 0..1000u32 {
        let name = format!("n{}", number.wrapping_mul(2_654_435_761));
        let key = keys::user(&name);
        store.commit(vec![put(&key, &name, Expect::Absent)]).await.unwrap();
        model.insert(key, name);
    }
    let others = [keys::token("t"), keys::user_counter(), keys::host("h"), keys::hub_meta()];
    for key in &others {
        store.commit(vec![put(key, "0", Expect::Absent)]).await.unwrap();
    }
    let forward: Vec<Key> = model.keys().cloned().collect();
    let mut paged = Vec::new();
    loop {
        let page = store.list(&USERS, paged.last(), 77).unwrap();
        if page.is_empty() {
            break;
        }
        for (key, stored) in page {
            assert_eq!(&stored.value[..], model[&key].as_bytes());
            paged.push(key);
        }
    }
    assert_eq!(paged, forward);
    let mut paged = Vec::new();
    loop {
        let page = store.list_reverse(&USERS, paged.last(), 77).unwrap();
        if page.is_empty() {
            break;
        }
        paged.extend(page.into_iter().map(|(key, _)| key));
    }
    paged.reverse();
    assert_eq!(paged, forward);

    for bound in &others {
        let before = *bound < forward[0];
        let ahead = store.list(&USERS, Some(bound), 4000).unwrap().len();
        assert_eq!(ahead, if before { 1000 } else { 0 }, "after {bound}");
        let behind = store.list_reverse(&USERS, Some(bound), 4000).unwrap().len();
        assert_eq!(behind, if before { 0 } else { 1000 }, "before {bound}");
    }
    assert_eq!(store.list(&keys::HOSTS, None, 9).unwrap().len(), 1);
    assert_eq!(store.list(&keys::SESSIONS, None, 9).unwrap().len(), 0);
    assert_eq!(store.list_reverse(&keys::AUDIT, None, 9).unwrap().len(), 0);
    assert_eq!(store.list(&USERS, None, 0).unwrap().len(), 0);
    let all = forward.iter().chain(&others);
    let deletes = all.map(|key| Write::Delete { key: key.clone(), expect: Expect::Any });
    store.commit(deletes.collect()).await.unwrap();
}

async fn events_are_kept_in_order_until_trimmed(store: &dyn EventStore) {
    assert_eq!(store.event_bounds().unwrap(), Default::default());
    assert_eq!(store.trim_events(0, Position(0)).await.unwrap(), Default::default());
    store.append_events((1..=5000).map(event).collect()).await.unwrap();
    store.append_events(vec![event(5000), event(5001)]).await.unwrap();
    let bounds = store.event_bounds().unwrap();
    assert_eq!((bounds.span, bounds.count), (Some((Position(1), Position(5001))), 5001));
    assert_eq!(bounds.trimmed, None);
    assert_eq!(positions(&store.read_events(Position(0), 3).unwrap()), [1, 2, 3]);
    assert_eq!(positions(&store.read_events(Position(4999), 10).unwrap()), [5000, 5001]);
    assert_eq!(positions(&store.read_events(Position(5001), 10).unwrap()), [0; 0]);
    let back = |from, limit| positions(&store.read_events_back(Position(from), limit).unwrap());
    assert_eq!(back(u64::MAX, 3), [5001, 5000, 4999]);
    assert_eq!(back(3, 10), [3, 2, 1]);
    assert_eq!(back(0, 10), [0; 0]);
    let all: Vec<_> = back(u64::MAX, 4096).into_iter().chain(back(905, 4096)).collect();
    assert_eq!(all, (1..=5001).rev().collect::<Vec<_>>());

    let by_count = store.trim_events(4990, Position(0)).await.unwrap();
    assert_eq!((by_count.removed, by_count.last), (11, Some(Position(11))));
    let by_age = store.trim_events(u64::MAX, Position(4901)).await.unwrap();
    assert_eq!((by_age.removed, by_age.last), (4889, Some(Position(4900))));
    let bounds = store.event_bounds().unwrap();
    assert_eq!(bounds.span, Some((Position(4901), Position(5001))));
    assert_eq!((bounds.count, bounds.trimmed), (101, Some(Position(4900))));

    store.append_events(vec![event(4000), event(5002)]).await.unwrap();
    assert_eq!(positions(&store.read_events(Position(0), 1).unwrap()), [4901]);
    assert_eq!(positions(&store.read_events_back(Position(4902), 10).unwrap()), [4902, 4901]);
    assert_eq!(store.event_bounds().unwrap().count, 102);
    let rest = store.trim_events(0, Position(0)).await.unwrap();
    assert_eq!((rest.removed, rest.last), (102, Some(Position(5002))));
    let bounds = store.event_bounds().unwrap();
    assert_eq!((bounds.span, bounds.count), (None, 0));
    assert_eq!(bounds.trimmed, Some(Position(5002)));
}

async fn writers_at_once_lose_nothing(store: Arc<dyn Store>) {
    let key = keys::user_counter();
    let tasks = (0..8).map(|_| {
        let (store, key) = (Arc::clone(&store), key.clone());
        tokio::spawn(async move {
            for _ in 0..25 {
                loop {
                    let found = store.get(&key).unwrap();
                    let (expect, count) = match &found {
                        None => (Expect::Absent, 0),
                        Some(found) => {
                            let text = std::str::from_utf8(&found.value).unwrap();
                            (Expect::Revision(found.revision), text.parse::<u32>().unwrap())
                        }
                    };
                    let next = put(&key, &(count + 1).to_string(), expect);
                    match store.commit(vec![next]).await {
                        Ok(_) => break,
                        Err(StoreError::Conflict { .. }) => {}
                        Err(error) => panic!("{error}"),
                    }
                }
            }
        })
    });
    futures::future::try_join_all(tasks).await.unwrap();
    assert_eq!(&store.get(&key).unwrap().unwrap().value[..], b"200");
}

async fn conform<S: Store + EventStore + 'static>(store: S) {
    conditions_are_checked_and_revisions_only_grow(&store).await;
    a_commit_is_all_or_nothing(&store).await;
    what_is_too_long_is_refused(&store).await;
    lists_are_ordered_paged_and_keep_to_their_noun(&store).await;
    events_are_kept_in_order_until_trimmed(&store).await;
    writers_at_once_lose_nothing(Arc::new(store)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn memory_conforms() {
    conform(MemoryStore::new()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sled_conforms() {
    let scratch = Scratch::new("conformance");
    let options = Options::new(scratch.path(), Box::new(|error| panic!("{error}")));
    conform(SledStore::open(options).unwrap()).await;
}
