//! Who may see an entry, and which of those they asked for.

use quayside_protocol::id::short;
use quayside_protocol::push::Event;
use quayside_protocol::topic::Subscribe;
use quayside_protocol::unit::Filter;

use super::entry::Entry;
use super::options::Payload;
use crate::auth::Principal;

/// The rights and the filters of one reader. Values of a filter are alternatives, filters narrow together.
#[derive(Debug, Clone)]
pub struct Scope {
    principal: Principal,
    host: Filter,
    kind: Filter,
    action: Filter,
    container: Filter,
    label: Filter,
    owner: Filter,
}

impl Scope {
    /// What `principal` may see of what `wanted` asks for.
    #[must_use]
    pub fn new(principal: &Principal, wanted: &Subscribe) -> Self {
        Self {
            principal: principal.clone(),
            host: wanted.host.clone(),
            kind: wanted.kind.clone(),
            action: wanted.action.clone(),
            container: wanted.container.clone(),
            label: wanted.label.clone(),
            owner: wanted.owner.clone(),
        }
    }

    /// Whether every entry is for this reader.
    #[must_use]
    pub fn is_open(&self) -> bool {
        let filters =
            [&self.host, &self.kind, &self.action, &self.container, &self.label, &self.owner];
        self.principal.sees_all() && filters.iter().all(|filter| filter.is_empty())
    }

    /// Whether the entry is for this reader. A gap passes every filter but that of hosts, because what is missing
    /// may have been what was asked for.
    #[must_use]
    pub fn allows(&self, entry: &Entry) -> bool {
        if !self.host.is_empty() && entry.host().is_some_and(|host| !self.host.allows(host)) {
            return false;
        }
        match entry.payload() {
            Payload::Gap(_) => true,
            Payload::Event(event) => {
                (entry.is_public()
                    || self.principal.sees_all()
                    || self.principal.owns(entry.owner()))
                    && self.kind.allows(&event.r#type)
                    && is_of(&self.action, |action| is_action(event, action))
                    && is_of(&self.container, |container| is_about(entry, event, container))
                    && is_of(&self.label, |label| has_label(event, label))
                    && is_of(&self.owner, |owner| entry.owner() == Some(owner))
            }
        }
    }
}

fn is_of(filter: &Filter, matches: impl Fn(&str) -> bool) -> bool {
    filter.is_empty() || filter.0.iter().any(|value| matches(value))
}

/// `exec_start` is what `exec_start: sh -c …` is, too.
fn is_action(event: &Event, wanted: &str) -> bool {
    event.action == wanted
        || event.action.split_once(':').is_some_and(|(action, _)| action == wanted)
}

/// Whether a container's event is about it, or a network's or volume's names it.
fn is_about(entry: &Entry, event: &Event, wanted: &str) -> bool {
    let is = |id: &str| id == wanted || (wanted.len() == 12 && short(id) == wanted);
    match event.r#type.as_str() {
        "container" => {
            is(&event.actor_id) || event.attrs.get("name").is_some_and(|name| name == wanted)
        }
        "network" | "volume" => {
            let named = event.attrs.get("container").is_some_and(|id| is(id));
            named || entry.container() == Some(wanted)
        }
        _ => false,
    }
}

/// Labels of a container stand among the attributes of its events.
fn has_label(event: &Event, wanted: &str) -> bool {
    let (key, value) = wanted.split_once('=').map_or((wanted, None), |(k, v)| (k, Some(v)));
    event.r#type == "container"
        && event.attrs.get(key).is_some_and(|found| value.is_none_or(|value| value == found))
}
