//! Scenarios: files of steps that are taken one after the other on each hub that they name.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value;

use super::shape::{differences, matches};
use crate::support::engine::{Fault, ScriptedEngine};
use crate::support::http::{Answer, Ask};
use crate::support::hub::{Plan, TestHub};
use crate::support::scratch::Scratch;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Scenario {
    /// Kinds of hub; the steps are taken on a new one of each.
    hubs: Vec<String>,
    steps: Vec<Step>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    name: String,
    method: String,
    path: String,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    /// Whose token: `admin` (what is said nowhere, on a hub that lets nobody in without), `none`, or a variable.
    token: Option<String>,
    /// As JSON.
    body: Option<Value>,
    /// As it stands.
    raw: Option<String>,
    /// What the engine does from here on: this status for everything whose path begins so, or nothing amiss again.
    engine: Option<(String, u16)>,
    then: Then,
}

/// What must come back.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Then {
    status: u16,
    /// A shape.
    body: Option<Value>,
    /// Of the body as it stands, where order and spelling count.
    text: Option<String>,
    /// An expression for each; null for one that must not be there.
    #[serde(default)]
    headers: BTreeMap<String, Option<String>>,
    /// Variables for later steps, each by a pointer into the body.
    #[serde(default)]
    keep: BTreeMap<String, String>,
}

/// A hub with three hosts: one with containers, an empty one, and one that is not there.
struct World {
    hub: TestHub,
    engine: ScriptedEngine,
    /// What stands for `{{name}}` in a step.
    variables: BTreeMap<String, String>,
    bare: bool,
    _others: (ScriptedEngine, Scratch),
}

impl World {
    async fn new(kind: &str) -> Self {
        let sockets = Scratch::new();
        let engine = ScriptedEngine::start(&sockets.join("a.sock"));
        let other = ScriptedEngine::start(&sockets.join("b.sock"));
        let gone = format!("unix://{}", sockets.join("gone.sock").display());
        let mut variables = BTreeMap::new();
        for (name, running) in [("nginx-web", true), ("redis-cache", false)] {
            let id = engine.add(name, &[("maintainer", "lab")], running);
            variables.insert(format!("{name}.id"), id[..12].to_owned());
            variables.insert(format!("{name}.full"), id);
        }
        let auth = |settings: &[(&str, &str)]| {
            settings.iter().fold(Plan::new(), |plan, (key, value)| {
                plan.set("auth", key, &format!("\"{value}\""))
            })
        };
        let plan = match kind {
            "defaults" => auth(&[]),
            "bare" => auth(&[("registration", "open"), ("anonymous_role", "operator")]),
            "viewer" => auth(&[("anonymous_role", "viewer")]),
            "open" => auth(&[("registration", "open")]),
            "closed" => auth(&[("registration", "closed")]),
            kind => panic!("{kind} is no kind of hub"),
        };
        let hosts =
            [("119server", engine.address()), ("dev-server", other.address()), ("gone", gone)];
        let plan = hosts.iter().fold(plan, |plan, (name, address)| plan.host(name, address));
        let hub = plan.start().await;
        let admin = hub.admin().await;
        for (host, state) in
            [("119server", "online"), ("dev-server", "online"), ("gone", "offline")]
        {
            hub.wait_for_host(&admin, host, state).await;
        }
        variables.insert("admin".to_owned(), admin);
        let bare = matches!(kind, "bare" | "viewer");
        Self { hub, engine, variables, bare, _others: (other, sockets) }
    }

    fn filled(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (name, value) in &self.variables {
            text = text.replace(&format!("{{{{{name}}}}}"), value);
        }
        assert!(!text.contains("{{"), "a variable that nobody kept: {text}");
        text
    }

    fn token(&self, step: &Step) -> String {
        match step.token.as_deref() {
            Some("none") => String::new(),
            None if self.bare => String::new(),
            name => self.variables[name.unwrap_or("admin")].clone(),
        }
    }

    async fn take(&mut self, step: &Step) -> Vec<String> {
        if let Some((paths, status)) = &step.engine {
            match status {
                200 => self.engine.mend(),
                status => self.engine.fail(&self.filled(paths), Fault::Status(*status)),
            }
        }
        let mut ask = Ask::new(&step.method, &self.filled(&step.path)).token(&self.token(step));
        for (name, value) in &step.headers {
            ask = ask.header(name, &self.filled(value));
        }
        match (&step.body, &step.raw) {
            (Some(body), None) => ask = ask.body(self.filled(&body.to_string())),
            (None, Some(raw)) => ask = ask.body(self.filled(raw)),
            (None, None) => {}
            (Some(_), Some(_)) => panic!("{}: two bodies", step.name),
        }
        let answer = self.hub.send(ask).await;
        let wrong = self.differences(&step.then, &answer);
        if wrong.is_empty() {
            for (name, pointer) in &step.then.keep {
                let kept = answer.json().pointer(pointer).unwrap().as_str().unwrap().to_owned();
                self.variables.insert(name.clone(), kept);
            }
        }
        wrong
    }

    fn differences(&self, then: &Then, answer: &Answer) -> Vec<String> {
        let mut wrong = Vec::new();
        if answer.status != then.status {
            wrong.push(format!("status {} is not {}", answer.status, then.status));
        }
        for (name, wanted) in &then.headers {
            let value = answer.header(name);
            let fits = match wanted {
                Some(wanted) => matches(wanted, value),
                None => !answer.headers.contains_key(name),
            };
            if !fits {
                wrong.push(format!("header {name} {value:?} is not {wanted:?}"));
            }
        }
        if let Some(text) = &then.text {
            let text = self.filled(text);
            if !matches(&text, &answer.text()) {
                wrong.push(format!("the text is not {text}"));
            }
        }
        if let Some(shape) = &then.body {
            let shape = serde_json::from_str(&self.filled(&shape.to_string())).unwrap();
            match serde_json::from_slice(&answer.body) {
                Ok(body) => wrong.extend(differences(&shape, &body)),
                Err(error) => wrong.push(format!("no JSON: {error}")),
            }
        }
        if !wrong.is_empty() {
            wrong.push(answer.text());
        }
        wrong
    }
}

fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/contract/fleet/scenarios")
}

/// The scenarios that are there, by name.
pub(super) fn all() -> Vec<String> {
    let entries = std::fs::read_dir(directory()).unwrap();
    let mut names: Vec<_> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .map(|name| name.strip_suffix(".json").unwrap().to_owned())
        .collect();
    names.sort();
    names
}

/// Takes every step of a scenario.
///
/// # Panics
/// With all that was not as it says, step by step.
pub(super) async fn play(name: &str) {
    let file = std::fs::read(directory().join(format!("{name}.json"))).unwrap();
    let scenario: Scenario = serde_json::from_slice(&file).unwrap();
    let mut wrong = Vec::new();
    for kind in &scenario.hubs {
        let mut world = World::new(kind).await;
        for step in &scenario.steps {
            let found = world.take(step).await;
            wrong.extend(found.iter().map(|found| format!("{kind}: {}: {found}", step.name)));
            // Later steps need what this one was to bring.
            if !found.is_empty() && !step.then.keep.is_empty() {
                break;
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}
