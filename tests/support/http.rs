//! HTTP as a careful client speaks it: one connection that is used again, and every answer checked for what the
//! contract promises of all of them.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1::{self, SendRequest};
use hyper::header::{AUTHORIZATION, HOST, HeaderName, HeaderValue};
use hyper::{HeaderMap, Method, Request, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;
use tokio::sync::Mutex;

use super::wait;

/// Longer than any answer of the hub's may take.
const PATIENCE: Duration = Duration::from_secs(90);

/// A client; cheap to make, opens its connection with the first request.
pub(crate) struct Http {
    pub(crate) address: SocketAddr,
    line: Mutex<Option<SendRequest<Full<Bytes>>>>,
}

/// A request to be sent.
#[derive(Debug, Clone)]
pub(crate) struct Ask {
    method: Method,
    path: String,
    headers: HeaderMap,
    body: Bytes,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Ask {
    pub(crate) fn new(method: &str, path: &str) -> Self {
        let method = method.parse().unwrap();
        Self { method, path: path.to_owned(), headers: HeaderMap::new(), body: Bytes::new() }
    }

    pub(crate) fn get(path: &str) -> Self {
        Self::new("GET", path)
    }

    pub(crate) fn post(path: &str, body: &Value) -> Self {
        Self::new("POST", path).body(body.to_string())
    }

    pub(crate) fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.append(
            name.parse::<HeaderName>().unwrap(),
            HeaderValue::from_bytes(value.as_bytes()).unwrap(),
        );
        self
    }

    /// As `Authorization: Bearer`; `""` for none.
    pub(crate) fn token(self, token: &str) -> Self {
        if token.is_empty() {
            self
        } else {
            self.header(AUTHORIZATION.as_str(), &format!("Bearer {token}"))
        }
    }
}

impl Answer {
    /// The body as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The body of a 200.
    pub(crate) fn ok(self) -> Value {
        assert_eq!(self.status, 200, "{}", self.text());
        self.json()
    }
}

impl Http {
    pub(crate) fn new(address: SocketAddr) -> Self {
        Self { address, line: Mutex::new(None) }
    }

    /// Sends and reads the whole answer.
    ///
    /// # Panics
    /// If there is no answer, or it lacks what every answer has.
    pub(crate) async fn send(&self, ask: Ask) -> Answer {
        let what = format!("{} {}", ask.method, ask.path);
        let answer = wait::bounded(PATIENCE, &what, self.try_send(&ask)).await;
        answer.unwrap_or_else(|error| panic!("{what}: {error}"))
    }

    /// Sends; an error is a connection that ended without an answer.
    pub(crate) async fn try_send(&self, ask: &Ask) -> Result<Answer, String> {
        let mut line = self.line.lock().await;
        let mut sender = match line.take() {
            Some(sender) if !sender.is_closed() => sender,
            _ => self.connect().await?,
        };
        sender.ready().await.map_err(|error| error.to_string())?;
        let (head, body) =
            sender.send_request(self.request(ask)).await.map_err(|e| e.to_string())?.into_parts();
        let body = body.collect().await.map_err(|error| error.to_string())?.to_bytes();
        *line = Some(sender);
        let answer = Answer { status: head.status.as_u16(), headers: head.headers, body };
        check(ask, &answer);
        Ok(answer)
    }

    /// Sends on a connection of its own and gives the answer's body as it comes.
    pub(crate) async fn stream(
        &self,
        ask: &Ask,
    ) -> Result<(StatusCode, HeaderMap, Incoming), String> {
        let mut sender = self.connect().await?;
        let answer =
            sender.send_request(self.request(ask)).await.map_err(|error| error.to_string())?;
        let (head, body) = answer.into_parts();
        // The connection lives as long as its body; the sender is not needed for that.
        Ok((head.status, head.headers, body))
    }

    async fn connect(&self) -> Result<SendRequest<Full<Bytes>>, String> {
        let stream = TcpStream::connect(self.address).await.map_err(|error| error.to_string())?;
        stream.set_nodelay(true).unwrap();
        let (sender, connection) =
            http1::handshake(TokioIo::new(stream)).await.map_err(|e| e.to_string())?;
        // Its end shows in the next use.
        tokio::spawn(async { _ = connection.await });
        Ok(sender)
    }

    fn request(&self, ask: &Ask) -> Request<Full<Bytes>> {
        let mut request = Request::new(Full::new(ask.body.clone()));
        *request.method_mut() = ask.method.clone();
        *request.uri_mut() =
            ask.path.parse().unwrap_or_else(|error| panic!("{}: {error}", ask.path));
        *request.headers_mut() = ask.headers.clone();
        if !request.headers().contains_key(HOST) {
            let host = HeaderValue::from_str(&self.address.to_string()).unwrap();
            request.headers_mut().insert(HOST, host);
        }
        request
    }
}

/// What every answer of the hub has, and what none has.
fn check(ask: &Ask, answer: &Answer) {
    let id = answer.header("x-request-id");
    assert!(
        !id.is_empty(),
        "{} {} has no X-Request-Id: {:?}",
        ask.method,
        ask.path,
        answer.headers
    );
    for secret in ["eyJhbGciOi", "set-cookie2"] {
        for (name, value) in &answer.headers {
            let shown =
                name != "set-cookie" && value.to_str().is_ok_and(|value| value.contains(secret));
            assert!(!shown, "{} {}: a token in {name}", ask.method, ask.path);
        }
    }
}
