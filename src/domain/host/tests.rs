//! Hosts made at run time, over a store in memory and a scripted engine.

use std::net::IpAddr;
use std::sync::Mutex;
use std::time::Duration;

use quayside_protocol::ErrorCode;
use quayside_protocol::command::account::Role;
use quayside_protocol::command::auth::Hidden;
use quayside_protocol::command::host::{Kind, Test, Tls};
use quayside_protocol::reply::HostState;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::*;
use crate::auth::Credential;
use crate::domain::fleet::Wiring;
use crate::runtime::RuntimeError;
use crate::runtime::scripted::Scripted;
use crate::runtime::supervisor::{HostEvent, Payload};
use crate::store::memory::MemoryStore;

struct Hub {
    hosts: Hosts,
    store: MemoryStore,
    events: mpsc::Receiver<HostEvent>,
    /// The settings that runtimes were made of.
    made: Arc<Mutex<Vec<HostSettings>>>,
}

fn hub(store: MemoryStore) -> Hub {
    let (sender, events) = mpsc::channel(1_000);
    let made: Arc<Mutex<Vec<HostSettings>>> = Arc::default();
    let seen = made.clone();
    let wiring = Wiring {
        make: Arc::new(move |settings| {
            if settings.addr.contains("refused") {
                return Err(RuntimeError::Invalid("tls.cert: no PEM".to_owned()));
            }
            seen.lock().unwrap().push(settings.clone());
            Ok(Scripted::new())
        }),
        events: sender,
        recent: Arc::new(|_| Vec::new()),
        sweep: Duration::ZERO,
    };
    let fleet = Arc::new(Fleet::new(wiring, CancellationToken::new()));
    let shared: Arc<dyn Store> = Arc::new(store.clone());
    let audit = Arc::new(Audit::new(shared.clone()).unwrap());
    Hub { hosts: Hosts::new(fleet, shared, audit, &Secret::new([7; 32])), store, events, made }
}

fn caller(role: Role) -> Caller {
    Caller {
        principal: Some(Principal {
            username: "root".into(),
            role,
            credential: Credential::Session("s".into()),
            expires_at: None,
        }),
        bearer: None,
        address: IpAddr::from([127, 0, 0, 1]),
        agent: "".into(),
        request_id: "".into(),
        base_url: "".into(),
    }
}

fn tls(key: &str) -> Tls {
    Tls { ca: "CA".into(), cert: "CERT".into(), key: Hidden(key.into()) }
}

fn create(host: &str, addr: &str) -> Create {
    let tls = addr.starts_with("tcp").then(|| tls("KEY"));
    Create { host: host.into(), addr: addr.into(), kind: Kind::Docker, tls, ssh: None }
}

fn update(host: &str) -> Update {
    Update { host: host.into(), addr: None, tls: None, ssh: None }
}

impl Hub {
    /// The newest settings' key.
    fn key(&self) -> Option<String> {
        let made = self.made.lock().unwrap();
        made.last().unwrap().tls.as_ref().map(|tls| tls.key.expose().clone())
    }

    async fn event(&mut self, wanted: &str) {
        loop {
            let event = self.events.recv().await.unwrap();
            if matches!(&event.payload, Payload::Event { action, .. } if action == wanted) {
                return;
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_host_is_made_stored_found_again_and_removed() {
    let admin = caller(Role::Admin);
    let mut hub = hub(MemoryStore::new());
    let host = hub.hosts.create(&admin, create("b", "tcp://b:2376")).await.unwrap();
    assert_eq!((host.host.as_str(), host.state), ("b", HostState::Connecting));
    assert!(!host.configured);
    hub.event("added").await;
    hub.event("online").await;

    let stored = hub.store.get(&keys::host("b")).unwrap().unwrap();
    assert!(!String::from_utf8_lossy(&stored.value).contains("KEY"));
    let again = self::hub(hub.store.clone());
    again.hosts.open().unwrap();
    assert_eq!(again.key().as_deref(), Some("KEY"));
    assert_eq!(again.hosts.list(admin.principal.as_ref().unwrap())[0].addr, "tcp://b:2376");

    hub.hosts.remove(&admin, "b").await.unwrap();
    hub.event("removed").await;
    let gone = hub.hosts.get(admin.principal.as_ref().unwrap(), "b").unwrap_err();
    assert_eq!(gone.code(), ErrorCode::NotFound);
    assert_eq!(hub.store.get(&keys::host("b")).unwrap(), None);
    assert_eq!(hub.hosts.remove(&admin, "b").await.unwrap_err().code(), ErrorCode::NotFound);
}

#[tokio::test(start_paused = true)]
async fn keys_stay_with_their_address() {
    let (admin, hub) = (caller(Role::Admin), hub(MemoryStore::new()));
    hub.hosts.create(&admin, create("b", "tcp://b:2376")).await.unwrap();
    let kept = Update { tls: Some(tls("******")), ..update("b") };
    hub.hosts.update(&admin, kept).await.unwrap();
    assert_eq!(hub.key().as_deref(), Some("KEY"));

    let stolen =
        Update { addr: Some("tcp://evil:1".into()), tls: Some(tls("******")), ..update("b") };
    let error = hub.hosts.update(&admin, stolen).await.unwrap_err();
    assert_eq!(error.body().field.as_deref(), Some("tls.key"));
    let moved = Update { addr: Some("tcp://c:1".into()), ..update("b") };
    hub.hosts.update(&admin, moved).await.unwrap();
    assert_eq!(hub.key(), None);
}

#[tokio::test(start_paused = true)]
async fn what_is_wrong_is_named_and_changes_nothing() {
    let (admin, hub) = (caller(Role::Admin), hub(MemoryStore::new()));
    let configured = check::create(&create("a", "unix:///a")).unwrap();
    hub.hosts.fleet.open(configured, true);
    for (create, field) in [
        (create("../x", "unix:///a"), "host"),
        (create("b", "http://b"), "addr"),
        (create("b", "tcp://refused:1"), "tls.cert"),
        (Create { tls: Some(tls("KEY")), ..create("b", "unix:///b") }, "tls"),
        (Create { tls: Some(tls("******")), ..create("b", "tcp://b:1") }, "tls.key"),
        (create("a", "unix:///b"), "host"),
    ] {
        let error = hub.hosts.create(&admin, create).await.unwrap_err();
        assert_eq!(error.body().field.as_deref(), Some(field), "{error}");
    }
    let error = hub.hosts.update(&admin, update("a")).await.unwrap_err();
    assert_eq!(error.code(), ErrorCode::Conflict);
    assert_eq!(hub.hosts.remove(&admin, "a").await.unwrap_err().code(), ErrorCode::Conflict);
    assert_eq!(hub.hosts.list(admin.principal.as_ref().unwrap()).len(), 1);

    let operator = caller(Role::Operator);
    let forbidden = hub.hosts.create(&operator, create("c", "unix:///c")).await.unwrap_err();
    assert_eq!(forbidden.code(), ErrorCode::Forbidden);
    let test =
        Test { host: None, addr: Some("x".into()), kind: Kind::Docker, tls: None, ssh: None };
    assert!(!hub.hosts.test(&admin, test).await.unwrap().ok);
}
