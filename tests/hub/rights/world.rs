//! A hub with an account of each role, an account that owns what is another's, and two engines.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Value, json};

use super::table::{ROLES, Whose};
use crate::support::engine::ScriptedEngine;
use crate::support::hub::{PASSWORD, Plan, TestHub};
use crate::support::scratch::Scratch;
use crate::support::wait;

/// Whose another's things are.
pub(super) const ANOTHER: &str = "ann";

pub(super) struct World {
    pub(super) hub: TestHub,
    pub(super) engine: ScriptedEngine,
    pub(super) admin: String,
    /// Access tokens by account; each account of [`ROLES`] has its role's name.
    tokens: BTreeMap<String, String>,
    made: AtomicU64,
    _sockets: Scratch,
}

impl World {
    pub(super) async fn new() -> Self {
        Self::with(Plan::new()).await
    }

    /// With more settings than the engine's.
    pub(super) async fn with(plan: Plan) -> Self {
        let sockets = Scratch::new();
        let engine = ScriptedEngine::start(&sockets.join("a.sock"));
        let hub = plan.host("a", &engine.address()).start().await;
        let admin = hub.admin().await;
        let mut tokens = BTreeMap::new();
        for role in ROLES.iter().filter(|role| **role != "admin") {
            tokens.insert((*role).to_owned(), hub.account(&admin, role, role).await);
        }
        tokens.insert("admin".to_owned(), admin.clone());
        tokens.insert(ANOTHER.to_owned(), hub.account(&admin, ANOTHER, "user").await);
        hub.wait_for_host(&admin, "a", "online").await;
        Self { hub, engine, admin, tokens, made: AtomicU64::new(0), _sockets: sockets }
    }

    pub(super) fn token(&self, account: &str) -> &str {
        &self.tokens[account]
    }

    /// A name that nothing had before.
    pub(super) fn fresh(&self, what: &str) -> String {
        format!("{what}-{}", self.made.fetch_add(1, Ordering::Relaxed))
    }

    /// A container of that owner in the state that `verb` needs, known to the hub; its id of 12 characters.
    pub(super) async fn container(&self, verb: &str, caller: &str, whose: Whose) -> String {
        let owner = match whose {
            Whose::Own => Some(caller),
            Whose::Anothers => Some(ANOTHER),
            Whose::Nobodys => None,
        };
        let labels: Vec<_> = owner.map(|owner| ("quayside.owner", owner)).into_iter().collect();
        let id = self.engine.add(&self.fresh("box"), &labels, verb != "start");
        if verb == "unpause" {
            self.engine.change(&id, "pause");
        }
        let state = self.engine.container(&id).unwrap().state;
        let short = id[..12].to_owned();
        wait::until("the container to be known", async || {
            let list = self
                .hub
                .reply(&self.admin, "container", &json!({ "opt": "list", "host": "a" }))
                .await;
            let items = list["items"].as_array().unwrap();
            items
                .iter()
                .any(|item| item["id"] == short.as_str() && item["state"] == state.as_str())
                .then_some(())
        })
        .await;
        short
    }

    /// An account that nobody else uses; its name.
    pub(super) async fn account(&self, role: &str) -> String {
        let name = self.fresh("somebody");
        self.hub.account(&self.admin, &name, role).await;
        name
    }

    /// A long-lived token of an account; its id.
    pub(super) async fn api_token(&self, bearer: &str) -> String {
        let data = json!({ "opt": "create", "name": "spare" });
        self.hub.reply(bearer, "token", &data).await["id"].as_str().unwrap().to_owned()
    }

    /// Another session of an account; its id.
    pub(super) async fn session(&self, account: &str) -> String {
        self.hub.login(account, PASSWORD).await["session_id"].as_str().unwrap().to_owned()
    }

    /// All that a refused call must leave as it is: accounts, invites, hosts, tokens, containers and images.
    pub(super) async fn state(&self) -> Value {
        let mut state = BTreeMap::new();
        for noun in ["user", "invite", "token", "image"] {
            state.insert(noun, self.hub.reply(&self.admin, noun, &json!({ "opt": "list" })).await);
        }
        let mut hosts = self.hub.reply(&self.admin, "host", &json!({ "opt": "list" })).await;
        // How many containers there are is not the hub's to change.
        for host in hosts["items"].as_array_mut().unwrap() {
            host.as_object_mut().unwrap().remove("containers");
        }
        state.insert("host", hosts);
        let containers: Vec<_> = self
            .engine
            .containers()
            .iter()
            .map(|c| format!("{} {} {}", c.id, c.name, c.state))
            .collect();
        state.insert("containers", json!(containers));
        json!(state)
    }
}
