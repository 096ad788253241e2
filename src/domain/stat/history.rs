//! The sweep's values of the last 15 minutes, in memory.

use std::collections::{HashMap, VecDeque};

use chrono::{DateTime, TimeDelta, Utc};
use quayside_protocol::reply::{Stats, TimedStats};

use crate::runtime::supervisor::rfc3339;

/// How far back it goes.
const KEEP: TimeDelta = TimeDelta::minutes(15);
/// The most values of one container: with an interval of a second all of 15 minutes, about 90 kB.
const MAX_VALUES: usize = 900;

/// Values by container. Bounded by the containers there are, each by [`MAX_VALUES`].
#[derive(Default)]
pub(super) struct History {
    values: HashMap<String, VecDeque<(DateTime<Utc>, Stats)>>,
}

impl History {
    pub(super) fn put(&mut self, key: String, time: DateTime<Utc>, stats: Stats) {
        let values = self.values.entry(key).or_default();
        values.push_back((time, stats));
        while values.len() > MAX_VALUES
            || values.front().is_some_and(|(oldest, _)| time - *oldest > KEEP)
        {
            values.pop_front();
        }
    }

    pub(super) fn since(&self, key: &str, since: DateTime<Utc>) -> Vec<TimedStats> {
        let values = self.values.get(key).into_iter().flatten();
        let values = values.filter(|(time, _)| *time > since);
        values.map(|(time, s)| TimedStats { time: rfc3339(*time), stats: s.clone() }).collect()
    }

    pub(super) fn retain(&mut self, keep: impl Fn(&str) -> bool) {
        self.values.retain(|key, _| keep(key));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::stat::formula::zero;

    #[test]
    fn fifteen_minutes_are_kept() {
        let (mut history, now) = (History::default(), Utc::now());
        for minute in 0..40 {
            history.put("a/x".into(), now + TimeDelta::minutes(minute), zero());
        }
        assert_eq!(history.since("a/x", now - TimeDelta::days(1)).len(), 16);
        assert_eq!(history.since("a/x", now + TimeDelta::minutes(38)).len(), 1);
        assert!(history.since("a/y", now).is_empty());
    }
}
