//! Reads the whole database and says what does not fit together. It changes nothing.

use std::fmt;
use std::path::Path;

use super::tables::{State, Tables, decode_event, decode_key, decode_record};
use crate::store::StoreError;

/// Problems that are listed one by one; a database with more is lost as a whole.
const LISTED: usize = 20;

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// Records read.
    pub records: u64,
    /// Events read.
    pub events: u64,
    /// How often the store was opened or dumped.
    pub generation: u64,
    /// What is wrong, at most twenty entries; empty when all is well.
    pub problems: Vec<String>,
}

impl Report {
    fn problem(&mut self, text: String) {
        if self.problems.len() < LISTED {
            self.problems.push(text);
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Report { records, events, generation, problems } = self;
        write!(f, "{records} records, {events} events, generation {generation}: ")?;
        if problems.is_empty() {
            return write!(f, "no problems");
        }
        write!(f, "{} or more problems", problems.len())?;
        problems.iter().try_for_each(|problem| write!(f, "\n  {problem}"))
    }
}

/// Checks a store that no process has open.
///
/// # Errors
/// [`StoreError::Locked`] if one has; [`StoreError::Corrupt`] if the database cannot be opened at all.
pub fn check(data: &Path) -> Result<Report, StoreError> {
    let (_lock, tables, state) = super::open::open_offline(data)?;
    let mut report = Report { generation: state.generation, ..Report::default() };
    check_records(&tables, &state, &mut report);
    check_events(&tables, &state, &mut report);
    Ok(report)
}

fn check_records(tables: &Tables, state: &State, report: &mut Report) {
    for entry in tables.records.iter() {
        report.records += 1;
        let read = entry.and_then(|(key, stored)| Ok((decode_key(&key)?, decode_record(&stored)?)));
        let (key, record) = match read {
            Ok(read) => read,
            // An iterator that cannot read a leaf would try it again for ever.
            Err(error) => return report.problem(format!("record {}: {error}", report.records)),
        };
        if record.revision.0 > state.revision {
            report.problem(format!("{key} has a revision that was never given"));
        }
        if let Err(error) = serde_json::from_slice::<serde::de::IgnoredAny>(&record.value) {
            report.problem(format!("{key} is not JSON: {error}"));
        }
    }
}

fn check_events(tables: &Tables, state: &State, report: &mut Report) {
    let mut last = None;
    for entry in tables.events.iter() {
        report.events += 1;
        match entry.and_then(decode_event) {
            Ok(event) if Some(event.position) > last => last = Some(event.position),
            Ok(event) => report.problem(format!("event {} is out of order", event.position)),
            Err(error) => return report.problem(format!("event {}: {error}", report.events)),
        }
    }
    if report.events != state.events.count {
        let (found, noted) = (report.events, state.events.count);
        report.problem(format!("{found} events are there and {noted} were counted"));
    }
}
