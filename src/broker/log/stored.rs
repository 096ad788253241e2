//! An entry as it lies in the store and in the tail files: versioned JSON.

use std::sync::Arc;

use bytes::Bytes;
use quayside_protocol::position::Position;
use quayside_protocol::push::{Event, Gap};
use serde::{Deserialize, Serialize};

use super::entry::{Entry, json};
use super::options::{Incoming, Payload};
use crate::store::StoredEvent;

#[derive(Serialize)]
struct Head<'a> {
    v: u8,
    previous: Position,
    time_nano: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    owner: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    container: Option<&'a str>,
}

#[derive(Deserialize)]
struct Record {
    v: u8,
    previous: Position,
    time_nano: i64,
    #[serde(default)]
    owner: Option<Arc<str>>,
    #[serde(default)]
    container: Option<Arc<str>>,
    event: Option<Event>,
    gap: Option<Gap>,
}

/// Appends the stored form of `entry` to `out`.
pub(super) fn write(entry: &Entry, out: &mut Vec<u8>) {
    let head = Head {
        v: 1,
        previous: entry.previous(),
        time_nano: entry.time_nano(),
        owner: entry.owner(),
        container: entry.container(),
    };
    let head = json(&head);
    out.extend_from_slice(head.trim_end_matches('}').as_bytes());
    out.extend_from_slice(match entry.payload() {
        Payload::Event(_) => b",\"event\":",
        Payload::Gap(_) => b",\"gap\":",
    });
    out.extend_from_slice(&entry.data());
    out.push(b'}');
}

/// The entry for the store.
pub(super) fn to_stored(entry: &Entry) -> StoredEvent {
    let mut value = Vec::with_capacity(entry.data().len() + 160);
    write(entry, &mut value);
    StoredEvent { position: entry.position(), value: Bytes::from(value) }
}

/// The entry that was stored.
///
/// # Errors
/// What is wrong with it, for the log of the program.
pub(super) fn decode(position: Position, value: &[u8]) -> Result<Entry, String> {
    let mut record: Record =
        serde_json::from_slice(value).map_err(|e| format!("event {position}: {e}"))?;
    if record.v != 1 {
        return Err(format!("event {position}: version {} is not known", record.v));
    }
    let payload = match (record.event.take(), record.gap.take()) {
        (Some(event), None) => Payload::Event(event),
        (None, Some(gap)) => Payload::Gap(gap),
        _ => return Err(format!("event {position}: neither an event nor a gap")),
    };
    let host = match &payload {
        Payload::Event(event) => Some(Arc::from(event.host.as_str())),
        Payload::Gap(gap) => gap.host.as_deref().map(Arc::from),
    };
    let Record { previous, time_nano, owner, container, .. } = record;
    Ok(Entry::new(position, previous, Incoming { host, time_nano, owner, container, payload }))
}
