//! An event stream as the body of an answer.

use std::collections::VecDeque;
use std::sync::Arc;

use bytes::Bytes;
use futures::{Stream, stream};
use prometheus_client::metrics::counter::Counter;
use tokio::time::Interval;

use super::{Form, last_words};
use crate::drain::DrainGuard;
use crate::metrics::Counted;
use crate::transport::cursors::Cursors;
use crate::transport::edge::Edge;
use crate::transport::limit::Place;
use crate::transport::respond;
use crate::transport::rights::Rights;

/// A stream that is open.
pub(super) struct Feed {
    pub(super) edge: Arc<Edge>,
    pub(super) form: Form,
    /// The request that opened it, for the log.
    pub(super) request: Arc<str>,
    pub(super) cursors: Cursors,
    pub(super) rights: Rights,
    pub(super) keep_alive: Interval,
    /// Taken and not yet written: at most a batch.
    pub(super) waiting: VecDeque<Bytes>,
    pub(super) over: bool,
    pub(super) written: Counter,
    pub(super) _held: (Counted, DrainGuard, Option<Place>),
}

impl Feed {
    /// The stream as pieces of a body.
    pub(super) fn pieces(self) -> impl Stream<Item = Bytes> + Send + 'static {
        stream::unfold(self, |mut feed| async move { Some((feed.next().await?, feed)) })
    }

    /// The next piece: whole blocks, so that none is split over two chunks.
    async fn next(&mut self) -> Option<Bytes> {
        loop {
            if let Some(piece) = self.waiting.pop_front() {
                return Some(piece);
            }
            if self.over || self.cursors.len() == 0 {
                return None;
            }
            tokio::select! {
                biased;
                () = self.rights.lost() => return None,
                () = self.edge.drain.cancelled() => {
                    self.over = true;
                    self.waiting.push_back(last_words(&self.edge));
                }
                ready = self.cursors.ready() => {
                    if let Err(error) = ready {
                        respond::log_of(&self.request, &error);
                        return None;
                    }
                    let taken = self.take();
                    self.waiting.extend(taken);
                }
                _ = self.keep_alive.tick() => {
                    self.waiting.push_back(still_here(self.cursors.position()).into());
                }
            }
        }
    }

    /// What one of its subscriptions has, as blocks.
    pub(super) fn take(&mut self) -> impl Iterator<Item = Bytes> + use<> {
        let (_, taken) = self.cursors.take();
        self.written.inc_by(taken.len() as u64);
        let form = self.form;
        taken.into_iter().map(move |delivery| match form {
            Form::Stream => delivery.block(),
            Form::Fleet => delivery.fleet_block(),
        })
    }
}

/// A keep-alive: whoever comes back after it need not read again what was not for them.
pub(super) fn still_here(position: Option<String>) -> String {
    match position {
        Some(position) => format!(": quayside\nid: {position}\n\n"),
        None => ": quayside\n\n".to_owned(),
    }
}
