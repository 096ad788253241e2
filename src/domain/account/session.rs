//! Sessions: what proves a request, and what ends early.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use quayside_protocol::command::account::{ById, Role, SessionList};
use quayside_protocol::reply::{Authenticated, List, Session};

use super::record::{SessionRecord, UserRecord};
use super::{Accounts, own_or_admin, proved, wire_time};
use crate::auth::token::{Claims, Use};
use crate::auth::{Caller, Credential, Principal, policy};
use crate::error::{Error, Result};
use crate::store::collection::Stored;
use crate::store::{Expect, Write, keys};

/// Sessions of one account at once; the oldest ends when there is one more. A script that logs in for each
/// request must not fill the store.
pub(super) const MAX_SESSIONS: usize = 1_000;
/// Records read in one step.
const STEP: usize = 500;

/// When sessions were last seen, to the minute. Lost with the process: it is for people to read.
#[derive(Default)]
pub(super) struct Seen {
    at: Mutex<HashMap<String, DateTime<Utc>>>,
}

/// Sessions whose last use is remembered, about 100 bytes each.
const MAX_SEEN: usize = 100_000;

impl Accounts {
    /// Who a bearer token speaks for: an access token or a long-lived one.
    ///
    /// # Errors
    /// `unauthenticated`.
    pub fn authenticate(&self, token: &str) -> Result<Principal> {
        let claims = self.signer.read(token, &[Use::Access, Use::Api])?;
        match claims.purpose {
            Use::Api => self.by_token(&claims),
            _ => self.by_session(&claims),
        }
    }

    /// Who a session cookie speaks for: it holds a refresh token, which no header may.
    ///
    /// # Errors
    /// `unauthenticated`; also for one that was rotated away more than a moment ago.
    pub fn authenticate_cookie(&self, cookie: &str) -> Result<Principal> {
        self.by_session(&self.signer.read(cookie, &[Use::Refresh])?)
    }

    /// Who a request without any token is, if it may be anybody.
    #[must_use]
    pub fn anonymous(&self) -> Option<Principal> {
        let role = self.settings.anonymous_role?;
        let username = "".into();
        Some(Principal { username, role, credential: Credential::Anonymous, expires_at: None })
    }

    /// `principal` with its rights of now; none when its proof has ended.
    #[must_use]
    pub fn still(&self, principal: &Principal) -> Option<Principal> {
        if principal.expires_at.is_some_and(|end| end <= Utc::now()) {
            return None;
        }
        match &principal.credential {
            Credential::Anonymous => self.anonymous(),
            Credential::Session(id) => {
                let session = self.sessions.get(&keys::session(id)).ok()??.value;
                let user = self.live_user(&principal.username, session.user_id).ok()?;
                Some(Principal { role: user.role, ..principal.clone() })
            }
            Credential::Token(id) => {
                let token = self.tokens.get(&keys::token(id)).ok()??.value;
                let user = self.live_user(&principal.username, token.user_id).ok()?;
                Some(Principal { role: policy::lent(token.role, user.role)?, ..principal.clone() })
            }
        }
    }

    fn by_session(&self, claims: &Claims) -> Result<Principal> {
        let stored = self.sessions.get(&keys::session(&claims.of))?;
        let session = stored.ok_or_else(Error::unauthenticated)?.value;
        let user = self.live_user(&claims.sub, session.user_id)?;
        let now = Utc::now();
        if session.username != claims.sub || session.expires_at <= now {
            return Err(Error::unauthenticated());
        }
        if claims.purpose == Use::Refresh && !session.takes_cookie(claims.generation, now) {
            return Err(Error::unauthenticated());
        }
        self.seen.now(&session.id);
        Ok(Principal {
            username: user.username.into(),
            role: user.role,
            credential: Credential::Session(session.id.into()),
            expires_at: claims.expires_at(),
        })
    }

    fn by_token(&self, claims: &Claims) -> Result<Principal> {
        let stored = self.tokens.get(&keys::token(&claims.of))?;
        let token = stored.ok_or_else(Error::unauthenticated)?.value;
        let user = self.live_user(&claims.sub, token.user_id)?;
        Ok(Principal {
            username: user.username.into(),
            role: policy::lent(token.role, user.role).ok_or_else(Error::unauthenticated)?,
            credential: Credential::Token(token.id.into()),
            expires_at: claims.expires_at(),
        })
    }

    /// The account, if it is still the same one and not disabled.
    pub(super) fn live_user(&self, username: &str, id: u64) -> Result<UserRecord> {
        let stored = self.users.get(&keys::user(username))?;
        stored
            .map(|user| user.value)
            .filter(|user| user.id == id && !user.disabled)
            .ok_or_else(Error::unauthenticated)
    }

    /// `auth {token}`: what a token says.
    ///
    /// # Errors
    /// `unauthenticated`.
    pub fn describe(&self, principal: &Principal) -> Authenticated {
        Authenticated {
            username: principal.username.to_string(),
            role: principal.role,
            session_id: match &principal.credential {
                Credential::Session(id) => Some(id.to_string()),
                _ => None,
            },
            expires_at: principal.expires_at.map(wire_time),
        }
    }

    /// `session list`.
    ///
    /// # Errors
    /// `forbidden` for another's, unless by an admin.
    pub fn session_list(&self, caller: &Caller, query: &SessionList) -> Result<List<Session>> {
        let principal = proved(caller)?;
        let username = query.username.as_deref().unwrap_or(&principal.username);
        own_or_admin(caller, username)?;
        let current = match &principal.credential {
            Credential::Session(id) => Some(&**id),
            _ => None,
        };
        let mut sessions = self.sessions_of(username)?;
        sessions.sort_by_key(|s| std::cmp::Reverse(s.value.created_at));
        let items = sessions.into_iter().map(|stored| {
            let session = stored.value;
            Session {
                current: current == Some(session.id.as_str()),
                last_seen: wire_time(self.seen.at(&session.id).unwrap_or(session.last_seen)),
                id: session.id,
                username: session.username,
                address: session.address,
                agent: session.agent,
                created_at: wire_time(session.created_at),
            }
        });
        Ok(List::whole(items.collect()))
    }

    /// `session remove`.
    ///
    /// # Errors
    /// `not_found` for what is not one's own, unless by an admin.
    pub async fn session_remove(&self, caller: &Caller, by: &ById) -> Result<()> {
        let missing = || Error::not_found(format!("no session {}", by.id)).with_field("id");
        let stored = self.sessions.get(&keys::session(&by.id))?.ok_or_else(missing)?;
        own_or_admin(caller, &stored.value.username).map_err(|_| missing())?;
        let writes = vec![Write::Delete { key: stored.key, expect: Expect::Any }];
        let target = &stored.value.username;
        self.commit(caller, "session_remove", target, &by.id, writes).await?;
        self.revoke();
        Ok(())
    }

    /// The number and the role of an account as it is now; none for one that is gone or disabled.
    pub(in crate::domain) fn standing(&self, username: &str) -> Option<(u64, Role)> {
        let user = self.users.get(&keys::user(username)).ok()??.value;
        (!user.disabled).then_some((user.id, user.role))
    }

    /// Open sessions of an account, in no order.
    pub(super) fn sessions_of(&self, username: &str) -> Result<Vec<Stored<SessionRecord>>> {
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let page = self.sessions.list(after.as_ref(), STEP)?;
            let Some(last) = page.last() else { return Ok(found) };
            after = Some(last.key.clone());
            let now = Utc::now();
            found.extend(
                page.into_iter()
                    .filter(|s| s.value.username == username && s.value.expires_at > now),
            );
        }
    }

    /// Removes sessions, tokens and invites that have ended; called now and then.
    ///
    /// # Errors
    /// The store did not take it.
    pub async fn prune(&self) -> Result<()> {
        let now = Utc::now();
        let mut after = None;
        loop {
            let page = self.sessions.list(after.as_ref(), STEP)?;
            let Some(last) = page.last() else { break };
            after = Some(last.key.clone());
            let ended = page.into_iter().filter(|s| s.value.expires_at <= now);
            let writes: Vec<_> =
                ended.map(|s| Write::Delete { key: s.key, expect: Expect::Any }).collect();
            if !writes.is_empty() {
                self.store.commit(writes).await?;
            }
        }
        self.prune_tokens(now).await?;
        self.prune_invites(now).await
    }
}

impl Seen {
    fn now(&self, id: &str) {
        let now = Utc::now();
        let mut at = self.at.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(seen) = at.get_mut(id) {
            *seen = now;
            return;
        }
        if at.len() >= MAX_SEEN {
            at.retain(|_, seen| now.signed_duration_since(*seen) < TimeDelta::hours(1));
        }
        if at.len() < MAX_SEEN {
            at.insert(id.to_owned(), now);
        }
    }

    fn at(&self, id: &str) -> Option<DateTime<Utc>> {
        self.at.lock().unwrap_or_else(PoisonError::into_inner).get(id).copied()
    }
}
