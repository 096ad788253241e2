//! A container's log as a stream of lines. A reader that stops reading stops the engine: nothing is read ahead
//! beyond a connection's own buffers and one piece.
//!
//! Engines end a followed log when the container ends, and may forget what it wrote last (seen with 20.10, the
//! docker command loses it too). So at such an end the log is read once more from the newest line on, and what
//! was not seen yet is handed out.

use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, Utc};
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
        tty,
        idle: (!query.follow).then_some(IDLE),
        again: query.follow.then(|| Again { client: client.clone(), id: id.to_owned(), query }),
        newest: Newest::default(),
        skip: Newest::default(),
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
    let moment = |time: DateTime<Utc>| stamp(time.timestamp_nanos_opt().unwrap_or_default());
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

/// A moment, and how many lines bear it.
#[derive(Default)]
struct Newest {
    time: Option<DateTime<Utc>>,
    lines: u64,
}

impl Newest {
    fn count(&mut self, line: &LogLine) {
        let Some(time) = line.time.as_deref().and_then(|time| time.parse().ok()) else { return };
        if self.time.is_none_or(|newest| time > newest) {
            *self = Self { time: Some(time), lines: 1 };
        } else if self.time == Some(time) {
            self.lines += 1;
        }
    }

    /// Whether a line was counted, when the log is read again from `time` on.
    fn had(&mut self, line: &LogLine) -> bool {
        if self.lines == 0 {
            return false;
        }
        let time = line.time.as_deref().and_then(|time| time.parse().ok());
        let had = time <= self.time;
        self.lines -= u64::from(had && time == self.time);
        had
    }
}

/// What a followed log is read again with, at its end.
struct Again {
    client: Client,
    id: String,
    query: LogQuery,
}

impl Again {
    /// None where nothing can be told apart: no line was seen, and none of the past was asked for.
    async fn open(self, newest: &Newest) -> Option<Incoming> {
        let mut query = LogQuery { follow: false, ..self.query };
        match newest.time {
            Some(time) => query = LogQuery { since: Some(time), tail: None, ..query },
            None if query.tail == Some(0) => return None,
            None => {}
        }
        let path = path(&self.id, &query);
        let open = self.client.open(Method::GET, &path, &[]);
        // The container may be gone by now, and its log with it.
        let response = self.client.observed("logs", CALL, open).await.ok()?;
        Some(response.into_body())
    }
}

struct Reader {
    body: Incoming,
    cutter: Cutter,
    tty: bool,
    idle: Option<Duration>,
    again: Option<Again>,
    newest: Newest,
    skip: Newest,
    /// Comes after the lines that are there.
    failed: Option<RuntimeError>,
    ended: bool,
}

impl Reader {
    async fn next(&mut self) -> Option<Result<LogLine>> {
        loop {
            if let Some(line) = self.cutter.lines.pop_front() {
                if self.skip.had(&line) {
                    continue;
                }
                if self.again.is_some() {
                    self.newest.count(&line);
                }
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
                Ok(None) => self.end().await,
                Err(error) => {
                    self.failed = Some(error);
                    self.ended = true;
                }
            }
        }
    }

    /// A line that was cut off here comes whole when the log is read again.
    async fn end(&mut self) {
        if let Some(again) = self.again.take()
            && let Some(body) = again.open(&self.newest).await
        {
            self.body = body;
            self.cutter = Cutter::new(self.tty);
            self.idle = Some(IDLE);
            self.skip = std::mem::take(&mut self.newest);
            return;
        }
        self.cutter.finish();
        self.ended = true;
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
