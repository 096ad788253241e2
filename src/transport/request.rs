//! A request, and the steps that every handler takes with it in the same order: origin, room, who, body.

use std::sync::Arc;

use bytes::Bytes;
use hyper::header::{CONTENT_LENGTH, EXPECT, ORIGIN};
use hyper::upgrade::OnUpgrade;
use hyper::{HeaderMap, Method, StatusCode};
use quayside_protocol::ErrorCode;
use warp::Filter;
use warp::filters::BoxedFilter;

use super::body::{Body, NoBody, Patience};
use super::credential::{self, InUrl};
use super::edge::Edge;
use super::facts::Facts;
use super::limit::Standing;
use super::origin;
use super::percent::Query;
use super::respond::{self, Response, Shape};
use super::rest::table::{self, Found, Params, Route};
use crate::auth::{Caller, Principal, Secret};
use crate::broker::Presented;
use crate::error::Error;

/// A request as handlers see it.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) facts: Arc<Facts>,
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) query: Query,
    pub(super) headers: HeaderMap,
    pub(super) upgrade: Option<OnUpgrade>,
    pub(super) body: Body,
}

/// An answer that ends a request before it is looked at.
pub(super) type Refusal = Box<Response>;

/// Takes a request apart. Nothing may reject after it: the body is taken.
pub(super) fn parts() -> BoxedFilter<(Request,)> {
    let query = warp::query::raw().or(warp::any().map(String::new)).unify();
    warp::ext::get::<Arc<Facts>>()
        .and(warp::method())
        .and(warp::path::full())
        .and(query)
        .and(warp::header::headers_cloned())
        .and(warp::ext::optional::<OnUpgrade>())
        .and(warp::body::stream())
        .map(|facts, method, path: warp::path::FullPath, query: String, headers, upgrade, body| {
            Request {
                facts,
                method,
                path: path.as_str().to_owned(),
                query: Query::parse(&query),
                headers,
                upgrade,
                body: Body::of(body),
            }
        })
        .boxed()
}

impl Request {
    /// Finds the route of the request: 404, 405, answers to CORS preflights, 400 for a path that is no text.
    pub(super) fn route<T>(
        &self,
        edge: &Edge,
        routes: &'static [Route<T>],
        shape: impl Fn(&str) -> Shape,
    ) -> Result<(&'static T, Params), Refusal> {
        let shape = shape(&self.path);
        let refusal = match table::find(routes, &self.method, &self.path) {
            Found::Route(to, params) => return Ok((to, params)),
            Found::Unknown => respond::unknown_path(shape),
            Found::Undecodable => {
                respond::refuse(shape, &Error::invalid("path", "is no percent-encoded UTF-8"))
            }
            Found::WrongMethod(_) if self.is_preflight() => self.preflight(edge, shape),
            Found::WrongMethod(allowed) => respond::wrong_method(shape, &allowed),
        };
        Err(Box::new(refusal))
    }

    fn is_preflight(&self) -> bool {
        self.method == Method::OPTIONS
            && self.headers.contains_key(ORIGIN)
            && self.headers.contains_key("access-control-request-method")
    }

    fn preflight(&self, edge: &Edge, shape: Shape) -> Response {
        if let Err(error) = self.check_origin(edge) {
            return respond::refuse(shape, &error);
        }
        let mut response = Response::default();
        *response.status_mut() = StatusCode::NO_CONTENT;
        for (name, value) in [
            ("access-control-allow-methods", "GET, POST, PUT"),
            (
                "access-control-allow-headers",
                "Authorization, Content-Type, Last-Event-ID, X-Request-Id, X-Token",
            ),
            ("access-control-max-age", "600"),
        ] {
            respond::set(&mut response, hyper::header::HeaderName::from_static(name), value);
        }
        response
    }

    /// Whether a page that is not the hub's own may send this.
    pub(super) fn check_origin(&self, edge: &Edge) -> Result<(), Error> {
        origin::check(&self.headers, &self.facts, &edge.settings)
    }

    /// Whether the hub has room for a request that is no stream and no socket.
    pub(super) fn check_room(&self, edge: &Edge) -> Result<(), Error> {
        if edge.drain.is_draining() {
            return Err(Error::unavailable("the hub is going down: come back in a moment"));
        }
        match self.facts.standing {
            Standing::Welcome => Ok(()),
            Standing::HubFull => {
                edge.metrics.refused("connections");
                Err(Error::unavailable(
                    "the hub has as many connections as it may: come back later",
                ))
            }
            Standing::AddressFull => {
                edge.metrics.refused("per_address");
                Err(Error::limited("too many connections from this address: close some", 10))
            }
        }
    }

    /// What the request presents, proved; none where it presents nothing and anonymous callers have no role.
    pub(super) async fn principal(
        &self,
        edge: &Edge,
        in_url: InUrl,
    ) -> Result<Option<Principal>, Error> {
        let presented = credential::presented(&self.headers, &self.query, in_url);
        let principal = edge.broker.authenticate(presented)?;
        if let Some(principal) = principal.as_ref().filter(|principal| !is_anonymous(principal)) {
            // Set once; a request has one user.
            _ = self.facts.user.set(principal.username.clone());
        }
        Ok(principal)
    }

    /// The caller of what needs to be allowed.
    pub(super) async fn caller(&self, edge: &Edge, in_url: InUrl) -> Result<Caller, Error> {
        let principal = self.principal(edge, in_url).await?.ok_or_else(Error::unauthenticated)?;
        Ok(self.origin_of(Some(principal), None))
    }

    /// The caller of what asks for no token. One that is presented and bad does no harm: it may be an old
    /// cookie at a login, or an invite.
    pub(super) async fn stranger(&self, edge: &Edge) -> Caller {
        let principal = self.principal(edge, InUrl::Nothing).await.unwrap_or(None);
        let presented = credential::presented(&self.headers, &self.query, InUrl::Nothing);
        let bearer = match presented {
            Presented::Bearer(text) if principal.as_ref().is_none_or(is_anonymous) => {
                Some(Secret::new(text.to_owned()))
            }
            _ => None,
        };
        self.origin_of(principal, bearer)
    }

    /// The origin of the request, by `principal`.
    pub(super) fn origin_of(
        &self,
        principal: Option<Principal>,
        bearer: Option<Secret<String>>,
    ) -> Caller {
        Caller {
            principal,
            bearer,
            address: self.facts.address,
            agent: self.facts.agent.clone(),
            request_id: self.facts.id.clone(),
            base_url: self.facts.base_url.clone(),
        }
    }

    /// The request with its body lent to it, and what its handler leaves of that. None where the client sends no body
    /// before it is told to go on: reading would tell it so.
    pub(super) fn lend_body(mut self) -> (Self, Option<Body>) {
        if self.headers.contains_key(EXPECT) {
            return (self, None);
        }
        let (lent, rest) = std::mem::replace(&mut self.body, Body::empty()).lend();
        self.body = lent;
        (self, Some(rest))
    }

    /// The body, whole.
    pub(super) async fn read_body(&mut self, shape: Shape) -> Result<Bytes, Refusal> {
        let body = std::mem::replace(&mut self.body, Body::empty());
        let length = self.headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok());
        let announced = length.and_then(|length| length.parse().ok());
        body.read(announced, Patience::default()).await.map_err(|why| {
            Box::new(match why {
                NoBody::TooLarge => {
                    let words = "the body is over 1 MiB, the most that is taken here";
                    respond::refuse(shape, &Error::new(ErrorCode::TooLarge, words))
                }
                NoBody::TooSlow => respond::too_slow(shape),
                // Nobody is there to read this.
                NoBody::Broken => respond::refuse(shape, &Error::invalid("body", "broke off")),
            })
        })
    }
}

fn is_anonymous(principal: &Principal) -> bool {
    principal.credential == crate::auth::Credential::Anonymous
}
