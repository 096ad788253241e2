//! HTTP/1.1 as much as measuring takes: one connection that is used again.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::SocketAddr;
use std::net::TcpStream;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use serde_json::Value;

use crate::said::{Outcome, Said};

/// Longer than any answer may take.
const PATIENCE: Duration = Duration::from_secs(60);

trait Wire: Read + Write + Send {}
impl<T: Read + Write + Send> Wire for T {}

/// A connection.
pub(crate) struct Http {
    wire: BufReader<Box<dyn Wire>>,
    bearer: String,
}

/// What came back.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// The body of a success, as JSON.
    pub(crate) fn json(&self) -> Outcome<Value> {
        let text = String::from_utf8_lossy(&self.body);
        match self.status {
            200..=299 if self.body.is_empty() => Ok(Value::Null),
            200..=299 => serde_json::from_str(&text).said("an answer"),
            status => Err(format!("{status}: {text}")),
        }
    }
}

impl Http {
    pub(crate) fn tcp(address: SocketAddr) -> Outcome<Self> {
        let stream = TcpStream::connect(address).said("connecting")?;
        stream.set_nodelay(true).said("no delay")?;
        stream.set_read_timeout(Some(PATIENCE)).said("patience")?;
        Ok(Self { wire: BufReader::new(Box::new(stream)), bearer: String::new() })
    }

    pub(crate) fn unix(socket: &Path) -> Outcome<Self> {
        let stream = UnixStream::connect(socket).said("connecting to the engine")?;
        stream.set_read_timeout(Some(PATIENCE)).said("patience")?;
        Ok(Self { wire: BufReader::new(Box::new(stream)), bearer: String::new() })
    }

    /// With a token on every request.
    pub(crate) fn bearer(mut self, token: &str) -> Self {
        self.bearer = format!("Authorization: Bearer {token}\r\n");
        self
    }

    pub(crate) fn get(&mut self, path: &str) -> Outcome<Answer> {
        self.send("GET", path, "")
    }

    pub(crate) fn post(&mut self, path: &str, body: &Value) -> Outcome<Value> {
        self.send("POST", path, &body.to_string())?.json()
    }

    pub(crate) fn send(&mut self, method: &str, path: &str, body: &str) -> Outcome<Answer> {
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{}Content-Type: application/json\r\n\
             Content-Length: {}\r\n\r\n{body}",
            self.bearer,
            body.len()
        );
        self.wire.get_mut().write_all(request.as_bytes()).said("a request")?;
        self.answer().map_err(|error| format!("{method} {path}: {error}"))
    }

    fn line(&mut self) -> Outcome<String> {
        let mut line = String::new();
        match self.wire.read_line(&mut line).said("an answer")? {
            0 => Err("the connection ended".to_owned()),
            _ => Ok(line.trim_end().to_owned()),
        }
    }

    fn exact(&mut self, length: usize) -> Outcome<Vec<u8>> {
        let mut bytes = vec![0; length];
        self.wire.read_exact(&mut bytes).said("a body")?;
        Ok(bytes)
    }

    fn answer(&mut self) -> Outcome<Answer> {
        let first = self.line()?;
        let status = first.split_whitespace().nth(1).and_then(|text| text.parse().ok());
        let status = status.ok_or_else(|| format!("no status in {first:?}"))?;
        let (mut length, mut chunked) = (0, false);
        loop {
            let line = self.line()?.to_ascii_lowercase();
            if line.is_empty() {
                break;
            }
            if let Some(value) = line.strip_prefix("content-length:") {
                length = value.trim().parse().said("a length")?;
            }
            chunked |= line.starts_with("transfer-encoding:") && line.contains("chunked");
        }
        let mut body = if chunked { Vec::new() } else { self.exact(length)? };
        while chunked {
            let size = usize::from_str_radix(&self.line()?, 16).said("a chunk")?;
            body.append(&mut self.exact(size)?);
            self.line()?;
            chunked = size > 0;
        }
        Ok(Answer { status, body })
    }
}
