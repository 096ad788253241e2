//! The first account: `admin`, made when there is none at all.

use std::net::{IpAddr, Ipv4Addr};

use quayside_protocol::command::account::Role;

use super::Accounts;
use super::user::{NewUser, check};
use crate::auth::keys::random_text;
use crate::auth::{Caller, Secret};
use crate::error::{Error, Result};

/// What became of the first account.
#[derive(Debug)]
pub enum FirstPassword {
    /// It was made with a password of the hub's own making, to be printed once.
    Made(Secret<String>),
    /// It was made with the password of the configuration.
    Configured,
    /// There were accounts already; the configured password, if any, was not used.
    NotNeeded,
}

impl Accounts {
    /// Makes `admin` at the first start.
    ///
    /// # Errors
    /// `invalid` for a configured password that is too short or too long.
    pub async fn first(&self, configured: Option<&Secret<String>>) -> Result<FirstPassword> {
        if !self.users.list(None, 1)?.is_empty() {
            return Ok(FirstPassword::NotNeeded);
        }
        let password = match configured {
            Some(password) => password.clone(),
            None => Secret::new(random_text(15)?),
        };
        let new = NewUser {
            username: "admin".into(),
            password: Some(password.expose().clone()),
            role: Role::Admin,
            full_name: None,
            nickname: None,
            email: None,
            phone: None,
        };
        check(&new).map_err(|error| Error::invalid("admin.password", error.message()))?;
        self.make(&hub(), "user_create", new, Vec::new()).await?;
        Ok(match configured {
            Some(_) => FirstPassword::Configured,
            None => FirstPassword::Made(password),
        })
    }
}

/// The hub itself, in the audit.
fn hub() -> Caller {
    Caller {
        principal: None,
        bearer: None,
        address: IpAddr::V4(Ipv4Addr::LOCALHOST),
        agent: "quayside".into(),
        request_id: "start".into(),
        base_url: "".into(),
    }
}
