//! What was last heard of a host: what its supervisor compares with what the engine repeats after a restart.

use quayside_protocol::position::Position;

use super::options::Payload;
use super::{Inner, lock, stored};
use crate::error::{Error, Result};
use crate::runtime::EngineEvent;
use crate::store::MAX_PAGE;

/// Entries that are looked through on disk for a host that the ring knows too little of: half a second. A host
/// that was silent for longer than that is listed anew.
const SCAN: usize = 100_000;

/// The first look back from the ring, in nanoseconds; each next one goes twice as far.
const WINDOW: u64 = 60_000_000_000;

fn of_host(payload: &Payload, host: &str, time_nano: i64) -> Option<EngineEvent> {
    let Payload::Event(event) = payload else { return None };
    (event.host == host).then(|| EngineEvent {
        kind: event.r#type.clone(),
        action: event.action.clone(),
        actor_id: event.actor_id.clone(),
        attrs: event.attrs.clone(),
        time_nano,
    })
}

/// The last `most` events of `host`, oldest first.
pub(super) fn recent(log: &Inner, host: &str, most: usize) -> Result<Vec<EngineEvent>> {
    let (mut found, floor) = {
        let ring = lock::read(&log.ring);
        let known = ring.newest().filter_map(|e| of_host(e.payload(), host, e.time_nano()));
        (known.take(most).collect::<Vec<_>>(), ring.floor())
    };
    found.reverse();
    let (mut before, mut window, mut scanned) = (floor, WINDOW, 0);
    while found.len() < most && before > Position(0) && scanned < SCAN {
        let from = Position(before.0.saturating_sub(window));
        let mut older = Vec::new();
        scanned += between(log, from, before, SCAN - scanned, |payload, time_nano| {
            older.extend(of_host(payload, host, time_nano));
        })?;
        older.extend(found);
        found = older;
        (before, window) = (from, window.saturating_mul(2));
    }
    found.drain(..found.len().saturating_sub(most));
    Ok(found)
}

/// Shows what is stored after `from` and up to `to`, at most `most`, and says how many that were.
fn between(
    log: &Inner,
    mut from: Position,
    to: Position,
    most: usize,
    mut each: impl FnMut(&Payload, i64),
) -> Result<usize> {
    let mut count = 0;
    while count < most {
        let page = log.store.read_events(from, MAX_PAGE).map_err(Error::internal)?;
        for event in &page {
            if event.position > to {
                return Ok(count);
            }
            let entry = stored::decode(event.position, &event.value).map_err(Error::internal)?;
            each(entry.payload(), entry.time_nano());
            count += 1;
        }
        let Some(last) = page.last() else { break };
        from = last.position;
    }
    Ok(count)
}
