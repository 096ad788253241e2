//! The `fleet` dialect: Docker hosts and containers, as their original describes them.

mod decode;
mod encode;
pub(in crate::transport) mod error;
mod kept;
mod model;
mod routes;
mod unit;

use std::sync::Arc;

use bytes::Bytes;
use hyper::header::SET_COOKIE;
use quayside_protocol::command::container::Target;
use quayside_protocol::command::host::ByHost;
use quayside_protocol::reply::HostState;
use quayside_protocol::{Command, ErrorCode, Reply};
use serde_json::{Value, json};

use super::table::Params;
use crate::auth::Caller;
use crate::error::Error;
use crate::transport::credential::{self, InUrl};
use crate::transport::edge::{self, Edge};
use crate::transport::request::Request;
use crate::transport::respond::{self, Response, Shape};

pub(in crate::transport) use kept::Kept;
pub(in crate::transport) use routes::{Call, ROUTES};

/// Its name in metrics.
const TRANSPORT: &str = "fleet";

/// Answers a request to one of [`ROUTES`]' paths.
pub(in crate::transport) async fn handle(edge: Arc<Edge>, mut request: Request) -> Response {
    let (call, params) = match request.route(&edge, ROUTES, |_| Shape::Fleet) {
        Ok(found) => found,
        Err(refusal) => return *refusal,
    };
    let caller = match admit(&edge, &request, call).await {
        Ok(caller) => caller,
        Err(error) => return respond::refuse(Shape::Fleet, &error),
    };
    let body = match call.body {
        [] => Bytes::new(),
        _ => match request.read_body(Shape::Fleet).await {
            Ok(body) => body,
            Err(refusal) => return *refusal,
        },
    };
    let (command, asked) = match prepare(&edge, &caller, call, &params, &body).await {
        Ok(command) => (command.clone(), Asked::of(&command)),
        Err(error) => return error::encode(&error, None),
    };
    // Who may ask, and that it is asked rightly, is settled.
    let glance = asked.whole.then(|| edge.broker.glance(&caller, asked.host())).flatten();
    let (_, verb) = call.command;
    if let Some(body) = glance.and_then(|glance| edge.kept.get(verb, asked.host(), &glance)) {
        edge.count(TRANSPORT, edge::kind(&command), &Ok(()));
        return answer(body);
    }
    match run(&edge, caller, call, command, &asked).await {
        Ok((body, reply)) => {
            if let Some(glance) = glance {
                edge.kept.put(verb, asked.host(), glance, body.clone());
            }
            let mut response = answer(body);
            let cookie = match &reply {
                Reply::LoggedIn(session) => {
                    _ = request.facts.user.set(session.user.username.as_str().into());
                    let ttl = edge.settings.refresh_ttl;
                    credential::keep(&session.refresh_token, ttl, &request.facts)
                }
                _ if asked.logout => credential::clear(&request.facts),
                _ => None,
            };
            if let Some(cookie) = cookie {
                response.headers_mut().append(SET_COOKIE, cookie);
            }
            response
        }
        Err(error) => error::encode(&error, asked.container.as_deref()),
    }
}

fn answer(body: Bytes) -> Response {
    let mut response = respond::bytes("application/json", body);
    respond::set(&mut response, hyper::header::CACHE_CONTROL, "no-store");
    response
}

/// Origin, room, and who it is.
async fn admit(edge: &Edge, request: &Request, call: &Call) -> Result<Caller, Error> {
    if !call.body.is_empty() {
        request.check_origin(edge)?;
    }
    request.check_room(edge)?;
    match call.public {
        true => Ok(request.stranger(edge).await),
        false => request.caller(edge, InUrl::Nothing).await,
    }
}

/// The command, if the caller's role ever may give it and the request says it right.
async fn prepare(
    edge: &Edge,
    caller: &Caller,
    call: &Call,
    params: &Params,
    body: &Bytes,
) -> Result<Command, Error> {
    if !call.public {
        let named = || {
            let mut data = decode::json(body).unwrap_or_default();
            for name in ["host", "id"].into_iter().filter(|name| !params.get(name).is_empty()) {
                match &mut data {
                    Value::Object(fields) => {
                        _ = fields.insert(name.into(), params.get(name).into())
                    }
                    data => *data = json!({ name: params.get(name) }),
                }
            }
            data
        };
        edge.broker.may(caller, call.command, named).await?;
    }
    let body = match call.body {
        [] => Value::Null,
        _ => decode::json(body)?,
    };
    (call.decode)(params, body)
}

/// What is remembered of a command for its answer.
#[derive(Default)]
struct Asked {
    host: Option<String>,
    container: Option<String>,
    /// Whether it is about all containers of the host.
    whole: bool,
    logout: bool,
}

impl Asked {
    fn host(&self) -> &str {
        self.host.as_deref().unwrap_or_default()
    }

    fn of(command: &Command) -> Self {
        let of = |host: &str, container: Option<&str>| Self {
            host: Some(host.to_owned()),
            container: container.map(str::to_owned),
            whole: container.is_none(),
            logout: false,
        };
        match command {
            Command::ContainerInspect(t) | Command::ContainerStart(t) => {
                of(&t.host, Some(&t.container))
            }
            Command::ContainerStop(t) => of(&t.host, Some(&t.container)),
            Command::ContainerStats(t) => of(&t.host, Some(&t.container)),
            Command::ContainerStatsAll(t) => of(&t.host, None),
            Command::ContainerList(list) => of(list.host.0.first().map_or("", |h| h), None),
            Command::AuthLogout(_) => Self { logout: true, ..Self::default() },
            _ => Self::default(),
        }
    }
}

async fn run(
    edge: &Arc<Edge>,
    caller: Caller,
    call: &Call,
    command: Command,
    asked: &Asked,
) -> Result<(Bytes, Reply), Error> {
    let reply = edge.call(TRANSPORT, caller.clone(), command, None).await?;
    let mut record = None;
    match (&reply, asked.host.as_deref()) {
        (Reply::Containers(list), Some(host)) => {
            if let Some(failure) = list.failures.first() {
                return Err(Error::new(failure.code, failure.message.clone()));
            }
            if list.items.is_empty() {
                check_host(edge, caller, host).await?;
            }
        }
        (Reply::Stats(_), Some(host)) => {
            let id = asked.container.as_deref().unwrap_or("");
            let target = Target { host: host.to_owned(), container: id.to_owned() };
            record = Some(edge.broker.container(&caller, &target).await?);
        }
        _ => {}
    }
    let body = (call.encode)(&reply, record.as_ref())?;
    Ok((body, reply))
}

/// An empty list is one thing, a host that is not there or away another.
async fn check_host(edge: &Arc<Edge>, caller: Caller, host: &str) -> Result<(), Error> {
    let command = Command::HostGet(ByHost { host: host.to_owned() });
    match edge.call(TRANSPORT, caller, command, None).await {
        Ok(Reply::Host(host)) if host.state == HostState::Offline => {
            let why = host.error.as_deref().unwrap_or("it does not answer");
            Err(Error::unavailable(format!("host {} is offline: {why}", host.host)))
        }
        Ok(_) => Ok(()),
        Err(error) if error.code() == ErrorCode::NotFound => Err(error.with_field("host")),
        Err(error) => Err(error),
    }
}
