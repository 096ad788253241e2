//! What a socket's packets have set going, and what comes of it.
//!
//! The commands of one connection run side by side, so that a slow one holds up none; their number is bounded by
//! the session, which stops reading.

use std::sync::Arc;

use futures::stream::{self, BoxStream, SelectAll, Stream, StreamExt};
use quayside_protocol::push::{Progress, Push};
use quayside_protocol::reply::TerminalClosed;
use quayside_protocol::{Command, PacketId, Reply, Subscribe};
use tokio::sync::{mpsc, watch};
use tracing::Instrument;

use super::opening::{Fresh, Wanted};
use crate::auth::{Caller, Principal};
use crate::broker::{Presented, Subscription, Viewer};
use crate::error::Error;
use crate::transport::edge::Edge;
use crate::transport::packet;

/// Steps of a pull that wait for a slow reader before the pull itself waits.
const STEPS: usize = 16;

/// What came of a packet.
pub(super) enum Outcome {
    /// How far it is.
    Progress(Box<Push>),
    /// The answer.
    Answer(Option<PacketId>, Result<Reply, Error>),
    /// The answer, and who the connection speaks for from now on, proved after that state of revocations.
    Proved(Option<PacketId>, Box<(Reply, Principal, watch::Receiver<u64>)>),
    /// A subscription was opened, asked for by that proof.
    Subscribed(Option<PacketId>, Box<(Subscription, Option<Principal>)>),
    /// A terminal was opened or attached to, asked for by that proof.
    Entered(Option<PacketId>, Box<(Fresh, Option<Principal>)>),
}

/// What a packet was for, where the session keeps count of that.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Purpose {
    Call,
    Open,
    Enter,
    Prove,
}

/// What is under way.
#[derive(Default)]
pub(super) struct Calls {
    running: SelectAll<BoxStream<'static, (Purpose, Outcome)>>,
    /// Those that have not been answered. The streams that have ended still count in `running` until they are looked
    /// at again.
    unanswered: usize,
    /// Subscriptions that are being opened.
    pub(super) opening: usize,
    /// Terminals that are being opened or attached to.
    pub(super) entering: usize,
    /// Whether one of them changes who the connection speaks for: what comes after it must wait.
    pub(super) proving: bool,
}

impl Calls {
    /// How many.
    pub(super) fn len(&self) -> usize {
        self.unanswered
    }

    /// The next outcome; none where nothing is under way.
    pub(super) async fn next(&mut self) -> Option<Outcome> {
        let (purpose, outcome) = self.running.next().await?;
        if !matches!(outcome, Outcome::Progress(_)) {
            self.unanswered -= 1;
        }
        match purpose {
            Purpose::Call => {}
            Purpose::Open => self.opening -= 1,
            Purpose::Enter => self.entering -= 1,
            Purpose::Prove => self.proving = false,
        }
        Some(outcome)
    }

    fn one(&mut self, purpose: Purpose, call: impl Future<Output = Outcome> + Send + 'static) {
        self.unanswered += 1;
        self.running.push(stream::once(call).map(move |outcome| (purpose, outcome)).boxed());
    }

    /// Opens a subscription.
    pub(super) fn subscribe(
        &mut self,
        edge: &Arc<Edge>,
        caller: Caller,
        id: Option<PacketId>,
        wanted: Box<Subscribe>,
    ) {
        let edge = edge.clone();
        self.opening += 1;
        self.one(Purpose::Open, async move {
            match edge.broker.subscribe(&caller, &wanted, None).await {
                Ok(subscription) => {
                    Outcome::Subscribed(id, Box::new((subscription, caller.principal)))
                }
                Err(error) => Outcome::Answer(id, Err(error)),
            }
        });
    }

    /// Opens a terminal, or attaches to one.
    pub(super) fn enter(
        &mut self,
        edge: &Arc<Edge>,
        caller: Caller,
        id: Option<PacketId>,
        wanted: Wanted,
    ) {
        let (edge, by) = (edge.clone(), caller.principal.clone());
        self.entering += 1;
        self.one(Purpose::Enter, async move {
            match wanted.get(edge, caller).await {
                Ok(fresh) => Outcome::Entered(id, Box::new((fresh, by))),
                Err(error) => Outcome::Answer(id, Err(error)),
            }
        });
    }

    /// Closes a terminal, to its end also when the connection is gone meanwhile.
    pub(super) fn close(&mut self, edge: &Arc<Edge>, id: Option<PacketId>, viewer: Viewer) {
        let edge = edge.clone();
        self.one(Purpose::Call, async move {
            let closed = async move { Ok(viewer.close().await) };
            let left = edge.carry("ws", "terminal_close", closed).await;
            Outcome::Answer(id, left.map(|left| Reply::TerminalClosed(TerminalClosed { left })))
        });
    }

    /// Runs a command.
    pub(super) fn call(
        &mut self,
        edge: &Arc<Edge>,
        caller: Caller,
        id: Option<PacketId>,
        command: Command,
    ) {
        let edge = edge.clone();
        match command {
            Command::AuthToken(_) | Command::AuthLogin(_) | Command::AuthRenew(_) => {
                self.proving = true;
                self.one(Purpose::Prove, prove(edge, caller, id, command));
            }
            Command::ImagePull(_) => {
                let steps = pull(edge, caller, id, command);
                self.unanswered += 1;
                self.running.push(steps.map(|outcome| (Purpose::Call, outcome)).boxed());
            }
            command => self.one(Purpose::Call, async move {
                Outcome::Answer(id, edge.call("ws", caller, command, None).await)
            }),
        }
    }
}

/// A token, a login or a renewal: the connection speaks for its account from then on.
async fn prove(edge: Arc<Edge>, caller: Caller, id: Option<PacketId>, command: Command) -> Outcome {
    let revocations = edge.broker.revocations();
    let proved = async {
        let (reply, token) = match command {
            Command::AuthToken(given) => (None, given.token.0),
            command => match edge.call("ws", caller, command, None).await? {
                Reply::LoggedIn(session) => {
                    let token = session.access_token.clone();
                    (Some(Reply::LoggedIn(session)), token)
                }
                Reply::Renewed(session) => {
                    let token = session.access_token.clone();
                    (Some(Reply::Renewed(session)), token)
                }
                _ => return Err(Error::internal("a login was answered with something else")),
            },
        };
        let who = edge.broker.authenticate(Presented::Bearer(&token))?;
        let who = who.ok_or_else(Error::unauthenticated)?;
        Ok((reply.unwrap_or_else(|| packet::authenticated(&who)), who, revocations))
    };
    match proved.await {
        Ok(proved) => Outcome::Proved(id, Box::new(proved)),
        Err(error) => Outcome::Answer(id, Err(error)),
    }
}

/// A pull: its steps, then its answer.
fn pull(
    edge: Arc<Edge>,
    caller: Caller,
    id: Option<PacketId>,
    command: Command,
) -> impl Stream<Item = Outcome> + Send + 'static {
    let (sender, steps) = mpsc::channel::<Progress>(STEPS);
    let step_of = id.clone();
    let steps =
        stream::unfold(steps, |mut steps| async move { Some((steps.recv().await?, steps)) });
    let steps = steps
        .map(move |data| Outcome::Progress(Box::new(Push::Progress { id: step_of.clone(), data })));
    // Begun now and not when its stream is first looked at: the steps come before the answer in that stream.
    let call = async move { edge.call("ws", caller, command, Some(sender)).await };
    let call = tokio::spawn(call.in_current_span());
    let answer = stream::once(async move {
        let answer = call.await.unwrap_or_else(|error| Err(Error::internal(error)));
        Outcome::Answer(id, answer)
    });
    steps.chain(answer)
}
