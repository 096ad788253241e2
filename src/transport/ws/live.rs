//! The subscriptions of a socket that the fan-out drives: those to `events`, on a connection without TLS.

use std::sync::Arc;

use super::session::Session;
use crate::broker::Subscription;
use crate::broker::log::Cursor;
use crate::error::Result;
use crate::transport::edge::Edge;
use crate::transport::fanout::{Framing, Joined, Lane, Outlet};
use crate::transport::rights::Rights;

/// A socket's part in the fan-out.
pub(super) struct Live {
    outlet: Arc<Outlet>,
    /// Subscribed to, but the reply that names the number was not flushed yet.
    waiting: Vec<(u64, Box<Cursor>)>,
    /// From the first subscription on: most sockets of terminals never have one.
    joined: Option<Joined>,
    verified: u64,
}

impl Live {
    pub(super) fn new(outlet: Arc<Outlet>, rights: Option<&Rights>) -> Self {
        let verified = rights.map_or(0, Rights::verified);
        Self { outlet, waiting: Vec::new(), joined: None, verified }
    }

    fn len(&self) -> usize {
        self.waiting.len() + self.outlet.len()
    }

    fn remove(&mut self, sub: u64) -> bool {
        let before = self.waiting.len();
        self.waiting.retain(|(number, _)| *number != sub);
        self.waiting.len() < before || self.outlet.remove(sub)
    }

    fn clear(&mut self) {
        self.waiting.clear();
        self.outlet.clear();
    }

    /// The connection's proof holds at that state of revocations.
    pub(super) fn verified(&mut self, edge: &Edge, state: u64) {
        self.verified = state;
        self.outlet.verified(state);
        self.outlet.catch_up(edge.fanout.now());
    }

    /// All that was put was flushed: the fan-out may go on.
    pub(super) fn go_on(&mut self, edge: &Edge) {
        if !self.waiting.is_empty() {
            self.joined.get_or_insert_with(|| {
                let lane = Lane::new(Framing::Frames, self.verified, edge.metrics.events_out("ws"));
                edge.fanout.join(&self.outlet, lane)
            });
            for (sub, cursor) in self.waiting.drain(..) {
                self.outlet.add(sub, cursor);
            }
        }
        self.outlet.catch_up(edge.fanout.now());
    }

    /// Returns when the fan-out has begun something that is to be flushed.
    ///
    /// # Errors
    /// The log cannot be read.
    pub(super) async fn tend(&self, edge: &Edge) -> Result<()> {
        self.outlet.tend(|| edge.fanout.now()).await
    }

    /// Whether the client has taken something of what was waiting for it since the last call.
    pub(super) fn took(&self) -> bool {
        self.outlet.took()
    }
}

impl Session {
    /// How many subscriptions there are.
    pub(super) fn subscriptions(&self) -> usize {
        self.cursors.len() + self.live.as_ref().map_or(0, Live::len)
    }

    /// One more, under that number.
    pub(super) fn add(&mut self, sub: u64, subscription: Subscription) {
        let Some(live) = &mut self.live else { return self.cursors.add(sub, subscription) };
        match subscription.into_cursor() {
            Ok(cursor) => live.waiting.push((sub, cursor)),
            Err(subscription) => self.cursors.add(sub, subscription),
        }
    }

    /// Ends one; false where there is none of that number.
    pub(super) fn unsubscribe(&mut self, sub: u64) -> bool {
        self.cursors.remove(sub) || self.live.as_mut().is_some_and(|live| live.remove(sub))
    }

    /// Ends all.
    pub(super) fn unsubscribe_all(&mut self) {
        self.cursors.clear();
        self.live.iter_mut().for_each(Live::clear);
    }
}
