//! Packets over a WebSocket.

use std::net::SocketAddr;
use std::time::Duration;

use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::handshake::client::Response;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

use super::wait;

/// Longer than the hub may take for any answer.
const PATIENCE: Duration = Duration::from_secs(60);

/// A socket.
pub(crate) struct Ws {
    pub(crate) line: WebSocketStream<TcpStream>,
    next: u64,
    /// Pushes that came while an answer was waited for.
    pushes: std::collections::VecDeque<Value>,
}

/// How a socket ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Closed {
    /// 0 where there was no close frame.
    pub(crate) code: u16,
    pub(crate) reason: String,
}

impl Ws {
    /// Opens `/ws`, with a token in the header unless it is `""`.
    pub(crate) async fn open(address: SocketAddr, token: &str) -> Result<Self, Error> {
        let bearer = format!("Bearer {token}");
        let headers: &[(&'static str, &str)] =
            if token.is_empty() { &[] } else { &[("authorization", &bearer)] };
        Self::with(address, "/ws", headers).await.map(|(socket, _)| socket)
    }

    /// Opens any path with any headers.
    pub(crate) async fn with(
        address: SocketAddr,
        path: &str,
        headers: &[(&'static str, &str)],
    ) -> Result<(Self, Response), Error> {
        let mut request = format!("ws://{address}{path}").into_client_request()?;
        for (name, value) in headers {
            request.headers_mut().insert(*name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let (line, response) = client_async(request, stream).await?;
        Ok((Self { line, next: 0, pushes: Default::default() }, response))
    }

    /// Opens `/ws` for a client that is soon full: the system keeps little for it.
    pub(crate) async fn narrow(address: SocketAddr, token: &str) -> Self {
        let socket =
            socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
        socket.set_recv_buffer_size(4 << 10).unwrap();
        socket.connect(&address.into()).unwrap();
        socket.set_nonblocking(true).unwrap();
        let stream = TcpStream::from_std(socket.into()).unwrap();
        stream.set_nodelay(true).unwrap();
        let mut request = format!("ws://{address}/ws").into_client_request().unwrap();
        let bearer = HeaderValue::from_str(&format!("Bearer {token}")).unwrap();
        request.headers_mut().insert("authorization", bearer);
        let (line, _) = client_async(request, stream).await.unwrap();
        Self { line, next: 0, pushes: Default::default() }
    }

    pub(crate) async fn send(&mut self, packet: &Value) -> Result<(), Error> {
        self.line.send(Message::text(packet.to_string())).await
    }

    /// The next packet; how it ended, if it did.
    pub(crate) async fn packet(&mut self) -> Result<Value, Closed> {
        if let Some(push) = self.pushes.pop_front() {
            return Ok(push);
        }
        self.fresh().await
    }

    async fn fresh(&mut self) -> Result<Value, Closed> {
        loop {
            match self.line.next().await {
                Some(Ok(Message::Text(text))) => return Ok(serde_json::from_str(&text).unwrap()),
                Some(Ok(Message::Close(frame))) => {
                    let (code, reason) =
                        frame.map_or((0, String::new()), |f| (f.code.into(), f.reason.to_string()));
                    return Err(Closed { code, reason });
                }
                Some(Ok(_)) => {}
                Some(Err(error)) => return Err(Closed { code: 0, reason: error.to_string() }),
                None => return Err(Closed { code: 0, reason: "end".to_owned() }),
            }
        }
    }

    /// Sends a packet with an id of its own and waits for its answer; pushes that come before wait.
    pub(crate) async fn ask(&mut self, noun: &str, data: &Value) -> Result<Value, Closed> {
        self.next += 1;
        let id = self.next;
        let packet = json!({ "type": noun, "id": id, "data": data });
        // What became of it shows in what is read.
        let _ = self.send(&packet).await;
        let answer = async {
            loop {
                let packet = self.fresh().await?;
                let answers = matches!(packet["type"].as_str(), Some("reply" | "error"));
                if answers && packet["id"] == id {
                    return Ok(packet);
                }
                self.pushes.push_back(packet);
            }
        };
        wait::bounded(PATIENCE, noun, answer).await
    }

    /// The data of the reply to a packet.
    pub(crate) async fn reply(&mut self, noun: &str, data: &Value) -> Value {
        let answer = self.ask(noun, data).await.unwrap();
        assert_eq!(answer["type"], "reply", "{noun} {data}: {answer}");
        answer["data"].clone()
    }

    /// A push that came while an answer was waited for.
    pub(crate) fn waiting(&mut self) -> Option<Value> {
        self.pushes.pop_front()
    }

    /// Reads on until the socket ends.
    pub(crate) async fn end(&mut self) -> Closed {
        let end = async {
            loop {
                if let Err(closed) = self.packet().await {
                    return closed;
                }
            }
        };
        wait::bounded(PATIENCE, "the end of the socket", end).await
    }
}
