//! What was typed and the program has not read yet.

use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::BytesMut;
use tokio::io::{AsyncWrite, AsyncWriteExt};
use tokio::sync::Notify;

use crate::error::{Error, Result};

/// The most that waits for a program: four frames of the longest kind, so that a paste of 1 MiB is always whole.
pub(super) const MAX_WAITING: usize = 4 * 1024 * 1024;

/// The queue of one session.
#[derive(Default)]
pub(super) struct Typed {
    waiting: Mutex<Waiting>,
    more: Notify,
}

#[derive(Default)]
struct Waiting {
    bytes: BytesMut,
    /// Taken from the queue and not yet taken by the program.
    under_way: usize,
    closed: bool,
}

impl Typed {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes it whole or not at all.
    pub(super) fn push(&self, bytes: &[u8]) -> Result<()> {
        let mut waiting = self.lock();
        if waiting.closed {
            return Err(Error::conflict("the program in this terminal has ended"));
        }
        if waiting.bytes.len() + waiting.under_way + bytes.len() > MAX_WAITING {
            let reason = "the program in this terminal does not read what is typed";
            return Err(Error::limited(reason, 1));
        }
        waiting.bytes.extend_from_slice(bytes);
        drop(waiting);
        self.more.notify_one();
        Ok(())
    }

    /// Nobody reads it any more.
    pub(super) fn close(&self) {
        let mut waiting = self.lock();
        waiting.closed = true;
        waiting.bytes = BytesMut::new();
    }

    /// Writes all of it to the program until that takes no more.
    pub(super) async fn write_to(&self, mut program: impl AsyncWrite + Unpin) {
        loop {
            let bytes = {
                let mut waiting = self.lock();
                let bytes = std::mem::take(&mut waiting.bytes);
                waiting.under_way = bytes.len();
                bytes
            };
            if bytes.is_empty() {
                self.more.notified().await;
                continue;
            }
            let written = async {
                program.write_all(&bytes).await?;
                program.flush().await
            };
            if written.await.is_err() {
                return self.close();
            }
        }
    }
}
