//! The subscriptions of one connection.
//!
//! They are cursors and hold nothing: what waits for a slow reader waits where it is shared by all.

use futures::FutureExt;
use futures::future::{pending, select_all};

use crate::broker::log::Cursor;
use crate::broker::{Delivery, Limit, Subscription};
use crate::error::Result;

/// What is taken from a cursor at once: so much a connection holds of a reader that has stopped reading.
const BATCH: Limit = Limit { events: 512, bytes: 64 << 10 };

/// Subscriptions by their numbers.
#[derive(Default)]
pub(super) struct Cursors(Vec<(u64, Subscription)>);

impl Cursors {
    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// One more.
    pub(super) fn add(&mut self, number: u64, subscription: Subscription) {
        self.0.push((number, subscription));
    }

    /// Ends one; false where there is none of that number.
    pub(super) fn remove(&mut self, number: u64) -> bool {
        let before = self.0.len();
        self.0.retain(|(n, _)| *n != number);
        self.0.len() < before
    }

    /// Ends all.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// Takes those of topic `events` out, for the fan-out.
    pub(super) fn take_events(&mut self) -> Vec<(u64, Box<Cursor>)> {
        let mut events = Vec::new();
        for (number, subscription) in std::mem::take(&mut self.0) {
            match subscription.into_cursor() {
                Ok(cursor) => events.push((number, cursor)),
                Err(subscription) => self.0.push((number, subscription)),
            }
        }
        events
    }

    /// Waits until one of them has something. Nothing is lost when this is given up and called again.
    ///
    /// # Errors
    /// What is subscribed to cannot be read any more.
    pub(super) async fn ready(&mut self) -> Result<()> {
        match self.0.as_mut_slice() {
            [] => pending().await,
            [(_, one)] => one.ready().await,
            many => {
                let waits = many.iter_mut().map(|(_, subscription)| subscription.ready().boxed());
                let (ready, index, _) = select_all(waits).await;
                // It comes first; once served it goes to the end, so that none keeps the others waiting.
                self.0.rotate_left(index);
                ready
            }
        }
    }

    /// Takes a batch from the one that was ready, with its number. One that has ended is removed.
    pub(super) fn take(&mut self) -> (u64, Vec<Delivery>) {
        let Some((number, subscription)) = self.0.first_mut() else { return (0, Vec::new()) };
        let taken = (*number, subscription.take(BATCH));
        if subscription.is_over() {
            self.0.remove(0);
        } else {
            self.0.rotate_left(1);
        }
        taken
    }

    /// The newest position that any of them has passed, as text.
    pub(super) fn position(&self) -> Option<String> {
        self.0.iter().find_map(|(_, subscription)| subscription.position()).map(|p| p.to_string())
    }
}
