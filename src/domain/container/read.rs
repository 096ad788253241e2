//! The verbs that only look.

use std::collections::VecDeque;

use futures::{Stream, StreamExt};
use quayside_protocol::command::container::{
    List as ListQuery, Logs, Stats as StatsQuery, Target as ByTarget,
};
use quayside_protocol::id::short;
use quayside_protocol::reply::{
    Container, Inspect, List, LogLine, NamedStats, Reply, StatsAll, Top,
};
use quayside_protocol::topic::Subscribe;
use quayside_protocol::unit::Filter;

use super::super::page::read_time;
use super::{Containers, proved};
use crate::auth::Caller;
use crate::auth::policy::{Right, authorize};
use crate::error::{Error, Result};
use crate::runtime::LogQuery;

/// Lines of one answer.
const MAX_LINES: u64 = 10_000;
/// Text of one answer, in bytes: the newest lines of it.
const MAX_TEXT: usize = 8 << 20;

impl Containers {
    /// `container list`: over all hosts, or those of the filter; a host that cannot answer is a failure beside
    /// the others' containers.
    ///
    /// # Errors
    /// `not_found` for a host of the filter that is unknown.
    pub async fn list(&self, caller: &Caller, query: &ListQuery) -> Result<List<Container>> {
        let (items, failures) = self.fleet.containers(query, proved(caller)?).await?;
        Ok(List { items, failures, next: None })
    }

    /// One container as a list shows it.
    ///
    /// # Errors
    /// `not_found`, also for what the caller may not know of.
    pub async fn get(&self, caller: &Caller, by: &ByTarget) -> Result<Container> {
        let target = self.target(caller, &by.host, &by.container, Right::Read).await?;
        Ok(self.fleet.word(&target.container))
    }

    /// `container inspect`. Values of the environment are shown to those who may enter the container anyway.
    ///
    /// # Errors
    /// `not_found`, also for what the caller may not know of.
    pub async fn inspect(&self, caller: &Caller, by: &ByTarget) -> Result<Inspect> {
        let target = self.target(caller, &by.host, &by.container, Right::Read).await?;
        let mut inspect = target.runtime.inspect(target.id()).await?;
        let may_enter = authorize(
            proved(caller)?,
            Right::Change,
            (*target.container).clone(),
            Error::unauthenticated,
        );
        if may_enter.is_err() {
            for variable in &mut inspect.config.env {
                let name = variable.split('=').next().unwrap_or_default();
                *variable = format!("{name}=***");
            }
        }
        Ok(inspect)
    }

    /// `container top`.
    ///
    /// # Errors
    /// `conflict` for one that does not run.
    pub async fn top(&self, caller: &Caller, by: &ByTarget) -> Result<Top> {
        let target = self.target(caller, &by.host, &by.container, Right::Read).await?;
        Ok(target.runtime.top(target.id()).await?)
    }

    /// `container logs`: the last 10,000 lines or 8 MiB at most.
    ///
    /// # Errors
    /// `invalid` with the field.
    pub async fn logs(&self, caller: &Caller, logs: &Logs) -> Result<List<LogLine>> {
        let time =
            |field, text: &Option<String>| text.as_deref().map(|t| read_time(field, t)).transpose();
        let query = LogQuery {
            tail: Some(logs.tail.unwrap_or(MAX_LINES).min(MAX_LINES)),
            since: time("since", &logs.since)?,
            until: time("until", &logs.until)?,
            follow: false,
        };
        let target = self.target(caller, &logs.host, &logs.container, Right::Read).await?;
        let mut stream = target.runtime.logs(target.id(), query).await?;
        let (mut lines, mut size) = (VecDeque::new(), 0);
        while let Some(line) = stream.next().await {
            let mut line = line?;
            if !logs.timestamps {
                line.time = None;
            }
            size += line.text.len();
            lines.push_back(line);
            while size > MAX_TEXT || lines.len() as u64 > MAX_LINES {
                size -= lines.pop_front().map_or(0, |line: LogLine| line.text.len());
            }
        }
        Ok(List::whole(lines.into()))
    }

    /// Topic `logs`: the lines so far and then as they come, each with its time. A reader that stops reading stops the engine.
    /// They end with the container's last run, and when its host is removed or changed.
    ///
    /// # Errors
    /// `invalid` with the field; `not_found`.
    pub async fn follow(
        &self,
        caller: &Caller,
        subscribe: &Subscribe,
    ) -> Result<impl Stream<Item = Result<LogLine>> + Send + use<>> {
        let one = |filter: &Filter, field: &'static str| match filter.0.as_slice() {
            [one] => Ok(one.clone()),
            [] => Err(Error::invalid(field, "is missing")),
            _ => Err(Error::invalid(field, "must be one")),
        };
        let (host, container) =
            (one(&subscribe.host, "host")?, one(&subscribe.container, "container")?);
        let since = subscribe.since.as_deref().map(|t| read_time("since", t)).transpose()?;
        let query = LogQuery { tail: subscribe.tail, since, until: None, follow: true };
        let stop = self.fleet.stop_of(&host)?;
        let target = self.target(caller, &host, &container, Right::Read).await?;
        let lines = target.runtime.logs(target.id(), query).await?;
        Ok(lines.map(|line| line.map_err(Error::from)).take_until(stop.cancelled_owned()))
    }

    /// `container stats`: now, or the sweep's values since a time.
    ///
    /// # Errors
    /// `invalid` with the field; `not_found`.
    pub async fn stats(&self, caller: &Caller, query: &StatsQuery) -> Result<Reply> {
        let since = query.since.as_deref().map(|t| read_time("since", t)).transpose()?;
        let target = self.target(caller, &query.host, &query.container, Right::Read).await?;
        match since {
            Some(since) => {
                let history = self.fleet.usage().history(&target.container, since);
                Ok(Reply::StatsHistory(List::whole(history)))
            }
            None => Ok(Reply::Stats(self.fleet.stats(&target.container).await?)),
        }
    }

    /// `container stats_all`: the values of the last sweep, of all containers of a host that the caller may know of;
    /// zeros for those that do not run. Answers within 3 s with what it has by then.
    ///
    /// # Errors
    /// `not_found` for an unknown host; `unavailable` for one that is offline.
    pub async fn stats_all(&self, caller: &Caller, host: &str) -> Result<StatsAll> {
        let all = self.fleet.all_stats(host, proved(caller)?).await?;
        let containers = all.into_iter().map(|(container, stats)| {
            let facts = &container.facts;
            let stats = container.is_up().then_some(stats);
            (short(&facts.id).to_owned(), NamedStats { name: facts.name.clone(), stats })
        });
        Ok(StatsAll { containers: containers.collect() })
    }
}
