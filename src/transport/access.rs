//! What surrounds every request: its number, CORS, its line in the log, and how long it counts as being answered.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;

use bytes::Bytes;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use hyper::header::{CONNECTION, HeaderValue, ORIGIN};
use hyper::{Request, Response, Version};
use tower_service::Service;
use tracing::Instrument;

use super::edge::Edge;
use super::facts::{Facts, Peer};
use super::limit::Standing;
use super::line::Working;
use super::origin;
use super::respond::{self, Shape};
use super::root::Root;

type Inner = <respond::Response as ResponseBody>::Body;

/// Names the body of warp's answers, which has no public name.
trait ResponseBody {
    type Body;
}

impl<B> ResponseBody for Response<B> {
    type Body = B;
}

/// The body of an answer; the request is being answered until it is gone.
pub(super) struct Logged {
    body: Inner,
    _working: Working,
}

impl Body for Logged {
    type Data = Bytes;
    type Error = warp::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, warp::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// Answers a request and tells the log. The query is not in the log: it may hold a ticket or a token.
pub(super) async fn logged(
    edge: Arc<Edge>,
    root: Root,
    peer: Peer,
    request: Request<Incoming>,
) -> Response<Logged> {
    let start = Instant::now();
    let version = request.version();
    let working = peer.work.begin(version == Version::HTTP_2);
    let (mut head, body) = request.into_parts();
    let facts = Arc::new(Facts::of(&head, peer, &edge.settings));
    let (method, path) = (head.method.clone(), head.uri.path().to_owned());
    let origin = head.headers.get(ORIGIN).cloned();
    head.extensions.insert(facts.clone());
    let span = respond::span(&facts.id);
    // `CONNECT host:1` and `GET host` name no path at all, which warp cannot stand.
    let mut response = if head.uri.path_and_query().is_none() {
        respond::unknown_path(Shape::Fleet)
    } else {
        let call = warp::service(root).call(Request::from_parts(head, body)).instrument(span);
        call.await.unwrap_or_else(|never| match never {})
    };
    let headers = response.headers_mut();
    if let Ok(id) = HeaderValue::from_str(&facts.id) {
        headers.insert("x-request-id", id);
    }
    origin::allow(headers, origin.as_ref(), &edge.settings);
    // No connection is kept that is one too many, or of a hub that is going down.
    let last = facts.standing != Standing::Welcome || edge.drain.is_draining();
    if last && version < Version::HTTP_2 && !headers.contains_key(CONNECTION) {
        headers.insert(CONNECTION, HeaderValue::from_static("close"));
    }
    tracing::info!(
        target: "quayside::access",
        id = &*facts.id,
        %method,
        path,
        status = response.status().as_u16(),
        ms = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX),
        user = facts.user.get().map_or("", |user| user),
        address = %facts.address,
    );
    response.map(|body| Logged { body, _working: working })
}
