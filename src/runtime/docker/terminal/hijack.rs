//! A request whose connection becomes the program's: after the engine's 101 its bytes are no longer HTTP. What
//! came with the head is kept.

use std::io::{self, Cursor};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body_util::Full;
use hyper::client::conn::http1;
use hyper::{Method, Request, StatusCode, header};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, WriteHalf};
use tokio::task::JoinHandle;
use tokio_util::task::AbortOnDropHandle;

use super::super::client::{Client, refusal};
use super::super::connect::Stream;
use crate::runtime::{Result, RuntimeError};

/// A connection that is a program's.
pub(super) struct Hijacked {
    /// From the program.
    pub(super) output: Box<dyn AsyncRead + Send + Unpin>,
    /// To the program.
    pub(super) input: WriteHalf<Box<dyn Stream>>,
}

/// Sends a POST on a connection of its own and takes that over.
pub(super) async fn hijack(client: &Client, path: &str, body: Bytes) -> Result<Hijacked> {
    let stream = client.dialer().dial().await;
    let stream = stream.map_err(|error| RuntimeError::Unavailable(error.reason))?;
    let connection = http1::handshake(TokioIo::new(stream)).await;
    let (mut sender, connection) = connection.map_err(|error| client.broken(&error))?;
    // It ends by itself when the stream is handed over, and with this call when that is given up.
    let _carrier = AbortOnDropHandle::new(tokio::spawn(connection.with_upgrades()));
    let request = Request::builder()
        .method(Method::POST)
        .uri(path)
        .header(header::HOST, "docker")
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::CONNECTION, "Upgrade")
        .header(header::UPGRADE, "tcp")
        .body(Full::new(body))
        .map_err(|error| RuntimeError::Invalid(error.to_string()))?;
    let response = sender.send_request(request).await.map_err(|error| client.broken(&error))?;
    match response.status() {
        StatusCode::SWITCHING_PROTOCOLS => {}
        status if status.is_success() => {
            let what = format!("the engine answered {status} and kept the connection to itself");
            return Err(RuntimeError::Failed(what));
        }
        _ => return Err(refusal(response).await),
    }
    let upgraded = hyper::upgrade::on(response).await.map_err(|error| client.broken(&error))?;
    // Without this each read would go through a layer that looks for what came with the head.
    let parts = upgraded.downcast::<TokioIo<Box<dyn Stream>>>().map_err(|_| {
        RuntimeError::Failed("the engine's connection is of a strange kind".to_owned())
    })?;
    let (output, input) = tokio::io::split(parts.io.into_inner());
    Ok(Hijacked { output: Box::new(Cursor::new(parts.read_buf).chain(output)), input })
}

/// The way to a program that is never shut down, because the engine would end the output with it. What is typed
/// waits until the window is settled: an engine sets the first one only once the program runs, and a command typed
/// before that would see none.
pub(super) struct Typed {
    input: WriteHalf<Box<dyn Stream>>,
    window: Option<JoinHandle<()>>,
}

impl Typed {
    /// `window` ends, within the time of a call, when the first size was taken or refused; none: there is no window.
    pub(super) fn new(input: WriteHalf<Box<dyn Stream>>, window: Option<JoinHandle<()>>) -> Self {
        Self { input, window }
    }
}

impl AsyncWrite for Typed {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        if let Some(window) = &mut self.window {
            // Whichever way it ended.
            let _ = ready!(Pin::new(window).poll(cx));
            self.window = None;
        }
        Pin::new(&mut self.input).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.input).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_flush(cx)
    }
}
