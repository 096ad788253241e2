//! Holds what clients saw against what engines told.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use crate::support::docker::{Docker, EngineRecord};
use crate::support::wait;
use crate::support::watch::{By, Record, Watch};

/// Whether an event is the one that [`super::ground::Ground::mark`] makes last.
fn is_mark(event: &Value, name: &str) -> bool {
    event["type"] == "volume" && event["action"] == "destroy" && event["actor_id"] == name
}

/// What lies between two marks, without them.
fn between<'e, E: std::ops::Deref<Target = Value>>(
    events: &'e [E],
    from: &str,
    to: &str,
) -> &'e [E] {
    let at = |name: &str| events.iter().position(|event| is_mark(event, name));
    let (Some(from), Some(to)) = (at(from), at(to)) else {
        panic!("not both of {from} and {to} in {} events", events.len())
    };
    &events[from + 1..to]
}

/// What one thing did, in its own order: engines number no events, and tell those of different things that happen
/// at the same moment to different listeners in different orders.
fn by_thing<'e>(events: impl Iterator<Item = &'e Value>) -> BTreeMap<String, Vec<&'e Value>> {
    let mut things: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for event in events {
        let thing =
            format!("{} {} {}", event["type"], event["actor_id"], event["attrs"]["container"]);
        things.entry(thing).or_default().push(event);
    }
    things
}

/// An engine's own record between two marks; waits until it is that long.
pub(super) async fn told(record: &EngineRecord, from: &str, to: &str) -> Vec<Value> {
    wait::until("the engine's own record", async || {
        record.told().iter().any(|event| is_mark(event, to)).then_some(())
    })
    .await;
    let all: Vec<_> = record.told().into_iter().map(Box::new).collect();
    between(&all, from, to).iter().map(|event| (**event).clone()).collect()
}

/// Waits until all clients have seen the mark on every engine.
pub(super) async fn all_see(watchers: &[Watch], engines: &[Docker], mark: &str) {
    let sees = |watch: &Watch| {
        let record = watch.record.lock().unwrap();
        let marks = record.seen.iter().filter(|seen| !seen.is_gap && is_mark(&seen.data, mark));
        marks.count() >= engines.len()
    };
    let missing = || watchers.iter().filter(|watch| !sees(watch)).count();
    let limit = std::time::Duration::from_secs(120);
    wait::for_true(limit, "every client to see the last event", || missing() == 0).await;
}

/// One client's record equals the engines': none missing, none twice, in per-host order.
pub(super) fn equals(
    by: By,
    record: &Record,
    truth: &BTreeMap<&str, Vec<Value>>,
    first: &mut BTreeMap<String, Vec<Arc<Value>>>,
    (from, to): (&str, &str),
) {
    assert_eq!(record.wrong, Vec::<String>::new(), "{by:?}");
    assert!(record.gaps().is_empty(), "{by:?}: {:?}", record.gaps());
    let seen = record.by_host();
    for (host, told) in truth {
        let all: Vec<_> =
            seen[*host].iter().filter(|event| event["type"] != "host").cloned().collect();
        let seen = between(&all, from, to);
        let (seen_of, told_of) = (by_thing(seen.iter().map(|e| &**e)), by_thing(told.iter()));
        for (thing, events) in &told_of {
            let got = seen_of.get(thing).map_or(&[][..], Vec::as_slice);
            assert!(
                got == events.as_slice(),
                "{by:?} {host} {thing}:\n{}\ninstead of\n{}",
                words(got),
                words(events)
            );
        }
        assert_eq!(seen.len(), told.len(), "{by:?} {host}: events that no engine told");
        // All clients in the same order.
        let same = first.entry((*host).to_owned()).or_insert_with(|| seen.to_vec());
        assert!(same.as_slice() == seen, "{by:?} {host}: another order than the first client's");
    }
}

fn words(events: &[&Value]) -> String {
    let word = |event: &&Value| format!("  {} {}", event["timestamp"], event["action"]);
    events.iter().map(word).collect::<Vec<_>>().join("\n")
}
