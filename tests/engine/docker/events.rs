//! The stream of events.

use std::time::Duration;

use futures::StreamExt;
use quayside::runtime::{EngineEvent, Runtime};

use crate::real::{Container, DEADLINE, docker, engine, inspect};

/// Takes events until `enough`; those of other tests are left out.
async fn take(
    since: Option<i64>,
    id: &str,
    act: impl FnOnce(),
    enough: impl Fn(&[EngineEvent]) -> bool,
) -> Vec<EngineEvent> {
    let mut stream = engine().events(since).await.unwrap();
    act();
    let mut events = Vec::new();
    while !enough(&events) {
        let event = tokio::time::timeout(DEADLINE, stream.next()).await.unwrap().unwrap().unwrap();
        if event.actor_id == id || event.attrs.get("container").is_some_and(|of| of == id) {
            events.push(event);
        }
    }
    events
}

#[tokio::test(flavor = "multi_thread")]
async fn events_come_live_word_for_word_and_again_from_any_moment() {
    let container = Container::idle();
    let id = inspect(&container.0, "{{.Id}}");
    let script = "true 'a b'; exit 5";
    let act = || {
        crate::real::try_docker(&["exec", &container.0, "sh", "-c", script]).unwrap_err();
    };
    let done = |events: &[EngineEvent]| events.iter().any(|e| e.action == "exec_die");
    let live = take(None, &id, act, done).await;
    let actions: Vec<_> = live.iter().map(|e| e.action.clone()).collect();
    assert_eq!(
        actions,
        [
            format!("exec_create: sh -c {script}"),
            format!("exec_start: sh -c {script}"),
            "exec_die".to_owned()
        ]
    );
    assert!(live.iter().all(|e| e.kind == "container" && e.attrs["name"] == container.0));
    assert_eq!(live[2].attrs["exitCode"], "5");
    // Inclusive to the nanosecond: the first replayed is the one it begins at.
    let again = take(Some(live[1].time_nano), &id, || (), done).await;
    assert_eq!(again, live[1..]);
    let after = take(Some(live[1].time_nano + 1), &id, || (), done).await;
    assert_eq!(after, live[2..]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_comes_late_misses_nothing() {
    let container = Container::idle();
    let id = inspect(&container.0, "{{.Id}}");
    let mut stream = engine().events(None).await.unwrap();
    for _ in 0..40 {
        docker(&["exec", &container.0, "true"]);
    }
    // Longer than the engine waits for who does not read.
    crate::support::wait::pass(Duration::from_millis(300)).await;
    let mut deaths = 0;
    while deaths < 40 {
        let event = tokio::time::timeout(DEADLINE, stream.next()).await.unwrap().unwrap().unwrap();
        deaths += u32::from(event.actor_id == id && event.action == "exec_die");
    }
}
