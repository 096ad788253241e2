//! Making one's own account, as `auth.registration` allows.

use chrono::Utc;
use quayside_protocol::command::account::{Register, Role};
use quayside_protocol::reply::User;

use super::user::{NewUser, check};
use super::{Accounts, Registration};
use crate::auth::Caller;
use crate::auth::token::Use;
use crate::error::{Error, Result};
use crate::store::{Expect, Write, keys};

impl Accounts {
    /// `user register`. An invite comes as the request's bearer or as `token`; an admin's token is good for any
    /// name.
    ///
    /// # Errors
    /// `forbidden` where registration is closed; `unauthenticated` without a good invite where one is needed;
    /// `limited` above 600 a minute and address.
    pub async fn user_register(&self, caller: &Caller, register: &Register) -> Result<User> {
        if self.settings.registration == Registration::Closed {
            return Err(Error::forbidden("registration is closed: ask an admin for an account"));
        }
        let (role, used) = self.admission(caller, register)?;
        let new = NewUser {
            username: register.username.clone(),
            password: Some(register.password.0.clone()),
            role,
            full_name: register.full_name.clone(),
            nickname: register.nickname.clone(),
            email: register.email.clone(),
            phone: register.phone.clone(),
        };
        check(&new)?;
        self.tries.register(caller.address)?;
        self.make(caller, "user_register", new, used.into_iter().collect()).await
    }

    /// The role the account will have, and the write that uses up the invite it comes by.
    fn admission(&self, caller: &Caller, register: &Register) -> Result<(Role, Option<Write>)> {
        let is_admin = caller.principal.as_ref().is_some_and(|p| p.is_admin());
        let in_body = register.token.as_ref().map(|token| token.0.as_str());
        let presented = in_body.or(caller.bearer.as_ref().map(|token| token.expose().as_str()));
        if let Some(token) = presented {
            if let Ok(principal) = self.authenticate(token) {
                return match principal.is_admin() {
                    true => Ok((self.settings.default_role, None)),
                    false => self.without_invite(),
                };
            }
            let claims = self.signer.read(token, &[Use::Invite])?;
            let stored = self.invites.get(&keys::invite(&claims.of))?;
            let invite = stored.ok_or_else(Error::unauthenticated)?;
            if invite.value.username != register.username || invite.value.expires_at <= Utc::now() {
                return Err(Error::unauthenticated());
            }
            let expect = Expect::Revision(invite.revision);
            return Ok((invite.value.role, Some(Write::Delete { key: invite.key, expect })));
        }
        if is_admin { Ok((self.settings.default_role, None)) } else { self.without_invite() }
    }

    fn without_invite(&self) -> Result<(Role, Option<Write>)> {
        match self.settings.registration {
            Registration::Open => Ok((self.settings.default_role, None)),
            _ => Err(Error::new(
                quayside_protocol::ErrorCode::Unauthenticated,
                "an invite for this name is needed: ask an admin",
            )),
        }
    }
}
