//! Accounts themselves: made, changed, removed.

use chrono::Utc;
use quayside_protocol::command::account::{
    ByUsername, Page, Role, UserCreate, UserPassword, UserUpdate,
};
use quayside_protocol::id::is_username;
use quayside_protocol::reply::{List, User};

use super::super::page;
use super::record::{Counter, UserRecord};
use super::{Accounts, own_or_admin, proved};
use crate::auth::{Caller, Credential};
use crate::error::{Error, Result};
use crate::store::collection::{Collection, Stored};
use crate::store::{Expect, StoreError, Write, keys};

/// Longest password, in bytes: hashing must not be a way to make the hub work.
pub(super) const MAX_PASSWORD: usize = 1_024;
const MIN_PASSWORD: usize = 6;
/// Longest text of a profile, in bytes.
const MAX_PROFILE: usize = 256;
/// Writes in one commit when an account goes.
const STEP: usize = 500;

/// What an account is made from.
pub(super) struct NewUser {
    pub(super) username: String,
    pub(super) password: Option<String>,
    pub(super) role: Role,
    pub(super) full_name: Option<String>,
    pub(super) nickname: Option<String>,
    pub(super) email: Option<String>,
    pub(super) phone: Option<String>,
}

impl Accounts {
    /// `user list`, by name.
    ///
    /// # Errors
    /// `invalid` with the field.
    pub fn user_list(&self, query: &Page) -> Result<List<User>> {
        let limit = page::limit(query.limit, 1_000)?;
        let after = query.after.as_deref().map(keys::user);
        let users = self.users.list(after.as_ref(), limit)?;
        let next = (users.len() == limit).then(|| users.last().map(|u| u.value.username.clone()));
        let items = users.iter().map(|user| user.value.to_wire()).collect();
        Ok(List { items, failures: Vec::new(), next: next.flatten() })
    }

    /// `user get`: one's own, or any for an admin.
    ///
    /// # Errors
    /// `not_found`, also where the caller may not know.
    pub fn user_get(&self, caller: &Caller, by: &ByUsername) -> Result<User> {
        own_or_admin(caller, &by.username).map_err(|_| missing(&by.username))?;
        Ok(self.user(&by.username)?.value.to_wire())
    }

    pub(super) fn user(&self, username: &str) -> Result<Stored<UserRecord>> {
        self.users.get(&keys::user(username))?.ok_or_else(|| missing(username))
    }

    /// `user create`, by an admin.
    ///
    /// # Errors
    /// `invalid` with the field; `conflict` for a name that is taken.
    pub async fn user_create(&self, caller: &Caller, create: &UserCreate) -> Result<User> {
        let new = NewUser {
            username: create.username.clone(),
            password: create.password.as_ref().map(|p| p.0.clone()),
            role: create.role.unwrap_or(Role::User),
            full_name: create.full_name.clone(),
            nickname: create.nickname.clone(),
            email: create.email.clone(),
            phone: create.phone.clone(),
        };
        check(&new)?;
        self.make(caller, "user_create", new, Vec::new()).await
    }

    /// Makes the account together with `with`, writes that must hold for it to be made.
    pub(super) async fn make(
        &self,
        caller: &Caller,
        action: &str,
        new: NewUser,
        with: Vec<Write>,
    ) -> Result<User> {
        let taken = || Error::conflict("username: is taken").with_field("username");
        let key = keys::user(&new.username);
        if self.users.get(&key)?.is_some() {
            return Err(taken());
        }
        let password = match new.password {
            Some(password) => Some(self.passwords.hash(password).await?),
            None => None,
        };
        let now = Utc::now();
        let _changes = self.changes.lock().await;
        let counters = Collection::<Counter>::new(self.store.clone(), keys::USERS);
        let last = counters.get(&keys::user_counter())?.map_or(0, |counter| counter.value.last);
        let user = UserRecord {
            id: last + 1,
            username: new.username,
            password_changed_at: password.is_some().then_some(now),
            password,
            full_name: new.full_name,
            nickname: new.nickname,
            email: new.email,
            phone: new.phone,
            role: new.role,
            disabled: false,
            created_at: now,
        };
        let mut writes = with;
        writes.push(self.users.write(key.clone(), &user, Expect::Absent)?);
        writes.push(counters.write(
            keys::user_counter(),
            &Counter { last: user.id },
            Expect::Any,
        )?);
        let role = user.role.as_str();
        match self.commit(caller, action, &user.username, role, writes).await {
            Ok(()) => Ok(user.to_wire()),
            Err(StoreError::Conflict { key: at }) if at == key => Err(taken()),
            // What came with it (an invite) was used up meanwhile.
            Err(StoreError::Conflict { .. }) => Err(Error::unauthenticated()),
            Err(error) => Err(error.into()),
        }
    }

    /// `user update`: a profile by its account or an admin, role and `disabled` by an admin.
    ///
    /// # Errors
    /// `forbidden` for role and `disabled` of a non-admin; `conflict` for the last admin.
    pub async fn user_update(&self, caller: &Caller, update: &UserUpdate) -> Result<User> {
        own_or_admin(caller, &update.username).map_err(|_| missing(&update.username))?;
        let is_admin = proved(caller)?.is_admin();
        for (field, given) in
            [("role", update.role.is_some()), ("disabled", update.disabled.is_some())]
        {
            if given && !is_admin {
                return Err(Error::forbidden(format!("{field}: only an admin may change it"))
                    .with_field(field));
            }
        }
        let _changes = self.changes.lock().await;
        let stored = self.user(&update.username)?;
        let was = stored.value.clone();
        let mut user = stored.value;
        for (mine, given) in [
            (&mut user.full_name, &update.full_name),
            (&mut user.nickname, &update.nickname),
            (&mut user.email, &update.email),
            (&mut user.phone, &update.phone),
        ] {
            if given.is_some() {
                mine.clone_from(given);
            }
        }
        check_profile(&user.full_name, &user.nickname, &user.email, &user.phone)?;
        user.role = update.role.unwrap_or(user.role);
        user.disabled = update.disabled.unwrap_or(user.disabled);
        if is_live_admin(&was) && !is_live_admin(&user) {
            self.keep_an_admin(&user.username)?;
        }
        let detail = format!("role {}, disabled {}", user.role.as_str(), user.disabled);
        let write = self.users.write(stored.key, &user, Expect::Revision(stored.revision))?;
        self.commit(caller, "user_update", &user.username, &detail, vec![write]).await?;
        if user.disabled && !was.disabled {
            self.end_all(&user.username, None).await?;
        } else if user.role != was.role {
            self.revoke();
        }
        Ok(user.to_wire())
    }

    /// `user password`: one's own with the old one, or another's by an admin. The other sessions end.
    ///
    /// # Errors
    /// `forbidden` with the field for a wrong old one, which counts as a try.
    pub async fn user_password(&self, caller: &Caller, change: &UserPassword) -> Result<()> {
        let principal = proved(caller)?;
        let username = change.username.as_deref().unwrap_or(&principal.username);
        if username.is_empty() {
            return Err(Error::forbidden("who came without a token has no password: log in"));
        }
        own_or_admin(caller, username).map_err(|_| missing(username))?;
        check_password(&change.password.0)?;
        let stored = self.user(username)?;
        if principal.owns(Some(username)) {
            self.tries.check(caller.address, username)?;
            let current = change.current_password.as_ref();
            let current =
                current.ok_or_else(|| Error::invalid("current_password", "is missing"))?;
            let password = stored.value.password.clone();
            if !self.fits(caller, username, &current.0, password).await? {
                let reason = "current_password: is wrong";
                return Err(Error::forbidden(reason).with_field("current_password"));
            }
            self.tries.right(caller.address, username);
        }
        let mut user = stored.value;
        user.password = Some(self.passwords.hash(change.password.0.clone()).await?);
        user.password_changed_at = Some(Utc::now());
        let write = self.users.write(stored.key, &user, Expect::Revision(stored.revision))?;
        self.commit(caller, "user_password", username, "", vec![write]).await?;
        let keep = match &principal.credential {
            Credential::Session(id) if principal.owns(Some(username)) => Some(&**id),
            _ => None,
        };
        self.end_sessions(username, keep).await
    }

    /// `user remove`, by an admin: with its sessions and tokens.
    ///
    /// # Errors
    /// `conflict` for the last admin.
    pub async fn user_remove(&self, caller: &Caller, by: &ByUsername) -> Result<()> {
        let _changes = self.changes.lock().await;
        let stored = self.user(&by.username)?;
        if is_live_admin(&stored.value) {
            self.keep_an_admin(&by.username)?;
        }
        let write = Write::Delete { key: stored.key, expect: Expect::Revision(stored.revision) };
        self.commit(caller, "user_remove", &by.username, "", vec![write]).await?;
        self.end_all(&by.username, None).await
    }

    async fn end_all(&self, username: &str, keep: Option<&str>) -> Result<()> {
        let tokens = self.tokens_of(username)?.into_iter().map(|token| token.key);
        self.delete(tokens.collect()).await?;
        self.end_sessions(username, keep).await
    }

    async fn end_sessions(&self, username: &str, keep: Option<&str>) -> Result<()> {
        let ended = self.sessions_of(username)?.into_iter();
        let ended = ended.filter(|s| Some(s.value.id.as_str()) != keep).map(|s| s.key);
        self.delete(ended.collect()).await?;
        self.revoke();
        Ok(())
    }

    async fn delete(&self, keys: Vec<crate::store::Key>) -> Result<()> {
        for part in keys.chunks(STEP) {
            let writes =
                part.iter().map(|key| Write::Delete { key: key.clone(), expect: Expect::Any });
            self.store.commit(writes.collect()).await?;
        }
        Ok(())
    }

    /// Refuses when `leaving` is the last admin who can log in.
    fn keep_an_admin(&self, leaving: &str) -> Result<()> {
        let mut after = None;
        loop {
            let users = self.users.list(after.as_ref(), STEP)?;
            let Some(last) = users.last() else {
                return Err(Error::conflict(format!(
                    "{leaving} is the last admin: make another first"
                )));
            };
            after = Some(last.key.clone());
            if users.iter().any(|u| is_live_admin(&u.value) && u.value.username != leaving) {
                return Ok(());
            }
        }
    }
}

fn is_live_admin(user: &UserRecord) -> bool {
    user.role == Role::Admin && !user.disabled
}

fn missing(username: &str) -> Error {
    Error::not_found(format!("no account named {username}")).with_field("username")
}

/// Everything about a new account that does not need the store.
pub(super) fn check(new: &NewUser) -> Result<()> {
    if !is_username(&new.username) {
        return Err(Error::invalid(
            "username",
            "must have 1 to 128 bytes, no control character and no space at an end",
        ));
    }
    if let Some(password) = &new.password {
        check_password(password)?;
    }
    check_profile(&new.full_name, &new.nickname, &new.email, &new.phone)
}

fn check_password(password: &str) -> Result<()> {
    if (MIN_PASSWORD..=MAX_PASSWORD).contains(&password.len()) {
        Ok(())
    } else {
        Err(Error::invalid("password", "must have 6 to 1024 bytes"))
    }
}

fn check_profile(
    full_name: &Option<String>,
    nickname: &Option<String>,
    email: &Option<String>,
    phone: &Option<String>,
) -> Result<()> {
    let fields =
        [("full_name", full_name), ("nickname", nickname), ("email", email), ("phone", phone)];
    for (field, value) in fields {
        let value = value.as_deref().unwrap_or_default();
        if value.len() > MAX_PROFILE || value.chars().any(char::is_control) {
            return Err(Error::invalid(
                field,
                "must have at most 256 bytes and no control character",
            ));
        }
    }
    let Some(email) = email else { return Ok(()) };
    let mut parts = email.split('@');
    let sides = (parts.next(), parts.next(), parts.next());
    match sides {
        (Some(name), Some(place), None) if !name.is_empty() && !place.is_empty() => Ok(()),
        _ => Err(Error::invalid("email", "must have one @ with something on both sides")),
    }
}
