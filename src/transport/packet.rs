//! `POST /packet`: one packet in, its one answer out, with the HTTP status of its code.

use std::sync::Arc;

use hyper::header::SET_COOKIE;
use quayside_protocol::packet::{self, Request as Asked, Unreadable};
use quayside_protocol::reply::{Authenticated, Reply, ReplyPacket};
use quayside_protocol::{Command, PacketId};
use serde_json::Value;

use super::credential::{self, InUrl};
use super::edge::Edge;
use super::request::Request;
use super::respond::{self, Response, Shape};
use crate::auth::{Caller, Credential, Principal};
use crate::broker::Presented;
use crate::error::Error;

/// What asks for no token, by noun and verb.
const PUBLIC: [(&str, &str); 5] =
    [("auth", ""), ("auth", "login"), ("auth", "renew"), ("auth", "logout"), ("user", "register")];

/// Answers one packet.
pub(super) async fn answer(edge: Arc<Edge>, mut request: Request) -> Response {
    let room = request.check_origin(&edge).and_then(|()| request.check_room(&edge));
    if let Err(error) = room {
        return respond::refuse(Shape::Packet, &error);
    }
    // Judged when it is known whether the packet asks for it.
    let proved = request.principal(&edge, InUrl::Nothing).await;
    let body = match (request.read_body(Shape::Packet).await, &proved) {
        (Ok(body), _) => body,
        (Err(_), Err(error)) => return respond::refuse(Shape::Packet, error),
        (Err(_), Ok(None)) => return respond::refuse(Shape::Packet, &Error::unauthenticated()),
        (Err(refusal), Ok(_)) => return *refusal,
    };
    let (id, asked) = match packet::decode(&body) {
        Ok(read) => read,
        Err(unreadable) => {
            let (id, error) = unreadable_packet(&edge, &request, proved, &body, unreadable).await;
            return refuse(id.as_ref(), &error);
        }
    };
    let command = match asked {
        Asked::Ping => return reply(id.as_ref(), &Reply::done()),
        Asked::Call(command) => command,
        Asked::Subscribe(_) | Asked::Unsubscribe(_) => {
            let words = "needs a connection: use /ws, /stream or /poll";
            let error = proved.and_then(|who| who.ok_or_else(Error::unauthenticated)).err();
            return refuse(id.as_ref(), &error.unwrap_or_else(|| Error::invalid("type", words)));
        }
    };
    match run(&edge, &request, proved, command).await {
        Ok((answer, cookie)) => {
            let mut response = reply(id.as_ref(), &answer);
            if let Some(cookie) = cookie {
                response.headers_mut().append(SET_COOKIE, cookie);
            }
            response
        }
        Err(error) => refuse(id.as_ref(), &error),
    }
}

type Proved = Result<Option<Principal>, Error>;

async fn run(
    edge: &Arc<Edge>,
    request: &Request,
    proved: Proved,
    command: Command,
) -> Result<(Reply, Option<hyper::header::HeaderValue>), Error> {
    if let Command::AuthToken(given) = &command {
        let who = edge.broker.authenticate(Presented::Bearer(&given.token.0))?;
        let who = who.ok_or_else(Error::unauthenticated)?;
        return Ok((authenticated(&who), None));
    }
    let data = || command.data().unwrap_or_default();
    let caller = caller(edge, request, proved, command.parts(), data).await?;
    let logout = matches!(command, Command::AuthLogout(_));
    let answer = edge.call("packet", caller, command, None).await?;
    let cookie = match &answer {
        Reply::LoggedIn(session) => {
            _ = request.facts.user.set(session.user.username.as_str().into());
            credential::keep(&session.refresh_token, edge.settings.refresh_ttl, &request.facts)
        }
        Reply::Renewed(session) => {
            credential::keep(&session.refresh_token, edge.settings.refresh_ttl, &request.facts)
        }
        _ if logout => credential::clear(&request.facts),
        _ => None,
    };
    Ok((answer, cookie))
}

/// Who asks for `noun` and `opt`, if a role of its kind ever may.
async fn caller(
    edge: &Edge,
    request: &Request,
    proved: Proved,
    (noun, opt): (&str, &str),
    data: impl FnOnce() -> Value,
) -> Result<Caller, Error> {
    if PUBLIC.contains(&(noun, opt)) {
        return Ok(request.stranger(edge).await);
    }
    let who = proved?.ok_or_else(Error::unauthenticated)?;
    let caller = request.origin_of(Some(who), None);
    edge.broker.may(&caller, (noun, opt), data).await?;
    Ok(caller)
}

/// A packet that cannot be read is refused for that only to those who may ask at all.
async fn unreadable_packet(
    edge: &Edge,
    request: &Request,
    proved: Proved,
    body: &[u8],
    unreadable: Unreadable,
) -> (Option<PacketId>, Error) {
    let value: Value = serde_json::from_slice(body).unwrap_or_default();
    let noun = value.get("type").and_then(Value::as_str).unwrap_or("");
    let opt = value.pointer("/data/opt").and_then(Value::as_str).unwrap_or("");
    let refused = match (noun, opt) {
        ("ping", _) => None,
        asked if Command::ALL.contains(&asked) => {
            let data = || value.get("data").cloned().unwrap_or_default();
            caller(edge, request, proved, asked, data).await.err()
        }
        _ => proved.and_then(|who| who.ok_or_else(Error::unauthenticated)).err(),
    };
    (unreadable.id, refused.unwrap_or_else(|| unreadable.invalid.into()))
}

/// The reply to `auth {token}`.
pub(super) fn authenticated(who: &Principal) -> Reply {
    let session_id = match &who.credential {
        Credential::Session(id) => Some(id.to_string()),
        Credential::Token(_) | Credential::Anonymous => None,
    };
    let end = |end: chrono::DateTime<chrono::Utc>| {
        end.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true)
    };
    Reply::Authenticated(Authenticated {
        username: who.username.to_string(),
        role: who.role,
        session_id,
        expires_at: who.expires_at.map(end),
    })
}

fn reply(id: Option<&PacketId>, reply: &Reply) -> Response {
    match reply_packet(id, reply) {
        Ok(packet) => respond::json(&packet),
        Err(error) => refuse(id, &error),
    }
}

/// `{"type":"reply","id":…,"data":…}`.
pub(super) fn reply_packet<'a>(
    id: Option<&'a PacketId>,
    reply: &Reply,
) -> Result<ReplyPacket<'a>, Error> {
    let data = serde_json::to_value(reply).map_err(Error::internal)?;
    Ok(ReplyPacket { r#type: "reply", id, data })
}

fn refuse(id: Option<&PacketId>, error: &Error) -> Response {
    let mut response = respond::json(&respond::error_packet(id, error));
    let status = hyper::StatusCode::from_u16(error.code().http_status());
    *response.status_mut() = status.unwrap_or(hyper::StatusCode::INTERNAL_SERVER_ERROR);
    respond::explain(&mut response, error);
    response
}
