//! Server-sent events as a browser reads them: blocks, with the id that a reader comes back with.

use std::net::SocketAddr;

use http_body_util::BodyExt;
use hyper::HeaderMap;
use hyper::body::Incoming;
use serde_json::Value;

use super::http::{Ask, Http};

/// A stream that is being read.
pub(crate) struct Sse {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    body: Incoming,
    buffer: Vec<u8>,
}

/// One block: what stands between two empty lines.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Block {
    pub(crate) id: Option<String>,
    pub(crate) event: String,
    pub(crate) data: Option<String>,
    pub(crate) retry: Option<u64>,
    pub(crate) comment: bool,
}

impl Block {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(self.data.as_deref().unwrap()).unwrap()
    }
}

impl Sse {
    /// Opens `path`; `last` is what an EventSource sends when it comes back.
    pub(crate) async fn open(
        address: SocketAddr,
        path: &str,
        token: &str,
        last: Option<&str>,
    ) -> Result<Self, String> {
        let mut ask = Ask::get(path).token(token).header("accept", "text/event-stream");
        if let Some(last) = last {
            ask = ask.header("last-event-id", last);
        }
        Self::ask(address, &ask).await
    }

    pub(crate) async fn ask(address: SocketAddr, ask: &Ask) -> Result<Self, String> {
        let (status, headers, body) = Http::new(address).stream(ask).await?;
        Ok(Self { status: status.as_u16(), headers, body, buffer: Vec::new() })
    }

    /// The next block; none at the end of the stream, however it ends.
    pub(crate) async fn block(&mut self) -> Option<Block> {
        loop {
            if let Some(end) = self.buffer.windows(2).position(|pair| pair == b"\n\n") {
                let rest = self.buffer.split_off(end + 2);
                let text = std::mem::replace(&mut self.buffer, rest);
                return Some(parse(std::str::from_utf8(&text).unwrap()));
            }
            let frame = self.body.frame().await?.ok()?;
            if let Ok(data) = frame.into_data() {
                self.buffer.extend_from_slice(&data);
            }
        }
    }

    /// The next block that has data.
    pub(crate) async fn event(&mut self) -> Option<Block> {
        loop {
            let block = self.block().await?;
            if block.data.is_some() {
                return Some(block);
            }
        }
    }

    /// The rest of the answer as text, for one that is no stream.
    pub(crate) async fn text(self) -> String {
        let body = self.body.collect().await.unwrap().to_bytes();
        String::from_utf8_lossy(&body).into_owned()
    }
}

fn parse(text: &str) -> Block {
    let mut block = Block::default();
    for line in text.lines() {
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "" => block.comment = true,
            "id" => block.id = Some(value.to_owned()),
            "event" => value.clone_into(&mut block.event),
            "retry" => block.retry = Some(value.parse().unwrap()),
            "data" => match &mut block.data {
                Some(data) => {
                    data.push('\n');
                    data.push_str(value);
                }
                none => *none = Some(value.to_owned()),
            },
            field => panic!("an unknown field {field} in {text:?}"),
        }
    }
    block
}
