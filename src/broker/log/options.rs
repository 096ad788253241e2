//! What goes into the log and how it is set up.

use std::sync::Arc;
use std::time::Duration;

use quayside_protocol::push::{Event, Gap};

use crate::runtime::supervisor::{self, HostEvent, Subject};

/// Something for the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incoming {
    /// Whose; none: of all hosts, which only a gap can be.
    pub host: Option<Arc<str>>,
    /// Nanoseconds since 1970, by the engine's clock.
    pub time_nano: i64,
    /// The account whose thing it is about, where it is somebody's.
    pub owner: Option<Arc<str>>,
    /// The name of the container it is about, where that is known: of networks' and volumes' events only its id is
    /// among the attributes.
    pub container: Option<Arc<str>>,
    /// What.
    pub payload: Payload,
}

impl From<HostEvent> for Incoming {
    fn from(event: HostEvent) -> Self {
        let HostEvent { host, subject, time_nano, payload } = event;
        let Subject { owner, name: container } = subject;
        let payload = match payload {
            supervisor::Payload::Gap(gap) => Payload::Gap(gap),
            supervisor::Payload::Event { kind, action, actor_id, attrs } => Payload::Event(Event {
                host: host.to_string(),
                r#type: kind,
                action,
                actor_id,
                actor_name: attrs.get("name").cloned().unwrap_or_default(),
                timestamp: time_nano.div_euclid(1_000_000_000),
                attrs,
            }),
        };
        Self { host: Some(host), time_nano, owner, container, payload }
    }
}

/// What an entry of the log says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Payload {
    /// Something happened.
    Event(Event),
    /// Something is missing.
    Gap(Gap),
}

/// When a batch is written to the tail file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TailOrder {
    /// Before it is pushed.
    #[default]
    BeforePush,
    /// After it was pushed, with the next batch: what the crash suite must be able to tell from a log that
    /// keeps its promise. Nothing but that suite sets it.
    AfterPush,
}

/// How the log is set up.
pub struct Options {
    /// Entries kept in memory. More only while the store is behind.
    pub ring_events: usize,
    /// Bytes kept in memory, as [`super::Entry::cost`] counts them.
    pub ring_bytes: usize,
    /// How long entries are kept on disk (`events.retention`).
    pub retention: Duration,
    /// How many entries are kept on disk (`events.retention_count`).
    pub retention_count: u64,
    /// Called once, from the writer's thread, when the tail file cannot be written: nothing more can be
    /// promised, so the program must end.
    pub on_fatal: Box<dyn FnOnce(String) + Send>,
    /// When the tail file is written.
    pub tail_order: TailOrder,
}

impl Options {
    /// The defaults of the configuration, with what to do when the tail file cannot be written.
    pub fn new(on_fatal: impl FnOnce(String) + Send + 'static) -> Self {
        Self {
            ring_events: 16_384,
            ring_bytes: 64 << 20,
            retention: Duration::from_secs(7 * 86_400),
            retention_count: 1_000_000,
            on_fatal: Box::new(on_fatal),
            tail_order: TailOrder::BeforePush,
        }
    }
}
