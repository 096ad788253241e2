//! A container's log as a stream of lines. A reader that stops reading stops the engine: nothing is read ahead
//! beyond a connection's own buffers and one piece.

use std::time::Duration;

use bytes::Bytes;
use futures::StreamExt;
use futures::stream::{self, BoxStream};
use http_body_util::BodyExt;
use hyper::Method;
use hyper::body::Incoming;
use quayside_protocol::reply::LogLine;
use tokio::time::timeout;

use super::client::{CALL, Client};
use super::error;
use super::events::stamp;
use super::frames::Cutter;
use super::inspect;
use crate::runtime::{LogQuery, Result, RuntimeError};

/// Between two pieces of a log that is already written.
const IDLE: Duration = Duration::from_secs(60);

/// Lines of one container; always with their times.
pub(super) async fn logs(
    client: &Client,
    id: &str,
    query: LogQuery,
) -> Result<BoxStream<'static, Result<LogLine>>> {
    let response = client.observed("logs", CALL, async {
        let details = inspect::details(client, id).await?;
        let response = client.open(Method::GET, &path(id, &query), &[]).await?;
        Ok((details.config.tty, response))
    });
    let (tty, response) = response.await?;
    let reader = Reader {
        body: response.into_body(),
        cutter: Cutter::new(tty),
        idle: (!query.follow).then_some(IDLE),
        failed: None,
        ended: false,
    };
    Ok(stream::unfold(reader, async |mut reader| {
        let item = reader.next().await?;
        Some((item, reader))
    })
    .boxed())
}

fn path(id: &str, query: &LogQuery) -> String {
    let moment =
        |time: chrono::DateTime<chrono::Utc>| stamp(time.timestamp_nanos_opt().unwrap_or_default());
    let mut path = format!("/containers/{id}/logs?stdout=1&stderr=1&timestamps=1");
    if query.follow {
        path.push_str("&follow=1");
    }
    if let Some(tail) = query.tail {
        path.push_str(&format!("&tail={tail}"));
    }
    if let Some(since) = query.since {
        path.push_str(&format!("&since={}", moment(since)));
    }
    if let Some(until) = query.until {
        path.push_str(&format!("&until={}", moment(until)));
    }
    path
}

struct Reader {
    body: Incoming,
    cutter: Cutter,
    idle: Option<Duration>,
    /// Comes after the lines that are there.
    failed: Option<RuntimeError>,
    ended: bool,
}

impl Reader {
    async fn next(&mut self) -> Option<Result<LogLine>> {
        loop {
            if let Some(line) = self.cutter.lines.pop_front() {
                return Some(Ok(line));
            }
            if let Some(error) = self.failed.take() {
                return Some(Err(error));
            }
            if self.ended {
                return None;
            }
            match self.frame().await {
                Ok(Some(data)) => {
                    if let Err(why) = self.cutter.feed(&data) {
                        self.failed = Some(RuntimeError::Failed(why));
                        self.ended = true;
                    }
                }
                Ok(None) => {
                    self.cutter.finish();
                    self.ended = true;
                }
                Err(error) => {
                    self.failed = Some(error);
                    self.ended = true;
                }
            }
        }
    }

    /// The next piece; none at the end.
    async fn frame(&mut self) -> Result<Option<Bytes>> {
        let frame = match self.idle {
            Some(idle) => timeout(idle, self.body.frame()).await.map_err(|_| {
                RuntimeError::Timeout(format!("the engine's log stopped for {} s", idle.as_secs()))
            })?,
            None => self.body.frame().await,
        };
        match frame {
            Some(Ok(frame)) => Ok(Some(frame.into_data().unwrap_or_default())),
            Some(Err(error)) => Err(error::from_connection(&error, None)),
            None => Ok(None),
        }
    }
}
