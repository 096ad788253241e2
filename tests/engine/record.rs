//! What clients of every transport write down is what the engines themselves tell: nothing missing, nothing twice,
//! each host's in one order.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use crate::real;
use crate::same::{assert_same, is_of};
use crate::support::dice::Dice;
use crate::support::docker::Docker;
use crate::support::hub::{Plan, TestHub};
use crate::support::poll::Poll;
use crate::support::wait;
use crate::support::watch::{By, Record, View, Watch};
use crate::writer::{Ids, Way, Writer, ask};

/// Containers of each of the four writers.
const EACH: usize = 75;

/// Clients by how they are connected; every third is restless.
const CLIENTS: [(By, usize); 4] = [(By::Sse, 25), (By::Stream, 25), (By::Ws, 50), (By::Poll, 10)];

/// By when a client must have been given what has happened; only a loss takes that long.
const CATCH_UP: Duration = Duration::from_secs(60);

/// One at a time of those that measure the second engine or fill its memory of events.
pub(crate) static SECOND_ENGINE: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

/// The present end of the hub's log.
pub(crate) async fn now(hub: &TestHub, token: &str) -> String {
    let mut poll = Poll::new(hub.address, "topic=events", token, None);
    poll.turn(0).await.unwrap();
    poll.next.unwrap()
}

/// Clients that watch from now on.
pub(crate) async fn clients(
    hub: &TestHub,
    token: &str,
    kinds: &[(By, usize)],
    dice: &mut Dice,
) -> Vec<Watch> {
    let since = Some(now(hub, token).await);
    let kinds = kinds.iter().flat_map(|(by, count)| std::iter::repeat_n(*by, *count));
    let clients: Vec<_> = kinds
        .enumerate()
        .map(|(number, by)| {
            let restless = number % 3 == 0;
            let (address, token) = (hub.address, token.to_owned());
            let view = View { address, token, since: since.clone(), restless };
            Watch::start(by, view, dice.roll())
        })
        .collect();
    wait::for_true(CATCH_UP, "clients", || clients.iter().all(Watch::is_connected)).await;
    clients
}

/// Waits until every client was told of each of these containers.
pub(crate) async fn all_saw(clients: &[Watch], ids: &[String]) {
    let ids: HashSet<_> = ids.iter().cloned().collect();
    for (number, client) in clients.iter().enumerate() {
        let what = format!("client {number} by {:?} to come to the end", client.by);
        wait::for_true(CATCH_UP, &what, || {
            let record = client.record.lock().unwrap();
            let last = record.seen.iter().rev().filter(|seen| !seen.is_gap);
            let seen: HashSet<_> =
                last.filter_map(|seen| ids.get(seen.data["actor_id"].as_str()?)).collect();
            seen.len() == ids.len()
        })
        .await;
    }
}

/// Stops the clients; their records.
pub(crate) async fn ended(clients: Vec<Watch>) -> Vec<Record> {
    let mut records = Vec::new();
    for client in clients {
        records.push(client.end().await);
    }
    records
}

#[tokio::test(flavor = "multi_thread")]
async fn every_record_is_the_engines_own() {
    let _alone = SECOND_ENGINE.lock().await;
    let mut dice = Dice::announced("every_record_is_the_engines_own");
    let engines = Docker::both();
    let mut plan = Plan::new().set("auth", "access_ttl", "\"1h\"");
    for engine in &engines {
        plan = plan.host(engine.host, &engine.address());
    }
    let hub = plan.start().await;
    let admin = hub.admin().await;
    for engine in &engines {
        hub.wait_for_host(&admin, engine.host, "online").await;
    }
    let own = engines.clone().map(|engine| (engine.host, engine.record()));
    let clients = clients(&hub, &admin, &CLIENTS, &mut dice).await;

    let begun = Instant::now();
    let ids = Ids::default();
    let ways = [
        Way::Command,
        Way::Socket,
        Way::Hub(hub.http(), admin.clone()),
        Way::Hub(hub.http(), admin.clone()),
    ];
    let tasks: Vec<_> = ways
        .into_iter()
        .enumerate()
        .map(|(number, way)| {
            let (writer, engines) = (Writer { way, ids: ids.clone() }, engines.clone());
            tokio::spawn(async move {
                for turn in 0..EACH {
                    let engine = &engines[(number + turn) % 2];
                    writer.live(engine, &real::name("record")).await;
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let wrote = begun.elapsed();

    // Each engine's last event.
    let last = Writer { way: Way::Socket, ids: ids.clone() };
    let mut ends = Vec::new();
    for engine in &engines {
        ends.push(last.create(engine, &real::name("end")).await);
    }
    all_saw(&clients, &ends).await;
    let caught_up = begun.elapsed() - wrote;
    let ids = ids.lock().unwrap().clone();
    let told = own.map(|(host, own)| {
        let mut told = own.stamped();
        told.retain(|(_, event)| is_of(event, &ids));
        (host, told)
    });
    // Created, started, dead, destroyed, and the two ends.
    assert!(told.iter().map(|(_, told)| told.len()).sum::<usize>() >= 4 * EACH * 4 + 2);

    let records = ended(clients).await;
    for (engine, end) in engines.iter().zip(&ends) {
        ask(engine, "DELETE", &format!("/containers/{end}"), &serde_json::Value::Null).await;
    }
    assert_same(&told, &records, &ids);
    eprintln!(
        "{} containers in {wrote:.1?}, {} and {} events, {} clients with {} connections, all there {caught_up:.1?} later",
        4 * EACH,
        told[0].1.len(),
        told[1].1.len(),
        records.len(),
        records.iter().map(|record| record.connections).sum::<u32>(),
    );
}
