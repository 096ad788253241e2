//! Accounts: who there is, their sessions, tokens and invites, and the audit of what everybody did.
//!
//! Every change and its audit entry are one commit of the store: neither survives without the other.

mod audit;
mod first;
mod invite;
mod login;
mod record;
mod register;
mod session;
mod ticket;
mod token;
mod user;

use std::sync::Arc;

use chrono::{DateTime, SecondsFormat, Utc};
use quayside_protocol::command::account::Role;
use tokio::sync::watch;

pub use crate::config::Registration;
pub use audit::Audit;
pub use first::FirstPassword;
use record::{InviteRecord, SessionRecord, TokenRecord, UserRecord};

use crate::auth::keys::HubKeys;
use crate::auth::password::Passwords;
use crate::auth::token::Tokens;
use crate::auth::tries::Tries;
use crate::auth::{Caller, Principal};
use crate::error::{Error, Result};
use crate::store::collection::Collection;
use crate::store::{Store, StoreError, Write, keys};

/// The settings of section `[auth]`.
#[derive(Debug, Clone)]
pub struct AccountSettings {
    /// Who may register.
    pub registration: Registration,
    /// Of new accounts.
    pub default_role: Role,
    /// Of a request without a token; none: refused.
    pub anonymous_role: Option<Role>,
    /// How long an access token is good.
    pub access_ttl: std::time::Duration,
    /// How long a refresh token is good.
    pub refresh_ttl: std::time::Duration,
}

/// All accounts of the hub.
pub struct Accounts {
    settings: AccountSettings,
    store: Arc<dyn Store>,
    users: Collection<UserRecord>,
    sessions: Collection<SessionRecord>,
    tokens: Collection<TokenRecord>,
    invites: Collection<InviteRecord>,
    signer: Tokens,
    passwords: Passwords,
    tries: Tries,
    tickets: ticket::Tickets,
    seen: session::Seen,
    audit: Arc<Audit>,
    /// Counts what ends proofs early: whoever holds one open asks [`Accounts::still`] when it moves.
    revocations: watch::Sender<u64>,
    /// Held while accounts are counted and changed (numbers, the last admin), which no single record can tell.
    changes: tokio::sync::Mutex<()>,
}

impl Accounts {
    /// The accounts in `store`.
    ///
    /// # Errors
    /// The system has no randomness to give.
    pub fn new(
        settings: AccountSettings,
        store: Arc<dyn Store>,
        keys: &HubKeys,
        audit: Arc<Audit>,
    ) -> Result<Self> {
        Ok(Self {
            settings,
            users: Collection::new(store.clone(), keys::USERS),
            sessions: Collection::new(store.clone(), keys::SESSIONS),
            tokens: Collection::new(store.clone(), keys::TOKENS),
            invites: Collection::new(store.clone(), keys::INVITES),
            store,
            signer: Tokens::new(&keys.signing),
            passwords: Passwords::new()?,
            tries: Tries::default(),
            tickets: ticket::Tickets::default(),
            seen: session::Seen::default(),
            audit,
            revocations: watch::Sender::new(0),
            changes: tokio::sync::Mutex::new(()),
        })
    }

    /// Moves whenever a proof may have ended before its time.
    #[must_use]
    pub fn revocations(&self) -> watch::Receiver<u64> {
        self.revocations.subscribe()
    }

    fn revoke(&self) {
        self.revocations.send_modify(|count| *count += 1);
    }

    /// Commits `writes` with the audit entry of `caller`'s `action`.
    async fn commit(
        &self,
        caller: &Caller,
        action: &str,
        target: &str,
        detail: &str,
        writes: Vec<Write>,
    ) -> Result<(), StoreError> {
        let entry = self.audit.write(caller, action, target, "ok", detail)?;
        self.audit.commit(entry, writes).await
    }
}

/// A time on the wire: RFC 3339 UTC, to the second.
fn wire_time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// A time of a token on the wire: with the server's own offset and fraction, as `fleet`'s original has it.
fn local_time(at: DateTime<Utc>) -> String {
    at.with_timezone(&chrono::Local).to_rfc3339_opts(SecondsFormat::Nanos, false)
}

/// `at` whole seconds from now or a clear end of time, without overflow.
fn after(ttl: std::time::Duration) -> DateTime<Utc> {
    chrono::TimeDelta::from_std(ttl)
        .ok()
        .and_then(|ttl| Utc::now().checked_add_signed(ttl))
        .unwrap_or(DateTime::<Utc>::MAX_UTC)
}

fn proved(caller: &Caller) -> Result<&Principal> {
    caller.principal.as_ref().ok_or_else(Error::unauthenticated)
}

/// The account itself or an admin.
fn own_or_admin(caller: &Caller, username: &str) -> Result<()> {
    let principal = proved(caller)?;
    if principal.is_admin() || principal.owns(Some(username)) {
        Ok(())
    } else {
        Err(Error::forbidden("only an admin may do this for another account"))
    }
}

#[cfg(test)]
mod tests;
