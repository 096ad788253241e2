//! The verbs over a scripted engine and a store in memory.

use std::time::Duration;

use futures::StreamExt;
use quayside_protocol::ErrorCode;
use quayside_protocol::command::account::Role;
use quayside_protocol::command::container::Target as ByTarget;
use quayside_protocol::topic::{Subscribe, Topic};
use quayside_protocol::unit::Filter;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::*;
use crate::auth::Credential;
use crate::domain::account::Audit;
use crate::domain::fleet::{HostSettings, Wiring};
use crate::runtime::address::Address;
use crate::runtime::scripted::{Scripted, running};
use crate::runtime::supervisor::HostEvent;
use crate::store::memory::MemoryStore;

struct Hub {
    fleet: Arc<Fleet>,
    containers: Containers,
    store: MemoryStore,
    _events: mpsc::Receiver<HostEvent>,
}

async fn hub() -> Hub {
    let engine = Scripted::new();
    engine.set(running("web"));
    let (events, receiver) = mpsc::channel(100);
    let wiring = Wiring {
        make: Arc::new(move |_| Ok(engine.clone())),
        events,
        recent: Arc::new(|_| Vec::new()),
        sweep: Duration::from_secs(10),
    };
    let fleet = Arc::new(Fleet::new(wiring, CancellationToken::new()));
    let addr = "unix:///a".to_owned();
    let address = Address::parse(&addr).unwrap();
    let kind = Default::default();
    fleet.open(HostSettings { name: "a".into(), addr, address, kind, tls: None, ssh: None }, false);
    fleet.ready().await;
    let store = MemoryStore::new();
    let audit = Arc::new(Audit::new(Arc::new(store.clone())).unwrap());
    let images = Arc::new(Images::new(fleet.clone(), Vec::new(), audit));
    let rules =
        Rules { hub: "h".into(), cpus: None, memory: 1 << 30, pids: 100, binds: Vec::new() };
    let containers = Containers::new(fleet.clone(), images, rules);
    Hub { fleet, containers, store, _events: receiver }
}

fn admin() -> Caller {
    let credential = Credential::Session("s".into());
    let principal =
        Principal { username: "root".into(), role: Role::Admin, credential, expires_at: None };
    Caller {
        principal: Some(principal),
        bearer: None,
        address: std::net::IpAddr::from([127, 0, 0, 1]),
        agent: "test".into(),
        request_id: "r".into(),
        base_url: "http://localhost".into(),
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_is_done_that_could_not_be_recorded() {
    let hub = hub().await;
    let start = async |container: &str| {
        let by = ByTarget { host: "a".into(), container: container.into() };
        hub.containers.start(&admin(), &by).await.unwrap_err().code()
    };
    let asked = start("web").await;
    assert_ne!(asked, ErrorCode::Full, "the scripted engine's own refusal");
    hub.store.set_full(true);
    assert_eq!(start("web").await, ErrorCode::Full);
    // What is refused anyway is refused for that.
    assert_eq!(start("none").await, ErrorCode::NotFound);
    hub.store.set_full(false);
    assert_eq!(start("web").await, asked);
}

#[tokio::test(start_paused = true)]
async fn a_followed_log_ends_with_its_host() {
    let hub = hub().await;
    let subscribe = Subscribe {
        host: Filter(vec!["a".into()]),
        container: Filter(vec!["web".into()]),
        ..Subscribe::to(Topic::Logs)
    };
    let lines = hub.containers.follow(&admin(), &subscribe).await.unwrap();
    let ended = tokio::spawn(async move { std::pin::pin!(lines).next().await.is_none() });
    tokio::task::yield_now().await;
    assert!(!ended.is_finished());
    hub.fleet.drop_host("a", "removed by root").await;
    assert!(tokio::time::timeout(Duration::from_secs(5), ended).await.unwrap().unwrap());
}
