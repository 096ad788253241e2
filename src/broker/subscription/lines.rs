//! Topic `logs`: the lines of one container, read from their source only as fast as they are taken.

use chrono::{DateTime, SecondsFormat, TimeDelta};
use futures::stream::BoxStream;
use futures::{FutureExt, Stream, StreamExt};
use quayside_protocol::push::{LogPush, Notice, Push};
use quayside_protocol::reply::LogLine;
use quayside_protocol::topic::Subscribe;

use crate::error::Result;

/// Lines of one batch: with it ends what the hub reads ahead of a reader who has stopped.
const BATCH: usize = 64;

pub(super) struct Lines {
    source: BoxStream<'static, Result<LogLine>>,
    timestamps: bool,
    /// Read by `ready` for the next `take`.
    read: Option<Option<Result<LogLine>>>,
    next: String,
    over: bool,
}

impl Lines {
    pub(super) fn new(
        lines: impl Stream<Item = Result<LogLine>> + Send + 'static,
        wanted: &Subscribe,
    ) -> Self {
        // A poll that got nothing asks for the same again; without `since` that is everything from 1970 on.
        let next = wanted.since.clone().unwrap_or_else(|| "1970-01-01T00:00:00Z".to_owned());
        let timestamps = wanted.timestamps;
        Self { source: lines.boxed(), timestamps, read: None, next, over: false }
    }

    pub(super) fn is_over(&self) -> bool {
        self.over
    }

    /// A moment after the last line that was taken.
    pub(super) fn next(&self) -> String {
        self.next.clone()
    }

    pub(super) async fn ready(&mut self) {
        if self.over {
            std::future::pending::<()>().await;
        }
        if self.read.is_none() {
            self.read = Some(self.source.next().await);
        }
    }

    /// At least one line if there is one; the end and what went wrong come as pushes too.
    pub(super) fn take(&mut self, most: usize) -> Vec<Push> {
        let mut pushes = Vec::new();
        while !self.over && pushes.len() < most.clamp(1, BATCH) {
            let read = self.read.take().or_else(|| self.source.next().now_or_never());
            match read {
                None => break,
                Some(Some(Ok(line))) => pushes.push(self.line(line)),
                Some(Some(Err(error))) => {
                    tracing::debug!(?error, "the lines of a container broke off");
                    let (level, message) = ("warning".to_owned(), error.message().to_owned());
                    pushes.push(Push::Notice { data: Notice { level, message } });
                    pushes.push(self.end());
                }
                Some(None) => pushes.push(self.end()),
            }
        }
        pushes
    }

    fn line(&mut self, line: LogLine) -> Push {
        let LogLine { stream, time, text } = line;
        let read = time.as_deref().and_then(|time| DateTime::parse_from_rfc3339(time).ok());
        if let Some(time) = read {
            // The engine's `since` takes in its own moment, so the next one is asked for.
            let after = (time + TimeDelta::nanoseconds(1)).to_utc();
            self.next = after.to_rfc3339_opts(SecondsFormat::Nanos, true);
        }
        let time = time.filter(|_| self.timestamps);
        Push::Log { sub: None, data: LogPush::Line { stream, time, text } }
    }

    fn end(&mut self) -> Push {
        self.over = true;
        Push::Log { sub: None, data: LogPush::End { end: true } }
    }
}
