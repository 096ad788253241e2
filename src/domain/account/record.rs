//! What is stored of accounts, sessions, tokens and invites.

use chrono::{DateTime, TimeDelta, Utc};
use quayside_protocol::command::account::Role;
use quayside_protocol::reply::User;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::wire_time;
use crate::store::collection::Record;

/// How long a cookie may lag behind a rotation.
const COOKIE_GRACE: TimeDelta = TimeDelta::seconds(10);

/// Declares a stored record of version 1, which has nothing to migrate from.
macro_rules! first_version {
    ($($name:ident),*) => {$(
        impl Record for $name {
            const VERSION: u32 = 1;

            fn migrate(_: u32, _: &mut Map<String, Value>) -> Result<(), String> {
                Err("there was no version before the first".into())
            }
        }
    )*};
}
first_version!(UserRecord, Counter, SessionRecord, TokenRecord, InviteRecord);

/// An account.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct UserRecord {
    pub(super) id: u64,
    pub(super) username: String,
    /// PHC text; none: it cannot log in.
    pub(super) password: Option<String>,
    pub(super) full_name: Option<String>,
    pub(super) nickname: Option<String>,
    pub(super) email: Option<String>,
    pub(super) phone: Option<String>,
    pub(super) role: Role,
    pub(super) disabled: bool,
    pub(super) created_at: DateTime<Utc>,
    pub(super) password_changed_at: Option<DateTime<Utc>>,
}

impl UserRecord {
    pub(super) fn to_wire(&self) -> User {
        User {
            id: self.id,
            username: self.username.clone(),
            full_name: self.full_name.clone(),
            nickname: self.nickname.clone(),
            email: self.email.clone(),
            phone: self.phone.clone(),
            role: self.role,
            disabled: self.disabled,
            created_at: wire_time(self.created_at),
            password_changed_at: self.password_changed_at.map(wire_time),
        }
    }
}

/// The last number given to an account.
#[derive(Serialize, Deserialize)]
pub(super) struct Counter {
    pub(super) last: u64,
}

/// A session. It belongs to the account's number, so that a new account of the same name does not inherit it.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct SessionRecord {
    pub(super) id: String,
    pub(super) username: String,
    pub(super) user_id: u64,
    pub(super) address: String,
    pub(super) agent: String,
    pub(super) created_at: DateTime<Utc>,
    pub(super) last_seen: DateTime<Utc>,
    /// Which refresh token is the live one.
    pub(super) generation: u64,
    /// When the refresh token before the live one was rotated away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) rotated_at: Option<DateTime<Utc>>,
    pub(super) expires_at: DateTime<Utc>,
}

impl SessionRecord {
    /// Whether a refresh token of `generation` may speak for the session as a cookie: the live one, and for a moment
    /// the one before, with which requests of other tabs may be under way.
    pub(super) fn takes_cookie(&self, generation: u64, now: DateTime<Utc>) -> bool {
        let fresh =
            || self.rotated_at.is_some_and(|at| now.signed_duration_since(at) < COOKIE_GRACE);
        generation == self.generation || (generation + 1 == self.generation && fresh())
    }
}

/// A long-lived token.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct TokenRecord {
    pub(super) id: String,
    pub(super) username: String,
    pub(super) user_id: u64,
    pub(super) name: String,
    pub(super) role: Role,
    pub(super) expires_at: Option<DateTime<Utc>>,
}

/// An invite that was not used yet.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct InviteRecord {
    pub(super) id: String,
    pub(super) username: String,
    pub(super) role: Role,
    pub(super) expires_at: DateTime<Utc>,
}
