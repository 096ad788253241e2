//! Invites: one registration of one account.

use chrono::{DateTime, Utc};
use quayside_protocol::command::account::{ById, InviteCreate, Page, Role};
use quayside_protocol::id::is_username;
use quayside_protocol::reply::{Invite, InviteMade, List};
use uuid::Uuid;

use super::super::page;
use super::record::InviteRecord;
use super::{Accounts, after, wire_time};
use crate::auth::Caller;
use crate::auth::token::Use;
use crate::error::{Error, Result};
use crate::store::{Expect, Write, keys};

/// A week.
const DEFAULT_TTL: u64 = 604_800;
/// A year.
const MAX_TTL: u64 = 365 * 86_400;
/// Records read in one step.
const STEP: usize = 500;

impl Accounts {
    /// `invite create`, by an admin.
    ///
    /// # Errors
    /// `invalid` with the field; `conflict` for a name that is taken.
    pub async fn invite_create(
        &self,
        caller: &Caller,
        create: &InviteCreate,
    ) -> Result<InviteMade> {
        if !is_username(&create.username) {
            return Err(Error::invalid("username", "is no name an account can have"));
        }
        if self.users.get(&keys::user(&create.username))?.is_some() {
            return Err(Error::conflict("username: is taken").with_field("username"));
        }
        let ttl = create.ttl.map_or(DEFAULT_TTL, |ttl| ttl.0);
        if !(1..=MAX_TTL).contains(&ttl) {
            return Err(Error::invalid("ttl", "must be between 1 second and 365 days"));
        }
        let invite = InviteRecord {
            id: Uuid::new_v4().to_string(),
            username: create.username.clone(),
            role: create.role.unwrap_or(Role::User),
            expires_at: after(std::time::Duration::from_secs(ttl)),
        };
        let end = Some(invite.expires_at);
        let token = self.signer.issue(Use::Invite, &invite.username, &invite.id, 0, end)?;
        let write = self.invites.write(keys::invite(&invite.id), &invite, Expect::Absent)?;
        let detail = invite.role.as_str();
        self.commit(caller, "invite_create", &invite.username, detail, vec![write]).await?;
        Ok(InviteMade {
            id: invite.id,
            token,
            username: invite.username,
            role: invite.role,
            expires_at: wire_time(invite.expires_at),
        })
    }

    /// Whether `token` is an invite that can still be used.
    #[must_use]
    pub fn is_invite(&self, token: &str) -> bool {
        let claims = self.signer.read(token, &[Use::Invite]);
        claims
            .is_ok_and(|claims| matches!(self.invites.get(&keys::invite(&claims.of)), Ok(Some(_))))
    }

    /// `invite list`: those that can still be used.
    ///
    /// # Errors
    /// `invalid` with the field.
    pub fn invite_list(&self, query: &Page) -> Result<List<Invite>> {
        let limit = page::limit(query.limit, 1_000)?;
        let after = query.after.as_deref().map(keys::invite);
        let page = self.invites.list(after.as_ref(), limit)?;
        let next = (page.len() == limit).then(|| page.last().map(|i| i.value.id.clone())).flatten();
        let now = Utc::now();
        let live = page.into_iter().map(|stored| stored.value).filter(|i| i.expires_at > now);
        let items = live.map(|i| Invite {
            id: i.id,
            username: i.username,
            role: i.role,
            expires_at: wire_time(i.expires_at),
        });
        Ok(List { items: items.collect(), failures: Vec::new(), next })
    }

    /// `invite remove`.
    ///
    /// # Errors
    /// `not_found`.
    pub async fn invite_remove(&self, caller: &Caller, by: &ById) -> Result<()> {
        let missing = || Error::not_found(format!("no invite {}", by.id)).with_field("id");
        let stored = self.invites.get(&keys::invite(&by.id))?.ok_or_else(missing)?;
        let write = Write::Delete { key: stored.key, expect: Expect::Any };
        let name = &stored.value.username;
        self.commit(caller, "invite_remove", name, &by.id, vec![write]).await?;
        Ok(())
    }

    pub(super) async fn prune_invites(&self, now: DateTime<Utc>) -> Result<()> {
        let mut after = None;
        loop {
            let page = self.invites.list(after.as_ref(), STEP)?;
            let Some(last) = page.last() else { return Ok(()) };
            after = Some(last.key.clone());
            let ended = page.into_iter().filter(|i| i.value.expires_at <= now);
            let writes: Vec<_> =
                ended.map(|i| Write::Delete { key: i.key, expect: Expect::Any }).collect();
            if !writes.is_empty() {
                self.store.commit(writes).await?;
            }
        }
    }
}
