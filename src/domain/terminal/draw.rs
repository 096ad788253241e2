//! Screens are drawn beside the runtime: that takes some time of a processor, and its threads are what everybody waits
//! for.

use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::Semaphore;

use super::redraw::Model;
use super::session::Session;
use crate::runtime::Size;

/// Threads that draw at once, of one hub: more would only take the processors from those that serve.
const MAX_PLACES: usize = 2;

/// Where the screens of one hub are drawn.
pub(super) struct Places(Semaphore);

impl Default for Places {
    fn default() -> Self {
        Self(Semaphore::new(MAX_PLACES))
    }
}

/// What `work` makes of a session; none where it failed, which is in the log, or the hub is at its end.
pub(super) async fn beside<T: Send + 'static>(
    session: &Arc<Session>,
    work: impl FnOnce(&Session) -> T + Send + 'static,
) -> Option<T> {
    // Never closed.
    let _place = session.places.0.acquire().await;
    let drawn = session.clone();
    let done = tokio::task::spawn_blocking(move || work(&drawn)).await;
    let failed = |error: &tokio::task::JoinError| {
        tracing::error!(session = session.about.id, %error, "a terminal's screen was not drawn");
    };
    done.inspect_err(failed).ok()
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
