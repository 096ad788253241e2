//! The account behind a request, and where the request comes from.

use std::net::IpAddr;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use quayside_protocol::command::account::Role;

use super::secret::Secret;

/// What proved who it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Credential {
    /// Nothing: `auth.anonymous_role` speaks.
    Anonymous,
    /// A session, by its id.
    Session(Arc<str>),
    /// A long-lived token, by its id.
    Token(Arc<str>),
}

/// An account, proved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// The account's name; `""` for an anonymous one.
    pub username: Arc<str>,
    /// The account's role, or the token's where that is lower.
    pub role: Role,
    /// What proved it.
    pub credential: Credential,
    /// When the proof ends; none for what does not end by time.
    pub expires_at: Option<DateTime<Utc>>,
}

impl Principal {
    /// Whether it owns what is labelled `owner`.
    #[must_use]
    pub fn owns(&self, owner: Option<&str>) -> bool {
        self.credential != Credential::Anonymous && owner == Some(&*self.username)
    }

    /// Whether it sees the containers of every account, not only its own.
    #[must_use]
    pub fn sees_all(&self) -> bool {
        matches!(self.role, Role::Viewer | Role::Operator | Role::Admin)
    }

    /// Whether it may change every container and image.
    #[must_use]
    pub fn is_operator(&self) -> bool {
        matches!(self.role, Role::Operator | Role::Admin)
    }

    /// Whether it may do everything.
    #[must_use]
    pub fn is_admin(&self) -> bool {
        self.role == Role::Admin
    }
}

/// A request's origin: who (none: not proved), from where, and by which request.
#[derive(Debug, Clone)]
pub struct Caller {
    /// Who, where a credential was given and good, or anonymous callers have a role.
    pub principal: Option<Principal>,
    /// The bearer text itself where it is no account's token: an invite is presented that way.
    pub bearer: Option<Secret<String>>,
    /// The client's address, behind trusted proxies.
    pub address: IpAddr,
    /// The client's own name, at most 256 bytes.
    pub agent: Arc<str>,
    /// For the log.
    pub request_id: Arc<str>,
    /// How URLs that are handed out begin, such as `http://localhost:9083`.
    pub base_url: Arc<str>,
}
