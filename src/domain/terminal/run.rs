//! What goes on for one session: output in, input out, the window's size, and the end. It knows no right and no
//! store.

use std::sync::Arc;
use std::time::Duration;

use bytes::{BufMut, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::time::timeout;
use tokio_util::task::AbortOnDropHandle;

use super::about::Why;
use super::draw;
use super::session::Session;
use crate::runtime::{Exit, TerminalControl};

/// Longest read.
const READ: usize = 64 * 1024;
/// Room in the buffer below which another is taken: short reads share one.
const MIN_READ: usize = 16 * 1024;
/// How long an engine may take to tell the status once the output is over.
const EXIT: Duration = Duration::from_secs(10);
/// How long the end of what was started may take: 3 s from HUP to KILL, and an engine that is slow.
const END: Duration = Duration::from_secs(15);

/// How a session ended.
pub(super) struct Over {
    /// None: its program ended by itself.
    pub(super) why: Option<Why>,
    pub(super) code: i64,
    /// What the status is of, where it is not the program's own.
    pub(super) reason: Option<String>,
    /// What could not be ended, in words.
    pub(super) left: Option<String>,
}

/// Runs a session until its program has ended, whoever ended it.
pub(super) async fn run(
    session: &Arc<Session>,
    output: Box<dyn AsyncRead + Send + Unpin>,
    input: Box<dyn tokio::io::AsyncWrite + Send + Unpin>,
    control: Arc<dyn TerminalControl>,
) -> Over {
    let _writer = AbortOnDropHandle::new(tokio::spawn({
        let session = session.clone();
        async move { session.typed.write_to(input).await }
    }));
    let _sizes =
        AbortOnDropHandle::new(tokio::spawn(follow_size(session.clone(), control.clone())));
    let why = {
        let pump = AbortOnDropHandle::new(tokio::spawn(pump(session.clone(), output)));
        tokio::select! {
            _ = pump => None,
            why = session.ending() => Some(why),
        }
    };
    session.typed.close();
    let over = match why {
        None => {
            let exit = status(&*control).await;
            let (code, reason) = (exit.code, exit.reason.clone());
            session.exit(exit);
            Over { why: None, code, reason, left: sweep(&*control).await }
        }
        Some(why) => {
            let left = sweep(&*control).await;
            let code = status(&*control).await.code;
            session.exit(Exit { code, reason: Some(why.words().to_owned()) });
            Over { why: Some(why), code, reason: None, left }
        }
    };
    session.ended.send_replace(Some(over.left.clone()));
    over
}

/// Reads the program's output as far ahead as whoever sets the pace allows.
async fn pump(session: Arc<Session>, mut output: Box<dyn AsyncRead + Send + Unpin>) {
    let mut buffer = BytesMut::new();
    loop {
        let room = session.room();
        if room == 0 {
            session.room.notified().await;
            continue;
        }
        if buffer.capacity() < MIN_READ {
            buffer.reserve(READ);
        }
        let most = buffer.capacity().min(usize::try_from(room).unwrap_or(READ));
        match output.read_buf(&mut (&mut buffer).limit(most)).await {
            Ok(0) | Err(_) => return,
            Ok(_) if session.put(&mut buffer) => {
                draw::beside(&session, Session::draw).await;
            }
            Ok(_) => {}
        }
    }
}

/// Hands the newest size on; those between are skipped.
async fn follow_size(session: Arc<Session>, control: Arc<dyn TerminalControl>) {
    let mut size = session.size.subscribe();
    while size.changed().await.is_ok() {
        let size = *size.borrow_and_update();
        if let Err(error) = control.resize(size).await {
            tracing::debug!(session = session.about.id, %error, "a terminal was not resized");
        }
    }
}

async fn status(control: &dyn TerminalControl) -> Exit {
    let unknown = || Exit { code: -1, reason: Some("its status was not told in time".to_owned()) };
    timeout(EXIT, control.exit()).await.unwrap_or_else(|_| unknown())
}

async fn sweep(control: &dyn TerminalControl) -> Option<String> {
    let late = || Some("it could not be ended in time; what it started may still run".to_owned());
    timeout(END, control.end()).await.unwrap_or_else(|_| late())
}
