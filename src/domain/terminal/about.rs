//! What a session is of, and why it ends.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use chrono::{DateTime, Utc};
use quayside_protocol::reply::{TerminalItem, TerminalKind};

use crate::auth::Caller;
use crate::domain::inventory::ContainerState;
use crate::error::Error;
use crate::runtime::Size;

/// What never changes about a session.
pub(super) struct About {
    pub(super) id: String,
    pub(super) kind: TerminalKind,
    /// None: the hub's own machine.
    pub(super) container: Option<Arc<ContainerState>>,
    pub(super) cmd: Vec<String>,
    pub(super) user: Option<String>,
    /// Who opened it.
    pub(super) opener: Caller,
    /// The number of the opener's account; none where it had none.
    pub(super) number: Option<u64>,
    pub(super) created_at: DateTime<Utc>,
}

impl About {
    /// Whose it is; `""` for a caller without an account.
    pub(super) fn owner(&self) -> &str {
        self.opener.principal.as_ref().map_or("", |principal| &principal.username)
    }

    /// As `terminal list` shows it.
    pub(super) fn item(&self, size: Size, viewers: u64) -> TerminalItem {
        let container = self.container.as_deref();
        TerminalItem {
            session: self.id.clone(),
            terminal: None,
            host: container.map(|container| container.host.to_string()),
            container: container.map(|container| short(&container.facts.id).to_owned()),
            kind: self.kind,
            cmd: self.cmd.clone(),
            user: self.user.clone().unwrap_or_default(),
            owner: self.owner().to_owned(),
            cols: size.cols,
            rows: size.rows,
            viewers,
            created_at: self.created_at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
        }
    }

    /// In the audit's words.
    pub(super) fn target(&self) -> String {
        match &self.container {
            Some(container) => target(container),
            None => "local".to_owned(),
        }
    }
}

/// `host/id`, the id of 12 characters.
pub(super) fn target(container: &ContainerState) -> String {
    format!("{}/{}", container.host, short(&container.facts.id))
}

pub(super) fn short(id: &str) -> &str {
    id.get(..12).unwrap_or(id)
}

/// Why a session is ended before its program.
#[derive(Debug, Clone)]
pub(super) enum Why {
    /// Its last viewer closed it.
    Closed(Box<Caller>),
    /// Nobody came back.
    Deserted,
    /// Its account may not have it any more.
    Revoked,
    /// The hub goes down.
    Down,
}

impl Why {
    pub(super) fn words(&self) -> &'static str {
        match self {
            Self::Closed(_) => "it was closed",
            Self::Deserted => "nobody came back to it",
            Self::Revoked => "the account it belongs to may not have it any more",
            Self::Down => "the hub is going down",
        }
    }
}

/// Bytes to and from all programs so far.
#[derive(Default)]
pub(super) struct Traffic {
    pub(super) typed: AtomicU64,
    pub(super) output: AtomicU64,
}

/// There is no such session, or none that the caller may know of.
pub(super) fn gone() -> Error {
    Error::not_found("no such terminal: it has ended, or never was").with_field("session")
}
