//! How long each event took until the last of all subscribers had it.

use std::collections::VecDeque;
use std::sync::PoisonError;

use super::Tally;
use crate::clock;
use crate::event::{self, MARK};

/// Events on their way.
pub(super) struct Delays {
    /// The number of the first of `waiting`.
    first: u64,
    subscribers: usize,
    waiting: VecDeque<Waiting>,
}

struct Waiting {
    left: usize,
    at: Option<u64>,
}

impl Delays {
    /// All subscribers have `first` events.
    pub(super) fn new(first: u64, subscribers: usize) -> Self {
        Self { first, subscribers, waiting: VecDeque::new() }
    }

    /// A subscriber that had `count` events received `bytes`.
    pub(super) fn note(&mut self, count: u64, bytes: &[u8], tally: &Tally) {
        let mut rest = bytes;
        let mut number = count;
        while let Some(at) = rest.iter().position(|byte| *byte == MARK) {
            let place = usize::try_from(number.saturating_sub(self.first)).unwrap_or(0);
            while self.waiting.len() <= place {
                self.waiting.push_back(Waiting { left: self.subscribers, at: None });
            }
            if let Some(waiting) = self.waiting.get_mut(place) {
                waiting.left = waiting.left.saturating_sub(1);
                if waiting.at.is_none() {
                    waiting.at = event::moment(rest);
                }
            }
            rest = rest.get(at + 1..).unwrap_or_default();
            number += 1;
        }
        while self.waiting.front().is_some_and(|waiting| waiting.left == 0) {
            self.first += 1;
            if let Some(at) = self.waiting.pop_front().and_then(|waiting| waiting.at) {
                let delay = clock::now().saturating_sub(at);
                tally.delays.lock().unwrap_or_else(PoisonError::into_inner).push(delay);
            }
        }
    }
}
