//! Answers about accounts: who somebody is, what lets them in, and what was done.

use serde::{Deserialize, Serialize};

use super::wire;
use crate::command::account::Role;

wire! {
    /// Who a token speaks for.
    pub struct Authenticated {
        /// The account.
        pub username: String,
        /// Its role, or the token's where that is lower.
        pub role: Role,
        /// The session; null for a long-lived token.
        pub session_id: Option<String>,
        /// When the token ends, RFC 3339; null for one that does not.
        pub expires_at: Option<String>,
    }

    /// A session with its tokens. Times have the server's offset.
    pub struct LoggedIn {
        /// UUID.
        pub session_id: String,
        /// JWT.
        pub access_token: String,
        /// RFC 3339.
        pub access_token_expires_at: String,
        /// JWT.
        pub refresh_token: String,
        /// RFC 3339.
        pub refresh_token_expires_at: String,
        /// Whose.
        pub user: LoginUser,
    }

    /// The account of a login.
    pub struct LoginUser {
        /// Its name.
        pub username: String,
        /// `""` where none is set.
        pub email: String,
        /// RFC 3339 UTC.
        pub password_changed_at: String,
        /// RFC 3339 UTC.
        pub created_at: String,
        /// Its role.
        pub role: Role,
    }

    /// New tokens.
    pub struct Renewed {
        /// JWT.
        pub access_token: String,
        /// RFC 3339.
        pub access_token_expires_at: String,
        /// JWT; the same as before where it was not rotated.
        pub refresh_token: String,
        /// RFC 3339.
        pub refresh_token_expires_at: String,
    }

    /// A one-time ticket.
    pub struct Ticket {
        /// For `?ticket=`.
        pub ticket: String,
        /// RFC 3339 UTC, 30 s ahead.
        pub expires_at: String,
    }

    /// An open session.
    pub struct Session {
        /// UUID.
        pub id: String,
        /// Whose.
        pub username: String,
        /// Where it logged in from.
        pub address: String,
        /// The client's own name (`User-Agent`), at most 256 bytes.
        pub agent: String,
        /// RFC 3339 UTC.
        pub created_at: String,
        /// RFC 3339 UTC, to the minute.
        pub last_seen: String,
        /// Whether the question came by it.
        pub current: bool,
    }

    /// A configuration key.
    pub struct Setting {
        /// `section.key`.
        pub key: String,
        /// What is in force, as TOML; `"******"` for a secret that is set.
        pub value: String,
        /// `flag`, `variable`, `file` or `default`.
        pub from: String,
    }

    /// An account.
    pub struct User {
        /// A number that is never used again.
        pub id: u64,
        /// Its name.
        pub username: String,
        /// Null where none is set.
        pub full_name: Option<String>,
        /// Null where none is set.
        pub nickname: Option<String>,
        /// Null where none is set.
        pub email: Option<String>,
        /// Null where none is set.
        pub phone: Option<String>,
        /// What it may do.
        pub role: Role,
        /// Whether it may not log in.
        pub disabled: bool,
        /// RFC 3339 UTC.
        pub created_at: String,
        /// RFC 3339 UTC; null where it has no password.
        pub password_changed_at: Option<String>,
    }

    /// An invite that was not used yet.
    pub struct Invite {
        /// For `remove`.
        pub id: String,
        /// Whom it is for.
        pub username: String,
        /// The role the account will have.
        pub role: Role,
        /// RFC 3339 UTC.
        pub expires_at: String,
    }

    /// `invite create`.
    pub struct InviteMade {
        /// For `remove`.
        pub id: String,
        /// Shown once.
        pub token: String,
        /// Whom it is for.
        pub username: String,
        /// The role the account will have.
        pub role: Role,
        /// RFC 3339 UTC.
        pub expires_at: String,
    }

    /// A long-lived token.
    pub struct ApiToken {
        /// For `remove`.
        pub id: String,
        /// What it is for.
        pub name: String,
        /// What it may do.
        pub role: Role,
        /// RFC 3339 UTC; null: for ever.
        pub expires_at: Option<String>,
    }

    /// `token create`.
    pub struct TokenMade {
        /// For `remove`.
        pub id: String,
        /// What it is for.
        pub name: String,
        /// Shown once.
        pub token: String,
        /// What it may do.
        pub role: Role,
        /// RFC 3339 UTC; null: for ever.
        pub expires_at: Option<String>,
    }

    /// Something that was done or refused.
    pub struct AuditEntry {
        /// Orders entries.
        pub id: String,
        /// RFC 3339 UTC.
        pub time: String,
        /// By whom; `""` for nobody.
        pub username: String,
        /// From where.
        pub address: String,
        /// `container_start`, `auth_login` …
        pub action: String,
        /// On what: `host/container`, an account …
        pub target: String,
        /// `ok` or an error's code.
        pub result: String,
        /// In words; never a secret.
        pub detail: String,
    }
}
