//! Connections to the scripted engine, and the faults that befall their requests.

use std::convert::Infallible;
use std::sync::Arc;

use bytes::Bytes;
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::AsyncWriteExt;
use tokio::net::{UnixListener, UnixStream};
use tokio_util::sync::CancellationToken;

use super::{Fault, Request, Shared, api};
use crate::support::wait;

pub(super) type Answer = hyper::Response<BoxBody<Bytes, Infallible>>;

/// The connection is to be closed without an answer.
#[derive(Debug)]
struct Dropped;

impl std::fmt::Display for Dropped {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("dropped on demand")
    }
}

impl std::error::Error for Dropped {}

/// Serves until `end`; then every connection ends too.
pub(super) async fn accept(listener: UnixListener, shared: Arc<Shared>, end: CancellationToken) {
    loop {
        let stream = tokio::select! {
            () = end.cancelled() => return,
            accepted = listener.accept() => accepted.unwrap().0,
        };
        let (shared, end) = (shared.clone(), end.clone());
        tokio::spawn(async move {
            tokio::select! {
                () = end.cancelled() => {}
                () = connection(stream, shared) => {}
            }
        });
    }
}

async fn connection(mut stream: UnixStream, shared: Arc<Shared>) {
    if shared.fault("") == Some(Fault::Noise) {
        // Whoever connected may be gone.
        let _ = stream.write_all(b"\x00\xffnot HTTP at all\r\n\r\n").await;
        return;
    }
    let service = service_fn(|request| answer(request, shared.clone()));
    // A client that goes away in the middle is no fault of ours.
    let _ = hyper::server::conn::http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades()
        .await;
}

async fn answer(
    mut request: hyper::Request<Incoming>,
    shared: Arc<Shared>,
) -> Result<Answer, Dropped> {
    let upgrade =
        request.headers().contains_key("upgrade").then(|| hyper::upgrade::on(&mut request));
    let (parts, body) = request.into_parts();
    let path = parts.uri.path();
    let path = match path.strip_prefix("/v1.").and_then(|rest| rest.split_once('/')) {
        Some((_, rest)) => format!("/{rest}"),
        None => path.to_owned(),
    };
    let fault = shared.fault(&path);
    let body = body.collect().await.map(|body| body.to_bytes()).map_err(|_| Dropped)?;
    let request = Request {
        method: parts.method.to_string(),
        path: path.clone(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        body: String::from_utf8_lossy(&body).into_owned(),
    };
    shared.state().requests.push(request.clone());
    match fault {
        Some(Fault::Hang) => std::future::pending().await,
        Some(Fault::Drop | Fault::Noise) => return Err(Dropped),
        Some(Fault::Garbage) => return Ok(whole(200, "<html>{]\u{0}".into())),
        Some(Fault::Status(status)) => return Ok(refusal(status, "as the test wants it")),
        Some(Fault::Slow(time)) => wait::pass(time).await,
        None => {}
    }
    Ok(api::answer(&request, &shared, upgrade))
}

/// An answer with a whole body.
pub(super) fn whole(status: u16, body: String) -> Answer {
    hyper::Response::builder()
        .status(status)
        .header("content-type", "application/json")
        .header("api-version", api::VERSION)
        .body(Full::new(Bytes::from(body)).boxed())
        .unwrap()
}

/// An error in Docker's form.
pub(super) fn refusal(status: u16, message: &str) -> Answer {
    whole(status, serde_json::json!({ "message": message }).to_string())
}
