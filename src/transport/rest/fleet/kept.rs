//! Answers about all containers of a host, kept while nothing that they show has changed: pages ask for them again
//! and again, many at once. Only what is the same for everybody who may ask is kept. It reads no rights.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;

use crate::broker::Glance;

/// What all of them may take: the lists and values of some 40,000 containers.
const MAX: usize = 16 << 20;

/// The newest answer of each call and host.
#[derive(Default)]
pub(in crate::transport) struct Kept(Mutex<Answers>);

#[derive(Default)]
struct Answers {
    size: usize,
    all: HashMap<(&'static str, String), (Glance, Bytes)>,
}

impl Kept {
    /// The answer to `call` about `host`, if it is as of `glance`.
    pub(super) fn get(&self, call: &'static str, host: &str, glance: &Glance) -> Option<Bytes> {
        let answers = self.lock();
        let (kept, body) = answers.all.get(&(call, host.to_owned()))?;
        (kept == glance).then(|| body.clone())
    }

    /// Keeps an answer that is as of `glance` or newer.
    pub(super) fn put(&self, call: &'static str, host: &str, glance: Glance, body: Bytes) {
        let mut answers = self.lock();
        if answers.size + body.len() > MAX {
            *answers = Answers::default();
        }
        if body.len() <= MAX {
            answers.size += body.len();
            let before = answers.all.insert((call, host.to_owned()), (glance, body));
            answers.size -= before.map_or(0, |(_, body)| body.len());
        }
    }

    fn lock(&self) -> MutexGuard<'_, Answers> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_given_while_nothing_has_changed_and_bounded() {
        let (kept, now, later) = (Kept::default(), Glance::of(1, 1, 1), Glance::of(1, 2, 1));
        kept.put("list", "a", now, Bytes::from_static(b"old"));
        kept.put("list", "a", now, Bytes::from_static(b"new"));
        assert_eq!(kept.get("list", "a", &now).as_deref(), Some(&b"new"[..]));
        assert_eq!(kept.get("list", "a", &later), None);
        assert_eq!(kept.get("list", "b", &now), None);
        assert_eq!(kept.get("stats_all", "a", &now), None);
        let half = Bytes::from(vec![0; MAX / 2]);
        for host in ["b", "c", "d"] {
            kept.put("list", host, now, half.clone());
            let answers = kept.lock();
            let held: usize = answers.all.values().map(|(_, body)| body.len()).sum();
            assert_eq!(held, answers.size);
            assert!(held <= MAX);
        }
        assert!(kept.get("list", "d", &now).is_some());
    }
}
