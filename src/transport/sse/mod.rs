//! Server-sent events: `/stream`, and `/events` in its original's form.
//!
//! Over HTTP/1 without TLS the stream leaves hyper: [`direct`]; else it is a body: [`feed`]. Either is asked for more
//! only when the socket has taken what came before, so that a reader who stops reading costs a batch of bytes and
//! delays nobody.

mod direct;
mod feed;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures::{StreamExt, stream};
use hyper::StatusCode;
use hyper::header::{CACHE_CONTROL, HeaderName};
use quayside_protocol::{ErrorCode, Subscribe, Topic};
use tokio::time::{Interval, MissedTickBehavior, interval_at};

use self::feed::Feed;
use super::credential::InUrl;
use super::cursors::Cursors;
use super::edge::Edge;
use super::limit::Standing;
use super::request::Request;
use super::respond::{self, Response, Shape};
use super::rights::Rights;
use super::{fanout, filters};
use crate::error::Error;

/// Time between two blocks of a quiet stream.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// What the blocks look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// `/stream`: any topic, whole pushes.
    Stream,
    /// `/events`: events as the original shows them.
    Fleet,
}

/// Opens a stream. Only a bad token or a bad request is refused: a browser never comes back after that.
pub(super) async fn open(edge: Arc<Edge>, request: Request, form: Form) -> Response {
    let (shape, in_url) = match form {
        Form::Stream => (Shape::Packet, InUrl::Ticket),
        Form::Fleet => (Shape::Fleet, InUrl::TicketOrToken),
    };
    if edge.drain.is_draining() || request.facts.standing != Standing::Welcome {
        refused(&edge, &request);
        return over(&edge);
    }
    let revocations = edge.broker.revocations();
    let caller = match request.caller(&edge, in_url).await {
        Ok(caller) => caller,
        Err(error) if error.code() == ErrorCode::Unavailable => return over(&edge),
        Err(error) => return respond::refuse(shape, &error),
    };
    let wanted = match form {
        Form::Stream => filters::streams(&request.query),
        Form::Fleet => filters::one(&request.query, Topic::Events).map(|one| vec![one]),
    };
    let wanted = match wanted {
        Ok(wanted) => wanted,
        Err(error) => return respond::refuse(shape, &error),
    };
    let place = request.facts.proxied.then(|| edge.limits.address(request.facts.address));
    let rights = caller.principal.clone().and_then(|who| Rights::new(&edge, who, revocations));
    let (Some(rights), false) = (rights, matches!(place, Some(None))) else { return over(&edge) };
    if wanted.len() > edge.settings.subscriptions {
        edge.metrics.refused("subscriptions");
        return over(&edge);
    }
    let last =
        request.headers.get("last-event-id").map(|id| String::from_utf8_lossy(id.as_bytes()));
    let mut cursors = Cursors::default();
    for (number, subscribe) in (1..).zip(&wanted) {
        match edge
            .broker
            .subscribe(&caller, subscribe, last_event_id(subscribe, last.as_deref()))
            .await
        {
            Ok(subscription) => cursors.add(number, subscription),
            Err(error) => return not_opened(&edge, shape, &error),
        }
    }
    let mut first = format!(": quayside\nretry: {}\n", retry());
    if let Some(position) = cursors.position() {
        first.push_str(&format!("id: {position}\n"));
    }
    first.push('\n');
    let feed = Feed {
        form,
        request: caller.request_id.clone(),
        cursors,
        rights,
        keep_alive: keep_alive(),
        waiting: Default::default(),
        over: false,
        written: edge.metrics.events_out("sse"),
        _held: (edge.metrics.connected("sse"), edge.drain.guard(), place.flatten()),
        edge,
    };
    let first = Bytes::from(first);
    match &request.facts.outlet {
        None => answer(stream::iter([first]).chain(feed.pieces())),
        Some(outlet) => {
            let place = request.facts.place.clone();
            let (outlet, chunked) = (outlet.clone(), request.facts.chunked);
            let next = async move {
                direct::run(feed, outlet, chunked).await;
                drop(place);
            };
            answer(fanout::body(request.facts.work.clone(), first, next))
        }
    }
}

fn keep_alive() -> Interval {
    let mut keep_alive = interval_at(tokio::time::Instant::now() + KEEP_ALIVE, KEEP_ALIVE);
    keep_alive.set_missed_tick_behavior(MissedTickBehavior::Delay);
    keep_alive
}

/// `Last-Event-ID` speaks of events only.
fn last_event_id<'a>(subscribe: &Subscribe, last: Option<&'a str>) -> Option<&'a str> {
    last.filter(|_| subscribe.topic == Topic::Events)
}

/// What is too much is answered so that a browser comes back, the rest so that a person sees why.
fn not_opened(edge: &Edge, shape: Shape, error: &Error) -> Response {
    match error.code() {
        ErrorCode::Limited | ErrorCode::Unavailable => over(edge),
        _ => respond::refuse(shape, error),
    }
}

fn refused(edge: &Edge, request: &Request) {
    match request.facts.standing {
        Standing::Welcome => {}
        Standing::HubFull => edge.metrics.refused("connections"),
        Standing::AddressFull => edge.metrics.refused("per_address"),
    }
}

/// 200, when to come back, and the end.
fn over(edge: &Edge) -> Response {
    answer(stream::iter([last_words(edge)]))
}

/// When to come back. Behind a proxy a hub that is gone is a 502, which ends an EventSource for ever: so not
/// before it is surely back.
fn last_words(edge: &Edge) -> Bytes {
    let wait = if edge.drain.is_draining() {
        u64::try_from(edge.drain.deadline().as_millis()).unwrap_or(u64::MAX).saturating_add(5_000)
    } else {
        retry()
    };
    format!(": come back\nretry: {wait}\n\n").into()
}

/// 3 to 6 s, by chance, so that those who left together do not come back together.
fn retry() -> u64 {
    rand::random_range(3_000..=6_000)
}

fn answer(pieces: impl futures::Stream<Item = Bytes> + Send + 'static) -> Response {
    let mut response = respond::stream("text/event-stream", pieces);
    *response.status_mut() = StatusCode::OK;
    respond::set(&mut response, CACHE_CONTROL, "no-cache, no-transform");
    respond::set(&mut response, HeaderName::from_static("x-accel-buffering"), "no");
    response
}
