//! The way out of one plain TCP connection, which the connection's own task and the fan-out share.
//!
//! Whoever writes writes whole frames: what the system does not take at once is kept, at most a batch, and nothing
//! else is begun before the system has taken it.

use std::future::poll_fn;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};

use bytes::{Buf, BytesMut};
use quayside_protocol::position::Position;
use tokio::net::TcpStream;
use tokio::net::tcp::OwnedWriteHalf;
use tokio::sync::Notify;

use super::lane::{Lane, Scratch};
use crate::broker::log::{AtHand, Cursor};
use crate::error::Result;

/// Bytes that a client may send which nobody asked for before it is one that does harm.
const UNASKED: usize = 64 << 10;

/// The state of the hub that a round goes by.
#[derive(Debug, Clone, Copy)]
pub(in crate::transport) struct Now {
    /// The newest event.
    pub(super) head: Position,
    /// The newest revocation.
    pub(super) verified: u64,
}

/// How far a subscription was served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Served {
    /// As far as can be now.
    Whole,
    /// There is more to be written at once.
    Behind,
}

/// The way out of one connection.
pub(in crate::transport) struct Outlet {
    io: OwnedWriteHalf,
    out: Mutex<Out>,
    /// The fan-out has something for the connection's own task to do: see [`Outlet::tend`].
    call: Notify,
    /// Whether the connection's own writes are taken whole, as the fan-out's are.
    whole: AtomicBool,
    /// Whether it is far behind, and so in its thread's queue of those.
    pub(super) behind: AtomicBool,
}

#[derive(Default)]
struct Out {
    rest: BytesMut,
    lane: Option<Lane>,
    /// Whether the system has taken something of the rest since that was last asked for.
    took: bool,
    broken: bool,
}

impl std::fmt::Debug for Outlet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Outlet").finish_non_exhaustive()
    }
}

impl Outlet {
    pub(super) fn new(io: OwnedWriteHalf) -> Self {
        Self {
            io,
            out: Mutex::default(),
            call: Notify::new(),
            whole: AtomicBool::new(false),
            behind: AtomicBool::new(false),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Out> {
        self.out.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn stream(&self) -> &TcpStream {
        self.io.as_ref()
    }

    /// From now on what the connection's own task writes is taken whole, so that the fan-out can write behind it.
    pub(in crate::transport) fn take_whole(&self) {
        self.whole.store(true, Ordering::Relaxed);
    }

    /// Lets the fan-out write.
    pub(super) fn open(&self, lane: Lane) {
        self.lock().lane = Some(lane);
    }

    /// Has the fan-out write no more.
    pub(super) fn close(&self) {
        self.lock().lane = None;
    }

    /// One more subscription, under that number.
    pub(in crate::transport) fn add(&self, sub: u64, cursor: Box<Cursor>) {
        if let Some(lane) = &mut self.lock().lane {
            lane.add(sub, cursor);
        }
    }

    /// Ends one; false where there is none of that number.
    pub(in crate::transport) fn remove(&self, sub: u64) -> bool {
        let mut out = self.lock();
        let Some(lane) = &mut out.lane else { return false };
        let before = lane.cursors.len();
        lane.cursors.retain(|(number, _)| *number != sub);
        lane.cursors.len() < before
    }

    /// Ends all.
    pub(in crate::transport) fn clear(&self) {
        if let Some(lane) = &mut self.lock().lane {
            lane.cursors.clear();
        }
    }

    /// How many subscriptions there are.
    pub(in crate::transport) fn len(&self) -> usize {
        self.lock().lane.as_ref().map_or(0, |lane| lane.cursors.len())
    }

    /// The newest position that any of them has passed.
    pub(in crate::transport) fn position(&self) -> Option<Position> {
        let out = self.lock();
        out.lane.as_ref()?.cursors.first().map(|(_, cursor)| cursor.position())
    }

    /// The connection's proof holds at that state of revocations.
    pub(in crate::transport) fn verified(&self, state: u64) {
        if let Some(lane) = &mut self.lock().lane {
            lane.verified = state;
        }
    }

    /// Writes what there is for each subscription, a batch of each, and never waits.
    pub(super) fn serve(&self, now: Now, scratch: &mut Scratch) -> Served {
        let mut out = self.lock();
        let Out { rest, lane: Some(lane), broken, .. } = &mut *out else { return Served::Whole };
        if !rest.is_empty() || *broken || lane.verified < now.verified {
            return Served::Whole;
        }
        let mut served = Served::Whole;
        for (sub, cursor) in &mut lane.cursors {
            match cursor.at_hand(now.head) {
                AtHand::Nothing => continue,
                AtHand::Memory => {}
                AtHand::Disk => {
                    self.call.notify_one();
                    continue;
                }
            }
            let batch = scratch.next(lane.framing, *sub, cursor);
            if batch.events > 0 {
                lane.written.inc_by(batch.events);
                *broken = self.begin(batch.bytes(), rest).is_err();
            }
            if *broken || !rest.is_empty() {
                self.call.notify_one();
                return Served::Whole;
            }
            if cursor.at_hand(now.head) == AtHand::Memory {
                served = Served::Behind;
            }
        }
        served
    }

    /// Writes; what the system does not take is the rest.
    fn begin(&self, bytes: &[u8], rest: &mut BytesMut) -> io::Result<()> {
        let taken = match self.io.try_write(bytes) {
            Ok(taken) => taken,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => 0,
            Err(error) => return Err(error),
        };
        rest.extend_from_slice(&bytes[taken..]);
        Ok(())
    }

    /// Writes for the connection's own task; to be called when nothing is [`Outlet::is_dirty`].
    pub(in crate::transport) fn put(&self, bytes: &[u8]) {
        let mut out = self.lock();
        let Out { rest, broken, .. } = &mut *out;
        if rest.is_empty() {
            *broken |= self.begin(bytes, rest).is_err();
        } else {
            rest.extend_from_slice(bytes);
        }
    }

    /// Whether there is something that the system has not taken, or it takes nothing any more.
    pub(in crate::transport) fn is_dirty(&self) -> bool {
        let out = self.lock();
        out.broken || !out.rest.is_empty()
    }

    /// Whether the system took something of the rest since the last call.
    pub(in crate::transport) fn took(&self) -> bool {
        std::mem::take(&mut self.lock().took)
    }

    /// Returns when the system has taken all. May be dropped and called again at any time.
    ///
    /// # Errors
    /// The connection is gone.
    pub(in crate::transport) async fn flushed(&self) -> io::Result<()> {
        poll_fn(|cx| self.poll_flushed(cx)).await
    }

    /// The same. Only one task may poll.
    pub(super) fn poll_flushed(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        loop {
            let mut out = self.lock();
            if out.broken {
                return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
            }
            if out.rest.is_empty() {
                return Poll::Ready(Ok(()));
            }
            ready!(self.stream().poll_write_ready(cx))?;
            match self.io.try_write(&out.rest) {
                Ok(taken) => {
                    out.rest.advance(taken);
                    out.took = true;
                    if out.rest.is_empty() {
                        // Its memory is given back: most connections never have any.
                        out.rest = BytesMut::new();
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => {
                    out.broken = true;
                    return Poll::Ready(Err(error));
                }
            }
        }
    }

    /// What the connection's own task writes, behind the rest. Only one task may poll.
    pub(super) fn poll_put(
        &self,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        ready!(self.poll_flushed(cx))?;
        loop {
            ready!(self.stream().poll_write_ready(cx))?;
            let mut out = self.lock();
            if !out.rest.is_empty() {
                // The fan-out was quicker.
                drop(out);
                ready!(self.poll_flushed(cx))?;
                continue;
            }
            match self.io.try_write_vectored(bufs) {
                Ok(taken) if self.whole.load(Ordering::Relaxed) => {
                    let mut skipped = taken;
                    for buf in bufs {
                        let begun = skipped.min(buf.len());
                        skipped -= begun;
                        out.rest.extend_from_slice(&buf[begun..]);
                    }
                    return Poll::Ready(Ok(bufs.iter().map(|buf| buf.len()).sum()));
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                done => return Poll::Ready(done),
            }
        }
    }

    /// Reads from disk what the subscriptions are too late for in memory, and returns when the connection
    /// [`Outlet::is_dirty`]. May be dropped and called again at any time.
    ///
    /// # Errors
    /// `internal` where the log cannot be read.
    pub(in crate::transport) async fn tend(&self, now: impl Fn() -> Now) -> Result<()> {
        loop {
            if self.is_dirty() {
                return Ok(());
            }
            let Some((sub, fetch)) = self.cold(now().head) else {
                self.call.notified().await;
                continue;
            };
            let fetched = fetch.await?;
            if let Some(cursor) = self.lock().lane.as_mut().and_then(|lane| lane.get(sub)) {
                cursor.accept(fetched);
            }
            self.catch_up(now());
        }
    }

    /// A subscription that has to read from disk.
    fn cold(
        &self,
        head: Position,
    ) -> Option<(u64, impl Future<Output = Result<crate::broker::log::Fetched>> + Send + use<>)>
    {
        let out = self.lock();
        let mut cursors = out.lane.as_ref()?.cursors.iter();
        let (sub, cursor) = cursors.find(|(_, cursor)| cursor.at_hand(head) == AtHand::Disk)?;
        Some((*sub, cursor.fetch()))
    }

    /// Serves until there is nothing more at once.
    pub(in crate::transport) fn catch_up(&self, now: Now) {
        let mut scratch = Scratch::default();
        while self.serve(now, &mut scratch) == Served::Behind {}
    }

    /// Tells the other side that nothing more comes.
    pub(in crate::transport) fn shut(&self) -> io::Result<()> {
        socket2::SockRef::from(self.stream()).shutdown(std::net::Shutdown::Write)
    }

    /// Returns when the other side has closed, or sends what nobody asked for. Only one task may wait for that, and
    /// nothing else may read: what it is woken by takes the place of the task that read before, which is freed so.
    pub(in crate::transport) async fn gone(&self) {
        let mut read = 0;
        poll_fn(|cx| {
            while read < UNASKED {
                if ready!(self.stream().poll_read_ready(cx)).is_err() {
                    break;
                }
                match self.stream().try_read(&mut [0; 64]) {
                    Ok(more @ 1..) => read += more,
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                    Ok(0) | Err(_) => break,
                }
            }
            Poll::Ready(())
        })
        .await;
    }
}
