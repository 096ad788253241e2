//! The end of a socket: the answers that were promised, a word, and a close frame that arrives.

use std::time::Duration;

use futures::{SinkExt, StreamExt};
use quayside_protocol::CloseCode;
use quayside_protocol::push::{Notice, Push};
use tokio::io::AsyncReadExt;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_tungstenite::tungstenite::Utf8Bytes;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;

use super::calls::Outcome;
use super::session::Session;

/// How long the close frame may take out, and the other side's in.
const FAREWELL: Duration = Duration::from_secs(1);

impl Session {
    pub(super) fn notice(&mut self, message: &str) {
        let data = Notice { level: "warning".to_owned(), message: message.to_owned() };
        _ = self.put_json(&Push::Notice { data });
    }

    /// Sends the answers that come within `time`; each packet was promised one.
    pub(super) async fn last_answers(&mut self, time: Duration) {
        self.unsubscribe_all();
        let deadline = Instant::now() + time;
        while let Ok(Some(outcome)) = timeout_at(deadline, self.calls.next()).await {
            let opened = matches!(outcome, Outcome::Subscribed(..) | Outcome::Entered(..));
            if !opened && self.outcome(outcome).is_some() {
                return;
            }
        }
    }

    /// Shows what the programs of its terminals still put out and how they end, until `deadline`: the hub is ending
    /// them. One whose window is full is not waited for, since nothing is read any more.
    pub(super) async fn last_screens(&mut self, deadline: Instant) {
        while self.terminals.len() > 0 {
            let shown = async {
                self.socket.flush().await.ok()?;
                self.terminals.ready().await;
                Some(())
            };
            if !matches!(timeout_at(deadline, shown).await, Ok(Some(()))) || self.show().is_some() {
                return;
            }
        }
    }

    pub(super) async fn close(mut self, code: u16, reason: &'static str) {
        let frame = CloseFrame { code: code.into(), reason: Utf8Bytes::from_static(reason) };
        let sent = timeout(FAREWELL, self.socket.close(Some(frame))).await;
        if !matches!(sent, Ok(Ok(()))) {
            return;
        }
        // What still comes in is read, else the connection would be reset and the frame lost with it.
        let (socket, too_large) = (&mut self.socket, code == CloseCode::TooLarge.code());
        _ = timeout(FAREWELL, async {
            if too_large {
                let mut rest = [0; 4_096];
                while matches!(socket.get_mut().read(&mut rest).await, Ok(1..)) {}
            } else {
                while let Some(Ok(_)) = socket.next().await {}
            }
        })
        .await;
    }
}
