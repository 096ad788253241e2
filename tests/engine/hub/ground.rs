//! Two engines and a hub over them, for one test at a time: what one counts, another must not change.

use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Value, json};
use tokio::sync::{Mutex, MutexGuard};

use crate::support::docker::Docker;
use crate::support::hub::{Plan, TestHub};
use crate::support::poll::Poll;
use crate::support::watch::{By, View, Watch};

static TURN: Mutex<()> = Mutex::const_new(());

pub(super) struct Ground {
    pub(super) hub: TestHub,
    pub(super) engines: [Docker; 2],
    pub(super) admin: String,
    _turn: MutexGuard<'static, ()>,
}

impl Ground {
    pub(super) async fn new() -> Self {
        let turn = TURN.lock().await;
        let engines = Docker::both();
        let mut plan =
            Plan::new().set("auth", "access_ttl", "\"2h\"").set("auth", "refresh_ttl", "\"1d\"");
        for engine in &engines {
            plan = plan.host(engine.host, &engine.address());
        }
        let hub = plan.start().await;
        let admin = hub.admin().await;
        for engine in &engines {
            hub.wait_for_host(&admin, engine.host, "online").await;
        }
        Self { hub, engines, admin, _turn: turn }
    }

    /// A place in the log from which all that follows is seen.
    pub(super) async fn now(&self) -> String {
        let mut poll = Poll::new(self.hub.address, "topic=events", &self.admin, None);
        poll.turn(0).await.unwrap();
        poll.next.unwrap()
    }

    /// Clients that watch from `since` on; one in three is restless.
    pub(super) fn watch(&self, kinds: &[(By, usize)], since: &str) -> Vec<Watch> {
        let all = kinds.iter().flat_map(|(by, count)| std::iter::repeat_n(*by, *count));
        all.enumerate()
            .map(|(number, by)| {
                let view = View {
                    address: self.hub.address,
                    token: self.admin.clone(),
                    since: Some(since.to_owned()),
                    restless: number % 3 == 0,
                };
                Watch::start(by, view, number as u64)
            })
            .collect()
    }

    /// Lets each engine say something that no one else says.
    pub(super) async fn mark(&self) -> String {
        let name = name("mark");
        for engine in &self.engines {
            engine.run(&["volume", "create", &name]).await;
            engine.run(&["volume", "rm", &name]).await;
        }
        name
    }

    /// The containers that the hub shows of a host, as far as `docker ps` shows them too, by id.
    pub(super) async fn shown(&self, host: &str) -> Vec<Value> {
        let list =
            self.hub.reply(&self.admin, "container", &json!({ "opt": "list", "host": host })).await;
        let items = list["items"].as_array().unwrap().iter();
        let mut shown: Vec<_> = items
            .map(|c| json!({ "id": c["id"], "name": c["name"], "image": c["image"], "state": c["state"] }))
            .collect();
        shown.sort_by_key(|c| c["id"].to_string());
        shown
    }
}

/// The containers that an engine's own command shows, in the form of [`Ground::shown`].
pub(super) async fn ps(engine: &Docker) -> Vec<Value> {
    let lines = engine.run(&["ps", "-a", "--format", "{{json .}}"]).await;
    let mut shown: Vec<_> = lines
        .lines()
        .map(|line| {
            let c: Value = serde_json::from_str(line).unwrap();
            json!({ "id": c["ID"], "name": c["Names"], "image": c["Image"], "state": c["State"] })
        })
        .collect();
    shown.sort_by_key(|c| c["id"].to_string());
    shown
}

/// A name that nothing else has.
pub(super) fn name(what: &str) -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("h-{what}-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
}
