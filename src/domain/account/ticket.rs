//! One-time tickets: 30 seconds, one use, with the rights of whoever asked for it. They live in memory only.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use chrono::Utc;
use quayside_protocol::reply::Ticket;

use super::{Accounts, proved, wire_time};
use crate::auth::keys::random_text;
use crate::auth::{Caller, Principal};
use crate::error::{Error, Result};

const TTL: Duration = Duration::from_secs(30);
/// Tickets alive at once, about 200 bytes each.
const MAX: usize = 50_000;

#[derive(Default)]
pub(super) struct Tickets {
    open: Mutex<HashMap<String, (Instant, Principal)>>,
}

impl Accounts {
    /// `auth ticket`.
    ///
    /// # Errors
    /// `limited` when there are too many open ones.
    pub fn ticket_create(&self, caller: &Caller) -> Result<Ticket> {
        let principal = proved(caller)?.clone();
        let ticket = random_text(32)?;
        let now = Instant::now();
        let mut open = self.tickets.open.lock().unwrap_or_else(PoisonError::into_inner);
        if open.len() >= MAX {
            open.retain(|_, (made, _)| now.duration_since(*made) < TTL);
        }
        if open.len() >= MAX {
            return Err(Error::limited("too many open tickets", TTL.as_secs()));
        }
        open.insert(ticket.clone(), (now, principal));
        Ok(Ticket { ticket, expires_at: wire_time(Utc::now() + TTL) })
    }

    /// Uses a ticket up.
    ///
    /// # Errors
    /// `unauthenticated`: unknown, used, too old, or its bearer's rights have ended.
    pub fn ticket_use(&self, ticket: &str) -> Result<Principal> {
        let found = self.tickets.open.lock().unwrap_or_else(PoisonError::into_inner).remove(ticket);
        let (made, principal) = found.ok_or_else(Error::unauthenticated)?;
        if made.elapsed() >= TTL {
            return Err(Error::unauthenticated());
        }
        self.still(&principal).ok_or_else(Error::unauthenticated)
    }
}
