//! The verbs of `event`: the log read backwards for one who asks, with the rights of a subscription.

use std::collections::BTreeMap;

use chrono::{DateTime, SecondsFormat};
use quayside_protocol::command::event;
use quayside_protocol::push::Push;
use quayside_protocol::reply::{EventCount, EventCounts, EventPage};

use super::log::{Count, Entry, EventLog, Limit, Part, Payload, Scope, time_of};
use crate::auth::Principal;
use crate::domain::page;
use crate::error::Result;

/// Bytes of one answer, over which it goes by one event at most: a thousand of them may have 60 KiB each.
const BYTES: usize = 1 << 20;

/// Events, newest first.
///
/// # Errors
/// `invalid` with the field.
pub(super) async fn list(
    log: &EventLog,
    principal: &Principal,
    query: &event::ListEvents,
) -> Result<EventPage> {
    let events = page::limit(query.limit, 100)?;
    let part = part(query.since.as_deref(), &query.until, &query.after)?;
    let scope = Scope::new(principal, &query.wanted());
    let page = log.page(scope, part, Limit { events, bytes: BYTES }).await?;
    let items = page.entries.iter().map(|entry| push(entry)).collect();
    let next = page.next.map(|next| next.to_string());
    Ok(EventPage { items, position: page.head, next })
}

/// How many events there were when.
///
/// # Errors
/// `invalid` with the field.
pub(super) async fn count(
    log: &EventLog,
    principal: &Principal,
    query: &event::CountEvents,
) -> Result<EventCounts> {
    let part = part(Some(&query.since), &query.until, &query.after)?;
    let scope = Scope::new(principal, &query.wanted());
    let tally = log.tally(scope, part, query.step.0).await?;
    let items = items(&tally.counts, query.step.0);
    let from = time_of(tally.next.unwrap_or(part.since()));
    let next = tally.next.map(|next| next.to_string());
    Ok(EventCounts { items, from, position: tally.head, next })
}

fn part(since: Option<&str>, until: &Option<String>, after: &Option<String>) -> Result<Part> {
    Part::new(since, until.as_deref(), after.as_deref())
}

fn push(entry: &Entry) -> Push {
    let position = entry.position();
    match entry.payload() {
        Payload::Event(event) => Push::Event { sub: None, position, data: event.clone() },
        Payload::Gap(gap) => Push::Gap { sub: None, position, data: gap.clone() },
    }
}

fn items(counts: &BTreeMap<u64, Count>, step: u64) -> Vec<EventCount> {
    let item = |(number, count): (&u64, &Count)| {
        let seconds = i64::try_from(number.saturating_mul(step)).unwrap_or(i64::MAX);
        let from = DateTime::from_timestamp(seconds, 0).unwrap_or_default();
        EventCount {
            from: from.to_rfc3339_opts(SecondsFormat::Secs, true),
            events: count.events,
            failures: count.failures,
            gaps: count.gaps,
        }
    };
    counts.iter().rev().map(item).collect()
}
