//! What a program says on a terminal of this machine, until it has ended.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;
use rustix::io::Errno;
use tokio::io::{AsyncRead, ReadBuf};
use tokio::sync::watch;
use tokio::time::{Sleep, sleep};

use crate::runtime::Exit;

/// How long more output is waited for once the program has ended: what it left in the background may hold its
/// terminal for ever.
const LINGER: Duration = Duration::from_millis(250);

/// How much is read after that: more than a terminal holds is said by what it left in the background.
const LAST_WORDS: usize = 64 << 10;

/// Ends when nobody holds the terminal any more, or soon after the program has ended.
pub(super) struct Output<R> {
    terminal: R,
    ended: BoxFuture<'static, ()>,
    after: Option<After>,
}

/// The program has ended.
struct After {
    patience: Pin<Box<Sleep>>,
    /// Bytes still to be taken for its own.
    left: usize,
}

impl<R> Output<R> {
    pub(super) fn new(terminal: R, mut status: watch::Receiver<Option<Exit>>) -> Self {
        let ended = async move {
            // Without a sender it is not known, which is as good as ended.
            let _ = status.wait_for(Option::is_some).await;
        };
        Self { terminal, ended: ended.boxed(), after: None }
    }
}

impl<R: AsyncRead + Unpin> AsyncRead for Output<R> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.after.is_none() && this.ended.poll_unpin(cx).is_ready() {
            this.after = Some(After { patience: Box::pin(sleep(LINGER)), left: LAST_WORDS });
        }
        if this.after.as_ref().is_some_and(|after| after.left == 0) {
            return Poll::Ready(Ok(()));
        }
        let before = buf.filled().len();
        match Pin::new(&mut this.terminal).poll_read(cx, buf) {
            // So the kernel says that nobody has it open any more.
            Poll::Ready(Err(error)) if error.raw_os_error() == Some(Errno::IO.raw_os_error()) => {
                Poll::Ready(Ok(()))
            }
            Poll::Ready(result) => {
                if let Some(after) = &mut this.after {
                    after.left = after.left.saturating_sub(buf.filled().len() - before);
                }
                Poll::Ready(result)
            }
            Poll::Pending => match &mut this.after {
                Some(after) => {
                    ready!(after.patience.poll_unpin(cx));
                    Poll::Ready(Ok(()))
                }
                None => Poll::Pending,
            },
        }
    }
}
