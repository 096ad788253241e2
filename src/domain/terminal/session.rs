//! One session: what its viewers and its program share. It knows no right and no store.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use quayside_protocol::reply::TerminalItem;
use tokio::sync::{Notify, watch};

use super::Step;
use super::about::{About, Traffic, Why, gone};
use super::draw::{self, Drawn, Places, Redrawing};
use super::ring::{RING, Ring, SMALL};
use super::seats::{MAX_SEATS, Redraw, Seats, WINDOW};
use super::typed::Typed;
use crate::auth::Caller;
use crate::error::{Error, Result};
use crate::runtime::{Exit, Size};

/// How far the model may lag behind the output, which has to be in the ring still: a flood is fed to it in pieces so
/// large that most of it need not be drawn, and an echo never waits for it.
const LAG: u64 = RING / 2;

/// One session.
pub(super) struct Session {
    pub(super) about: About,
    pub(super) linger: Duration,
    pub(super) typed: Typed,
    pub(super) traffic: Arc<Traffic>,
    pub(super) places: Arc<Places>,
    pub(super) redrawing: Redrawing,
    state: Mutex<State>,
    /// May be held while `state` is taken, never the other way round.
    screen: Mutex<Drawn>,
    /// How much output the model has seen.
    drawn: AtomicU64,
    /// There is something for viewers.
    news: Notify,
    /// Whoever sets the pace has drawn more, or is another.
    pub(super) room: Notify,
    /// Viewers came, went, or ended it.
    pub(super) people: Notify,
    pub(super) size: watch::Sender<Size>,
    /// What the end left running; set once it is over.
    pub(super) ended: watch::Sender<Option<Option<String>>>,
}

struct State {
    ring: Ring,
    seats: Seats,
    size: Size,
    /// Where the last change of the size came, for the model, which is told when it is drawn.
    resized: Option<(u64, Size)>,
    /// Counts changes of the size and of the viewers.
    version: u64,
    exit: Option<Exit>,
    /// Set when it is to end; nobody attaches from then on.
    why: Option<Why>,
}

impl Session {
    /// A session with its opener in it, whose seat comes second.
    pub(super) fn new(
        about: About,
        size: Size,
        linger: Duration,
        traffic: Arc<Traffic>,
        places: Arc<Places>,
    ) -> (Self, u64) {
        let mut seats = Seats::default();
        let seat = seats.add(about.owner(), false, size, 0, false);
        let state = State {
            ring: Ring::default(),
            seats,
            size,
            resized: None,
            version: 1,
            exit: None,
            why: None,
        };
        let session = Self {
            about,
            linger,
            typed: Typed::default(),
            traffic,
            places,
            redrawing: Redrawing::default(),
            state: Mutex::new(state),
            screen: Mutex::new(Drawn::new(size)),
            drawn: AtomicU64::new(0),
            news: Notify::new(),
            room: Notify::new(),
            people: Notify::new(),
            size: watch::Sender::new(size),
            ended: watch::Sender::new(None),
        };
        (session, seat)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The screen as of now: what the model has not seen is fed to it first.
    fn screen(&self) -> MutexGuard<'_, Drawn> {
        let mut screen = self.screen.lock().unwrap_or_else(PoisonError::into_inner);
        let (new, resized) = {
            let mut state = self.lock();
            (state.ring.since(screen.offset), state.resized.take())
        };
        screen.take_in(&new, resized);
        self.drawn.store(screen.offset, Ordering::Relaxed);
        screen
    }

    // The program's side.

    /// How much the program may put out now.
    pub(super) fn room(&self) -> u64 {
        let state = self.lock();
        WINDOW.saturating_sub(state.ring.head() - state.seats.pace().min(state.ring.head()))
    }

    /// Takes output in and tells the viewers. What is worth a chunk of its own is taken out of `read` without a copy.
    /// Whether it is time for [`Session::draw`].
    pub(super) fn put(&self, read: &mut bytes::BytesMut) -> bool {
        self.traffic.output.fetch_add(read.len() as u64, Ordering::Relaxed);
        let head = {
            let mut state = self.lock();
            if read.len() < SMALL {
                state.ring.gather(read);
                read.clear();
            } else {
                state.ring.push(read.split().freeze());
            }
            state.ring.head()
        };
        self.news.notify_waiters();
        head - self.drawn.load(Ordering::Relaxed) >= LAG
    }

    /// Has the model take in all that it has not seen. That may take some time of a thread.
    pub(super) fn draw(&self) {
        drop(self.screen());
    }

    /// The program has ended, and there is no more output.
    pub(super) fn exit(&self, exit: Exit) {
        self.typed.close();
        self.lock().exit = Some(exit);
        self.news.notify_waiters();
    }

    /// Asks for the end. Only the first reason counts.
    pub(super) fn end(&self, why: Why) {
        self.lock().why.get_or_insert(why);
        self.people.notify_one();
    }

    /// Returns once it is to end: it was asked for, or nobody is there and nobody is expected back.
    pub(super) async fn ending(&self) -> Why {
        loop {
            let deadline = {
                let mut state = self.lock();
                state.seats.expire();
                if state.why.is_none() && state.seats.is_deserted() {
                    state.why = Some(Why::Deserted);
                }
                if let Some(why) = &state.why {
                    return why.clone();
                }
                state.seats.deadline()
            };
            // The pace may be another's.
            self.room.notify_one();
            tokio::select! {
                () = self.people.notified() => {}
                () = sleep_until(deadline) => {}
            }
        }
    }

    /// How many bytes of output are kept.
    #[cfg(test)]
    pub(super) fn kept(&self) -> u64 {
        let state = self.lock();
        state.ring.head() - state.ring.base()
    }

    // The viewers' side.

    /// Where the output that follows a redraw begins, and what it shows. That may take some time of a thread.
    pub(super) fn redraw(&self) -> (u64, String) {
        self.screen().redraw()
    }

    /// `offset`, where the output that follows it is kept.
    pub(super) fn kept_from(&self, offset: Option<u64>) -> Result<Option<u64>> {
        let state = self.lock();
        let (base, head) = (state.ring.base(), state.ring.head());
        if offset.is_some_and(|offset| offset > head) {
            let reason = format!("is beyond the {head} bytes there are");
            return Err(Error::invalid("offset", reason));
        }
        Ok(offset.filter(|offset| *offset >= base))
    }

    /// Takes a viewer in, whose output begins at `offset`; its seat. One that `returns` has the output before that.
    pub(super) fn attach(
        &self,
        username: &str,
        readonly: bool,
        size: Size,
        offset: u64,
        returns: bool,
    ) -> Result<u64> {
        let mut state = self.lock();
        if state.why.is_some() {
            return Err(gone());
        }
        if state.seats.len() >= MAX_SEATS {
            let reason = format!("{MAX_SEATS} viewers look at this terminal already");
            return Err(Error::limited(reason, 5));
        }
        let seat = state.seats.add(username, readonly, size, offset, returns);
        self.changed(state);
        Ok(seat)
    }

    /// Who is there or how large their windows are has changed.
    fn changed(&self, mut state: MutexGuard<'_, State>) {
        state.version += 1;
        if let Some(size) = state.seats.size().filter(|size| *size != state.size) {
            state.size = size;
            state.resized = Some((state.ring.head(), size));
            self.size.send_replace(size);
        }
        drop(state);
        self.news.notify_waiters();
        self.room.notify_one();
        self.people.notify_one();
    }

    /// Returns when [`Session::next`] has something for this seat. Cancel-safe.
    pub(super) async fn ready(&self, seat: u64) {
        loop {
            let news = self.news.notified();
            tokio::pin!(news);
            // From here on nothing is missed.
            news.as_mut().enable();
            if self.has_next(seat) {
                return;
            }
            news.await;
        }
    }

    fn has_next(&self, id: u64) -> bool {
        let state = self.lock();
        let Some(seat) = state.seats.get(id) else { return false };
        let head = state.ring.head();
        seat.told != state.version
            || (seat.sent < head && seat.room() > 0 && !matches!(seat.redraw, Redraw::Asked))
            || (seat.sent == head && state.exit.is_some() && !seat.done)
    }

    pub(super) fn next(self: &Arc<Self>, id: u64, most: usize) -> Option<Step> {
        let mut guard = self.lock();
        let State { ring, seats, size, version, exit, .. } = &mut *guard;
        let viewers = seats.viewers_if(id, *version);
        let seat = seats.get_mut(id)?;
        if let Some(viewers) = viewers {
            seat.told = *version;
            return Some(Step::State { size: *size, viewers });
        }
        if seat.sent == ring.head() {
            let exit = exit.as_ref().filter(|_| !seat.done)?;
            seat.done = true;
            return Some(Step::Exit { code: exit.code, reason: exit.reason.clone() });
        }
        let room = seat.room();
        if room == 0 {
            return None;
        }
        if seat.sent < ring.base() {
            // What it has missed is not kept any more: it gets the screen instead.
            match std::mem::replace(&mut seat.redraw, Redraw::Asked) {
                Redraw::Drawn(offset, text) => {
                    (seat.sent, seat.acked, seat.redraw) = (offset, offset, Redraw::Unasked);
                    drop(guard);
                    self.room.notify_one();
                    return Some(Step::Redraw { offset, text });
                }
                Redraw::Unasked => _ = tokio::spawn(self.clone().catch_up(id)),
                Redraw::Asked => {}
            }
            return None;
        }
        let most = most.min(usize::try_from(room).unwrap_or(usize::MAX));
        let bytes: Bytes = ring.read(seat.sent, most)?;
        let offset = seat.sent;
        seat.sent += bytes.len() as u64;
        Some(Step::Output { offset, bytes })
    }

    async fn catch_up(self: Arc<Self>, id: u64) {
        let drawn = draw::redraw(&self).await;
        if let Some(seat) = self.lock().seats.get_mut(id) {
            seat.redraw = drawn.map_or(Redraw::Unasked, |(at, text)| Redraw::Drawn(at, text));
        }
        self.news.notify_waiters();
    }

    pub(super) fn ack(&self, id: u64, offset: u64) {
        let mut state = self.lock();
        let Some(seat) = state.seats.get_mut(id) else { return };
        let opened = seat.room() == 0;
        seat.acked = seat.acked.max(offset.min(seat.sent));
        drop(state);
        self.room.notify_one();
        if opened {
            self.news.notify_waiters();
        }
    }

    pub(super) fn input(&self, id: u64, bytes: &[u8]) -> Result<()> {
        let mut state = self.lock();
        let Some(seat) = state.seats.get(id) else { return Err(gone()) };
        if seat.readonly {
            return Err(Error::forbidden("this terminal was attached to only to look"));
        }
        // Before the pace is another's: what is refused changes nothing.
        self.typed.push(bytes)?;
        self.traffic.typed.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        let another = state.seats.types(id);
        drop(state);
        if another {
            self.room.notify_one();
        }
        Ok(())
    }

    pub(super) fn resize(&self, id: u64, size: Size) {
        let mut state = self.lock();
        let Some(seat) = state.seats.get_mut(id).filter(|seat| seat.size != size) else { return };
        seat.size = size;
        if state.seats.size() != Some(state.size) {
            self.changed(state);
        }
    }

    /// A viewer's connection was lost. One that has seen the end is not waited for.
    pub(super) fn lose(&self, id: u64) {
        let mut state = self.lock();
        match state.seats.get(id) {
            None => return,
            Some(seat) if seat.done => state.seats.leave(id),
            Some(_) => state.seats.lose(id, self.linger),
        }
        self.changed(state);
    }

    /// A viewer leaves. Whether it was the last, and the end was asked for by that.
    pub(super) fn leave(&self, id: u64, caller: &Caller) -> bool {
        let mut state = self.lock();
        state.seats.leave(id);
        let last = state.seats.is_deserted();
        if last {
            state.why.get_or_insert_with(|| Why::Closed(Box::new(caller.clone())));
        }
        self.changed(state);
        last
    }

    pub(super) fn current_size(&self) -> Size {
        self.lock().size
    }

    /// As `terminal list` shows it.
    pub(super) fn item(&self) -> TerminalItem {
        let state = self.lock();
        self.about.item(state.size, state.seats.len() as u64)
    }
}

async fn sleep_until(deadline: Option<tokio::time::Instant>) {
    match deadline {
        Some(deadline) => tokio::time::sleep_until(deadline).await,
        None => std::future::pending().await,
    }
}
