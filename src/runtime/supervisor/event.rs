//! What a supervisor sends out: events of engines, the hub's own events of type `host`, and gaps.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, SecondsFormat, Utc};
use quayside_protocol::push::{Event, Gap, GapReason};

use super::subject::Subject;
use crate::runtime::EngineEvent;

/// Marks what a list showed and no engine said.
pub const INFERRED: &str = "quayside.inferred";
/// The label that names the account a container belongs to.
pub const OWNER: &str = "quayside.owner";
/// The type of the hub's own events.
pub const HOST: &str = "host";

/// One entry for the log. Those of one host leave in the order in which they belong into it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostEvent {
    /// Whose.
    pub host: Arc<str>,
    /// The container it is about, where it is about one.
    pub subject: Subject,
    /// Nanoseconds since 1970, by the engine's clock; by the hub's for what is the hub's own.
    pub time_nano: i64,
    /// What.
    pub payload: Payload,
}

/// What happened, or that it is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Payload {
    /// An event.
    Event {
        /// `container`, `network` … or `host`.
        kind: String,
        /// Word for word the engine's.
        action: String,
        /// The thing's id.
        actor_id: String,
        /// Word for word the engine's.
        attrs: BTreeMap<String, String>,
    },
    /// Something may be missing.
    Gap(Gap),
}

impl HostEvent {
    /// An engine's event.
    #[must_use]
    pub fn of_engine(host: &Arc<str>, subject: Subject, event: EngineEvent) -> Self {
        let EngineEvent { kind, action, actor_id, attrs, time_nano } = event;
        let payload = Payload::Event { kind, action, actor_id, attrs };
        Self { host: host.clone(), subject, time_nano, payload }
    }

    /// The hub's own: `online`, `offline`, `added`, `removed`.
    #[must_use]
    pub fn of_hub(host: &Arc<str>, action: &str, reason: &str) -> Self {
        let attrs = [("name", &**host), ("reason", reason)];
        let payload = Payload::Event {
            kind: HOST.to_owned(),
            action: action.to_owned(),
            actor_id: host.to_string(),
            attrs: attrs.map(|(k, v)| (k.to_owned(), v.to_owned())).into(),
        };
        let subject = Subject::default();
        Self { host: host.clone(), subject, time_nano: nanos(Utc::now()), payload }
    }

    /// What happened on the engine between the two moments may be missing.
    #[must_use]
    pub fn gap(host: &Arc<str>, from: DateTime<Utc>, to: DateTime<Utc>) -> Self {
        let gap = Gap {
            host: Some(host.to_string()),
            reason: GapReason::Engine,
            from: rfc3339(from.min(to)),
            to: rfc3339(to),
        };
        let subject = Subject::default();
        Self { host: host.clone(), subject, time_nano: nanos(to), payload: Payload::Gap(gap) }
    }

    /// The event on the wire; none for a gap.
    #[must_use]
    pub fn to_event(&self) -> Option<Event> {
        let Payload::Event { kind, action, actor_id, attrs } = &self.payload else { return None };
        Some(Event {
            host: self.host.to_string(),
            r#type: kind.clone(),
            action: action.clone(),
            actor_id: actor_id.clone(),
            actor_name: attrs.get("name").cloned().unwrap_or_default(),
            timestamp: self.time_nano.div_euclid(1_000_000_000),
            attrs: attrs.clone(),
        })
    }
}

/// The moment in nanoseconds since 1970; 0 for one that does not fit.
pub(crate) fn nanos(time: DateTime<Utc>) -> i64 {
    time.timestamp_nanos_opt().unwrap_or_default()
}

/// RFC 3339 UTC with as many digits of a second as there are.
pub(crate) fn rfc3339(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}
