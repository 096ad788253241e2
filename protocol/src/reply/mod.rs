//! What the hub answers.

mod account;
mod container;
mod event;
mod host;
mod inspect;
mod terminal;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::ErrorCode;
use crate::position::Position;

/// Declares plain data that goes over the wire.
macro_rules! wire {
    ($($(#[$doc:meta])* pub struct $name:ident { $($(#[$field_doc:meta])* pub $field:ident: $type:ty,)* })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        pub struct $name { $($(#[$field_doc])* pub $field: $type,)* }
    )*};
}

pub(crate) use wire;

pub use account::*;
pub use container::*;
pub use event::*;
pub use host::*;
pub use inspect::*;
pub use terminal::*;

/// The `data` of a `reply`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum Reply {
    /// `{}`.
    Done(Done),
    /// `auth {token}`.
    Authenticated(Authenticated),
    /// `auth login`.
    LoggedIn(Box<LoggedIn>),
    /// `auth renew`.
    Renewed(Renewed),
    /// `auth ticket`.
    Ticket(Ticket),
    /// `session list`.
    Sessions(List<Session>),
    /// `setting list`.
    Settings(List<Setting>),
    /// `host list`.
    Hosts(List<Host>),
    /// `host get`, `create`, `update`.
    Host(Box<Host>),
    /// `host test`.
    HostTested(HostTested),
    /// `host df`.
    DiskUse(DiskUse),
    /// `container list`.
    Containers(List<Container>),
    /// `container inspect`.
    Inspect(Box<Inspect>),
    /// `container create`.
    Created(Created),
    /// `container top`.
    Top(Top),
    /// `container logs`.
    Logs(List<LogLine>),
    /// `container stats` without `since`.
    Stats(Stats),
    /// `container stats` with `since`.
    StatsHistory(List<TimedStats>),
    /// `container stats_all`.
    StatsAll(StatsAll),
    /// `container files`.
    Files(List<FileEntry>),
    /// `container upload`, `download`.
    FileUrl(FileUrl),
    /// `event list`.
    Events(EventPage),
    /// `event count`.
    EventCounts(EventCounts),
    /// `image list`.
    Images(List<Image>),
    /// `image pull`.
    Pulled(Pulled),
    /// `terminal open`.
    TerminalOpened(TerminalOpened),
    /// `terminal attach`.
    TerminalAttached(TerminalAttached),
    /// `terminal close`.
    TerminalClosed(TerminalClosed),
    /// `terminal list`.
    Terminals(List<TerminalItem>),
    /// `user list`.
    Users(List<User>),
    /// `user get`, `create`, `register`, `update`.
    User(Box<User>),
    /// `invite list`.
    Invites(List<Invite>),
    /// `invite create`.
    InviteMade(InviteMade),
    /// `token list`.
    Tokens(List<ApiToken>),
    /// `token create`.
    TokenMade(TokenMade),
    /// `audit list`.
    Audit(List<AuditEntry>),
    /// `subscribe` to a log.
    SubscribedAt(SubscribedAt),
    /// `subscribe` to state.
    SubscribedVersion(SubscribedVersion),
}

impl Reply {
    /// The reply of a verb that says no more than that it is done.
    #[must_use]
    pub fn done() -> Self {
        Self::Done(Done {})
    }
}

/// A host that could not contribute to a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Failure {
    /// Its name.
    pub host: String,
    /// What kind of failure.
    pub code: ErrorCode,
    /// Why.
    pub message: String,
}

/// A list; of many hosts it carries items *and* failures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct List<T> {
    /// What there is.
    pub items: Vec<T>,
    /// Hosts that could not answer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failures: Vec<Failure>,
    /// What to send as `after` for more; absent at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

impl<T> List<T> {
    /// All there is.
    #[must_use]
    pub fn whole(items: Vec<T>) -> Self {
        Self { items, failures: Vec::new(), next: None }
    }
}

wire! {
    /// `{}`.
    pub struct Done {}

    /// The reply to a subscription to a log.
    pub struct SubscribedAt {
        /// Its number on this connection.
        pub sub: u64,
        /// Where it begins.
        pub position: Position,
    }

    /// The reply to a subscription to state or a stream.
    pub struct SubscribedVersion {
        /// Its number on this connection.
        pub sub: u64,
        /// The version before its first push.
        pub version: u64,
    }
}

/// `{"type":"reply","id":…,"data":…}`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ReplyPacket<'a> {
    /// Always `reply`.
    pub r#type: &'static str,
    /// The packet's own id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<&'a crate::packet::PacketId>,
    /// The answer.
    pub data: Value,
}
