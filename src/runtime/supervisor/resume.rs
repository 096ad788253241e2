//! What is remembered of an event stream so that the next one continues it: the last event, and the identities of
//! the last few thousand.

use std::collections::{HashSet, VecDeque};

use chrono::{DateTime, Utc};

use super::event::{HOST, INFERRED};
use crate::runtime::EngineEvent;

/// Identities that are kept: eight times what an engine can replay (256).
const MAX_SEEN: usize = 2_048;

/// How far before the last event a new subscription begins. Engines stamp an event before they order it, so a few may
/// stand behind a later one; five seconds is far more than that takes.
const OVERLAP_NANOS: i64 = 5_000_000_000;

/// What makes an event itself: two that agree in all of it are one.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Identity {
    time_nano: i64,
    kind: String,
    action: String,
    actor_id: String,
}

impl Identity {
    /// Of an event.
    #[must_use]
    pub fn of(event: &EngineEvent) -> Self {
        Self {
            time_nano: event.time_nano,
            kind: event.kind.clone(),
            action: event.action.clone(),
            actor_id: event.actor_id.clone(),
        }
    }
}

/// Where the event stream of one host stands.
#[derive(Debug, Default)]
pub struct Resume {
    last: Option<Identity>,
    seen: HashSet<Identity>,
    order: VecDeque<Identity>,
    /// When the host was last known to be there; none before the first contact ever.
    contact: Option<DateTime<Utc>>,
}

impl Resume {
    /// From the newest events of a host in the log, oldest first: its own and those of type `host`. At least 256 let
    /// every repetition be known.
    #[must_use]
    pub fn from_log(events: &[EngineEvent]) -> Self {
        let mut resume = Self::default();
        for event in events {
            resume.contact = Some(DateTime::from_timestamp_nanos(event.time_nano));
            // The engine knows neither the hub's events nor what was inferred: they anchor nothing.
            if event.kind != HOST && !event.attrs.contains_key(INFERRED) {
                resume.note(Identity::of(event));
            }
        }
        resume
    }

    /// Whether the host has never been reached.
    #[must_use]
    pub fn is_first_contact(&self) -> bool {
        self.contact.is_none()
    }

    /// When it was last known to be there.
    #[must_use]
    pub fn contact(&self) -> Option<DateTime<Utc>> {
        self.contact
    }

    /// It is there now.
    pub fn touch(&mut self, now: DateTime<Utc>) {
        self.contact = Some(now);
    }

    /// Where a new subscription begins; none: now.
    #[must_use]
    pub fn since(&self) -> Option<i64> {
        self.last.as_ref().map(|last| last.time_nano.saturating_sub(OVERLAP_NANOS).max(0))
    }

    /// Whether there is an event by which a new stream can prove that it continues the old one.
    #[must_use]
    pub fn has_anchor(&self) -> bool {
        self.last.is_some()
    }

    /// Whether `event` is the last one that was passed on: what the engine replays after it is all there was.
    #[must_use]
    pub fn is_anchor(&self, event: &EngineEvent) -> bool {
        self.last.as_ref().is_some_and(|last| *last == Identity::of(event))
    }

    /// Whether it was passed on before.
    #[must_use]
    pub fn knows(&self, identity: &Identity) -> bool {
        self.seen.contains(identity)
    }

    /// It was passed on.
    pub fn note(&mut self, identity: Identity) {
        if self.seen.insert(identity.clone()) {
            self.order.push_back(identity.clone());
        }
        self.last = Some(identity);
        while self.order.len() > MAX_SEEN {
            if let Some(oldest) = self.order.pop_front() {
                self.seen.remove(&oldest);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn event(time_nano: i64, kind: &str) -> EngineEvent {
        EngineEvent {
            kind: kind.to_owned(),
            action: "start".to_owned(),
            actor_id: "a".to_owned(),
            attrs: BTreeMap::new(),
            time_nano,
        }
    }

    #[test]
    fn the_seen_set_is_bounded_and_forgets_the_oldest() {
        let mut resume = Resume::default();
        for n in 0..3_000 {
            resume.note(Identity::of(&event(n, "container")));
        }
        assert_eq!((resume.seen.len(), resume.order.len()), (MAX_SEEN, MAX_SEEN));
        assert!(!resume.knows(&Identity::of(&event(951, "container"))));
        assert!(resume.knows(&Identity::of(&event(952, "container"))));
    }

    #[test]
    fn what_the_hub_made_up_anchors_nothing() {
        let mut inferred = event(9_000_000_000, "container");
        inferred.attrs.insert(INFERRED.to_owned(), "true".to_owned());
        let own = event(9_500_000_000, HOST);
        let resume = Resume::from_log(&[event(8_000_000_000, "container"), inferred, own]);
        assert_eq!(resume.since(), Some(3_000_000_000));
        assert_eq!(resume.contact(), Some(DateTime::from_timestamp_nanos(9_500_000_000)));
        assert!(!Resume::from_log(&[event(1, HOST)]).has_anchor());
        assert!(Resume::from_log(&[]).is_first_contact());
    }
}
