//! What can be subscribed to, and the filters that narrow it.

use serde::{Deserialize, Serialize};

use crate::unit::Filter;

/// A stream of pushes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Topic {
    /// A log: Docker's events of every host, and the hub's own.
    Events,
    /// State: every container.
    Containers,
    /// State: every host.
    Hosts,
    /// State: resource use of running containers.
    Stats,
    /// A stream: the log lines of one container.
    Logs,
}

impl Topic {
    /// Every topic.
    pub const ALL: [Self; 5] =
        [Self::Events, Self::Containers, Self::Hosts, Self::Stats, Self::Logs];

    /// The word on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Events => "events",
            Self::Containers => "containers",
            Self::Hosts => "hosts",
            Self::Stats => "stats",
            Self::Logs => "logs",
        }
    }
}

/// `subscribe`; values of one filter are alternatives, filters narrow together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Subscribe {
    /// What to.
    pub topic: Topic,
    /// Hosts by name.
    #[serde(default, skip_serializing_if = "Filter::is_empty")]
    pub host: Filter,
    /// `events`: types, whole.
    #[serde(default, rename = "type", skip_serializing_if = "Filter::is_empty")]
    pub kind: Filter,
    /// `events`: actions, whole or the part before `:`.
    #[serde(default, skip_serializing_if = "Filter::is_empty")]
    pub action: Filter,
    /// `events`, `stats`: ids (12 or 64 characters) or names, which need not exist yet. `logs`: the one.
    #[serde(default, skip_serializing_if = "Filter::is_empty")]
    pub container: Filter,
    /// `key` or `key=value`.
    #[serde(default, skip_serializing_if = "Filter::is_empty")]
    pub label: Filter,
    /// Accounts.
    #[serde(default, skip_serializing_if = "Filter::is_empty")]
    pub owner: Filter,
    /// `events`: a position or an RFC 3339 time. `logs`: an RFC 3339 time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
    /// `logs`: the last so many lines first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tail: Option<u64>,
    /// `logs`: whether each line has its time.
    #[serde(default)]
    pub timestamps: bool,
}

impl Subscribe {
    /// A subscription to `topic` without any filter.
    #[must_use]
    pub fn to(topic: Topic) -> Self {
        Self {
            topic,
            host: Filter::default(),
            kind: Filter::default(),
            action: Filter::default(),
            container: Filter::default(),
            label: Filter::default(),
            owner: Filter::default(),
            since: None,
            tail: None,
            timestamps: false,
        }
    }
}

/// `unsubscribe`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Unsubscribe {
    /// The subscription's number.
    pub sub: u64,
}
