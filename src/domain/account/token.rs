//! Long-lived tokens for scripts. The token itself is shown once and stored nowhere.

use chrono::{DateTime, Utc};
use quayside_protocol::command::account::{ById, Page, TokenCreate};
use quayside_protocol::reply::{ApiToken, List, TokenMade};
use uuid::Uuid;

use super::record::TokenRecord;
use super::{Accounts, after, own_or_admin, proved, wire_time};
use crate::auth::token::Use;
use crate::auth::{Caller, Credential, policy};
use crate::error::{Error, Result};
use crate::store::collection::Stored;
use crate::store::{Expect, Write, keys};

/// Tokens of one account at once.
const MAX_TOKENS: usize = 200;
/// Ten years.
const MAX_TTL: u64 = 10 * 365 * 86_400;
/// Longest name, in bytes.
const MAX_NAME: usize = 128;
/// Records read in one step.
const STEP: usize = 500;

impl Accounts {
    /// `token create`.
    ///
    /// # Errors
    /// `invalid` with the field; `forbidden` for a role above one's own; `conflict` above 200 tokens.
    pub async fn token_create(&self, caller: &Caller, create: &TokenCreate) -> Result<TokenMade> {
        let principal = proved(caller)?;
        if principal.credential == Credential::Anonymous {
            return Err(Error::forbidden("a token belongs to an account: log in first"));
        }
        let name = create.name.trim();
        if name.is_empty() || name.len() > MAX_NAME || name.chars().any(char::is_control) {
            return Err(Error::invalid(
                "name",
                "must have 1 to 128 bytes and no control character",
            ));
        }
        let role = create.role.unwrap_or(principal.role);
        if policy::lent(role, principal.role) != Some(role) {
            let own = principal.role.as_str();
            let reason = format!("role: may not have a right that your own, {own}, has not");
            return Err(Error::forbidden(reason).with_field("role"));
        }
        if create.ttl.is_some_and(|ttl| !(1..=MAX_TTL).contains(&ttl.0)) {
            return Err(Error::invalid("ttl", "must be between 1 second and 10 years"));
        }
        if self.tokens_of(&principal.username)?.len() >= MAX_TOKENS {
            return Err(Error::conflict("you have 200 tokens: remove one first"));
        }
        let user = self.user(&principal.username)?.value;
        let token = TokenRecord {
            id: Uuid::new_v4().to_string(),
            username: user.username,
            user_id: user.id,
            name: name.to_owned(),
            role,
            expires_at: create.ttl.map(|ttl| after(std::time::Duration::from_secs(ttl.0))),
        };
        let text = self.signer.issue(Use::Api, &token.username, &token.id, 0, token.expires_at)?;
        let write = self.tokens.write(keys::token(&token.id), &token, Expect::Absent)?;
        let detail = format!("{} ({})", token.name, role.as_str());
        self.commit(caller, "token_create", &token.id, &detail, vec![write]).await?;
        Ok(TokenMade {
            id: token.id,
            name: token.name,
            token: text,
            role,
            expires_at: token.expires_at.map(wire_time),
        })
    }

    /// `token list`: one's own.
    ///
    /// # Errors
    /// `unauthenticated` for nobody.
    pub fn token_list(&self, caller: &Caller, _: &Page) -> Result<List<ApiToken>> {
        let mut tokens = self.tokens_of(&proved(caller)?.username)?;
        tokens.sort_by(|a, b| a.value.name.cmp(&b.value.name));
        let items = tokens.into_iter().map(|stored| ApiToken {
            id: stored.value.id,
            name: stored.value.name,
            role: stored.value.role,
            expires_at: stored.value.expires_at.map(wire_time),
        });
        Ok(List::whole(items.collect()))
    }

    /// `token remove`: one's own, or any for an admin.
    ///
    /// # Errors
    /// `not_found`, also where the caller may not know.
    pub async fn token_remove(&self, caller: &Caller, by: &ById) -> Result<()> {
        let missing = || Error::not_found(format!("no token {}", by.id)).with_field("id");
        let stored = self.tokens.get(&keys::token(&by.id))?.ok_or_else(missing)?;
        own_or_admin(caller, &stored.value.username).map_err(|_| missing())?;
        let write = Write::Delete { key: stored.key, expect: Expect::Any };
        self.commit(caller, "token_remove", &by.id, &stored.value.name, vec![write]).await?;
        self.revoke();
        Ok(())
    }

    pub(super) fn tokens_of(&self, username: &str) -> Result<Vec<Stored<TokenRecord>>> {
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let page = self.tokens.list(after.as_ref(), STEP)?;
            let Some(last) = page.last() else { return Ok(found) };
            after = Some(last.key.clone());
            found.extend(page.into_iter().filter(|token| token.value.username == username));
        }
    }

    pub(super) async fn prune_tokens(&self, now: DateTime<Utc>) -> Result<()> {
        let mut after = None;
        loop {
            let page = self.tokens.list(after.as_ref(), STEP)?;
            let Some(last) = page.last() else { return Ok(()) };
            after = Some(last.key.clone());
            let ended = page.into_iter().filter(|t| t.value.expires_at.is_some_and(|at| at <= now));
            let writes: Vec<_> =
                ended.map(|t| Write::Delete { key: t.key, expect: Expect::Any }).collect();
            if !writes.is_empty() {
                self.store.commit(writes).await?;
            }
        }
    }
}
