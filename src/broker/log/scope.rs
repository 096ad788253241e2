//! Who may see an entry, and which of those they asked for.

use quayside_protocol::id::short;
use quayside_protocol::topic::Subscribe;
use quayside_protocol::unit::Filter;

use super::told::Told;
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
    pub(super) fn allows(&self, told: &impl Told) -> bool {
        if !self.host.is_empty() && told.host().is_some_and(|host| !self.host.allows(host)) {
            return false;
        }
        if told.is_gap() {
            return true;
        }
        (told.is_public() || self.principal.sees_all() || self.principal.owns(told.owner()))
            && self.kind.allows(told.kind())
            && is_of(&self.action, |action| is_action(told.action(), action))
            && is_of(&self.container, |container| is_about(told, container))
            && is_of(&self.label, |label| has_label(told, label))
            && is_of(&self.owner, |owner| told.owner() == Some(owner))
    }
}

fn is_of(filter: &Filter, matches: impl Fn(&str) -> bool) -> bool {
    filter.is_empty() || filter.0.iter().any(|value| matches(value))
}

/// `exec_start` is what `exec_start: sh -c …` is, too.
fn is_action(action: &str, wanted: &str) -> bool {
    action == wanted || action.split_once(':').is_some_and(|(action, _)| action == wanted)
}

/// Whether a container's event is about it, or a network's or volume's names it.
fn is_about(told: &impl Told, wanted: &str) -> bool {
    let is = |id: &str| id == wanted || (wanted.len() == 12 && short(id) == wanted);
    match told.kind() {
        "container" => is(told.actor_id()) || told.attr("name") == Some(wanted),
        "network" | "volume" => {
            told.attr("container").is_some_and(is) || told.container() == Some(wanted)
        }
        _ => false,
    }
}

/// Labels of a container stand among the attributes of its events.
fn has_label(told: &impl Told, wanted: &str) -> bool {
    let (key, value) = wanted.split_once('=').map_or((wanted, None), |(k, v)| (k, Some(v)));
    told.kind() == "container"
        && told.attr(key).is_some_and(|found| value.is_none_or(|value| value == found))
}
