//! Errors in the dialect's shape and with its statuses: what an engine refuses is 500, as in its original.

use hyper::StatusCode;
use quayside_protocol::ErrorCode;

use super::model::Failure;
use crate::error::Error;
use crate::transport::respond::{self, Response};

/// How the engine's own words begin.
const DAEMON: &str = "Error response from daemon: ";

/// `{"success":false,"message":…}`.
pub(in crate::transport) fn body(message: &str) -> Failure<'_> {
    Failure { success: false, message }
}

/// The answer to a call that failed; `container` is what it named, if it named one.
pub(super) fn encode(error: &Error, container: Option<&str>) -> Response {
    let (status, message) = words(error, container);
    let mut response = respond::json(&body(&message));
    *response.status_mut() =
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    respond::explain(&mut response, error);
    response
}

fn words(error: &Error, container: Option<&str>) -> (u16, String) {
    let plain = || error.message().to_owned();
    let daemon = || match error.message().strip_prefix(DAEMON) {
        Some(rest) => format!("{DAEMON}{rest}"),
        None => format!("{DAEMON}{}", error.message()),
    };
    let of_host = error.body().field.as_deref() == Some("host");
    match error.code() {
        ErrorCode::NotFound if of_host => (400, plain()),
        ErrorCode::NotFound => match container {
            Some(container) => (500, format!("{DAEMON}No such container: {container}")),
            None => (404, plain()),
        },
        ErrorCode::Conflict if container.is_some() => (500, daemon()),
        ErrorCode::Engine => (500, daemon()),
        ErrorCode::Unavailable | ErrorCode::Timeout | ErrorCode::Full | ErrorCode::Internal => {
            (500, plain())
        }
        ErrorCode::Invalid
        | ErrorCode::Unauthenticated
        | ErrorCode::Forbidden
        | ErrorCode::Conflict
        | ErrorCode::TooLarge
        | ErrorCode::Limited => (error.code().http_status(), plain()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_has_the_status_of_the_original() {
        let started = Error::conflict("container already started");
        let no_host = || Error::not_found("there is no host b").with_field("host");
        for (error, container, status, message) in [
            (started, Some("web"), 500, "Error response from daemon: container already started"),
            (Error::conflict("the name is taken"), None, 409, "the name is taken"),
            (no_host(), Some("web"), 400, "there is no host b"),
            (no_host(), None, 400, "there is no host b"),
            (
                Error::not_found("none of yours"),
                Some("web"),
                500,
                "Error response from daemon: No such container: web",
            ),
            (Error::not_found("no such thing"), None, 404, "no such thing"),
            (
                Error::new(ErrorCode::Engine, "boom"),
                Some("web"),
                500,
                "Error response from daemon: boom",
            ),
            (
                Error::new(ErrorCode::Engine, "Error response from daemon: boom"),
                None,
                500,
                "Error response from daemon: boom",
            ),
            (Error::unavailable("host b is offline: gone"), None, 500, "host b is offline: gone"),
            (Error::new(ErrorCode::Timeout, "host b: no answer"), None, 500, "host b: no answer"),
            (Error::invalid("id", "is missing"), Some("web"), 400, "id: is missing"),
            (
                Error::forbidden("a viewer changes nothing"),
                Some("web"),
                403,
                "a viewer changes nothing",
            ),
            (Error::limited("too many tries", 9), None, 429, "too many tries"),
        ] {
            assert_eq!(words(&error, container), (status, message.to_owned()));
        }
    }

    #[test]
    fn a_limit_says_when_to_come_back() {
        let response = encode(&Error::limited("too many tries", 9), None);
        assert_eq!(response.headers().get("retry-after").map(|v| v.as_bytes()), Some(&b"9"[..]));
    }
}
