//! What the hub sends unasked.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::packet::PacketId;
use crate::position::Position;
use crate::reply::{ContainerStats, LogStream, TerminalViewer};
use crate::topic::Topic;

/// An event of a host or of the hub: exactly these seven fields.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Event {
    /// Whose.
    pub host: String,
    /// `container`, `network`, `image`, `volume`, `daemon` … or the hub's own `host`.
    pub r#type: String,
    /// Word for word the engine's.
    pub action: String,
    /// The thing's id.
    pub actor_id: String,
    /// `attrs.name`, else `""`.
    pub actor_name: String,
    /// Unix seconds, by the engine's clock.
    pub timestamp: i64,
    /// Word for word the engine's.
    pub attrs: BTreeMap<String, String>,
}

/// What is missing from the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Gap {
    /// Of which host; null: of all.
    pub host: Option<String>,
    /// Why.
    pub reason: GapReason,
    /// RFC 3339 UTC.
    pub from: String,
    /// RFC 3339 UTC.
    pub to: String,
}

/// Why something is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum GapReason {
    /// The engine was out of reach, restarted, or forgot.
    Engine,
    /// It is older than what the log keeps.
    Retention,
}

/// A change of a state topic: first a snapshot, then what was set and removed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Change {
    /// Which.
    pub topic: Topic,
    /// Counts up by one with each push of this subscription.
    pub version: u64,
    /// All records; whatever the client had is void.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snapshot: Option<Vec<Value>>,
    /// Whole records that are new or changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub set: Option<Vec<Value>>,
    /// Keys that are gone: `host`, or `host/<id of 12>`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remove: Option<Vec<String>>,
}

/// The newest values of topic `stats`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StatsPush {
    /// Counts up by one with each push of this subscription.
    pub version: u64,
    /// Containers whose values are new.
    pub items: Vec<ContainerStats>,
}

/// A line of topic `logs`, or its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum LogPush {
    /// No more will come.
    End {
        /// Always true.
        end: bool,
    },
    /// A line.
    Line {
        /// Which output.
        stream: LogStream,
        /// RFC 3339 UTC with nanoseconds; null unless `timestamps`.
        time: Option<String>,
        /// Without its line end.
        text: String,
    },
}

/// How far a layer of a pull is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Progress {
    /// The layer's id; `""` for the pull as a whole.
    pub layer: String,
    /// The engine's word.
    pub status: String,
    /// Bytes so far; null where the engine does not say.
    pub current: Option<u64>,
    /// Bytes in all; null where the engine does not say.
    pub total: Option<u64>,
}

/// What happens to a terminal beside its binary output.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "opt", rename_all = "snake_case")]
pub enum TerminalPush {
    /// Output, for a viewer whose encoding is `text`.
    Output {
        /// Its number on this connection.
        terminal: u32,
        /// Of the first byte.
        offset: u64,
        /// After the last byte: what is acknowledged when it is drawn.
        next: u64,
        /// Whole code points.
        text: String,
    },
    /// This viewer was too slow for what came: reset the screen, draw this, and go on at `offset`.
    Redraw {
        /// Its number on this connection.
        terminal: u32,
        /// Where the output that follows begins.
        offset: u64,
        /// The lines before the present screen, and it.
        text: String,
    },
    /// The window's size, or who looks, has changed. Also sent once after `open` and `attach`.
    State {
        /// Its number on this connection.
        terminal: u32,
        /// Columns of the session's window, which is the smallest of its viewers'.
        cols: u16,
        /// Rows of the session's window.
        rows: u16,
        /// Everybody who is attached, this viewer too.
        viewers: Vec<TerminalViewer>,
    },
    /// It has ended; nothing follows.
    Exit {
        /// Its number on this connection.
        terminal: u32,
        /// The engine's; 137 if the container went away under it; -1 if unknown.
        code: i64,
        /// Why, where the code does not tell.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
}

/// Words for the person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Notice {
    /// `info`, `warning`.
    pub level: String,
    /// The words.
    pub message: String,
}

/// A push; `sub` stands on a WebSocket only.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Push {
    /// Topic `events`.
    Event {
        /// The subscription.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sub: Option<u64>,
        /// Where it stands in the log.
        position: Position,
        /// The event.
        data: Event,
    },
    /// Topic `events`: something is missing here.
    Gap {
        /// The subscription.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sub: Option<u64>,
        /// One made for one reader has the last lost position, one of the log its own.
        position: Position,
        /// What.
        data: Gap,
    },
    /// A state topic.
    Change {
        /// The subscription.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sub: Option<u64>,
        /// The change.
        data: Change,
    },
    /// Topic `stats`.
    Stats {
        /// The subscription.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sub: Option<u64>,
        /// The values.
        data: StatsPush,
    },
    /// Topic `logs`.
    Log {
        /// The subscription.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sub: Option<u64>,
        /// The line, or the end.
        data: LogPush,
    },
    /// Of a pull.
    Progress {
        /// The pull packet's id.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<PacketId>,
        /// How far.
        data: Progress,
    },
    /// Of a terminal.
    Terminal {
        /// What.
        data: TerminalPush,
    },
    /// Words for the person.
    Notice {
        /// The words.
        data: Notice,
    },
}
