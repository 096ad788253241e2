//! The hub killed at any moment, 20 times under load: it is back at once, positions go on, nothing that was answered
//! is lost, nobody misses an event or gets one twice.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::{Value, json};

use super::ground::{Ground, name};
use super::truth::{all_see, equals, told};
use crate::support::dice::Dice;
use crate::support::docker::Docker;
use crate::support::http::{Ask, Http};
use crate::support::wait;
use crate::support::watch::By;

const KILLS: usize = 20;

const WATCHERS: [(By, usize); 4] = [(By::Sse, 6), (By::Stream, 4), (By::Ws, 6), (By::Poll, 3)];

/// What was answered, and so must be there for ever.
#[derive(Debug, Default)]
struct Ledger {
    users: Vec<String>,
    /// Secrets of long-lived tokens.
    tokens: Vec<String>,
    hosts: Vec<String>,
    /// Action and target of audit entries.
    audit: Vec<(String, String)>,
}

/// Writes through the hub until told to end; what it could not send or was not answered does not count.
async fn write(ground: &Ground, ledger: &Mutex<Ledger>, end: &AtomicBool, writer: usize) {
    let http = Http::new(ground.hub.address);
    let ask = async |noun: &str, data: Value| {
        let packet = json!({ "type": noun, "data": data });
        let asked = http.try_send(&Ask::post("/packet", &packet).token(&ground.admin)).await;
        let answer = asked.ok().filter(|answer| answer.status == 200)?;
        Some(answer.json()["data"].clone())
    };
    let mut number = 0;
    while !end.load(Ordering::Relaxed) {
        number += 1;
        let name = format!("w{writer}-{number}");
        // Without a password: hashing one takes longer than the rest of it.
        if ask("user", json!({ "opt": "create", "username": name })).await.is_some() {
            let mut ledger = ledger.lock().unwrap();
            ledger.users.push(name.clone());
            ledger.audit.push(("user_create".to_owned(), name.clone()));
        }
        if let Some(made) = ask("token", json!({ "opt": "create", "name": name })).await {
            let mut ledger = ledger.lock().unwrap();
            ledger.tokens.push(made["token"].as_str().unwrap().to_owned());
            ledger.audit.push(("token_create".to_owned(), made["id"].as_str().unwrap().to_owned()));
        }
        // Few: each is connected to.
        if number % 20 == 0 {
            let data = json!({ "opt": "create", "host": name, "addr": format!("unix:///nowhere/{name}.sock") });
            if ask("host", data).await.is_some() {
                ledger.lock().unwrap().hosts.push(name);
            }
        }
        wait::pass(Duration::from_millis(20)).await;
    }
}

/// Makes an engine tell much, and cheaply, until told to end.
async fn stir(engine: &Docker, end: &AtomicBool) {
    let container = name("stir");
    engine.run(&["run", "-d", "--name", &container, "busybox:latest", "sleep", "3600"]).await;
    while !end.load(Ordering::Relaxed) {
        engine.run(&["pause", &container]).await;
        engine.run(&["unpause", &container]).await;
    }
    engine.run(&["rm", "-f", &container]).await;
}

/// Kills the hub and starts it again; how long each start took.
async fn kill(hub: &mut crate::support::hub::TestHub) -> Vec<Duration> {
    let mut dice = Dice::announced("kills");
    let mut starts = Vec::new();
    for _ in 0..KILLS {
        wait::pass(Duration::from_millis(300) + dice.millis(1_200)).await;
        hub.kill().await;
        wait::pass(dice.millis(500)).await;
        hub.launch().await;
        starts.push(hub.started_in);
    }
    starts
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hub_that_is_killed_loses_nothing() {
    let mut ground = Ground::new().await;
    let records = ground.engines.each_ref().map(Docker::record);
    let since = ground.now().await;
    let watchers = ground.watch(&WATCHERS, &since);
    let from = ground.mark().await;
    let (ledger, end) = (Mutex::new(Ledger::default()), AtomicBool::new(false));
    // The process is the killer's; the rest know its address, which stays.
    let mut process = ground.hub.take_process();
    let mut starts = {
        let kills = async {
            let starts = kill(&mut process).await;
            end.store(true, Ordering::Relaxed);
            starts
        };
        let [a, b] = &ground.engines;
        let writers = async {
            tokio::join!(write(&ground, &ledger, &end, 1), write(&ground, &ledger, &end, 2))
        };
        tokio::join!(kills, writers, stir(a, &end), stir(b, &end)).0
    };
    ground.hub = process;
    let to = ground.mark().await;
    all_see(&watchers, &ground.engines, &to).await;

    let mut truth = BTreeMap::new();
    for (engine, record) in ground.engines.iter().zip(&records) {
        truth.insert(engine.host, told(record, &from, &to).await);
    }
    let total: usize = truth.values().map(Vec::len).sum();
    let (mut first, mut connections) = (BTreeMap::new(), 0);
    for watch in watchers {
        let by = watch.by;
        let record = watch.end().await;
        connections += record.connections;
        equals(by, &record, &truth, &mut first, (&from, &to));
    }
    let ledger = ledger.into_inner().unwrap();
    nothing_answered_is_lost(&ground, &ledger).await;
    starts.sort_unstable();
    eprintln!(
        "{KILLS} kills: back in {:?} (middle) and {:?} at most; {total} events over {connections} connections; {} users, {} tokens, {} hosts answered",
        starts[KILLS / 2],
        starts[KILLS - 1],
        ledger.users.len(),
        ledger.tokens.len(),
        ledger.hosts.len()
    );
    assert!(starts[KILLS / 2] < Duration::from_secs(1), "{starts:?}");
    assert!(total > 20 * KILLS && ledger.users.len() > KILLS, "{total}: no load");
}

async fn nothing_answered_is_lost(ground: &Ground, ledger: &Ledger) {
    let list = async |noun: &str, mut data: Value| {
        let mut items = Vec::new();
        data["opt"] = "list".into();
        loop {
            let page = ground.hub.reply(&ground.admin, noun, &data).await;
            items.extend(page["items"].as_array().unwrap().clone());
            match page.get("next") {
                Some(next) => data["after"] = next.clone(),
                None => return items,
            }
        }
    };
    let users = list("user", json!({ "limit": 1000 })).await;
    for name in &ledger.users {
        assert!(
            users.iter().any(|user| user["username"] == name.as_str()),
            "the account {name} is lost"
        );
    }
    let numbers: std::collections::BTreeSet<_> =
        users.iter().map(|user| user["id"].as_u64()).collect();
    assert_eq!(numbers.len(), users.len(), "a number was given twice");
    let hosts = list("host", json!({})).await;
    for host in &ledger.hosts {
        assert!(hosts.iter().any(|h| h["host"] == host.as_str()), "the host {host} is lost");
    }
    for token in &ledger.tokens {
        let (status, _) = ground.hub.packet(token, "host", &json!({ "opt": "list" })).await;
        assert_eq!(status, 200, "a token is lost");
    }
    let audit = list("audit", json!({ "limit": 1000 })).await;
    for (action, target) in &ledger.audit {
        let there =
            audit.iter().any(|e| e["action"] == action.as_str() && e["target"] == target.as_str());
        assert!(there, "the audit entry {action} {target} is lost");
    }
}
