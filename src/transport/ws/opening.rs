//! A terminal on its way to a connection, which may be gone when it arrives.

use std::sync::Arc;

use quayside_protocol::Reply;
use quayside_protocol::command::terminal::{Attach, Encoding, Open};
use quayside_protocol::reply::{TerminalAttached, TerminalOpened};

use super::terminals::Terminals;
use crate::auth::Caller;
use crate::broker::{Opened, Viewer};
use crate::error::Error;
use crate::transport::edge::Edge;

/// How a connection comes to a terminal.
pub(super) enum Wanted {
    /// A new one.
    Open(Open),
    /// One that is there.
    Attach(Attach),
}

/// One that nobody has taken. Dropped so, what was just opened is ended, because nobody can know of it; what was
/// attached to lingers on as it did before.
pub(super) struct Fresh {
    edge: Arc<Edge>,
    opened: Option<Opened>,
    encoding: Encoding,
    new: bool,
}

impl Wanted {
    /// Opens it or attaches to it, also to its end when the connection is gone meanwhile.
    pub(super) async fn get(self, edge: Arc<Edge>, caller: Caller) -> Result<Fresh, Error> {
        let kind = match self {
            Self::Open(_) => "terminal_open",
            Self::Attach(_) => "terminal_attach",
        };
        let work = {
            let edge = edge.clone();
            async move {
                let (opened, encoding, new) = match &self {
                    Self::Open(open) => {
                        (edge.broker.terminal_open(&caller, open).await?, open.encoding, true)
                    }
                    Self::Attach(attach) => {
                        let opened = edge.broker.terminal_attach(&caller, attach).await?;
                        (opened, attach.encoding, false)
                    }
                };
                Ok(Fresh { edge, opened: Some(opened), encoding, new })
            }
        };
        edge.carry("ws", kind, work).await
    }
}

impl Fresh {
    /// Gives it a number; the reply.
    pub(super) fn number(mut self, terminals: &mut Terminals) -> Option<Reply> {
        let Opened { viewer, cmd, offset, redraw, size } = self.opened.take()?;
        let session = viewer.session().to_owned();
        let terminal = terminals.add(viewer, self.encoding, offset);
        Some(match self.new {
            true => Reply::TerminalOpened(TerminalOpened { terminal, session, cmd }),
            false => Reply::TerminalAttached(TerminalAttached {
                terminal,
                session,
                cmd,
                offset,
                redraw,
                cols: size.cols,
                rows: size.rows,
            }),
        })
    }
}

impl Drop for Fresh {
    fn drop(&mut self) {
        let Some(opened) = self.opened.take().filter(|_| self.new) else { return };
        leave(&self.edge, opened.viewer);
    }
}

/// Closes a viewer whose client waits for no answer.
pub(super) fn leave(edge: &Edge, viewer: Viewer) {
    // Without a runtime the program is ending, and the hub's end has closed every session.
    let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
    let guard = edge.drain.guard();
    runtime.spawn(async move {
        let _guard = guard;
        if let Some(left) = viewer.close().await {
            tracing::warn!(left, "a terminal that nobody looks at could not be ended whole");
        }
    });
}
