//! Answers: JSON, texts, and refusals in the shape of who was asked.

use bytes::Bytes;
use futures::Stream;
use hyper::header::{self, HeaderName, HeaderValue};
use hyper::{Method, StatusCode};
use quayside_protocol::{ErrorBody, ErrorCode, PacketId};
use serde::Serialize;
use warp::Reply as _;
pub(super) use warp::reply::Response;

use super::body;
use super::rest::fleet;
use crate::error::Error;

/// How a refusal looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// `{"type":"error","data":{…}}`
    Packet,
    /// `{"success":false,"message":…}` with each code's own status.
    Fleet,
}

/// A body of a given type, 200.
pub(super) fn bytes(kind: &'static str, body: impl Into<Bytes>) -> Response {
    let mut response = Response::new(body.into().into());
    set(&mut response, header::CONTENT_TYPE, kind);
    set(&mut response, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    response
}

/// JSON, 200, never kept by a cache.
pub(super) fn json(value: &impl Serialize) -> Response {
    match serde_json::to_vec(value) {
        Ok(body) => {
            let mut response = bytes("application/json", body);
            set(&mut response, header::CACHE_CONTROL, "no-store");
            response
        }
        Err(error) => refuse(Shape::Fleet, &Error::internal(error)),
    }
}

/// A stream of pieces, 200.
pub(super) fn stream(
    kind: &'static str,
    pieces: impl Stream<Item = Bytes> + Send + 'static,
) -> Response {
    let mut response = warp::reply::stream(body::infallible(pieces)).into_response();
    set(&mut response, header::CONTENT_TYPE, kind);
    response
}

/// Sets a header to words of the program.
pub(super) fn set(response: &mut Response, name: HeaderName, value: &'static str) {
    response.headers_mut().insert(name, HeaderValue::from_static(value));
}

/// A refusal in `shape`.
pub(super) fn refuse(shape: Shape, error: &Error) -> Response {
    let status = error.code().http_status();
    let mut response = match shape {
        Shape::Packet => json(&error_packet(None, error)),
        Shape::Fleet => json(&fleet::error::body(error.message())),
    };
    *response.status_mut() =
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    explain(&mut response, error);
    response
}

/// Adds the headers that belong to an error, whatever its shape, and tells the log what is not for the caller.
pub(super) fn explain(response: &mut Response, error: &Error) {
    if let Some(seconds) = error.retry_after() {
        response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
    if response.status() == StatusCode::UNAUTHORIZED {
        set(response, header::WWW_AUTHENTICATE, "Bearer");
    }
    log(error);
}

/// Tells the log the words of an error that no caller reads.
pub(super) fn log(error: &Error) {
    match error.internal_message() {
        Some(detail) if error.code() == ErrorCode::Internal => {
            tracing::error!(code = error.code().as_str(), detail, "{}", error.message());
        }
        Some(detail) => {
            tracing::debug!(code = error.code().as_str(), detail, "{}", error.message());
        }
        None => {}
    }
}

/// The same for what lives long: a span of its own would be kept for each.
pub(super) fn log_of(request: &str, error: &Error) {
    span(request).in_scope(|| log(error));
}

/// What lines in the log carry that belong to the request of this number.
pub(super) fn span(request: &str) -> tracing::Span {
    tracing::info_span!("request", id = request)
}

/// `{"type":"error","id":…,"data":…}`.
#[derive(Debug, Serialize)]
pub(super) struct ErrorPacket<'a> {
    r#type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a PacketId>,
    data: ErrorBody,
}

/// An error as the answer to the packet of that id.
pub(super) fn error_packet<'a>(id: Option<&'a PacketId>, error: &Error) -> ErrorPacket<'a> {
    ErrorPacket { r#type: "error", id, data: error.body() }
}

/// 405 with `Allow`.
pub(super) fn wrong_method(shape: Shape, allowed: &[Method]) -> Response {
    let words: Vec<_> = allowed.iter().map(Method::as_str).collect();
    let words = words.join(", ");
    let error = Error::new(ErrorCode::Invalid, format!("this path takes {words} only"));
    let mut response = refuse(shape, &error);
    *response.status_mut() = StatusCode::METHOD_NOT_ALLOWED;
    if let Ok(allow) = HeaderValue::try_from(words) {
        response.headers_mut().insert(header::ALLOW, allow);
    }
    response
}

/// 404 of a path that nobody has.
pub(super) fn unknown_path(shape: Shape) -> Response {
    refuse(shape, &Error::not_found("there is no such path; /swagger/ lists those there are"))
}

/// 408, and the end of the connection.
pub(super) fn too_slow(shape: Shape) -> Response {
    let error = Error::new(ErrorCode::Timeout, "the body of the request did not come within 30 s");
    let mut response = refuse(shape, &error);
    *response.status_mut() = StatusCode::REQUEST_TIMEOUT;
    set(&mut response, header::CONNECTION, "close");
    response
}
