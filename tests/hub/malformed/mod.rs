//! What no client should send, by the ten thousand: each is refused with words that say what is wrong, nothing
//! changes, nothing breaks, and memory stays level. The seed is printed; `QUAYSIDE_TEST_SEED` repeats a run.

mod breakage;
mod packets;
mod raw;
mod values;

use serde_json::{Value, json};

use crate::support::engine::ScriptedEngine;
use crate::support::hub::{Plan, TestHub};
use crate::support::scratch::Scratch;

/// What memory may grow by while thousands of bad requests pass: allocators keep some of what was freed.
const SLACK: u64 = 24 << 20;

struct Scene {
    hub: TestHub,
    engine: ScriptedEngine,
    admin: String,
    _sockets: Scratch,
}

impl Scene {
    async fn new() -> Self {
        let sockets = Scratch::new();
        let engine = ScriptedEngine::start(&sockets.join("a.sock"));
        engine.add("web", &[], true);
        let hub = Plan::new().host("a", &engine.address()).start().await;
        let admin = hub.admin().await;
        hub.wait_for_host(&admin, "a", "online").await;
        Self { hub, engine, admin, _sockets: sockets }
    }

    /// All that must stay as it is.
    async fn state(&self) -> Value {
        let mut state = Vec::new();
        for noun in ["user", "invite", "token", "host", "image", "container"] {
            state.push(self.hub.reply(&self.admin, noun, &json!({ "opt": "list" })).await);
        }
        // Times that pass are no change.
        for container in state[5]["items"].as_array_mut().unwrap() {
            let fields = container.as_object_mut().unwrap();
            fields.retain(|name, _| ["id", "name", "state", "labels"].contains(&name.as_str()));
        }
        state.push(self.engine.changes_asked().len().into());
        Value::Array(state)
    }

    /// The hub lives and did not panic.
    fn is_whole(&mut self) {
        assert!(self.hub.lives(), "the hub ended");
        let log = self.hub.log();
        let panic = log.lines().find(|line| line.contains("panicked"));
        assert_eq!(panic, None);
    }
}
