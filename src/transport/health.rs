//! `/healthz`, `/readyz`, `/metrics`: for those who run the hub. They answer when it is full, too.

use hyper::StatusCode;
use hyper::header::{CACHE_CONTROL, WWW_AUTHENTICATE};

use super::credential;
use super::edge::Edge;
use super::request::Request;
use super::respond::{self, Response, Shape};
use crate::broker::Counts;
use crate::error::Error;
use crate::metrics;

/// 200 while the process lives.
pub(super) fn alive() -> Response {
    plain("ok\n")
}

/// 200 once the hub serves, 503 before and while it is going down.
pub(super) fn ready(edge: &Edge) -> Response {
    let words = if edge.drain.is_draining() {
        "draining\n"
    } else if edge.broker.ready() {
        return plain("ok\n");
    } else {
        "starting\n"
    };
    let mut response = plain(words);
    *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    response
}

/// What Prometheus reads; only for `metrics.token` where that is set.
pub(super) fn metrics(edge: &Edge, request: &Request) -> Response {
    if let Some(token) = &edge.settings.metrics_token {
        let given = credential::bearer(&request.headers).unwrap_or("");
        if !same(given.as_bytes(), token.expose().as_bytes()) {
            let mut response = respond::refuse(Shape::Fleet, &Error::unauthenticated());
            respond::set(&mut response, WWW_AUTHENTICATE, "Bearer");
            return response;
        }
    }
    let mut response = respond::bytes(metrics::CONTENT_TYPE, figures(edge));
    respond::set(&mut response, CACHE_CONTROL, "no-store");
    response
}

/// The text, with what is counted elsewhere as it stands now.
fn figures(edge: &Edge) -> String {
    let Counts { exec, attach, local, bytes_in, bytes_out } = edge.broker.terminal_counts();
    for (kind, count) in [("exec", exec), ("attach", attach), ("local", local)] {
        edge.metrics.terminals(kind, count);
    }
    edge.metrics.terminal_bytes("input", bytes_in);
    edge.metrics.terminal_bytes("output", bytes_out);
    edge.metrics.encode()
}

fn plain(words: &'static str) -> Response {
    let mut response = respond::bytes("text/plain; charset=utf-8", words);
    respond::set(&mut response, CACHE_CONTROL, "no-store");
    response
}

/// Compares without telling by its time how much was right.
fn same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |differ, (a, b)| differ | (a ^ b)) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_compared_whole() {
        assert!(same(b"abc", b"abc"));
        assert!(!same(b"abc", b"abd") && !same(b"abc", b"ab") && !same(b"", b"a"));
    }
}
