//! Start to remove.

use quayside::runtime::{Runtime, RuntimeError};

use crate::real::{Container, docker, engine, inspect, name, try_docker};
use crate::support::wait;

const STATUS: &str = "{{.State.Status}}";

#[tokio::test(flavor = "multi_thread")]
async fn every_verb_does_what_it_says() {
    let (engine, container) = (engine(), Container::idle());
    let id = container.0.as_str();
    engine.pause(id).await.unwrap();
    assert_eq!(inspect(id, STATUS), "paused");
    engine.unpause(id).await.unwrap();
    assert_eq!(inspect(id, STATUS), "running");
    engine.stop(id, Some(5)).await.unwrap();
    assert_eq!(inspect(id, "{{.State.Status}} {{.State.ExitCode}}"), "exited 0");
    engine.start(id).await.unwrap();
    assert_eq!(inspect(id, STATUS), "running");
    let before = inspect(id, "{{.State.StartedAt}}");
    engine.restart(id, Some(5)).await.unwrap();
    assert_ne!(inspect(id, "{{.State.StartedAt}}"), before);
    let other = name("renamed");
    engine.rename(id, &other).await.unwrap();
    assert_eq!(docker(&["ps", "-aq", "--filter", &format!("name={other}")]).lines().count(), 1);
    engine.rename(&other, id).await.unwrap();
    engine.kill(id, None).await.unwrap();
    docker(&["wait", id]);
    assert_eq!(inspect(id, "{{.State.ExitCode}}"), "137");
    engine.remove(id, false, true).await.unwrap();
    assert!(try_docker(&["inspect", id]).is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signal_reaches_the_main_process() {
    let engine = engine();
    let container = Container::run(&[], "trap 'exit 7' USR1; while :; do sleep 1000 & wait; done");
    let id = container.0.as_str();
    // The trap stands once the shell has a child.
    crate::real::until("the shell waits", async || docker(&["top", id]).contains("sleep")).await;
    engine.kill(id, Some("USR1")).await.unwrap();
    assert_eq!(docker(&["wait", id]), "7");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_so_already_is_told() {
    let (engine, container) = (engine(), Container::idle());
    let id = container.0.as_str();
    assert_eq!(engine.start(id).await, Err(RuntimeError::NotModified));
    engine.stop(id, Some(5)).await.unwrap();
    assert_eq!(engine.stop(id, None).await, Err(RuntimeError::NotModified));
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_come_in_the_engines_words() {
    let (engine, container) = (engine(), Container::idle());
    let id = container.0.as_str();
    let unknown = Err(RuntimeError::NotFound("No such container: nobody".to_owned()));
    assert_eq!(engine.start("nobody").await, unknown);
    assert_eq!(engine.stop("nobody", None).await, unknown);
    assert_eq!(engine.inspect("nobody").await.map(drop), unknown);
    assert!(
        matches!(engine.unpause(id).await, Err(RuntimeError::Conflict(m)) if m.contains("is not paused"))
    );
    assert!(
        matches!(engine.remove(id, false, false).await, Err(RuntimeError::Conflict(m)) if m.contains("running"))
    );
    let other = Container::idle();
    assert!(
        matches!(engine.rename(id, &other.0).await, Err(RuntimeError::Conflict(m)) if m.contains("already in use"))
    );
    engine.stop(id, Some(5)).await.unwrap();
    assert!(
        matches!(engine.kill(id, None).await, Err(RuntimeError::Conflict(m)) if m.contains("is not running"))
    );
    assert!(
        matches!(engine.pause(id).await, Err(RuntimeError::Conflict(m)) if m.contains("is not running"))
    );
    engine.remove(id, true, true).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn processes_are_those_of_ps() {
    let (engine, container) = (engine(), Container::idle());
    // What has just been started may still be on its way to its own command.
    let top = wait::until("its command", async || {
        let top = engine.top(&container.0).await.unwrap();
        let command = top.titles.iter().position(|t| t == "CMD" || t == "COMMAND").unwrap();
        let named = |row: &Vec<String>| ["sleep", "trap"].iter().any(|w| row[command].contains(w));
        top.processes.iter().any(named).then_some(top)
    })
    .await;
    let mut lines = docker(&["top", &container.0]).lines().count();
    lines -= 1;
    assert_eq!(top.processes.len(), lines);
}
