//! Screens are drawn beside the runtime: that takes some time of a processor, and its threads are what everybody waits
//! for.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use tokio::sync::Semaphore;

use super::redraw::Model;
use super::session::Session;
use crate::runtime::Size;

/// Threads that draw at once, of one hub: more would only take the processors from those that serve.
const MAX_PLACES: usize = 2;

/// Where the screens of one hub are drawn: one of an account at a time, so that one with many or costly screens keeps
/// waiting nobody but itself.
pub(super) struct Places {
    all: Semaphore,
    /// By whose terminal it is. There is none without somebody who draws or waits.
    of_one: Mutex<HashMap<String, Arc<Semaphore>>>,
}

impl Default for Places {
    fn default() -> Self {
        Self { all: Semaphore::new(MAX_PLACES), of_one: Mutex::default() }
    }
}

impl Places {
    fn of(&self, account: &str) -> Turn<'_> {
        let mut of_one = self.of_one.lock().unwrap_or_else(PoisonError::into_inner);
        let turns = of_one.entry(account.to_owned()).or_insert_with(|| Arc::new(Semaphore::new(1)));
        Turn { places: self, account: account.to_owned(), turns: turns.clone() }
    }
}

/// One who draws, or waits to.
struct Turn<'a> {
    places: &'a Places,
    account: String,
    turns: Arc<Semaphore>,
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut of_one = self.places.of_one.lock().unwrap_or_else(PoisonError::into_inner);
        // The map's and this one's.
        if Arc::strong_count(&self.turns) <= 2 {
            of_one.remove(&self.account);
        }
    }
}

/// What `work` makes of a session; none where it failed, which is in the log, or the hub is at its end.
pub(super) async fn beside<T: Send + 'static>(
    session: &Arc<Session>,
    work: impl FnOnce(&Session) -> T + Send + 'static,
) -> Option<T> {
    let turn = session.places.of(session.about.owner());
    // Never closed.
    let _own = turn.turns.acquire().await;
    let _place = session.places.all.acquire().await;
    let drawn = session.clone();
    let done = tokio::task::spawn_blocking(move || work(&drawn)).await;
    let failed = |error: &tokio::task::JoinError| {
        tracing::error!(session = session.about.id, %error, "a terminal's screen was not drawn");
    };
    done.inspect_err(failed).ok()
}

/// A redraw that those share who asked before it was begun.
#[derive(Default)]
pub(super) struct Redrawing {
    asked: AtomicU64,
    waiting: AtomicU64,
    last: tokio::sync::Mutex<Option<Shared>>,
}

struct Shared {
    /// How many had asked when it was begun.
    asked: u64,
    offset: u64,
    text: Arc<str>,
}

/// Where the output that follows a redraw begins, and the redraw.
pub(super) async fn redraw(session: &Arc<Session>) -> Option<(u64, String)> {
    let shared = &session.redrawing;
    let number = shared.asked.fetch_add(1, Ordering::Relaxed);
    let waiting = Waiting::new(&shared.waiting);
    let mut last = shared.last.lock().await;
    if last.as_ref().is_none_or(|last| last.asked <= number) {
        let asked = shared.asked.load(Ordering::Relaxed);
        let (offset, text) = beside(session, Session::redraw).await?;
        *last = Some(Shared { asked, offset, text: text.into() });
    }
    let found = last.as_ref().map(|last| (last.offset, last.text.to_string()));
    if waiting.is_last() {
        // Nobody is there who could use it.
        *last = None;
    }
    found
}

/// One who waits for a redraw, also when it is given up.
struct Waiting<'a>(&'a AtomicU64);

impl<'a> Waiting<'a> {
    fn new(count: &'a AtomicU64) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(count)
    }

    fn is_last(&self) -> bool {
        self.0.load(Ordering::Relaxed) == 1
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A session's screen.
pub(super) struct Drawn {
    model: Model,
    /// How much output the model has seen.
    pub(super) offset: u64,
}

impl Drawn {
    pub(super) fn new(size: Size) -> Self {
        Self { model: Model::new(size), offset: 0 }
    }

    /// Takes in the output from `offset` on; what came before a change of the size belongs to the size before it.
    pub(super) fn take_in(&mut self, new: &[Bytes], resized: Option<(u64, Size)>) {
        let new = new.concat();
        let mut rest = &*new;
        if let Some((at, size)) = resized {
            let before = usize::try_from(at.saturating_sub(self.offset)).unwrap_or(usize::MAX);
            let (fed, after) = rest.split_at(before.min(rest.len()));
            self.model.feed(fed);
            self.model.resize(size);
            rest = after;
        }
        self.model.feed(rest);
        self.offset += new.len() as u64;
    }

    /// Where the output that follows a redraw begins, and what it shows.
    pub(super) fn redraw(&mut self) -> (u64, String) {
        let (text, behind) = self.model.redraw();
        (self.offset - behind as u64, text)
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    #[test]
    fn one_account_draws_once_at_a_time_and_keeps_no_other_waiting() {
        let places = Places::default();
        let (first, second, other) = (places.of("ann"), places.of("ann"), places.of("bob"));
        let held = first.turns.acquire().now_or_never().unwrap();
        assert!(second.turns.acquire().now_or_never().is_none());
        assert!(other.turns.acquire().now_or_never().is_some());
        drop(held);
        assert!(second.turns.acquire().now_or_never().is_some());
        drop((first, second, other));
        assert!(places.of_one.lock().unwrap().is_empty(), "accounts are kept for ever");
    }
}
