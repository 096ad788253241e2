//! Bodies: those of requests, read with a limit and a deadline, and streams as those of answers.

use std::convert::Infallible;
use std::fmt;
use std::io;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::{Buf, Bytes, BytesMut};
use futures::stream::{BoxStream, Stream, StreamExt};
use tokio::time::{Instant, timeout_at};

/// Largest body that is read as JSON.
pub(super) const MAX_JSON: usize = quayside_protocol::codec::MAX_PACKET;
/// How long a JSON body may take.
const JSON_TIME: Duration = Duration::from_secs(30);
/// How long the rest of a body that is refused is read and dropped, so that its sender comes to see why.
const DROP_TIME: Duration = Duration::from_secs(2);

/// The body of a request.
pub(super) struct Body(Exclusive<io::Result<Bytes>>);

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Body")
    }
}

/// Why a body was not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoBody {
    /// It is longer than it may be.
    TooLarge,
    /// It did not come in time.
    TooSlow,
    /// The client went away.
    Broken,
}

impl Body {
    /// The body that a stream of pieces makes.
    pub(super) fn of<S, B, E>(stream: S) -> Self
    where
        S: Stream<Item = Result<B, E>> + Send + 'static,
        B: Buf,
        E: std::error::Error + Send + Sync + 'static,
    {
        Self(Exclusive::new(stream.map(|piece| match piece {
            Ok(mut piece) => Ok(piece.copy_to_bytes(piece.remaining())),
            Err(error) => Err(io::Error::other(error)),
        })))
    }

    /// Nothing.
    pub(super) fn empty() -> Self {
        Self(Exclusive::new(futures::stream::empty()))
    }

    /// As a stream, for what is too large to be held.
    pub(super) fn into_stream(self) -> BoxStream<'static, io::Result<Bytes>> {
        self.0.boxed()
    }

    /// Reads all of it, at most [`MAX_JSON`]. `awaits_go` is whether the client sends the body only once it is
    /// told to go on: one that is too large is then refused unsent.
    pub(super) async fn read(
        mut self,
        announced: Option<u64>,
        awaits_go: bool,
    ) -> Result<Bytes, NoBody> {
        let too_large = announced.is_some_and(|length| length > MAX_JSON as u64);
        if too_large && awaits_go {
            return Err(NoBody::TooLarge);
        }
        let deadline = Instant::now() + JSON_TIME;
        let mut whole = BytesMut::new();
        while !too_large {
            match timeout_at(deadline, self.0.next()).await {
                Err(_) => return Err(NoBody::TooSlow),
                Ok(None) => return Ok(whole.freeze()),
                Ok(Some(Err(_))) => return Err(NoBody::Broken),
                Ok(Some(Ok(piece))) if whole.len() + piece.len() > MAX_JSON => break,
                Ok(Some(Ok(piece))) => whole.extend_from_slice(&piece),
            }
        }
        drop(whole);
        self.drop_rest().await;
        Err(NoBody::TooLarge)
    }

    /// Reads and drops for a while.
    pub(super) async fn drop_rest(mut self) {
        let deadline = Instant::now() + DROP_TIME;
        while let Ok(Some(Ok(_))) = timeout_at(deadline, self.0.next()).await {}
    }
}

/// A stream that is only ever polled by its owner, which makes it shareable as warp demands of bodies.
pub(super) struct Exclusive<T>(Mutex<BoxStream<'static, T>>);

impl<T> Exclusive<T> {
    pub(super) fn new(stream: impl Stream<Item = T> + Send + 'static) -> Self {
        Self(Mutex::new(stream.boxed()))
    }
}

impl<T> Stream for Exclusive<T> {
    type Item = T;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<T>> {
        // `get_mut` takes no lock: there is nobody else.
        let stream = self.get_mut().0.get_mut().unwrap_or_else(PoisonError::into_inner);
        stream.poll_next_unpin(cx)
    }
}

/// Pieces that never fail, as the body of an answer.
pub(super) fn infallible(
    stream: impl Stream<Item = Bytes> + Send + 'static,
) -> Exclusive<Result<Bytes, Infallible>> {
    Exclusive::new(stream.map(Ok))
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::stream;

    fn body(pieces: Vec<usize>) -> Body {
        Body::of(stream::iter(pieces).map(|n| Ok::<_, io::Error>(Bytes::from(vec![b'x'; n]))))
    }

    #[tokio::test]
    async fn a_body_is_read_up_to_its_limit() {
        assert_eq!(body(vec![]).read(None, false).await, Ok(Bytes::new()));
        assert_eq!(
            body(vec![MAX_JSON - 1, 1]).read(None, false).await.map(|b| b.len()),
            Ok(MAX_JSON)
        );
        assert_eq!(body(vec![MAX_JSON, 1]).read(None, false).await, Err(NoBody::TooLarge));
        let announced = Some(MAX_JSON as u64 + 1);
        assert_eq!(body(vec![1]).read(announced, false).await, Err(NoBody::TooLarge));
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_stalls_is_given_up() {
        let stalled = || Body::of(stream::pending::<Result<Bytes, io::Error>>());
        let start = Instant::now();
        assert_eq!(stalled().read(None, false).await, Err(NoBody::TooSlow));
        assert_eq!(start.elapsed().as_secs(), 30);
        let announced = Some(u64::MAX);
        assert_eq!(stalled().read(announced, false).await, Err(NoBody::TooLarge));
        assert_eq!(start.elapsed().as_secs(), 32);
        assert_eq!(stalled().read(announced, true).await, Err(NoBody::TooLarge));
        assert_eq!(start.elapsed().as_secs(), 32);
    }
}
