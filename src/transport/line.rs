//! A connection's bytes, and how long a client may take to ask for something.
//!
//! hyper bounds neither the first byte nor the time until a protocol is known, and closes without a word; so the
//! time is kept here, where every byte passes.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep};

use super::fanout::Handover;

/// How long a client may take.
#[derive(Debug, Clone, Copy)]
pub(super) struct Patience {
    /// From the opening, or the first byte after an answer, to the end of a request's head.
    pub(super) head: Duration,
    /// Between two requests.
    pub(super) idle: Duration,
}

impl Default for Patience {
    /// Idle is above the 60 s that proxies keep connections, so that they close first and none of their requests
    /// is lost.
    fn default() -> Self {
        Self { head: Duration::from_secs(10), idle: Duration::from_secs(75) }
    }
}

const TOO_SLOW: &[u8] =
    b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";

/// What a connection is doing, as its requests tell it.
#[derive(Debug, Default)]
pub(super) struct Work {
    open: AtomicUsize,
    /// How many there have been.
    begun: AtomicUsize,
    multiplexed: AtomicBool,
    /// Where the stream of an answer leaves hyper.
    pub(super) handover: Handover,
}

/// A request that is being answered, as long as it is held.
#[derive(Debug)]
pub(super) struct Working(Arc<Work>);

impl Work {
    /// A request was read.
    pub(super) fn begin(self: &Arc<Self>, multiplexed: bool) -> Working {
        self.open.fetch_add(1, Ordering::Relaxed);
        self.begun.fetch_add(1, Ordering::Relaxed);
        self.multiplexed.fetch_or(multiplexed, Ordering::Relaxed);
        Working(self.clone())
    }

    /// Whether there ever was a request.
    pub(super) fn any(&self) -> bool {
        self.begun.load(Ordering::Relaxed) > 0
    }

    /// Whether the client may take its time: a request is being answered, or HTTP/2's own pings watch over it.
    fn is_free(&self) -> bool {
        self.open.load(Ordering::Relaxed) > 0 || self.multiplexed.load(Ordering::Relaxed)
    }
}

impl Drop for Working {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Ordering::Relaxed);
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// A head is awaited or coming.
    Head,
    /// Nothing is awaited.
    Idle,
    /// A request is being answered.
    Busy,
}

/// A connection whose client may not keep it waiting.
pub(super) struct Line<S> {
    io: S,
    work: Arc<Work>,
    phase: Phase,
    /// Requests there had been when the phase was judged last: one that was answered at once is over by then.
    begun: usize,
    patience: Patience,
    /// None while nothing is awaited: it would keep the task that waited last, after the connection went to another.
    timer: Option<Pin<Box<Sleep>>>,
    /// Whether a plain answer would be understood.
    speaks_http1: bool,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Line<S> {
    pub(super) fn new(io: S, work: Arc<Work>, speaks_http1: bool, patience: Patience) -> Self {
        let timer = Some(Box::pin(sleep(patience.head)));
        Self { io, work, phase: Phase::Head, begun: 0, patience, timer, speaks_http1 }
    }

    fn wait(&mut self, phase: Phase, time: Duration) {
        self.phase = phase;
        match &mut self.timer {
            Some(timer) => timer.as_mut().reset(Instant::now() + time),
            None => self.timer = Some(Box::pin(sleep(time))),
        }
    }

    fn give_up(&mut self, cx: &mut Context<'_>) -> io::Error {
        if self.phase == Phase::Head && self.speaks_http1 {
            // Nothing was written since the last answer, so there is room for this; and if not, it is but a word.
            _ = Pin::new(&mut self.io).poll_write(cx, TOO_SLOW);
            _ = Pin::new(&mut self.io).poll_flush(cx);
        }
        io::ErrorKind::TimedOut.into()
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for Line<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        let begun = this.work.begun.load(Ordering::Relaxed);
        if this.work.is_free() {
            (this.phase, this.timer) = (Phase::Busy, None);
        } else if this.phase == Phase::Busy || this.begun != begun {
            this.wait(Phase::Idle, this.patience.idle);
        }
        this.begun = begun;
        let before = buf.filled().len();
        match Pin::new(&mut this.io).poll_read(cx, buf) {
            Poll::Ready(read) => {
                let bytes = buf.filled().get(before..).unwrap_or(&[]);
                if this.phase != Phase::Busy && bytes.starts_with(b"PRI") {
                    this.speaks_http1 = false;
                }
                if this.phase == Phase::Idle && !bytes.is_empty() {
                    this.wait(Phase::Head, this.patience.head);
                }
                Poll::Ready(read)
            }
            Poll::Pending => match &mut this.timer {
                None => Poll::Pending,
                Some(timer) => {
                    ready!(timer.as_mut().poll(cx));
                    Poll::Ready(Err(this.give_up(cx)))
                }
            },
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Line<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write(cx, buf)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.io).poll_flush(cx);
        if matches!(flushed, Poll::Ready(Ok(()))) {
            self.work.handover.flushed();
        }
        flushed
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

    use super::*;

    const SHORT: Patience =
        Patience { head: Duration::from_millis(20), idle: Duration::from_millis(60) };

    #[tokio::test]
    async fn a_head_that_does_not_come_is_answered_408() {
        for sent in [&b""[..], b"P", b"GET / HTTP/1.1\r\nHo"] {
            let (mut client, server) = duplex(1_024);
            let mut line = Line::new(server, Arc::default(), true, SHORT);
            client.write_all(sent).await.expect("room for a few bytes");
            let start = Instant::now();
            let mut read = Vec::new();
            let error = line.read_to_end(&mut read).await.expect_err("nothing more comes");
            assert_eq!(error.kind(), io::ErrorKind::TimedOut);
            assert!(start.elapsed() >= SHORT.head / 2);
            assert_eq!(read, sent);
            drop(line);
            let mut answer = Vec::new();
            client.read_to_end(&mut answer).await.expect("an answer");
            assert_eq!(answer, TOO_SLOW);
        }
    }

    #[tokio::test]
    async fn bytes_that_trickle_do_not_buy_time() {
        let (mut client, server) = duplex(1_024);
        let mut line = Line::new(server, Arc::default(), true, SHORT);
        let trickle = tokio::spawn(async move {
            while client.write_all(b"x").await.is_ok() {
                tokio::time::sleep(SHORT.head / 8).await;
            }
        });
        let mut read = Vec::new();
        let error = line.read_to_end(&mut read).await.expect_err("a head never ends");
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        drop(line);
        trickle.await.expect("the client ends when it is cut off");
    }

    #[tokio::test]
    async fn requests_that_are_answered_at_once_keep_their_connection() {
        let (mut client, server) = duplex(1_024);
        let work: Arc<Work> = Arc::default();
        let mut line = Line::new(server, work.clone(), true, SHORT);
        let start = Instant::now();
        while start.elapsed() < SHORT.head * 4 {
            client.write_all(b"x").await.expect("room for a byte");
            line.read_u8().await.expect("a request");
            drop(work.begin(false));
            let quiet = tokio::time::timeout(SHORT.head / 2, line.read_u8()).await;
            assert!(quiet.is_err(), "it was closed while it was in use");
        }
    }

    #[tokio::test]
    async fn a_request_has_all_the_time_and_an_idle_connection_a_while() {
        let (mut client, server) = duplex(1_024);
        let work: Arc<Work> = Arc::default();
        let mut line = Line::new(server, work.clone(), true, SHORT);
        let working = work.begin(false);
        let long = tokio::time::timeout(SHORT.idle * 3, line.read_u8()).await;
        assert!(long.is_err(), "a request being answered is not hurried");
        drop(working);
        let start = Instant::now();
        let error = line.read_u8().await.expect_err("nothing comes");
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        assert!(start.elapsed() >= SHORT.idle);
        drop(line);
        let mut answer = Vec::new();
        client.read_to_end(&mut answer).await.expect("the end");
        assert!(answer.is_empty(), "an idle connection is closed without a word");
    }
}
