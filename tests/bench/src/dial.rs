//! How a subscriber introduces itself, for each server: what it sends, and what shows that it is heard.

use std::net::SocketAddr;

/// Something sent, and what has to come before the next.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    pub(crate) send: Vec<u8>,
    pub(crate) expect: Vec<u8>,
}

fn step(send: impl Into<Vec<u8>>, expect: impl Into<Vec<u8>>) -> Step {
    Step { send: send.into(), expect: expect.into() }
}

/// A stream of server-sent events; `expect` is in what comes first.
pub(crate) fn sse(address: SocketAddr, path: &str, headers: &str, expect: &str) -> Vec<Step> {
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: {address}\r\nAccept: text/event-stream\r\n{headers}\r\n"
    );
    vec![step(request, expect)]
}

/// A WebSocket, and text frames on it, each with what its answer holds.
pub(crate) fn ws(
    address: SocketAddr,
    path: &str,
    headers: &str,
    frames: &[(&str, &str)],
) -> Vec<Step> {
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{headers}\r\n"
    );
    let mut steps = vec![step(request, "\r\n\r\n")];
    steps.extend(frames.iter().map(|(send, expect)| step(frame(1, send.as_bytes()), *expect)));
    steps
}

/// A client's frame. Its mask is zero, which masks nothing and is allowed.
pub(crate) fn frame(kind: u8, payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0x80 | kind];
    match payload.len() {
        length @ 0..126 => bytes.push(0x80 | u8::try_from(length).unwrap_or(0)),
        length => {
            bytes.push(0x80 | 126);
            bytes.extend_from_slice(&u16::try_from(length).unwrap_or(u16::MAX).to_be_bytes());
        }
    }
    bytes.extend_from_slice(&[0; 4]);
    bytes.extend_from_slice(payload);
    bytes
}
