//! What one subscriber is given of one topic: a log by position, state by revision, lines as they are read. It
//! holds no queue; what waits for a slow reader waits where all share it.

mod delivery;
mod lines;
mod state;
#[cfg(test)]
mod tests;
mod token;

use std::sync::Arc;

use futures::Stream;
use quayside_protocol::position::Position;
use quayside_protocol::reply::{LogLine, Reply, SubscribedAt, SubscribedVersion};
use quayside_protocol::topic::{Subscribe, Topic};
use tokio::sync::watch;

use self::lines::Lines;
use self::state::State;
use super::log::{Cursor, EventLog, Limit, Scope, Start};
use crate::auth::Principal;
use crate::domain::fleet::Fleet;
use crate::error::{Error, Result};

pub use delivery::Delivery;

/// What can be subscribed to.
#[derive(Clone)]
pub struct Sources {
    log: EventLog,
    fleet: Arc<Fleet>,
    /// Tells the revisions of this run from those of another, which mean nothing here.
    run: u64,
}

impl Sources {
    /// The log, and the hosts and containers as they are.
    #[must_use]
    pub fn new(log: EventLog, fleet: Arc<Fleet>) -> Self {
        Self { log, fleet, run: rand::random() }
    }

    pub(super) fn log(&self) -> &EventLog {
        &self.log
    }

    /// Moves with the newest event of the log.
    pub(super) fn head(&self) -> watch::Receiver<Position> {
        self.log.watch()
    }
}

/// A subscriber of one topic.
pub struct Subscription(Kind);

enum Kind {
    Events(Box<Cursor>),
    State(Box<State>),
    Lines(Box<Lines>),
}

impl Subscription {
    /// Opens a topic other than `logs` with the rights of `principal`. `last_event_id` goes before `since`, and a
    /// malformed one is as one the log no longer holds. For a state topic `since` may be what [`Subscription::next`]
    /// gave; a position or a time, meant for another topic of the same stream, is passed over.
    ///
    /// # Errors
    /// `invalid` with the field.
    pub fn open(
        sources: &Sources,
        principal: &Principal,
        wanted: &Subscribe,
        last_event_id: Option<&str>,
    ) -> Result<Self> {
        match wanted.topic {
            Topic::Events => {
                let since = || wanted.since.as_deref().map(Start::from_since).transpose();
                let start = match last_event_id {
                    Some(id) => Start::from_last_event_id(id),
                    None => since()?.unwrap_or(Start::Newest),
                };
                let cursor = Cursor::new(&sources.log, Scope::new(principal, wanted), start);
                Ok(Self(Kind::Events(Box::new(cursor))))
            }
            Topic::Containers | Topic::Hosts | Topic::Stats => {
                let state = State::open(sources, principal, wanted)?;
                Ok(Self(Kind::State(Box::new(state))))
            }
            Topic::Logs => Err(Error::internal("topic logs is opened with its lines")),
        }
    }

    /// Topic `logs`: `lines`, each with its time, of what `wanted` asked for. Reading them is what makes their
    /// source go on.
    #[must_use]
    pub fn of_lines(
        lines: impl Stream<Item = Result<LogLine>> + Send + 'static,
        wanted: &Subscribe,
    ) -> Self {
        Self(Kind::Lines(Box::new(Lines::new(lines, wanted))))
    }

    /// Has the values of topic `stats` come every second, where it is one container of one host that was asked for.
    pub async fn watch_live(&mut self) {
        if let Kind::State(state) = &mut self.0 {
            state.watch_live().await;
        }
    }

    /// The cursor of topic `events`, for a transport that drives many itself; the subscription back where it is none.
    ///
    /// # Errors
    /// The subscription, of another topic.
    pub fn into_cursor(self) -> Result<Box<Cursor>, Self> {
        match self.0 {
            Kind::Events(cursor) => Ok(cursor),
            kind => Err(Self(kind)),
        }
    }

    /// Resolves when [`Subscription::take`] gets on, even if it then finds nothing for this subscriber. May be
    /// dropped and called again at any time.
    ///
    /// # Errors
    /// `internal` where the log cannot be read.
    pub async fn ready(&mut self) -> Result<()> {
        match &mut self.0 {
            Kind::Events(cursor) => cursor.ready().await,
            Kind::State(state) => {
                state.ready().await;
                Ok(())
            }
            Kind::Lines(lines) => {
                lines.ready().await;
                Ok(())
            }
        }
    }

    /// What is there within `limit`, without waiting; perhaps nothing.
    pub fn take(&mut self, limit: Limit) -> Vec<Delivery> {
        match &mut self.0 {
            Kind::Events(cursor) => {
                let mut entries = Vec::new();
                cursor.take(limit, &mut entries);
                entries.into_iter().map(Delivery::of_entry).collect()
            }
            Kind::State(state) => {
                state.take().map(|push| Delivery::of_push(&push)).into_iter().collect()
            }
            Kind::Lines(lines) => lines.take(limit.events).iter().map(Delivery::of_push).collect(),
        }
    }

    /// Whether no more will come: only lines have an end.
    #[must_use]
    pub fn is_over(&self) -> bool {
        matches!(&self.0, Kind::Lines(lines) if lines.is_over())
    }

    /// Up to where a subscriber of `events` was given everything.
    #[must_use]
    pub fn position(&self) -> Option<Position> {
        match &self.0 {
            Kind::Events(cursor) => Some(cursor.position()),
            Kind::State(_) | Kind::Lines(_) => None,
        }
    }

    /// The reply to `subscribe`, under the number `sub`.
    #[must_use]
    pub fn reply(&self, sub: u64) -> Reply {
        match &self.0 {
            Kind::Events(cursor) => {
                Reply::SubscribedAt(SubscribedAt { sub, position: cursor.position() })
            }
            Kind::State(state) => {
                Reply::SubscribedVersion(SubscribedVersion { sub, version: state.version() })
            }
            Kind::Lines(_) => Reply::SubscribedVersion(SubscribedVersion { sub, version: 0 }),
        }
    }

    /// What a poll sends as `since` to go on from here; never empty.
    #[must_use]
    pub fn next(&self) -> String {
        match &self.0 {
            Kind::Events(cursor) => cursor.position().to_string(),
            Kind::State(state) => state.next(),
            Kind::Lines(lines) => lines.next(),
        }
    }
}
