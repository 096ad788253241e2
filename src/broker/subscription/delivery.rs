//! One push on its way out, in the form of each transport.

use std::sync::Arc;

use bytes::Bytes;
use quayside_protocol::push::Push;

use crate::broker::log::Entry;

/// A push. Those of the log share the bytes that were encoded when it was written.
#[derive(Debug, Clone)]
pub struct Delivery(Form);

#[derive(Debug, Clone)]
enum Form {
    Entry(Arc<Entry>),
    Push {
        kind: &'static str,
        /// The push as JSON, without `sub`.
        text: Bytes,
    },
}

impl Delivery {
    pub(super) fn of_entry(entry: Arc<Entry>) -> Self {
        Self(Form::Entry(entry))
    }

    pub(super) fn of_push(push: &Push) -> Self {
        let kind = match push {
            Push::Event { .. } => "event",
            Push::Gap { .. } => "gap",
            Push::Change { .. } => "change",
            Push::Stats { .. } => "stats",
            Push::Log { .. } => "log",
            Push::Progress { .. } => "progress",
            Push::Terminal { .. } => "terminal",
            Push::Notice { .. } => "notice",
        };
        let text = serde_json::to_vec(push).unwrap_or_default();
        Self(Form::Push { kind, text: text.into() })
    }

    /// A WebSocket's text: the push with `sub`.
    #[must_use]
    pub fn packet(&self, sub: u64) -> Bytes {
        match &self.0 {
            Form::Entry(entry) => entry.push_to(sub),
            Form::Push { kind, text } => {
                // The type comes first in what was encoded; `sub` goes behind it.
                let head = r#"{"type":""#.len() + kind.len() + 1;
                let (head, rest) = text.split_at(head.min(text.len()));
                [head, format!(r#","sub":{sub}"#).as_bytes(), rest].concat().into()
            }
        }
    }

    /// A block of `/stream`; it has an `id` only where it is of the log.
    #[must_use]
    pub fn block(&self) -> Bytes {
        match &self.0 {
            Form::Entry(entry) => entry.stream_block(),
            Form::Push { kind, text } => {
                [b"event: ", kind.as_bytes(), b"\ndata: ", &**text, b"\n\n"].concat().into()
            }
        }
    }

    /// A block of the `fleet` dialect's `/events`.
    #[must_use]
    pub fn fleet_block(&self) -> Bytes {
        match &self.0 {
            Form::Entry(entry) => entry.fleet_block(),
            Form::Push { .. } => self.block(),
        }
    }

    /// An item of a poll: the push without `sub`.
    #[must_use]
    pub fn push(&self) -> Bytes {
        match &self.0 {
            Form::Entry(entry) => entry.push(),
            Form::Push { text, .. } => text.clone(),
        }
    }
}
