//! `/ws`: packets both ways.
//!
//! The upgrade is our own, with small buffers, so that an idle socket costs little; and nothing is queued for a
//! reader that does not read: see [`session`].

mod calls;
mod farewell;
mod keyboard;
mod live;
mod opening;
mod packets;
mod pulse;
mod session;
mod terminals;
mod text;

use std::sync::Arc;

use hyper::header::{
    CONNECTION, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_VERSION, UPGRADE,
};
use hyper::header::{HeaderName, HeaderValue};
use hyper::upgrade::OnUpgrade;
use hyper::{HeaderMap, StatusCode};
use hyper_util::rt::TokioIo;
use quayside_protocol::CloseCode;
use quayside_protocol::codec::MAX_PACKET;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};

use super::credential::InUrl;
use super::edge::Edge;
use super::limit::Standing;
use super::request::Request;
use super::respond::{self, Response, Shape};
use super::rights::Rights;
use crate::error::Error;
use pulse::Pulse;
use session::Session;

/// What is read at once, in bytes: every socket has room for that. Longer messages get room of their own.
const READ: usize = 256;
/// What waits to be written together, in bytes.
const WRITE: usize = 4 << 10;

/// Answers the request for a socket: 101, or why not.
pub(super) async fn handshake(edge: Arc<Edge>, mut request: Request) -> Response {
    if let Err(error) = request.check_origin(&edge) {
        return respond::refuse(Shape::Packet, &error);
    }
    let revocations = edge.broker.revocations();
    let who = match request.principal(&edge, InUrl::Ticket).await {
        Ok(who) => who,
        Err(error) => return respond::refuse(Shape::Packet, &error),
    };
    let Some((key, upgrade)) = wanted(&mut request) else { return no_handshake() };
    let mut refusal = room(&edge, &request);
    let rights = who.and_then(|who| {
        let rights = Rights::new(&edge, who, revocations);
        if rights.is_none() {
            refusal = Some(CloseCode::Full);
        }
        rights
    });
    let place = request.facts.proxied.then(|| edge.limits.address(request.facts.address));
    if matches!(place, Some(None)) {
        refusal = Some(CloseCode::Full);
    }
    // Taken before the answer: the connection counts as idle as soon as that is sent.
    let working = request.facts.work.begin(false);
    let guard = edge.drain.guard();
    // No more of the request than that is kept as long as the socket lives.
    let (connection, outlet) = (request.facts.place.clone(), request.facts.outlet.clone());
    let origin = request.origin_of(None, None);
    let session = async move {
        let _held = (working, guard, connection, place, edge.metrics.connected("ws"));
        let Ok(upgraded) = upgrade.await else { return };
        if let Some(outlet) = &outlet {
            outlet.take_whole();
        }
        let (io, pulse) = Pulse::new(TokioIo::new(upgraded));
        let config = WebSocketConfig::default()
            .read_buffer_size(READ)
            .write_buffer_size(WRITE)
            .max_message_size(Some(MAX_PACKET))
            .max_frame_size(Some(MAX_PACKET));
        let socket = WebSocketStream::from_raw_socket(io, Role::Server, Some(config)).await;
        Session::new(edge, socket, pulse, origin, rights, outlet).run(refusal).await;
    };
    tokio::spawn(session);
    accepted(&key)
}

/// Why there is no room for one more socket. It is upgraded and closed, so that its code says so.
fn room(edge: &Edge, request: &Request) -> Option<CloseCode> {
    if edge.drain.is_draining() {
        return Some(CloseCode::Draining);
    }
    match request.facts.standing {
        Standing::Welcome => None,
        Standing::HubFull => {
            edge.metrics.refused("connections");
            Some(CloseCode::Full)
        }
        Standing::AddressFull => {
            edge.metrics.refused("per_address");
            Some(CloseCode::Full)
        }
    }
}

/// The client's key and the connection, if this is a WebSocket handshake.
fn wanted(request: &mut Request) -> Option<(HeaderValue, OnUpgrade)> {
    let headers = &request.headers;
    let good = names(headers, &UPGRADE, "websocket")
        && names(headers, &CONNECTION, "upgrade")
        && headers.get(SEC_WEBSOCKET_VERSION).is_some_and(|version| version == "13");
    let key = headers.get(SEC_WEBSOCKET_KEY).filter(|_| good).cloned()?;
    Some((key, request.upgrade.take()?))
}

fn names(headers: &HeaderMap, name: &HeaderName, word: &str) -> bool {
    let lines = headers.get_all(name).into_iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).any(|one| one.trim().eq_ignore_ascii_case(word))
}

fn accepted(key: &HeaderValue) -> Response {
    let mut response = Response::default();
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    respond::set(&mut response, CONNECTION, "Upgrade");
    respond::set(&mut response, UPGRADE, "websocket");
    if let Ok(accept) = HeaderValue::try_from(derive_accept_key(key.as_bytes())) {
        response.headers_mut().insert(SEC_WEBSOCKET_ACCEPT, accept);
    }
    response
}

fn no_handshake() -> Response {
    let words = "this path is for WebSockets, version 13, over HTTP/1.1; without one use /stream, /poll or /packet";
    let mut response = respond::refuse(Shape::Packet, &Error::invalid("", words));
    *response.status_mut() = StatusCode::UPGRADE_REQUIRED;
    respond::set(&mut response, CONNECTION, "Upgrade");
    respond::set(&mut response, UPGRADE, "websocket");
    respond::set(&mut response, SEC_WEBSOCKET_VERSION, "13");
    response
}
