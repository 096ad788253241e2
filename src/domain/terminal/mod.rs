//! Terminals: programs that people use through the hub. One session for every kind, which outlives the connections
//! of its viewers. It knows no frame and no socket: a [`Viewer`] is asked for what comes next.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use quayside_protocol::command::terminal::{Attach, Open};
use quayside_protocol::reply::{List, TerminalItem, TerminalViewer};

use super::fleet::Fleet;
use crate::auth::Caller;
use crate::error::Result;
use crate::runtime::Size;

/// The verbs of `terminal`.
pub struct Terminals {
    fleet: Arc<Fleet>,
    linger: Duration,
}

/// A viewer's place in a session it has just opened or attached to.
pub struct Opened {
    /// Its hold on the session.
    pub viewer: Viewer,
    /// What runs.
    pub cmd: Vec<String>,
    /// Where the output that follows begins.
    pub offset: u64,
    /// What to draw first; none where nothing was missed, or what was missed follows.
    pub redraw: Option<String>,
    /// The session's window.
    pub size: Size,
}

/// What a viewer is to be told next.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// Output.
    Output {
        /// Of its first byte.
        offset: u64,
        /// At most as many as were asked for.
        bytes: Bytes,
    },
    /// It was too slow: draw this, and go on at `offset`.
    Redraw {
        /// Where the output that follows begins.
        offset: u64,
        /// What to draw.
        text: String,
    },
    /// The window's size, or who looks.
    State {
        /// The session's window.
        size: Size,
        /// Everybody attached.
        viewers: Vec<TerminalViewer>,
    },
    /// The end, once.
    Exit {
        /// The status.
        code: i64,
        /// Why, where the code does not tell.
        reason: Option<String>,
    },
}

/// One client's hold on a session. Dropping it is a connection lost: the session lingers.
pub struct Viewer {}

impl Viewer {
    /// The session's id.
    pub fn session(&self) -> &str {
        todo!()
    }

    /// Returns when [`Viewer::next`] has something. Cancel-safe.
    pub async fn ready(&self) {
        todo!()
    }

    /// What comes next, output at most `most` bytes; none where nothing is to be told now (nothing new, or its
    /// window of unacknowledged output is full).
    pub fn next(&mut self, _most: usize) -> Option<Step> {
        todo!()
    }

    /// Types. Taken whole or refused whole.
    ///
    /// # Errors
    /// `forbidden` for one that only looks; `limited` while the program does not read what was typed; `conflict`
    /// once it has ended.
    pub fn input(&self, _bytes: Bytes) -> Result<()> {
        todo!()
    }

    /// Sets this viewer's window.
    ///
    /// # Errors
    /// `invalid` outside 1 to 1,000 columns and 1 to 500 rows.
    pub fn resize(&self, _cols: u16, _rows: u16) -> Result<()> {
        todo!()
    }

    /// Everything before `offset` has been drawn. One beyond what was sent counts as what was sent.
    pub fn ack(&mut self, _offset: u64) {
        todo!()
    }

    /// Leaves. The last to leave ends the program; what could not be ended, in words.
    pub async fn close(self) -> Option<String> {
        todo!()
    }
}

impl Terminals {
    /// The terminals of `fleet`.
    #[must_use]
    pub fn new(fleet: Arc<Fleet>, linger: Duration) -> Self {
        Self { fleet, linger }
    }

    /// `terminal open`.
    ///
    /// # Errors
    /// `invalid` with the field; `not_found`; `conflict` where it does not run; `forbidden`; the engine's.
    pub async fn open(&self, _caller: &Caller, _open: &Open) -> Result<Opened> {
        let _ = (&self.fleet, self.linger);
        todo!()
    }

    /// `terminal attach`.
    ///
    /// # Errors
    /// `not_found` for a session that is not there, or that the caller may not know of.
    pub async fn attach(&self, _caller: &Caller, _attach: &Attach) -> Result<Opened> {
        todo!()
    }

    /// `terminal list`: those that the caller may attach to.
    ///
    /// # Errors
    /// `unauthenticated`.
    pub fn list(&self, _caller: &Caller) -> Result<List<TerminalItem>> {
        todo!()
    }

    /// Ends all of them, and takes no more: the hub is going down.
    pub async fn close(&self) {
        todo!()
    }
}
