//! Bodies: those of requests, read with a limit and a deadline, and streams as those of answers.

use std::convert::Infallible;
use std::fmt;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::{Buf, Bytes, BytesMut};
use futures::stream::{BoxStream, Stream, StreamExt, poll_fn};
use tokio::time::{Instant, timeout_at};

/// Largest body that is read as JSON.
pub(super) const MAX_JSON: usize = quayside_protocol::codec::MAX_PACKET;
/// How long a client may take with a body.
#[derive(Debug, Clone, Copy)]
pub(super) struct Patience {
    /// For a JSON body.
    json: Duration,
    /// For the rest of a body that is refused: it is read and dropped so that its sender comes to see why.
    rest: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { json: Duration::from_secs(30), rest: Duration::from_secs(2) }
    }
}

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

    /// Reads all of it, at most [`MAX_JSON`]. One that is announced as larger is refused unread.
    pub(super) async fn read(
        mut self,
        announced: Option<u64>,
        patience: Patience,
    ) -> Result<Bytes, NoBody> {
        if announced.is_some_and(|length| length > MAX_JSON as u64) {
            return Err(NoBody::TooLarge);
        }
        let deadline = Instant::now() + patience.json;
        let mut whole = BytesMut::new();
        loop {
            match timeout_at(deadline, self.0.next()).await {
                Err(_) => return Err(NoBody::TooSlow),
                Ok(None) => return Ok(whole.freeze()),
                Ok(Some(Err(_))) => return Err(NoBody::Broken),
                Ok(Some(Ok(piece))) if whole.len() + piece.len() > MAX_JSON => {
                    return Err(NoBody::TooLarge);
                }
                Ok(Some(Ok(piece))) => whole.extend_from_slice(&piece),
            }
        }
    }

    /// The body for a handler that may give it up halfway, and once more for dropping what it left.
    pub(super) fn lend(self) -> (Self, Self) {
        let owned = Arc::new(Mutex::new(self.0.boxed()));
        let lent = || {
            let owned = owned.clone();
            poll_fn(move |cx| {
                owned.lock().unwrap_or_else(PoisonError::into_inner).poll_next_unpin(cx)
            })
        };
        (Self(Exclusive::new(lent())), Self(Exclusive::new(lent())))
    }

    /// Reads and drops for a while.
    pub(super) async fn drop_rest(mut self, patience: Patience) {
        let deadline = Instant::now() + patience.rest;
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

    const SHORT: Patience =
        Patience { json: Duration::from_millis(200), rest: Duration::from_millis(20) };

    async fn read(body: Body, announced: Option<u64>) -> Result<usize, NoBody> {
        body.read(announced, SHORT).await.map(|whole| whole.len())
    }

    #[tokio::test]
    async fn a_body_is_read_up_to_its_limit() {
        assert_eq!(read(body(vec![]), None).await, Ok(0));
        assert_eq!(read(body(vec![MAX_JSON - 1, 1]), None).await, Ok(MAX_JSON));
        assert_eq!(read(body(vec![MAX_JSON, 1]), None).await, Err(NoBody::TooLarge));
        let announced = Some(MAX_JSON as u64 + 1);
        assert_eq!(read(body(vec![1]), announced).await, Err(NoBody::TooLarge));
    }

    #[tokio::test]
    async fn a_body_that_stalls_is_given_up() {
        let stalled = || Body::of(stream::pending::<Result<Bytes, io::Error>>());
        let start = Instant::now();
        assert_eq!(read(stalled(), None).await, Err(NoBody::TooSlow));
        assert!(start.elapsed() >= SHORT.json);
        let start = Instant::now();
        stalled().drop_rest(SHORT).await;
        assert!((SHORT.rest..SHORT.json).contains(&start.elapsed()));
    }

    #[tokio::test]
    async fn a_body_that_is_announced_as_too_large_is_refused_unread() {
        let never = Body::of(stream::poll_fn(|_| -> Poll<Option<Result<Bytes, io::Error>>> {
            unreachable!("it is not asked for")
        }));
        assert_eq!(read(never, Some(u64::MAX)).await, Err(NoBody::TooLarge));
    }

    #[tokio::test]
    async fn a_body_that_was_lent_and_given_up_goes_on_where_it_was() {
        let (lent, rest) = body(vec![1, 2, 3]).lend();
        let mut lent = lent.into_stream();
        assert_eq!(lent.next().await.and_then(Result::ok).map(|piece| piece.len()), Some(1));
        drop(lent);
        assert_eq!(read(rest, None).await, Ok(5));
    }
}
