//! What must have happened between two lists of containers.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::event::{INFERRED, nanos};
use super::mirror::Containers;
use crate::runtime::{ContainerFacts, EngineEvent};

/// The events that lead from `before` to `now`, each marked as inferred: `create`, `start`, `die`, `rename`,
/// `destroy`. Those of one container stand in their order; `at` is the time of what nobody knows the time of.
#[must_use]
pub(super) fn infer(before: &Containers, now: &Containers, at: DateTime<Utc>) -> Vec<EngineEvent> {
    let mut events = Vec::new();
    for (id, old) in before {
        if !now.contains_key(id) {
            if is_up(old) {
                events.push(event(old, "die", at));
            }
            events.push(event(old, "destroy", at));
        }
    }
    for (id, new) in now {
        match before.get(id) {
            None => {
                events.push(event(new, "create", new.created));
                runs(None, new, at, &mut events);
            }
            Some(old) => {
                runs(Some(old), new, at, &mut events);
                if old.name != new.name {
                    let mut rename = event(new, "rename", at);
                    rename.attrs.insert("oldName".to_owned(), format!("/{}", old.name));
                    events.push(rename);
                }
            }
        }
    }
    // Stable: events of one container that share a time keep their order.
    events.sort_by_key(|event| event.time_nano);
    events
}

/// Starts and ends between the two. Of a container that ran more than once in between only the last run is known.
fn runs(
    old: Option<&ContainerFacts>,
    new: &ContainerFacts,
    at: DateTime<Utc>,
    events: &mut Vec<EngineEvent>,
) {
    let started = new.started_at.is_some() && old.and_then(|o| o.started_at) != new.started_at;
    let was_up = old.is_some_and(is_up);
    if started {
        let start = new.started_at.unwrap_or(at);
        if was_up {
            // The run before ended at some time before this start; its exit code is not known any more.
            events.push(event(new, "die", start));
        }
        events.push(event(new, "start", start));
    }
    if (started || was_up) && !is_up(new) {
        // Of a run of milliseconds the engine notes the end before the start.
        let end = new.finished_at.max(new.started_at).unwrap_or(at);
        let mut die = event(new, "die", end);
        die.attrs.insert("exitCode".to_owned(), new.exit_code.to_string());
        events.push(die);
    }
}

/// Whether its process is there.
pub(crate) fn is_up(facts: &ContainerFacts) -> bool {
    matches!(facts.state.as_str(), "running" | "paused")
}

fn event(facts: &ContainerFacts, action: &str, at: DateTime<Utc>) -> EngineEvent {
    let mut attrs: BTreeMap<String, String> = facts.labels.clone();
    attrs.insert("name".to_owned(), facts.name.clone());
    attrs.insert("image".to_owned(), facts.image.clone());
    attrs.insert(INFERRED.to_owned(), "true".to_owned());
    EngineEvent {
        kind: "container".to_owned(),
        action: action.to_owned(),
        actor_id: facts.id.clone(),
        attrs,
        time_nano: nanos(at),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::runtime::scripted::{at, running};

    fn list(containers: &[ContainerFacts]) -> Containers {
        containers.iter().map(|c| (c.id.clone(), Arc::new(c.clone()))).collect()
    }

    fn inferred(before: &[ContainerFacts], now: &[ContainerFacts]) -> Vec<String> {
        let events = infer(&list(before), &list(now), at(1_000));
        let word = |e: &EngineEvent| {
            assert_eq!(e.attrs[INFERRED], "true");
            let code = e.attrs.get("exitCode").map(|code| format!(" {code}")).unwrap_or_default();
            format!("{}{code} at {}", e.action, e.time_nano / 1_000_000_000 - 1_700_000_000)
        };
        events.iter().map(word).collect()
    }

    fn down(code: i64) -> ContainerFacts {
        let (state, finished_at) = ("exited".into(), Some(at(9)));
        ContainerFacts { state, exit_code: code, finished_at, ..running("web") }
    }

    #[test]
    fn a_difference_becomes_the_events_that_lead_to_it() {
        let up = running("web");
        let again = ContainerFacts { started_at: Some(at(20)), ..up.clone() };
        let ended_again =
            ContainerFacts { finished_at: Some(at(30)), state: "exited".into(), ..again.clone() };
        let never = ContainerFacts { started_at: None, state: "created".into(), ..up.clone() };
        let paused = ContainerFacts { state: "paused".into(), ..up.clone() };
        let brief =
            ContainerFacts { finished_at: Some(at(0)), state: "exited".into(), ..up.clone() };
        let renamed = ContainerFacts { name: "w".into(), ..up.clone() };
        for (before, now, wanted) in [
            (vec![], vec![up.clone()], vec!["create at 0", "start at 1"]),
            (vec![], vec![never.clone()], vec!["create at 0"]),
            (vec![], vec![brief], vec!["create at 0", "start at 1", "die 0 at 1"]),
            (vec![], vec![down(3)], vec!["create at 0", "start at 1", "die 3 at 9"]),
            (vec![never], vec![up.clone()], vec!["start at 1"]),
            (vec![up.clone()], vec![down(3)], vec!["die 3 at 9"]),
            (vec![up.clone()], vec![again.clone()], vec!["die at 20", "start at 20"]),
            (vec![down(0)], vec![again], vec!["start at 20"]),
            (vec![down(0)], vec![ended_again], vec!["start at 20", "die 0 at 30"]),
            (vec![up.clone()], vec![], vec!["die at 1000", "destroy at 1000"]),
            (vec![down(0)], vec![], vec!["destroy at 1000"]),
            (vec![up.clone()], vec![renamed], vec!["rename at 1000"]),
            (vec![up.clone()], vec![paused], vec![]),
            (vec![up.clone()], vec![up], vec![]),
        ] {
            assert_eq!(inferred(&before, &now), wanted);
        }
    }
}
