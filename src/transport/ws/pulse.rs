//! When a socket last gave or took a byte.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Instant;

/// A socket that remembers.
pub(super) struct Pulse<S> {
    io: S,
    beat: Beat,
    /// Whether the last write found no room.
    blocked: bool,
}

/// What it remembers; clones are the same.
#[derive(Debug, Clone)]
pub(super) struct Beat {
    start: Instant,
    /// Milliseconds after the start.
    last: Arc<AtomicU64>,
}

impl Beat {
    /// The other side did something.
    pub(super) fn felt(&self) {
        let since = u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.last.store(since, Ordering::Relaxed);
    }

    /// When something last came or was taken.
    pub(super) fn last(&self) -> Instant {
        self.start + Duration::from_millis(self.last.load(Ordering::Relaxed))
    }
}

impl<S> Pulse<S> {
    pub(super) fn new(io: S) -> (Self, Beat) {
        let beat = Beat { start: Instant::now(), last: Arc::default() };
        (Self { io, beat: beat.clone(), blocked: false }, beat)
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Pulse<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let read = Pin::new(&mut self.io).poll_read(cx, buf);
        if buf.filled().len() > before {
            self.beat.felt();
        }
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Pulse<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.io).poll_write(cx, buf);
        // Bytes that the system took for later say nothing of the client; that it has room again does.
        if matches!(written, Poll::Ready(Ok(1..))) && self.blocked {
            self.beat.felt();
        }
        self.blocked = written.is_pending();
        written
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

    use super::*;

    const WHILE: Duration = Duration::from_millis(30);

    #[tokio::test]
    async fn only_what_the_other_side_does_is_a_beat() {
        let (mut client, server) = duplex(8);
        let (mut socket, beat) = Pulse::new(server);
        let first = beat.last();
        tokio::time::sleep(WHILE).await;
        socket.write_all(b"12345678").await.expect("there is room");
        assert_eq!(beat.last(), first, "the system took that, not the client");
        let (written, read) = tokio::join!(socket.write_all(b"9"), client.read_u8());
        assert!(written.is_ok() && read.is_ok());
        let second = beat.last();
        assert!(second > first, "the client made room");
        tokio::time::sleep(WHILE).await;
        client.write_all(b"x").await.expect("there is room");
        socket.read_u8().await.expect("a byte");
        assert!(beat.last() > second, "the client wrote");
    }
}
