//! One entry of the log, encoded once for each wire form.

use std::fmt::Write as _;
use std::sync::Arc;

use bytes::Bytes;
use chrono::{DateTime, SecondsFormat};
use quayside_protocol::position::Position;
use quayside_protocol::push::{Event, Gap, GapReason};
use serde::Serialize;

use super::options::{Incoming, Payload};

/// An event or gap at its place in the log. Everybody who is sent it shares its bytes.
#[derive(Debug)]
pub struct Entry {
    position: Position,
    previous: Position,
    time_nano: i64,
    host: Option<Arc<str>>,
    owner: Option<Arc<str>>,
    container: Option<Arc<str>>,
    payload: Payload,
    /// The block of `/stream`; the push and its data are parts of it.
    block: Bytes,
    push_at: usize,
    data_at: usize,
    fleet: Bytes,
}

impl Entry {
    /// Encodes what came in. `previous` is the position of the entry before it in the log: a reader that has seen
    /// everything up to there has missed nothing.
    #[must_use]
    pub fn new(position: Position, previous: Position, incoming: Incoming) -> Self {
        let Incoming { host, time_nano, owner, container, mut payload } = incoming;
        let data = super::fit::data(&mut payload);
        let (kind, fleet_kind) = match &payload {
            Payload::Gap(_) => ("gap", "gap"),
            Payload::Event(event) if is_own(event) => ("event", event.r#type.as_str()),
            Payload::Event(_) => ("event", "container-event"),
        };
        let mut text = String::with_capacity(2 * data.len() + 192);
        let _ = write!(text, "id: {position}\nevent: {kind}\ndata: ");
        let push_at = text.len();
        let _ = write!(text, r#"{{"type":"{kind}","position":"{position}","data":"#);
        let data_at = text.len();
        text.push_str(&data);
        text.push_str("}\n\n");
        let split = text.len();
        let _ = write!(text, "id: {position}\nevent: {fleet_kind}\ndata: {data}\n\n");
        let text = Bytes::from(text);
        let (block, fleet) = (text.slice(..split), text.slice(split..));
        Self {
            position,
            previous,
            time_nano,
            host,
            owner,
            container,
            payload,
            block,
            push_at,
            data_at,
            fleet,
        }
    }

    /// A gap made for one reader who has seen everything up to `after` and lost what lay between that and
    /// `last`. The reader is then at `last`.
    #[must_use]
    pub fn lost(after: Position, last: Position) -> Self {
        Self::missing(last, time_of(after), time_of(last))
    }

    /// A gap at `position` that names its times itself.
    #[must_use]
    pub fn missing(position: Position, from: String, to: String) -> Self {
        let gap = Gap { host: None, reason: GapReason::Retention, from, to };
        let payload = Payload::Gap(gap);
        let time_nano = nanos(position);
        let incoming = Incoming { host: None, time_nano, owner: None, container: None, payload };
        Self::new(position, position, incoming)
    }

    /// Where it stands; the time of its receipt in nanoseconds, or a little more.
    #[must_use]
    pub fn position(&self) -> Position {
        self.position
    }

    /// Where the entry before it stood when this one was written.
    #[must_use]
    pub fn previous(&self) -> Position {
        self.previous
    }

    /// Nanoseconds since 1970, by the engine's clock.
    #[must_use]
    pub fn time_nano(&self) -> i64 {
        self.time_nano
    }

    /// Whose; none: of all.
    #[must_use]
    pub fn host(&self) -> Option<&str> {
        self.host.as_deref()
    }

    /// The account whose thing it is about.
    #[must_use]
    pub fn owner(&self) -> Option<&str> {
        self.owner.as_deref()
    }

    /// The name of the container it is about, where that is known.
    #[must_use]
    pub fn container(&self) -> Option<&str> {
        self.container.as_deref()
    }

    /// What it says.
    #[must_use]
    pub fn payload(&self) -> &Payload {
        &self.payload
    }

    /// The whole block of `/stream`, with its `id`.
    #[must_use]
    pub fn stream_block(&self) -> Bytes {
        self.block.clone()
    }

    /// The whole block of the `fleet` dialect's `/events`, with its `id`.
    #[must_use]
    pub fn fleet_block(&self) -> Bytes {
        self.fleet.clone()
    }

    /// The same, to be copied.
    #[must_use]
    pub fn stream_bytes(&self) -> &[u8] {
        &self.block
    }

    /// The same of [`Entry::fleet_block`].
    #[must_use]
    pub fn fleet_bytes(&self) -> &[u8] {
        &self.fleet
    }

    /// The push as JSON, without `sub`: an item of a poll.
    #[must_use]
    pub fn push(&self) -> Bytes {
        self.block.slice(self.push_at..self.block.len() - 2)
    }

    /// The push as JSON with `sub`, as a WebSocket carries it.
    #[must_use]
    pub fn push_to(&self, sub: u64) -> Bytes {
        self.push_parts(&sub.to_string()).concat().into()
    }

    /// The same in parts, `sub` in digits.
    #[must_use]
    pub fn push_parts<'a>(&'a self, sub: &'a str) -> [&'a [u8]; 3] {
        let kind: &[u8] = match self.payload {
            Payload::Event(_) => br#"{"type":"event","sub":"#,
            Payload::Gap(_) => br#"{"type":"gap","sub":"#,
        };
        // What follows the type in the push without `sub`: `,"position":…`.
        let rest = self.push_at + kind.len() - br#","sub":"#.len();
        [kind, sub.as_bytes(), &self.block[rest..self.block.len() - 2]]
    }

    /// The seven fields, or the gap, as JSON.
    #[must_use]
    pub fn data(&self) -> Bytes {
        self.block.slice(self.data_at..self.block.len() - 3)
    }

    /// About how much memory it takes, in bytes: its two encodings, and as much again for its fields, with
    /// what an allocation of each costs.
    #[must_use]
    pub fn cost(&self) -> usize {
        512 + 2 * (self.block.len() + self.fleet.len())
    }
}

/// Whether it is one of the hub's own events, which a client of the `fleet` dialect can tell by their name.
fn is_own(event: &Event) -> bool {
    event.r#type == "host"
}

/// A position's time, RFC 3339 UTC.
#[must_use]
pub fn time_of(position: Position) -> String {
    let time = DateTime::from_timestamp_nanos(nanos(position));
    time.to_rfc3339_opts(SecondsFormat::Nanos, true)
}

fn nanos(position: Position) -> i64 {
    i64::try_from(position.0).unwrap_or(i64::MAX)
}

/// JSON of a value that has nothing in it which could fail.
pub(super) fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}
