//! Dispatch of commands and subscriptions.

use bytes::Bytes;
use futures::stream::BoxStream;
use quayside_protocol::command::container::Target;
use quayside_protocol::push::Progress;
use quayside_protocol::reply::{Reply, SubscribedAt};
use quayside_protocol::{Command, Position, Subscribe};
use tokio::sync::watch;

use crate::auth::{Caller, Principal};
use crate::error::Error;
use crate::runtime::ByteStream;

/// What a request presents.
#[derive(Clone, Copy)]
pub enum Presented<'a> {
    /// Nothing.
    Nothing,
    /// A token.
    Bearer(&'a str),
    /// A one-time ticket.
    Ticket(&'a str),
    /// The session cookie's value.
    Cookie(&'a str),
}

/// The hub behind every transport.
#[derive(Clone)]
pub struct Broker {
    revoked: watch::Sender<u64>,
}

impl Broker {
    /// Who it is; none: nothing was presented and anonymous callers have no role.
    pub async fn authenticate(&self, presented: Presented<'_>) -> Result<Option<Principal>, Error> {
        let name: &str = match presented {
            Presented::Nothing => return Ok(None),
            Presented::Bearer(n) | Presented::Ticket(n) | Presented::Cookie(n) => n,
        };
        if name.starts_with("bad") {
            return Err(Error::unauthenticated());
        }
        if name.starts_with("invite") {
            return Ok(None);
        }
        Ok(Some(Principal {
            username: name.into(),
            role: quayside_protocol::command::account::Role::Admin,
            credential: crate::auth::Credential::Session("s".into()),
            expires_at: None,
        }))
    }
    /// Whether the caller's role may ever do what `noun` and `opt` name.
    pub async fn may(&self, caller: &Caller, noun: &str, opt: &str) -> Result<(), Error> {
        let _ = (caller, noun, opt);
        Ok(())
    }
    /// Runs a command.
    pub async fn call(&self, caller: &Caller, command: Command) -> Result<Reply, Error> {
        let _ = (caller, command);
        Ok(Reply::done())
    }
    /// Runs a command that tells how far it is.
    pub async fn call_with_progress(
        &self,
        caller: &Caller,
        command: Command,
        progress: tokio::sync::mpsc::Sender<Progress>,
    ) -> Result<Reply, Error> {
        let p =
            Progress { layer: "a".into(), status: "Pulling".into(), current: None, total: None };
        let _ = (caller, command, progress.send(p).await);
        Ok(Reply::done())
    }
    /// Opens a subscription.
    pub async fn subscribe(
        &self,
        caller: &Caller,
        subscribe: &Subscribe,
        last_event_id: Option<&str>,
    ) -> Result<Subscription, Error> {
        let _ = (caller, subscribe, last_event_id);
        Ok(Subscription { n: 0 })
    }
    /// Bumped at each revocation.
    pub fn revocations(&self) -> watch::Receiver<u64> {
        self.revoked.subscribe()
    }
    /// The principal as it is now.
    pub fn still(&self, principal: &Principal) -> Option<Principal> {
        Some(principal.clone())
    }
    /// Puts a tar.
    pub async fn upload(
        &self,
        caller: &Caller,
        target: Target,
        path: &str,
        body: ByteStream,
    ) -> Result<(), Error> {
        use futures::StreamExt;
        let _ = (caller, target, path, body.count().await);
        Ok(())
    }
    /// Gets a tar.
    pub async fn download(
        &self,
        caller: &Caller,
        target: Target,
        path: &str,
    ) -> Result<ByteStream, Error> {
        let _ = (caller, target, path);
        let s: BoxStream<'static, std::io::Result<Bytes>> = Box::pin(futures::stream::empty());
        Ok(s)
    }
    /// Whether it serves.
    pub fn ready(&self) -> bool {
        true
    }
    /// For trials.
    pub fn stub() -> Self {
        Self { revoked: watch::Sender::new(0) }
    }
}

/// A cursor.
pub struct Subscription {
    n: u64,
}

/// How much one take gives.
#[derive(Debug, Clone, Copy)]
pub struct Limit {
    /// Deliveries.
    pub events: usize,
    /// Bytes.
    pub bytes: usize,
}

/// Something to deliver.
pub struct Delivery(u64);

impl Subscription {
    /// Waits for something.
    pub async fn ready(&mut self) -> Result<(), Error> {
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
        Ok(())
    }
    /// Takes what is there within `limit`; perhaps nothing.
    pub fn take(&mut self, limit: Limit) -> Vec<Delivery> {
        let _ = limit;
        self.n += 1;
        vec![Delivery(self.n)]
    }
    /// Whether no more will come.
    pub fn is_over(&self) -> bool {
        false
    }
    /// Newest position.
    pub fn position(&self) -> Option<Position> {
        Some(Position(self.n))
    }
    /// The reply.
    pub fn reply(&self, sub: u64) -> Reply {
        Reply::SubscribedAt(SubscribedAt { sub, position: Position(self.n) })
    }
    /// The poll token.
    pub fn next(&self) -> String {
        Position(self.n).to_string()
    }
}

impl Delivery {
    /// WS text.
    pub fn packet(&self, sub: u64) -> Bytes {
        format!(
            "{{\"type\":\"event\",\"sub\":{sub},\"position\":\"{}\",\"data\":{{}}}}",
            Position(self.0)
        )
        .into()
    }
    /// SSE block.
    pub fn block(&self) -> Bytes {
        format!("id: {}\nevent: event\ndata: {{}}\n\n", Position(self.0)).into()
    }
    /// SSE block of fleet.
    pub fn fleet_block(&self) -> Bytes {
        format!("id: {}\nevent: container-event\ndata: {{}}\n\n", Position(self.0)).into()
    }
    /// Poll JSON.
    pub fn push(&self) -> Bytes {
        "{\"type\":\"event\"}".into()
    }
}
