//! The hub, killed under load again and again: it is back at once, knows every write it answered, and its clients
//! have each event once. `QUAYSIDE_CRASH_RUNS` says how often it is killed, up to 20, which is the default.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;

use crate::ledger::{Clerk, Ledger};
use crate::pace::Pace;
use crate::real;
use crate::record::{SECOND_ENGINE, all_saw, clients, ended};
use crate::same::{assert_same, is_of};
use crate::support::dice::Dice;
use crate::support::docker::Docker;
use crate::support::hub::Plan;
use crate::support::wait;
use crate::support::watch::By;
use crate::writer::{Ids, Way, Writer, ask};

/// What the hub may take from its start until it answers `/readyz` with 200.
const START: Duration = Duration::from_secs(1);

/// Events that a client sees before the hub is killed again, so that there is something to lose.
const SOME: usize = 20;

/// By when they have come; only a fault takes that long.
const PATIENCE: Duration = Duration::from_secs(60);

fn rounds() -> usize {
    std::env::var("QUAYSIDE_CRASH_RUNS").map_or(20, |runs| runs.parse().unwrap()).clamp(1, 20)
}

/// Makes containers, names them anew and removes them: cheap events, one after the other.
async fn load(docker: Docker, ids: Ids, pace: Arc<Pace>, stop: CancellationToken) {
    let writer = Writer { way: Way::Socket, ids };
    while !stop.is_cancelled() {
        pace.step().await;
        let id = writer.create(&docker, &real::name("load")).await;
        for _ in 0..3 {
            pace.step().await;
            let path = format!("/containers/{id}/rename?name={}", real::name("load"));
            ask(&docker, "POST", &path, &serde_json::Value::Null).await;
        }
        pace.step().await;
        writer.remove(&docker, &id).await;
    }
}

/// What is left of containers whose making had no answer.
async fn sweep(docker: &Docker) {
    let prefix = format!("name=^/t-killed-{}-", std::process::id());
    let left = docker.run(&["ps", "-aq", "--filter", &prefix]).await;
    let left: Vec<_> = left.split_whitespace().collect();
    if !left.is_empty() {
        docker.run(&[&["rm", "-f"][..], &left].concat()).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hub_that_is_killed_under_load_loses_nothing_and_tells_nothing_twice() {
    let _alone = SECOND_ENGINE.lock().await;
    let mut dice = Dice::announced("a_hub_that_is_killed_under_load");
    let [_, docker] = Docker::both();
    let plan = Plan::new().set("auth", "access_ttl", "\"1h\"").host("b", &docker.address());
    let mut hub = plan.start().await;
    let admin = hub.admin().await;
    hub.wait_for_host(&admin, "b", "online").await;
    let own = docker.record();
    let kinds = [(By::Sse, 4), (By::Stream, 4), (By::Ws, 4), (By::Poll, 4)];
    let clients = clients(&hub, &admin, &kinds, &mut dice).await;

    let begun = Instant::now();
    let (ids, pace, stop) = (Ids::default(), Arc::new(Pace::new()), CancellationToken::new());
    let load: Vec<_> = (0..2)
        .map(|_| tokio::spawn(load(docker.clone(), ids.clone(), pace.clone(), stop.clone())))
        .collect();
    let ledger = Arc::new(Mutex::new(Ledger::default()));
    let clerks: Vec<_> = (0..2)
        .map(|_| {
            let (http, token, ledger) = (hub.http(), admin.clone(), ledger.clone());
            let clerk = Clerk { http, token, ledger, dice: Dice::new(dice.roll()) };
            tokio::spawn(clerk.work())
        })
        .collect();
    let marker = Writer { way: Way::Socket, ids: ids.clone() };
    let mut starts = Vec::new();
    for _ in 0..rounds() {
        // Now and then while it is still catching up.
        if !dice.once_in(4) {
            let id = marker.create(&docker, &real::name("killed")).await;
            all_saw(&clients, &[id]).await;
            pace.free();
            let enough = clients[1].count() + SOME;
            wait::for_true(PATIENCE, "load", || clients[1].count() >= enough).await;
        }
        wait::pass(dice.millis(500)).await;
        pace.hold();
        hub.kill().await;
        hub.launch().await;
        starts.push(hub.started_in);
    }
    stop.cancel();
    pace.free();
    for task in load {
        task.await.unwrap();
    }
    for clerk in clerks {
        assert!(!clerk.is_finished(), "a clerk has panicked");
        clerk.abort();
        // Aborted: that it ended so is no news.
        let _ = clerk.await;
    }
    let end = marker.create(&docker, &real::name("killed")).await;
    all_saw(&clients, &[end]).await;
    let took = begun.elapsed();

    let ids = ids.lock().unwrap().clone();
    let mut told = own.stamped();
    told.retain(|(_, event)| is_of(event, &ids));
    let records = ended(clients).await;
    sweep(&docker).await;
    let told = [("b", told)];
    assert_same(&told, &records, &ids);
    let ledger = std::mem::take(&mut *ledger.lock().unwrap());
    ledger.verify(&hub, &admin).await;
    starts.sort();
    let (middle, longest) = (starts[starts.len() / 2], starts[starts.len() - 1]);
    eprintln!(
        "killed {} times in {took:.1?}: {} events, {} connections of {} clients, {} writes answered and {} not; back after {middle:.0?} mostly, {longest:.0?} at most",
        starts.len(),
        told[0].1.len(),
        records.iter().map(|record| record.connections).sum::<u32>(),
        records.len(),
        ledger.answered(),
        ledger.unanswered,
    );
    // Some may have waited for a processor that others had.
    assert!(middle < START, "starts took {starts:?}");
}
