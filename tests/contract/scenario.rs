//! Plays a scenario: a hub as it says, then request after request, each answer held against what stands there.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::pattern::differs;
use crate::support::engine::ScriptedEngine;
use crate::support::http::Ask;
use crate::support::hub::{Plan, TestHub};
use crate::support::scratch::Scratch;
use crate::support::wait;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Scenario {
    /// Settings as TOML, by `section.key`.
    settings: BTreeMap<String, String>,
    /// Hosts by name, each with its containers by name and whether they run; a host without a list is not there.
    hosts: BTreeMap<String, Option<BTreeMap<String, bool>>>,
    steps: Vec<Step>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    /// `POST /login`; `{name}` is what an earlier step kept, or a container's id of 12.
    ask: String,
    #[serde(default)]
    body: Option<Value>,
    /// What it sends as a bearer token.
    #[serde(default)]
    token: Option<String>,
    status: u16,
    answer: Value,
    /// Names for parts of the answer.
    #[serde(default)]
    keep: BTreeMap<String, String>,
    /// Headers of the answer.
    #[serde(default)]
    headers: BTreeMap<String, String>,
}

struct Stage {
    hub: TestHub,
    kept: BTreeMap<String, String>,
    _engines: Vec<ScriptedEngine>,
    _sockets: Scratch,
}

/// Plays `tests/contract/<path>`.
pub(crate) async fn play(path: &str) {
    let path = format!("{}/tests/contract/{path}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap();
    let Scenario { settings, hosts, steps } =
        serde_json::from_str(&text).unwrap_or_else(|e| panic!("{path}: {e}"));
    let mut stage = Stage::set(&settings, &hosts).await;
    for (number, step) in steps.into_iter().enumerate() {
        stage.step(number + 1, step).await;
    }
}

impl Stage {
    async fn set(
        settings: &BTreeMap<String, String>,
        hosts: &BTreeMap<String, Option<BTreeMap<String, bool>>>,
    ) -> Self {
        let (sockets, mut engines, mut kept) = (Scratch::new(), Vec::new(), BTreeMap::new());
        let mut plan = Plan::new();
        for (key, value) in settings {
            let (section, key) = key.split_once('.').unwrap();
            plan = plan.set(section, key, value);
        }
        for (host, containers) in hosts {
            let socket = sockets.join(&format!("{host}.sock"));
            plan = plan.host(host, &format!("unix://{}", socket.display()));
            let Some(containers) = containers else { continue };
            let engine = ScriptedEngine::start(&socket);
            for (name, running) in containers {
                let id = engine.add(name, &[], true);
                if !running {
                    engine.change(&id, "stop");
                }
                kept.insert(name.clone(), id[..12].to_owned());
            }
            kept.insert(format!("addr of {host}"), engine.address());
            engines.push(engine);
        }
        let hub = plan.start().await;
        Self { hub, kept, _engines: engines, _sockets: sockets }
    }

    /// The text with what was kept in the place of each `{name}`.
    fn filled(&self, text: &str) -> String {
        self.kept.iter().fold(text.to_owned(), |text, (name, value)| {
            text.replace(&format!("{{{name}}}"), value)
        })
    }

    fn filled_value(&self, value: &Value) -> Value {
        serde_json::from_str(&self.filled(&value.to_string())).unwrap()
    }

    async fn step(&mut self, number: usize, step: Step) {
        let what = format!("step {number}, {}", step.ask);
        let (method, path) = step.ask.split_once(' ').unwrap();
        let mut ask = Ask::new(method, &self.filled(path));
        if let Some(token) = &step.token {
            ask = ask.token(&self.filled(token));
        }
        if let Some(body) = &step.body {
            // As `curl -d` sends it.
            let body = self.filled_value(body).to_string();
            ask = ask.body(body).header("content-type", "application/x-www-form-urlencoded");
        }
        let wanted = self.filled_value(&step.answer);
        let mut answer = self.hub.send(ask.clone()).await;
        // What a sweep has not reached yet comes later; all else at once.
        if path.starts_with("/stat3/") {
            answer = wait::until(&what, async || {
                let answer = self.hub.send(ask.clone()).await;
                differs(&wanted, &answer.json(), "").is_none().then_some(answer)
            })
            .await;
        }
        assert_eq!(answer.status, step.status, "{what}: {}", answer.text());
        let got = answer.json();
        if let Some(difference) = differs(&wanted, &got, "") {
            panic!("{what}: {difference}\n{got}");
        }
        for (name, value) in &step.headers {
            assert_eq!(answer.header(name), value, "{what}: {name}");
        }
        for (name, pointer) in step.keep {
            self.kept.insert(name, got.pointer(&pointer).unwrap().as_str().unwrap().to_owned());
        }
    }
}
