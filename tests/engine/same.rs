//! Whether clients' records are the engines' own.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::sync::Arc;

use serde_json::Value;

use crate::support::watch::Record;

/// Whether the event is of one of these containers, or of what was joined to one.
pub(crate) fn is_of(event: &Value, ids: &HashSet<String>) -> bool {
    [&event["actor_id"], &event["attrs"]["container"]]
        .into_iter()
        .any(|id| id.as_str().is_some_and(|id| ids.contains(id)))
}

/// What a client was told of these containers, by host, in the order it came.
fn seen(record: &Record, ids: &HashSet<String>) -> BTreeMap<String, Vec<Arc<Value>>> {
    let mut hosts = record.by_host();
    hosts.values_mut().for_each(|events| events.retain(|event| is_of(event, ids)));
    hosts.retain(|_, events| !events.is_empty());
    hosts
}

/// Engines stamp an event, and only then hand it to each reader by itself: two events of two containers that come at
/// once may reach two readers of one engine in two orders. Further apart than this they are in one order for all.
const AT_ONCE: i64 = 2_000_000_000;

/// What differs between what an engine told, with its nanoseconds, and what a client saw of it; none if nothing does.
fn difference(told: &[(i64, Value)], seen: &[Arc<Value>]) -> Option<String> {
    let mut counts = HashMap::<_, (i64, i64)>::new();
    told.iter().for_each(|(_, event)| counts.entry(event.to_string()).or_default().0 += 1);
    seen.iter().for_each(|event| counts.entry(event.to_string()).or_default().1 += 1);
    let odd: Vec<_> = counts.iter().filter(|(_, (told, seen))| told != seen).collect();
    if !odd.is_empty() {
        let first: Vec<_> = odd
            .iter()
            .take(3)
            .map(|(event, (told, seen))| format!("told {told} times, seen {seen} times: {event}"))
            .collect();
        return Some(format!("{} events differ\n{}", odd.len(), first.join("\n")));
    }
    let by_container = by_container(told.iter().map(|(_, event)| event));
    for (id, seen) in self::by_container(seen.iter().map(|event| &**event)) {
        let told = &by_container[id];
        if *told != seen {
            return Some(format!("another order of {id}\ntold {told:?}\nseen {seen:?}"));
        }
    }
    let mut stamps = HashMap::<_, VecDeque<i64>>::new();
    told.iter().for_each(|(at, event)| stamps.entry(event.to_string()).or_default().push_back(*at));
    let mut latest = i64::MIN;
    for event in seen {
        let at = stamps.get_mut(&event.to_string())?.pop_front()?;
        if at + AT_ONCE < latest {
            return Some(format!("{} ns after what came later: {event}", latest - at));
        }
        latest = latest.max(at);
    }
    None
}

fn by_container<'a>(events: impl Iterator<Item = &'a Value>) -> HashMap<&'a str, Vec<&'a Value>> {
    let mut containers = HashMap::<_, Vec<_>>::new();
    for event in events {
        let id = event["attrs"]["container"].as_str().or(event["actor_id"].as_str());
        containers.entry(id.unwrap_or_default()).or_default().push(event);
    }
    containers
}

/// Panics unless each record is the engines' own, and all tell the events of a host in one order.
pub(crate) fn assert_same(
    told: &[(&'static str, Vec<(i64, Value)>)],
    records: &[Record],
    ids: &HashSet<String>,
) {
    assert_sound(records);
    let first = seen(&records[0], ids);
    for (host, told) in told {
        if let Some(difference) = difference(told, first.get(*host).map_or(&[], Vec::as_slice)) {
            panic!("the first client, host {host}: {difference}");
        }
    }
    for (number, record) in records.iter().enumerate() {
        assert!(record.gaps().is_empty(), "client {number}: {:?}", record.gaps());
        let seen = seen(record, ids);
        if seen == first {
            continue;
        }
        // It cannot be right as well, but what is wrong can be said.
        for (host, told) in told {
            let seen = seen.get(*host).map_or(&[][..], Vec::as_slice);
            let why = difference(told, seen).unwrap_or_else(|| "another order".to_owned());
            let place = first
                .get(*host)
                .and_then(|first| first.iter().zip(seen).position(|(first, own)| first != own));
            eprintln!("client {number}, host {host}, from event {place:?} on: {why}");
        }
        panic!("client {number} was told otherwise than the first");
    }
}

/// Panics if one position stood for two events among these records, or a client met what none should.
pub(crate) fn assert_sound<'a>(records: impl IntoIterator<Item = &'a Record>) {
    let mut positions = HashMap::<&str, &Arc<Value>>::new();
    for (client, record) in records.into_iter().enumerate() {
        assert!(record.wrong.is_empty(), "client {client}: {:?}", record.wrong);
        for seen in record.seen.iter().filter(|seen| !seen.is_gap) {
            let before = positions.entry(&seen.position).or_insert(&seen.data);
            assert_eq!(**before, seen.data, "position {} stands for two", seen.position);
        }
    }
}
