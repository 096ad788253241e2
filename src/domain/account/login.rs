//! Logging in, renewing and logging out.

use chrono::{DateTime, Utc};
use quayside_protocol::command::auth::{Login, Logout, Renew};
use quayside_protocol::id::is_username;
use quayside_protocol::reply::{LoggedIn, LoginUser, Renewed};
use uuid::Uuid;

use super::record::{SessionRecord, UserRecord};
use super::session::MAX_SESSIONS;
use super::{Accounts, after, local_time, proved, wire_time};
use crate::auth::token::Use;
use crate::auth::{Caller, Credential};
use crate::error::{Error, Result};
use crate::store::{Expect, StoreError, Write, keys};

const WRONG: &str = "wrong name or password";

impl Accounts {
    /// `auth login`. A wrong password, an unknown name and a disabled account read and take the same.
    ///
    /// # Errors
    /// `unauthenticated`; `limited` after too many wrong passwords.
    pub async fn login(&self, caller: &Caller, login: &Login) -> Result<LoggedIn> {
        self.tries.check(caller.address, &login.username)?;
        let user = match is_username(&login.username) {
            true => self.users.get(&keys::user(&login.username))?.map(|stored| stored.value),
            false => None,
        };
        let stored = user.as_ref().and_then(|user| user.password.clone());
        let fits = self.fits(caller, &login.username, &login.password.0, stored).await?;
        let Some(user) = user.filter(|user| fits && !user.disabled) else {
            let name = &login.username;
            let result = "unauthenticated";
            self.audit.record_as(name, caller, "auth_login", name, result, WRONG).await;
            return Err(Error::new(quayside_protocol::ErrorCode::Unauthenticated, WRONG));
        };
        self.tries.right(caller.address, &login.username);
        self.open_session(caller, &user).await
    }

    /// Whether a password fits; it counts as a wrong try until [`crate::auth::tries::Tries::right`] takes it back.
    pub(super) async fn fits(
        &self,
        caller: &Caller,
        username: &str,
        password: &str,
        stored: Option<String>,
    ) -> Result<bool> {
        let begin = || self.tries.begin(caller.address, username);
        if password.len() > super::user::MAX_PASSWORD {
            return begin().map(|()| false);
        }
        self.passwords.verify(password.to_owned(), stored, begin).await
    }

    async fn open_session(&self, caller: &Caller, user: &UserRecord) -> Result<LoggedIn> {
        let now = Utc::now();
        let session = SessionRecord {
            id: Uuid::new_v4().to_string(),
            username: user.username.clone(),
            user_id: user.id,
            address: caller.address.to_string(),
            agent: caller.agent.to_string(),
            created_at: now,
            last_seen: now,
            generation: 0,
            rotated_at: None,
            expires_at: after(self.settings.refresh_ttl),
        };
        let mut writes =
            vec![self.sessions.write(keys::session(&session.id), &session, Expect::Absent)?];
        let mut open = self.sessions_of(&user.username)?;
        if open.len() >= MAX_SESSIONS {
            open.sort_by_key(|s| s.value.created_at);
            let ended = open.drain(..=open.len() - MAX_SESSIONS);
            writes.extend(ended.map(|s| Write::Delete { key: s.key, expect: Expect::Any }));
        }
        let name = &user.username;
        writes.push(self.audit.write_as(name, caller, "auth_login", name, "ok", &session.id)?);
        let ends_others = writes.len() > 2;
        self.store.commit(writes).await?;
        if ends_others {
            self.revoke();
        }
        let tokens = self.session_tokens(&session)?;
        Ok(LoggedIn {
            session_id: session.id,
            access_token: tokens.access_token,
            access_token_expires_at: tokens.access_token_expires_at,
            refresh_token: tokens.refresh_token,
            refresh_token_expires_at: tokens.refresh_token_expires_at,
            user: LoginUser {
                username: user.username.clone(),
                email: user.email.clone().unwrap_or_default(),
                password_changed_at: wire_time(user.password_changed_at.unwrap_or(user.created_at)),
                created_at: wire_time(user.created_at),
                role: user.role,
            },
        })
    }

    /// `auth renew`: a new access token, and with `rotate` a new refresh token too.
    ///
    /// # Errors
    /// `unauthenticated` for what is no live refresh token; one that was rotated away ends its session, for
    /// somebody else may have it.
    pub async fn renew(&self, caller: &Caller, renew: &Renew) -> Result<Renewed> {
        let claims = self.signer.read(&renew.refresh_token.0, &[Use::Refresh])?;
        let stored = self.sessions.get(&keys::session(&claims.of))?;
        let stored = stored.ok_or_else(Error::unauthenticated)?;
        let (mut session, key) = (stored.value, stored.key);
        self.live_user(&session.username, session.user_id)?;
        let name = session.username.clone();
        if claims.generation != session.generation {
            let detail = "a used refresh token came again: the session was ended";
            let entry = self.audit.write_as(
                &name,
                caller,
                "auth_renew",
                &name,
                "unauthenticated",
                detail,
            )?;
            let ended = vec![Write::Delete { key, expect: Expect::Any }];
            self.audit.commit(entry, ended).await?;
            self.revoke();
            return Err(Error::unauthenticated());
        }
        if session.expires_at <= Utc::now() {
            return Err(Error::unauthenticated());
        }
        session.last_seen = Utc::now();
        let expect = Expect::Revision(stored.revision);
        if renew.rotate {
            session.generation += 1;
            session.rotated_at = Some(session.last_seen);
            session.expires_at = after(self.settings.refresh_ttl);
        }
        let writes = vec![
            self.sessions.write(key, &session, expect)?,
            self.audit.write_as(&name, caller, "auth_renew", &name, "ok", &session.id)?,
        ];
        match self.store.commit(writes).await {
            Ok(_) => {}
            // Two renewals by the same token at once, without rotation: both are right.
            Err(StoreError::Conflict { .. }) if !renew.rotate => {}
            Err(StoreError::Conflict { .. }) => return Err(Error::unauthenticated()),
            Err(error) => return Err(error.into()),
        }
        let tokens = self.session_tokens(&session)?;
        if renew.rotate {
            return Ok(tokens);
        }
        Ok(Renewed { refresh_token: renew.refresh_token.0.clone(), ..tokens })
    }

    /// `auth logout`: ends the session of a refresh token or, without one, the caller's own.
    ///
    /// # Errors
    /// `unauthenticated` for what is no live refresh token.
    pub async fn logout(&self, caller: &Caller, logout: &Logout) -> Result<()> {
        let id = match &logout.refresh_token {
            Some(token) => {
                let claims = self.signer.read(&token.0, &[Use::Refresh])?;
                let live = self.sessions.get(&keys::session(&claims.of))?;
                let live = live.filter(|s| s.value.generation == claims.generation);
                live.ok_or_else(Error::unauthenticated)?.value.id
            }
            None => match &proved(caller)?.credential {
                Credential::Session(id) => id.to_string(),
                _ => return Err(Error::invalid("refresh_token", "is needed: this is no session")),
            },
        };
        let stored = self.sessions.get(&keys::session(&id))?.ok_or_else(Error::unauthenticated)?;
        let name = stored.value.username;
        let entry = self.audit.write_as(&name, caller, "auth_logout", &name, "ok", &id)?;
        let ended = vec![Write::Delete { key: stored.key, expect: Expect::Any }];
        self.audit.commit(entry, ended).await?;
        self.revoke();
        Ok(())
    }

    fn session_tokens(&self, session: &SessionRecord) -> Result<Renewed> {
        let access_end: DateTime<Utc> = after(self.settings.access_ttl).min(session.expires_at);
        let issue = |purpose, end| {
            let (name, id) = (&session.username, &session.id);
            self.signer.issue(purpose, name, id, session.generation, Some(end))
        };
        Ok(Renewed {
            access_token: issue(Use::Access, access_end)?,
            access_token_expires_at: local_time(access_end),
            refresh_token: issue(Use::Refresh, session.expires_at)?,
            refresh_token_expires_at: local_time(session.expires_at),
        })
    }
}
