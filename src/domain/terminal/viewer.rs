//! What the transport holds of a session.

use std::sync::Arc;

use bytes::Bytes;

use super::session::Session;
use super::{Step, check_size};
use crate::auth::Caller;
use crate::error::Result;

/// One client's hold on a session. Dropping it is a connection lost: the session lingers.
pub struct Viewer {
    session: Arc<Session>,
    seat: u64,
    caller: Caller,
    left: bool,
}

impl Viewer {
    pub(super) fn new(session: Arc<Session>, seat: u64, caller: Caller) -> Self {
        Self { session, seat, caller, left: false }
    }

    /// The session's id.
    #[must_use]
    pub fn session(&self) -> &str {
        &self.session.about.id
    }

    /// Returns when [`Viewer::next`] has something. Cancel-safe.
    pub async fn ready(&self) {
        self.session.ready(self.seat).await;
    }

    /// What comes next, output at most `most` bytes; none where nothing is to be told now (nothing new, or its
    /// window of unacknowledged output is full).
    pub fn next(&mut self, most: usize) -> Option<Step> {
        self.session.next(self.seat, most)
    }

    /// Types. Taken whole or refused whole.
    ///
    /// # Errors
    /// `forbidden` for one that only looks; `limited` while the program does not read what was typed; `conflict`
    /// once it has ended.
    pub fn input(&self, bytes: Bytes) -> Result<()> {
        self.session.input(self.seat, &bytes)
    }

    /// Sets this viewer's window.
    ///
    /// # Errors
    /// `invalid` outside 1 to 1,000 columns and 1 to 500 rows, and beyond 128,000 of both multiplied.
    pub fn resize(&self, cols: u16, rows: u16) -> Result<()> {
        self.session.resize(self.seat, check_size(cols, rows)?);
        Ok(())
    }

    /// Everything before `offset` has been drawn. One beyond what was sent counts as what was sent.
    pub fn ack(&mut self, offset: u64) {
        self.session.ack(self.seat, offset);
    }

    /// Leaves. The last to leave ends the program, within 30 s; what could not be ended, in words.
    pub async fn close(mut self) -> Option<String> {
        self.left = true;
        if !self.session.leave(self.seat, &self.caller) {
            return None;
        }
        let mut ended = self.session.ended.subscribe();
        // The session keeps the sender, and is kept by this viewer.
        ended.wait_for(Option::is_some).await.ok().and_then(|ended| ended.clone()).flatten()
    }
}

impl Drop for Viewer {
    fn drop(&mut self) {
        if !self.left {
            self.session.lose(self.seat);
        }
    }
}
