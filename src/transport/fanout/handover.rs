//! How the stream of an answer leaves hyper: it has written the head and the first piece, and what comes is written
//! by others.

use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;

use bytes::Bytes;
use futures::Stream;
use futures::stream::poll_fn;
use tokio::sync::Notify;

use crate::transport::line::Work;

/// What goes on with the connection.
type Next = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Where an answer leaves its stream for its connection.
#[derive(Default)]
pub(in crate::transport) struct Handover {
    next: Mutex<Option<Next>>,
    /// Whether hyper has taken the first piece.
    given: AtomicBool,
    written: Notify,
}

impl std::fmt::Debug for Handover {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Handover").finish_non_exhaustive()
    }
}

/// A body that begins with `first` and is over for hyper then, when `next` goes on with the connection.
pub(in crate::transport) fn body(
    work: Arc<Work>,
    first: Bytes,
    next: impl Future<Output = ()> + Send + 'static,
) -> impl Stream<Item = Bytes> + Send + 'static {
    let place = &work.handover.next;
    *place.lock().unwrap_or_else(PoisonError::into_inner) = Some(Box::pin(next));
    let mut first = Some(first);
    poll_fn(move |_| match first.take() {
        Some(first) => Poll::Ready(Some(first)),
        None => {
            work.handover.given.store(true, Ordering::Relaxed);
            Poll::Pending
        }
    })
}

impl Handover {
    /// All that hyper had was written.
    pub(in crate::transport) fn flushed(&self) {
        if self.given.load(Ordering::Relaxed) {
            self.written.notify_one();
        }
    }

    /// Returns when hyper is to let go of the connection.
    pub(in crate::transport) async fn next(&self) -> Next {
        loop {
            self.written.notified().await;
            let next = self.next.lock().unwrap_or_else(PoisonError::into_inner).take();
            if let Some(next) = next {
                return next;
            }
        }
    }
}
