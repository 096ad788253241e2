//! One socket, from its upgrade to its close frame.
//!
//! What is written waits in one buffer, and nothing is taken from anywhere before that has been flushed: a reader
//! that stops reading holds a batch of its subscriptions and terminals. It is read from all the same, because what
//! is typed must reach its program while the screen cannot keep up; once that has brought a bounded number of
//! answers which cannot be flushed either, no more is. Revocation, the hub's end and silence are heard all the while.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use bytes::Bytes;
use futures::{SinkExt, StreamExt};
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use prometheus_client::metrics::counter::Counter;
use quayside_protocol::{CloseCode, PacketId, Reply};
use tokio::time::{Instant, sleep_until};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::{Error as SocketError, Message, Utf8Bytes};

use super::calls::{Calls, Outcome};
use super::live::Live;
use super::pulse::{Beat, Pulse};
use super::terminals::Terminals;
use crate::auth::{Caller, Principal};
use crate::error::Error;
use crate::transport::cursors::Cursors;
use crate::transport::edge::Edge;
use crate::transport::fanout::Outlet;
use crate::transport::packet;
use crate::transport::respond;
use crate::transport::rights::Rights;

/// Packets of one connection at work; more are not read before one of these is done.
const IN_FLIGHT: usize = 16;
/// Answers put behind what could not be flushed yet; with so many, no more is read.
const BEHIND: usize = 32;
/// How long a connection may do without proving who it is.
const PROVE: Duration = Duration::from_secs(10);
const PING: Duration = Duration::from_secs(20);
const SILENCE: Duration = Duration::from_secs(30);
/// When a ping is tried again that found no room.
const AGAIN: Duration = Duration::from_secs(5);
/// How long answers that are under way are waited for when the token has ended.
const LAST_ANSWERS: Duration = Duration::from_millis(250);

pub(super) type Socket = WebSocketStream<Pulse<TokioIo<Upgraded>>>;

/// Why a session ends.
pub(super) enum End {
    /// The hub closes it.
    Close(CloseCode),
    /// The other side broke the rules of WebSocket; its code for that.
    Broken(u16),
    /// The other side is gone.
    Gone,
}

/// One socket.
pub(super) struct Session {
    pub(super) edge: Arc<Edge>,
    pub(super) socket: Socket,
    beat: Beat,
    pub(super) origin: Caller,
    pub(super) rights: Option<Rights>,
    pub(super) cursors: Cursors,
    /// What the fan-out writes of this connection; none under TLS, where the cursors are all there is.
    pub(super) live: Option<Live>,
    pub(super) terminals: Terminals,
    next_sub: u64,
    pub(super) calls: Calls,
    pub(super) malformed: u32,
    /// Frames that wait to be flushed.
    pub(super) unflushed: usize,
    /// How many of them were put there by what was read meanwhile.
    behind: usize,
    /// When the next ping is due.
    ping: Instant,
    written: Counter,
}

enum Event {
    Flushed(Result<(), SocketError>),
    Read(Option<Result<Message, SocketError>>),
}

impl Session {
    pub(super) fn new(
        edge: Arc<Edge>,
        socket: Socket,
        beat: Beat,
        origin: Caller,
        rights: Option<Rights>,
        outlet: Option<Arc<Outlet>>,
    ) -> Self {
        let live = outlet.map(|outlet| Live::new(outlet, rights.as_ref()));
        let written = edge.metrics.events_out("ws");
        Self {
            edge,
            socket,
            beat,
            origin,
            rights,
            cursors: Cursors::default(),
            live,
            terminals: Terminals::default(),
            next_sub: 1,
            calls: Calls::default(),
            malformed: 0,
            unflushed: 0,
            behind: 0,
            ping: Instant::now() + PING,
            written,
        }
    }

    /// Runs it to its end; at once with `refusal`.
    pub(super) async fn run(mut self, refusal: Option<CloseCode>) {
        let end = match refusal {
            Some(code) => End::Close(code),
            None => self.serve().await,
        };
        // In boxes: while a socket lives it needs no room for its end.
        match end {
            End::Gone => {}
            End::Broken(code) => Box::pin(self.close(code, "")).await,
            End::Close(code) => {
                match code {
                    CloseCode::Draining => {
                        let half = self.edge.drain.deadline() / 2;
                        let deadline = Instant::now() + half;
                        Box::pin(self.last_answers(half)).await;
                        self.notice("the hub is going down: come back in a moment");
                        Box::pin(self.last_screens(deadline)).await;
                    }
                    CloseCode::Unauthenticated => {
                        self.terminals.clear();
                        Box::pin(self.last_answers(LAST_ANSWERS)).await;
                    }
                    _ => {}
                }
                Box::pin(self.close(code.code(), code.reason())).await;
            }
        }
    }

    async fn serve(&mut self) -> End {
        let prove_by = Instant::now() + PROVE;
        let mut look = pin!(sleep_until(self.ping));
        loop {
            // An idle socket is woken by its pings and their answers alone.
            let due = self.ping.min(self.beat.last() + SILENCE);
            if look.deadline() != due {
                look.as_mut().reset(due);
            }
            let (dirty, proved) = (self.unflushed > 0, self.rights.is_some());
            let room = self.calls.len() < IN_FLIGHT && self.behind < BEHIND;
            let reads = room && !self.calls.proving;
            let Self { socket, rights, calls, cursors, terminals, live, edge, .. } = self;
            let event = poll_fn(|cx| {
                if dirty && let Poll::Ready(flushed) = socket.poll_flush_unpin(cx) {
                    return Poll::Ready(Event::Flushed(flushed));
                }
                match reads {
                    true => socket.poll_next_unpin(cx).map(Event::Read),
                    false => Poll::Pending,
                }
            });
            let looked_at = async {
                match rights {
                    Some(rights) => rights.looked_at().await,
                    None => std::future::pending().await,
                }
            };
            let behind = async {
                match live {
                    Some(live) => live.tend(edge).await,
                    None => std::future::pending().await,
                }
            };
            let end = tokio::select! {
                biased;
                holds = looked_at => self.still(holds),
                () = edge.drain.cancelled() => Some(End::Close(CloseCode::Draining)),
                () = sleep_until(prove_by), if !proved => Some(End::Close(CloseCode::Unauthenticated)),
                () = look.as_mut() => self.look(),
                event = event => match event {
                    Event::Flushed(flushed) => {
                        (self.unflushed, self.behind) = (0, 0);
                        if let Some(live) = &mut self.live {
                            live.go_on(&self.edge);
                        }
                        flushed.err().map(|_| End::Gone)
                    }
                    Event::Read(None) => Some(End::Gone),
                    Event::Read(Some(Ok(message))) => {
                        let before = self.unflushed;
                        let span = respond::span(&self.origin.request_id);
                        let end = span.in_scope(|| self.message(message));
                        self.behind += self.unflushed - before;
                        end
                    }
                    Event::Read(Some(Err(error))) => Some(broken(&error)),
                },
                Some(outcome) = calls.next(), if !dirty => self.outcome(outcome),
                ready = cursors.ready(), if !dirty => self.deliver(ready),
                () = terminals.ready(), if !dirty => None,
                tended = behind, if !dirty => self.tended(tended),
            };
            if let Some(end) = end {
                return end;
            }
            // Whatever it was that came: a client that never stops sending, or a subscription that never rests, keeps
            // no terminal waiting.
            if !dirty && let Some(end) = self.show() {
                return end;
            }
        }
    }

    /// Puts a frame into the buffer. It is bounded by who calls: never before it was flushed, but for [`BEHIND`].
    fn put(&mut self, message: Message) -> Option<End> {
        self.unflushed += 1;
        self.socket.start_send_unpin(message).err().map(|_| End::Gone)
    }

    pub(super) fn put_binary(&mut self, bytes: Bytes) -> Option<End> {
        self.put(Message::Binary(bytes))
    }

    pub(super) fn put_json(&mut self, value: &impl serde::Serialize) -> Option<End> {
        match serde_json::to_string(value) {
            Ok(text) => self.put(Message::text(text)),
            Err(error) => {
                respond::log_of(&self.origin.request_id, &Error::internal(error));
                None
            }
        }
    }

    pub(super) fn answer(
        &mut self,
        id: Option<&PacketId>,
        answer: Result<Reply, Error>,
    ) -> Option<End> {
        let answered = match answer.and_then(|reply| packet::reply_packet(id, &reply)) {
            Ok(packet) => return self.put_json(&packet),
            Err(error) => error,
        };
        respond::log_of(&self.origin.request_id, &answered);
        self.put_json(&respond::error_packet(id, &answered))
    }

    /// Its proof was looked at again.
    fn still(&mut self, holds: bool) -> Option<End> {
        let verified = self.rights.as_ref().filter(|_| holds).map(Rights::verified);
        let Some(verified) = verified else {
            return Some(End::Close(CloseCode::Unauthenticated));
        };
        if let Some(live) = &mut self.live {
            live.verified(&self.edge, verified);
        }
        None
    }

    /// What the fan-out has begun is to be flushed here.
    fn tended(&mut self, tended: Result<(), Error>) -> Option<End> {
        if let Err(error) = tended {
            respond::log_of(&self.origin.request_id, &error);
            return Some(End::Close(CloseCode::Draining));
        }
        self.unflushed += 1;
        None
    }

    fn look(&mut self) -> Option<End> {
        if self.live.as_ref().is_some_and(Live::took) {
            self.beat.felt();
        }
        let now = Instant::now();
        if now >= self.beat.last() + SILENCE {
            return Some(End::Close(CloseCode::NoPong));
        }
        if now < self.ping {
            return None;
        }
        if self.unflushed > 0 {
            self.ping = now + AGAIN;
            return None;
        }
        self.ping = now + PING;
        self.put(Message::Ping(Bytes::new()))
    }

    fn deliver(&mut self, ready: Result<(), Error>) -> Option<End> {
        if let Err(error) = ready {
            respond::log_of(&self.origin.request_id, &error);
            return Some(End::Close(CloseCode::Draining));
        }
        let (sub, taken) = self.cursors.take();
        self.written.inc_by(taken.len() as u64);
        for delivery in taken {
            let text = Utf8Bytes::try_from(delivery.packet(sub));
            let Ok(text) = text else { continue };
            if let Some(end) = self.put(Message::Text(text)) {
                return Some(end);
            }
        }
        None
    }

    /// Whether this connection still speaks by that proof.
    fn speaks_for(&self, by: Option<&Principal>) -> bool {
        let now = self.rights.as_ref().map(Rights::principal);
        by.zip(now).is_some_and(|(by, now)| is_renewal(by, now))
    }

    pub(super) fn outcome(&mut self, outcome: Outcome) -> Option<End> {
        match outcome {
            Outcome::Progress(push) => self.put_json(&*push),
            Outcome::Answer(id, Ok(Reply::Terminals(mut list))) => {
                for item in &mut list.items {
                    item.terminal = self.terminals.number(&item.session);
                }
                self.answer(id.as_ref(), Ok(Reply::Terminals(list)))
            }
            Outcome::Answer(id, answer) => self.answer(id.as_ref(), answer),
            // Another proof came while it was opened.
            Outcome::Entered(id, opened) if !self.speaks_for(opened.1.as_ref()) => {
                self.answer(id.as_ref(), Err(Error::unauthenticated()))
            }
            Outcome::Subscribed(id, opened) if !self.speaks_for(opened.1.as_ref()) => {
                self.answer(id.as_ref(), Err(Error::unauthenticated()))
            }
            Outcome::Entered(id, opened) => match opened.0.number(&mut self.terminals) {
                Some(reply) => self.answer(id.as_ref(), Ok(reply)),
                None => None,
            },
            Outcome::Subscribed(id, opened) => {
                let (subscription, _) = *opened;
                let sub = self.next_sub;
                self.next_sub += 1;
                let reply = subscription.reply(sub);
                self.add(sub, subscription);
                self.answer(id.as_ref(), Ok(reply))
            }
            Outcome::Proved(id, proved) => {
                let (reply, who, revocations) = *proved;
                // What one proof opened ends with it: only a renewal of the same session goes on.
                if self.rights.is_some() && !self.speaks_for(Some(&who)) {
                    self.unsubscribe_all();
                    self.terminals.clear();
                }
                // The old place is given up first: an account at its limit may renew.
                self.rights = None;
                self.rights = Rights::new(&self.edge, who, revocations);
                let Some(rights) = &self.rights else { return Some(End::Close(CloseCode::Full)) };
                let verified = rights.verified();
                if let Some(live) = &mut self.live {
                    live.verified(&self.edge, verified);
                }
                self.answer(id.as_ref(), Ok(reply))
            }
        }
    }
}

/// Whether `now` may go on with what `before` was shown: the same session or token, with the same role.
fn is_renewal(before: &Principal, now: &Principal) -> bool {
    before.username == now.username
        && before.role == now.role
        && before.credential == now.credential
}

/// What a failed read means.
fn broken(error: &SocketError) -> End {
    match error {
        SocketError::Capacity(_) => End::Close(CloseCode::TooLarge),
        SocketError::Utf8(_) => End::Broken(1007),
        SocketError::Protocol(_) => End::Broken(1002),
        _ => End::Gone,
    }
}
