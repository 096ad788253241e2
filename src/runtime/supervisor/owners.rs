//! Whose container an event is about: from its own labels, else from what earlier events and the mirror know.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use super::event::OWNER;
use super::mirror::Mirror;
use crate::runtime::EngineEvent;

/// Containers whose owner is remembered after they are gone: their network's and volume's last events come within
/// a moment, so a thousand is plenty.
const MAX_OWNERS: usize = 1_024;

/// Owners of the containers that events named lately.
#[derive(Debug, Default)]
pub(super) struct Owners {
    names: HashMap<String, Arc<str>>,
    order: VecDeque<String>,
}

impl Owners {
    /// The owner of what the event is about, where it is a container or names one.
    pub(super) fn of(&mut self, event: &EngineEvent, mirror: &dyn Mirror) -> Option<Arc<str>> {
        let container = match event.kind.as_str() {
            "container" => &event.actor_id,
            _ => event.attrs.get("container")?,
        };
        if let Some(owner) = event.attrs.get(OWNER).filter(|_| event.kind == "container") {
            return Some(self.remember(container, owner));
        }
        self.names.get(container).cloned().or_else(|| mirror.owner(container))
    }

    fn remember(&mut self, container: &str, owner: &str) -> Arc<str> {
        if let Some(known) = self.names.get(container).filter(|known| &***known == owner) {
            return known.clone();
        }
        let owner: Arc<str> = owner.into();
        if self.names.insert(container.to_owned(), owner.clone()).is_none() {
            self.order.push_back(container.to_owned());
        }
        while self.order.len() > MAX_OWNERS {
            if let Some(oldest) = self.order.pop_front() {
                self.names.remove(&oldest);
            }
        }
        owner
    }
}
