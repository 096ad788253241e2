//! 300 containers created, started, stopped and removed by four writers at once, two through the hub and two
//! beside it, while 110 clients watch and a third of them come and go: what each saw is what the engines told.

use std::collections::BTreeMap;
use std::time::Instant;

use serde_json::json;

use super::ground::{Ground, name};
use super::truth::{all_see, equals, told};
use crate::support::docker::Docker;
use crate::support::watch::By;

/// Containers of each writer.
const EACH: usize = 75;

const WATCHERS: [(By, usize); 4] = [(By::Sse, 30), (By::Stream, 20), (By::Ws, 50), (By::Poll, 10)];

/// A writer that uses the hub, on both engines by turns.
async fn by_hub(ground: &Ground) {
    for number in 0..EACH {
        let host = ground.engines[number % 2].host;
        let container = name("r");
        let create = json!({
            "opt": "create", "host": host, "image_id": "busybox:latest", "name": container,
            "cmd": ["sleep", "600"], "start": false,
        });
        ground.hub.reply(&ground.admin, "container", &create).await;
        for (opt, more) in
            [("start", json!({})), ("stop", json!({ "timeout": 0 })), ("remove", json!({}))]
        {
            let mut data = json!({ "opt": opt, "host": host, "container": container });
            data.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            ground.hub.reply(&ground.admin, "container", &data).await;
        }
    }
}

/// A writer that uses the engine's own command.
async fn by_docker(engine: &Docker) {
    for _ in 0..EACH {
        let container = name("r");
        engine
            .run(&[
                "create",
                "--name",
                &container,
                "--label",
                "lab=7",
                "busybox:latest",
                "sleep",
                "600",
            ])
            .await;
        engine.run(&["start", &container]).await;
        engine.run(&["stop", "-t", "0", &container]).await;
        engine.run(&["rm", &container]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_clients_record_is_the_engines_own() {
    let ground = Ground::new().await;
    let records = ground.engines.each_ref().map(Docker::record);
    let since = ground.now().await;
    let watchers = ground.watch(&WATCHERS, &since);
    let from = ground.mark().await;
    let begun = Instant::now();
    let [a, b] = &ground.engines;
    tokio::join!(by_hub(&ground), by_hub(&ground), by_docker(a), by_docker(b));
    let wrote = begun.elapsed();
    let to = ground.mark().await;
    all_see(&watchers, &ground.engines, &to).await;
    let seen = begun.elapsed();

    let mut truth = BTreeMap::new();
    for (engine, record) in ground.engines.iter().zip(&records) {
        truth.insert(engine.host, told(record, &from, &to).await);
    }
    let total: usize = truth.values().map(Vec::len).sum();
    // Created, started, killed, died, stopped and destroyed: 6 of each at least.
    assert!(total >= 6 * 4 * EACH, "{total}");
    let (mut first, mut connections) = (BTreeMap::new(), 0);
    let clients = watchers.len();
    for watch in watchers {
        let by = watch.by;
        let record = watch.end().await;
        connections += record.connections;
        equals(by, &record, &truth, &mut first, (&from, &to));
    }
    eprintln!(
        "{total} events in {wrote:?}, seen {seen:?} after the first by {clients} clients over {connections} connections"
    );
    assert!(connections as usize > clients, "nobody came back");
}
