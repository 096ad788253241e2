//! Whose container an event is about: from its own attributes, else from what earlier events and the mirror know.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use super::event::OWNER;
use super::mirror::Mirror;
use crate::runtime::EngineEvent;

/// Containers that are remembered after they are gone: their network's and volume's last events come within a moment,
/// so a thousand is plenty.
const MAX_SUBJECTS: usize = 1_024;

/// The container that an event is about.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Subject {
    /// The account it belongs to, where that is known.
    pub owner: Option<Arc<str>>,
    /// Its name, where that is known.
    pub name: Option<Arc<str>>,
}

/// The containers that events named lately.
#[derive(Debug, Default)]
pub(super) struct Subjects {
    known: HashMap<String, Subject>,
    order: VecDeque<String>,
}

impl Subjects {
    /// What the event is about; nothing where it is no container and names none.
    pub(super) fn of(&mut self, event: &EngineEvent, mirror: &dyn Mirror) -> Subject {
        if event.kind != "container" {
            let Some(container) = event.attrs.get("container") else { return Subject::default() };
            let known = self.known.get(container).cloned();
            return known.or_else(|| mirror.subject(container)).unwrap_or_default();
        }
        let text = |key: &str| event.attrs.get(key).map(|text| Arc::from(text.as_str()));
        let subject = Subject { owner: text(OWNER), name: text("name") };
        if self.known.insert(event.actor_id.clone(), subject.clone()).is_none() {
            self.order.push_back(event.actor_id.clone());
        }
        while self.order.len() > MAX_SUBJECTS {
            if let Some(oldest) = self.order.pop_front() {
                self.known.remove(&oldest);
            }
        }
        subject
    }
}
