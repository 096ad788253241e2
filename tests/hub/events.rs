//! `event list` and `event count`: what a subscription was told, read backwards and counted, with its rights.

use serde_json::{Value, json};

use crate::support::engine::ScriptedEngine;
use crate::support::hub::Plan;
use crate::support::poll::Poll;
use crate::support::scratch::Scratch;
use crate::support::wait;

/// Positions of pushes, in their order.
fn positions(pushes: &[Value]) -> Vec<String> {
    pushes.iter().map(|push| push["position"].as_str().unwrap().to_owned()).collect()
}

fn sum(items: &Value, field: &str) -> u64 {
    items.as_array().unwrap().iter().map(|item| item[field].as_u64().unwrap()).sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_pushed_is_read_back_page_by_page_and_counted() {
    let sockets = Scratch::new();
    let engine = ScriptedEngine::start(&sockets.join("a.sock"));
    let hub = Plan::new().host("a", &engine.address()).start().await;
    let admin = hub.admin().await;
    let ann = hub.account(&admin, "ann", "user").await;
    hub.wait_for_host(&admin, "a", "online").await;
    for n in 0..5 {
        engine.add(&format!("web{n}"), &[], true);
    }
    let since = "2026-01-01T00:00:00Z";
    let pushed = wait::until("all five to be told", async || {
        let since = Some(since.to_owned());
        let mut poll = Poll::new(hub.address, "topic=events", &admin, since);
        let pushed = poll.turn(0).await.unwrap();
        let starts = pushed.iter().filter(|push| push["data"]["action"] == "start");
        (starts.count() == 5).then_some(pushed)
    })
    .await;
    let mut told = positions(&pushed);
    let last = told.last().unwrap().clone();
    told.reverse();

    let (mut back, mut after) = (Vec::new(), Value::Null);
    loop {
        let ask =
            json!({ "opt": "list", "since": since, "until": last, "limit": 2, "after": after });
        let page = hub.reply(&admin, "event", &ask).await;
        let items = page["items"].as_array().unwrap();
        assert!(items.len() <= 2 && page["position"].as_str().unwrap() >= last.as_str(), "{page}");
        back.extend(items.iter().cloned());
        after = page["next"].clone();
        if after.is_null() {
            break;
        }
    }
    assert_eq!(positions(&back), told);
    back.reverse();
    assert_eq!(back, pushed);

    let events = pushed.iter().filter(|push| push["type"] == "event").count() as u64;
    let count = json!({ "opt": "count", "since": &told[told.len() - 1], "until": last, "step": 1 });
    let counted = hub.reply(&admin, "event", &count).await;
    assert_eq!(sum(&counted["items"], "events"), events - 1, "{counted}");
    assert_eq!(sum(&counted["items"], "failures"), 0, "{counted}");
    let narrow = json!({ "opt": "count", "since": since, "step": "365d", "action": "start" });
    assert_eq!(sum(&hub.reply(&admin, "event", &narrow).await["items"], "events"), 5);

    // Nothing of it is hers but what the hub says of hosts.
    let list = json!({ "opt": "list", "since": since });
    let hers = hub.reply(&ann, "event", &list).await["items"].clone();
    assert!(hers.as_array().unwrap().iter().all(|push| push["data"]["type"] == "host"), "{hers}");
    assert_eq!(sum(&hub.reply(&ann, "event", &narrow).await["items"], "events"), 0);
    let count = json!({ "opt": "count", "since": since, "step": "365d" });
    let counted = hub.reply(&ann, "event", &count).await;
    assert_eq!(sum(&counted["items"], "events"), hers.as_array().unwrap().len() as u64);
}
