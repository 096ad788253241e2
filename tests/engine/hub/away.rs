//! An engine that is killed and comes back 20 s later.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::ground::{Ground, name, ps};
use crate::support::wait;
use crate::support::watch::By;

/// How long the engine is away.
const AWAY: Duration = Duration::from_secs(20);

/// Within what the hub must notice that it went and what it has when it is back.
const NOTICE: Duration = Duration::from_secs(5);

/// What an engine that is there may take to be heard of, on a machine busy with the engine that starts.
const PROMPT: Duration = Duration::from_secs(2);

#[tokio::test(flavor = "multi_thread")]
async fn an_engine_killed_and_started_again_is_told_of_and_delays_no_other() {
    let ground = Ground::new().await;
    let [near, far] = &ground.engines;
    let (stays, ends, beside) = (name("stays"), name("ends"), name("beside"));
    near.run(&["run", "-d", "--name", &beside, "busybox:latest", "sleep", "600"]).await;
    far.run(&[
        "run",
        "-d",
        "--name",
        &stays,
        "--restart",
        "always",
        "busybox:latest",
        "sleep",
        "600",
    ])
    .await;
    far.run(&["run", "-d", "--name", &ends, "busybox:latest", "sleep", "600"]).await;
    wait::until("the hub to know them", async || {
        (ground.shown("b").await == ps(far).await).then_some(())
    })
    .await;
    let since = ground.now().await;
    let watchers =
        ground.watch(&[(By::Sse, 1), (By::Ws, 2), (By::Poll, 1), (By::Stream, 1)], &since);

    far.engine("kill").await;
    let gone = Instant::now();
    ground.hub.wait_for_host(&ground.admin, "b", "offline").await;
    assert!(gone.elapsed() < NOTICE, "offline after {:?}", gone.elapsed());
    let noticed = gone.elapsed();

    // While it is away: its part of a list is a failure, the other's is there and nothing of it is late.
    let (mut slowest, mut rounds) = (Duration::ZERO, 0);
    while gone.elapsed() < AWAY {
        let begun = Instant::now();
        let list = ground.hub.reply(&ground.admin, "container", &json!({ "opt": "list" })).await;
        assert!(begun.elapsed() < PROMPT, "a list took {:?}", begun.elapsed());
        assert!(
            list["items"].as_array().unwrap().iter().any(|c| c["name"] == beside.as_str()),
            "{list}"
        );
        assert_eq!(
            (&list["failures"][0]["host"], &list["failures"][0]["code"]),
            (&json!("b"), &json!("unavailable"))
        );
        let verb = if rounds % 2 == 0 { "pause" } else { "unpause" };
        near.run(&[verb, &beside]).await;
        let begun = Instant::now();
        let seen = |record: &crate::support::watch::Record| {
            let of = |seen: &crate::support::watch::Seen| {
                seen.data["action"] == verb && seen.data["actor_name"] == beside.as_str()
            };
            record.seen.iter().filter(|s| of(s)).count() > rounds / 2
        };
        let all = || watchers.iter().all(|watch| seen(&watch.record.lock().unwrap()));
        wait::for_true(PROMPT, "the other engine's event", all).await;
        slowest = slowest.max(begun.elapsed());
        rounds += 1;
    }
    assert!(rounds > 5, "{rounds}");

    far.engine("start").await;
    let back = Instant::now();
    let equal = async || (ground.shown("b").await == ps(far).await).then_some(());
    let (_, took) = wait::within(NOTICE, "the mirror to equal docker ps -a", equal).await;
    eprintln!(
        "offline after {noticed:?}; the other's {rounds} events within {slowest:?}; equal again after {took:?}"
    );
    ground.hub.wait_for_host(&ground.admin, "b", "online").await;
    assert!(back.elapsed() < NOTICE, "online after {:?}", back.elapsed());

    // What happened in between: offline, online, a gap, and what became of the containers.
    let states: Vec<Value> = ps(far).await;
    let state = |name: &str| states.iter().find(|c| c["name"] == name).unwrap()["state"].clone();
    assert_eq!(state(&ends), "exited", "an engine that was killed ends what has no restart policy");
    assert_eq!(state(&stays), "running");
    let complete = |record: &crate::support::watch::Record| {
        let has = |kind: &str, action: &str, name: &str| {
            record.seen.iter().any(|s| {
                !s.is_gap
                    && s.data["type"] == kind
                    && s.data["action"] == action
                    && s.data["actor_name"] == name
            })
        };
        has("host", "offline", "b")
            && has("host", "online", "b")
            && has("container", "die", &ends)
            && has("container", "start", &stays)
    };
    let all = || watchers.iter().all(|watch| complete(&watch.record.lock().unwrap()));
    wait::for_true(Duration::from_secs(10), "every client to be told", all).await;
    for watch in watchers {
        let by = watch.by;
        let record = watch.end().await;
        assert_eq!(record.wrong, Vec::<String>::new(), "{by:?}");
        let gaps: Vec<_> = record.gaps().into_iter().filter(|gap| gap["host"] == "b").collect();
        assert_eq!(gaps.len(), 1, "{by:?}: {gaps:?}");
        assert_eq!(gaps[0]["reason"], "engine", "{by:?}");
        assert!(record.gaps().iter().all(|gap| gap["host"] != "a"), "{by:?}");
        let of = |action: &str| {
            record
                .seen
                .iter()
                .filter(|s| s.data["type"] == "host" && s.data["action"] == action)
                .count()
        };
        assert_eq!((of("offline"), of("online")), (1, 1), "{by:?}");
        let twice = record
            .seen
            .iter()
            .filter(|s| s.data["action"] == "die" && s.data["actor_name"] == ends.as_str())
            .count();
        assert_eq!(twice, 1, "{by:?} was told {twice} times that one container died");
    }
    near.run(&["rm", "-f", &beside]).await;
    far.run(&["rm", "-f", &stays, &ends]).await;
}
