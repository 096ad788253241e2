//! The one place where what went wrong on the way to an engine, or in it, becomes a [`RuntimeError`].

use std::error::Error as StdError;
use std::io;

use bollard::errors::Error as Bollard;
use hyper::StatusCode;

use super::connect::ConnectError;
use super::tls;
use crate::runtime::RuntimeError;

/// An engine's refusal: `message` in its own words.
pub(super) fn from_status(status: StatusCode, message: String) -> RuntimeError {
    match status {
        StatusCode::NOT_MODIFIED => RuntimeError::NotModified,
        StatusCode::BAD_REQUEST => RuntimeError::Invalid(message),
        StatusCode::NOT_FOUND => RuntimeError::NotFound(message),
        StatusCode::CONFLICT => RuntimeError::Conflict(message),
        // What to do with a stopped or unpaused container is the caller's mistake, whatever the status.
        _ if message.ends_with("is not paused") || message.ends_with("is not running") => {
            RuntimeError::Conflict(message)
        }
        _ => RuntimeError::Failed(message),
    }
}

/// The body of a refusal: `{"message": …}`, or the text of whatever stands before the engine.
pub(super) fn message(status: StatusCode, body: &[u8]) -> String {
    #[derive(serde::Deserialize)]
    struct Refusal {
        message: String,
    }
    if let Ok(refusal) = serde_json::from_slice::<Refusal>(body) {
        return refusal.message;
    }
    let text = String::from_utf8_lossy(body);
    match text.trim() {
        "" => format!("the engine answered {status}"),
        text => text.chars().take(300).collect(),
    }
}

/// Carries an error of our transport through the Docker client library.
pub(super) fn through_bollard(error: RuntimeError) -> Bollard {
    Bollard::IOError { err: io::Error::other(error) }
}

/// What the Docker client library says.
pub(super) fn from_bollard(error: Bollard) -> RuntimeError {
    match error {
        Bollard::DockerResponseServerError { status_code, message } => {
            let status = StatusCode::from_u16(status_code).unwrap_or(StatusCode::BAD_GATEWAY);
            from_status(status, message)
        }
        Bollard::RequestTimeoutError => RuntimeError::Timeout("no answer in time".to_owned()),
        Bollard::HyperLegacyError { err } => from_connection(&err, None),
        Bollard::HyperResponseError { err } => from_connection(&err, None),
        Bollard::IOError { err } => {
            match err.get_ref().and_then(|inner| inner.downcast_ref::<RuntimeError>()) {
                Some(ours) => ours.clone(),
                None => from_connection(&err, None),
            }
        }
        Bollard::DockerStreamError { error } => RuntimeError::Failed(error),
        other => RuntimeError::Failed(format!("the engine's answer cannot be read: {other}")),
    }
}

/// A connection that was not made, or broke. `hint` is what carried it says (ssh's last words).
pub(super) fn from_connection(
    error: &(dyn StdError + 'static),
    hint: Option<String>,
) -> RuntimeError {
    let mut cause = Some(error);
    let mut last = error;
    while let Some(inner) = cause {
        if let Some(connect) = inner.downcast_ref::<ConnectError>() {
            return RuntimeError::Unavailable(connect.reason.clone());
        }
        if let Some(io) = inner.downcast_ref::<io::Error>()
            && io.get_ref().is_some_and(|inner| inner.is::<rustls::Error>())
        {
            return RuntimeError::Unavailable(tls::reason(io));
        }
        last = inner;
        cause = inner.source();
    }
    let parsed = error.downcast_ref::<hyper::Error>().is_some_and(hyper::Error::is_parse)
        || last.downcast_ref::<hyper::Error>().is_some_and(hyper::Error::is_parse);
    let reason = match (hint, parsed) {
        (Some(hint), _) => hint,
        (None, true) => "what answers there is no Docker Engine".to_owned(),
        (None, false) => format!("the connection broke: {last}"),
    };
    RuntimeError::Unavailable(reason)
}

/// The word for an observer.
pub(super) fn word<T>(result: &Result<T, RuntimeError>) -> &'static str {
    match result {
        Ok(_) => "ok",
        Err(RuntimeError::NotModified) => "not_modified",
        Err(RuntimeError::NotFound(_)) => "not_found",
        Err(RuntimeError::Conflict(_)) => "conflict",
        Err(RuntimeError::Invalid(_)) => "invalid",
        Err(RuntimeError::Failed(_)) => "engine",
        Err(RuntimeError::Unavailable(_)) => "unavailable",
        Err(RuntimeError::Timeout(_)) => "timeout",
    }
}
