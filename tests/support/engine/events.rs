//! The engine's events: the last 256 as a real engine keeps them, and streams to whoever listens.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use serde_json::{Value, json};
use tokio::sync::broadcast;

/// What a real engine keeps.
const KEPT: usize = 256;

/// Far more than a reader of the hub is ever behind; one that is loses its stream, as it would lose events.
const BEHIND: usize = 65_536;

struct Record {
    kept: VecDeque<(i64, Bytes)>,
    told: Vec<Value>,
    last: i64,
    live: broadcast::Sender<Bytes>,
}

pub(super) struct Events(Mutex<Record>);

impl Default for Events {
    fn default() -> Self {
        let (live, _) = broadcast::channel(BEHIND);
        Self(Mutex::new(Record { kept: VecDeque::new(), told: Vec::new(), last: 0, live }))
    }
}

impl Events {
    fn record(&self) -> std::sync::MutexGuard<'_, Record> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn emit(&self, kind: &str, action: &str, actor: &str, attributes: &Value) {
        let mut record = self.record();
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos() as i64;
        record.last = now.max(record.last + 1);
        let nanos = record.last;
        let event = json!({
            "status": action, "id": actor, "Type": kind, "Action": action, "scope": "local",
            "Actor": { "ID": actor, "Attributes": attributes },
            "time": nanos / 1_000_000_000, "timeNano": nanos,
        });
        let line = Bytes::from(format!("{event}\n"));
        record.told.push(event);
        record.kept.push_back((nanos, line.clone()));
        if record.kept.len() > KEPT {
            record.kept.pop_front();
        }
        // Nobody may be listening.
        let _ = record.live.send(line);
    }

    /// What was kept since then, and what follows it without a seam.
    pub(super) fn listen(&self, since: Option<i64>) -> (Vec<Bytes>, broadcast::Receiver<Bytes>) {
        let record = self.record();
        let kept = match since {
            None => Vec::new(),
            Some(since) => {
                let wanted = record.kept.iter().filter(|(nanos, _)| *nanos >= since);
                wanted.map(|(_, line)| line.clone()).collect()
            }
        };
        (kept, record.live.subscribe())
    }

    pub(super) fn forget(&self) {
        self.record().kept.clear();
    }

    pub(super) fn cut(&self) {
        let (live, _) = broadcast::channel(BEHIND);
        self.record().live = live;
    }

    pub(super) fn told(&self) -> Vec<Value> {
        self.record().told.clone()
    }
}

/// The nanoseconds of `seconds.nanos`, as Docker takes a moment.
pub(super) fn moment(text: &str) -> Option<i64> {
    let (seconds, nanos) = text.split_once('.').unwrap_or((text, "0"));
    let nanos = format!("{nanos:0<9}");
    Some(seconds.parse::<i64>().ok()? * 1_000_000_000 + nanos.get(..9)?.parse::<i64>().ok()?)
}
