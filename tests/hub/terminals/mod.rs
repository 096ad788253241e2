//! Terminals over a WebSocket, into an engine whose programs do what a test tells them.

mod flow;
mod numbers;
mod owners;
mod resume;
mod text;

use serde_json::{Value, json};

use crate::support::desk::Desk;
use crate::support::engine::{Exec, ScriptedEngine};
use crate::support::http::Ask;
use crate::support::hub::{Plan, TestHub};
use crate::support::scratch::Scratch;
use crate::support::wait;

struct Scene {
    hub: TestHub,
    engine: ScriptedEngine,
    admin: String,
    _sockets: Scratch,
}

impl Scene {
    async fn new() -> Self {
        Self::with(Plan::new()).await
    }

    /// A hub with a running container `box`.
    async fn with(plan: Plan) -> Self {
        let sockets = Scratch::new();
        let engine = ScriptedEngine::start(&sockets.join("a.sock"));
        engine.add("box", &[], true);
        let hub = plan.host("a", &engine.address()).start().await;
        let admin = hub.admin().await;
        hub.wait_for_host(&admin, "a", "online").await;
        Self { hub, engine, admin, _sockets: sockets }
    }

    /// Waits until the hub knows a container so.
    async fn knows(&self, name: &str, state: &str) {
        wait::until("the container to be known", async || {
            let data = json!({ "opt": "list", "host": "a" });
            let list = self.hub.reply(&self.admin, "container", &data).await;
            let items = list["items"].as_array().unwrap();
            items.iter().any(|item| item["name"] == name && item["state"] == state).then_some(())
        })
        .await;
    }

    async fn desk(&self) -> Desk {
        Desk::open(self.hub.address, &self.admin).await
    }

    /// The program that was started last.
    fn program(&self) -> Exec {
        self.engine.execs().pop().unwrap()
    }

    /// Waits until a program is as it should be.
    async fn until(&self, what: &str, exec: &str, holds: impl Fn(&Exec) -> bool) -> Exec {
        wait::until(what, async || {
            let execs = self.engine.execs();
            execs.into_iter().find(|one| one.id == exec && holds(one))
        })
        .await
    }

    /// How much was typed into a program.
    fn typed(&self, exec: &str) -> usize {
        self.engine.execs().iter().find(|one| one.id == exec).unwrap().typed.len()
    }

    async fn sessions(&self, token: &str) -> Vec<Value> {
        let list = self.hub.reply(token, "terminal", &json!({ "opt": "list" })).await;
        list["items"].as_array().unwrap().clone()
    }

    /// A figure of `/metrics`.
    async fn metric(&self, name: &str) -> f64 {
        let text = self.hub.send(Ask::get("/metrics")).await.text();
        let line = text.lines().find(|line| line.starts_with(name));
        line.and_then(|line| line.rsplit(' ').next()?.parse().ok()).unwrap_or(0.0)
    }
}

/// What opens a program in `box`.
fn program(cmd: &[&str]) -> Value {
    json!({ "host": "a", "container": "box", "cmd": cmd })
}
