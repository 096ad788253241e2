//! Sweeps, streams and questions over a scripted engine, time being the test's own.

use std::sync::Arc;
use std::time::Duration;

use quayside_protocol::command::account::Role;
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;

use super::*;
use crate::auth::{Credential, Principal};
use crate::domain::fleet::{Fleet, HostSettings, Wiring};
use crate::runtime::ContainerFacts;
use crate::runtime::address::Address;
use crate::runtime::scripted::{Scripted, event, id_of, running};
use crate::runtime::supervisor::HostEvent;

async fn fleet(sweep: Duration) -> (Arc<Scripted>, Arc<Fleet>, mpsc::Receiver<HostEvent>) {
    let engine = Scripted::new();
    engine.set(running("web"));
    engine.set(ContainerFacts { state: "exited".into(), ..running("old") });
    engine.sample("web", formula::tests::sample(1_000, 10_000));
    let (events, receiver) = mpsc::channel(100);
    let made = engine.clone();
    let make: crate::domain::fleet::Maker = Arc::new(move |_| Ok(made.clone()));
    let wiring = Wiring { make, events, recent: Arc::new(|_| Vec::new()), sweep };
    let fleet = Arc::new(Fleet::new(wiring, CancellationToken::new()));
    let addr = "unix:///a".to_owned();
    let address = Address::parse(&addr).unwrap();
    let kind = Default::default();
    fleet.open(HostSettings { name: "a".into(), addr, address, kind, tls: None, ssh: None }, true);
    fleet.ready().await;
    (engine, fleet, receiver)
}

fn viewer() -> Principal {
    let credential = Credential::Session("s".into());
    Principal { username: "v".into(), role: Role::Viewer, credential, expires_at: None }
}

/// The values of `web`, once they are such.
async fn until(usage: &Usage, such: impl Fn(Option<&StatsRecord>) -> bool) {
    let key = format!("a/{}", &id_of("web")[..12]);
    let mut head = usage.live().watch();
    let wait = async {
        while !such(usage.live().get(&key).as_deref()) {
            head.changed().await.unwrap();
        }
    };
    timeout(Duration::from_secs(60), wait).await.expect("the values never came");
}

#[tokio::test(start_paused = true)]
async fn the_sweep_measures_what_runs_and_forgets_what_stopped() {
    let (engine, fleet, _events) = fleet(Duration::from_secs(10)).await;
    let usage = fleet.usage();
    let cpu =
        |wanted: f64| move |r: Option<&StatsRecord>| r.map(|r| r.stats.cpu_percent) == Some(wanted);
    // 500 of 4,000 on 4 cores, within seconds of the first sight.
    let began = Instant::now();
    until(usage, cpu(50.0)).await;
    assert!(began.elapsed() < Duration::from_secs(3));
    let web = fleet.find(&viewer(), "a", "web").await.unwrap();
    assert_eq!(fleet.word(&web).cpu_percent, Some(50.0));
    assert_eq!(usage.history(&web, DateTime::UNIX_EPOCH).len(), 1);

    let all = fleet.all_stats("a", &viewer()).await.unwrap();
    let of = |name: &str| all.iter().find(|(c, _)| c.facts.name == name).unwrap().1.clone();
    assert_eq!((of("web").cpu_percent, of("old")), (50.0, formula::zero()));

    engine.set(ContainerFacts { state: "exited".into(), ..running("web") });
    engine.say(event(10, "die", "web"));
    until(usage, |record| record.is_none()).await;
    let web = fleet.find(&viewer(), "a", "web").await.unwrap();
    assert_eq!(fleet.word(&web).cpu_percent, None);
    assert!(!usage.history(&web, DateTime::UNIX_EPOCH).is_empty());
    assert_eq!(fleet.stats(&web).await.unwrap(), formula::zero());
}

#[tokio::test(start_paused = true)]
async fn without_a_sweep_the_engine_is_asked() {
    let (_engine, fleet, _events) = fleet(Duration::ZERO).await;
    let web = fleet.find(&viewer(), "a", "web").await.unwrap();
    assert_eq!(fleet.stats(&web).await.unwrap().cpu_percent, 50.0);
    assert_eq!(fleet.all_stats("a", &viewer()).await.unwrap().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_watched_container_has_one_stream_that_ends_after_the_last_watcher() {
    let (_engine, fleet, _events) = fleet(Duration::ZERO).await;
    let web = fleet.find(&viewer(), "a", "web").await.unwrap();
    let first = fleet.watch(web.clone()).await.unwrap();
    let second = fleet.watch(web.clone()).await.unwrap();
    assert_eq!(fleet.usage().watched.lock().unwrap().len(), 1);
    let streamed = |record: Option<&StatsRecord>| record.is_some_and(|r| r.streamed.is_some());
    until(fleet.usage(), streamed).await;
    // 1,000 of 4,000 on 4 cores: the stream's value, not one asked for.
    assert_eq!(fleet.stats(&web).await.unwrap().cpu_percent, 100.0);
    drop(first);
    tokio::time::sleep(Duration::from_secs(10)).await;
    assert_eq!(fleet.usage().watched.lock().unwrap().len(), 1);
    drop(second);
    tokio::time::sleep(Duration::from_secs(6)).await;
    assert!(fleet.usage().watched.lock().unwrap().is_empty());
}
