//! JSON values, one a line, as the engine streams events, samples and progress.

use std::marker::PhantomData;
use std::time::Duration;

use bytes::BytesMut;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use serde::de::DeserializeOwned;
use tokio::time::timeout;

use super::error;
use crate::runtime::{Result, RuntimeError};

/// An event carries a container's labels, which an image may have many of.
const MAX_LINE: usize = 4 << 20;

/// Reads an answer line by line.
pub(super) struct Lines<T> {
    body: Incoming,
    rest: BytesMut,
    /// How much of `rest` is known to have no line end.
    seen: usize,
    of: PhantomData<fn() -> T>,
}

impl<T: DeserializeOwned> Lines<T> {
    pub(super) fn new(body: Incoming) -> Self {
        Self { body, rest: BytesMut::new(), seen: 0, of: PhantomData }
    }

    /// The next value; none at the end.
    pub(super) async fn next(&mut self) -> Result<Option<T>> {
        loop {
            if let Some(end) = self.rest[self.seen..].iter().position(|b| *b == b'\n') {
                let line = self.rest.split_to(self.seen + end + 1);
                self.seen = 0;
                if line.trim_ascii().is_empty() {
                    continue;
                }
                return parse(&line).map(Some);
            }
            self.seen = self.rest.len();
            if self.seen > MAX_LINE {
                return Err(RuntimeError::Failed(
                    "the engine sent a line of over 4 MiB".to_owned(),
                ));
            }
            match self.body.frame().await {
                Some(Ok(frame)) => {
                    if let Some(data) = frame.data_ref() {
                        self.rest.extend_from_slice(data);
                    }
                }
                Some(Err(error)) => return Err(error::from_connection(&error, None)),
                // An engine that was killed in the middle of a line is gone, not in error.
                None if self.rest.trim_ascii().is_empty() => return Ok(None),
                None => {
                    let line = self.rest.split();
                    self.seen = 0;
                    return parse(&line).map(Some);
                }
            }
        }
    }

    /// [`Lines::next`], which must come within `idle`.
    pub(super) async fn next_within(&mut self, idle: Duration, what: &str) -> Result<Option<T>> {
        timeout(idle, self.next()).await.unwrap_or_else(|_| {
            let seconds = idle.as_secs();
            Err(RuntimeError::Timeout(format!("{what}: nothing came for {seconds} s")))
        })
    }
}

fn parse<T: DeserializeOwned>(line: &[u8]) -> Result<T> {
    serde_json::from_slice(line).map_err(|error| {
        RuntimeError::Failed(format!("the engine's answer cannot be read: {error}"))
    })
}
