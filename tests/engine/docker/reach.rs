//! What a way to an engine says when it leads nowhere, and who counts what passes over it.

use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::sync::{Arc, Mutex};

use quayside::runtime::docker::{DockerEngine, TlsFiles};
use quayside::runtime::{Runtime, RuntimeError};
use quayside_protocol::reply::Step;

use super::scratch::Scratch;
use crate::real::{Container, config, engine, socket, until};

pub(super) fn reached(address: &str, tls: Option<TlsFiles>) -> Arc<DockerEngine> {
    let mut config = config(address);
    config.tls = tls;
    DockerEngine::new(config).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_dead_end_is_said_in_plain_words() {
    let scratch = Scratch::new();
    let at = |name: &str| format!("unix://{}", scratch.0.join(name).display());
    fs::write(scratch.0.join("file"), "").unwrap();
    drop(std::os::unix::net::UnixListener::bind(scratch.0.join("dead")).unwrap());
    let silent = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let silent = format!("tcp://{}", silent.local_addr().unwrap());
    let _ = &silent;
    for (address, step, words) in [
        (at("none"), Step::Connect, "no such file"),
        (at("dead"), Step::Connect, "connection refused"),
        (at("file"), Step::Connect, "connection refused"),
        ("tcp://127.0.0.1:1".to_owned(), Step::Connect, "connection refused"),
        ("tcp://no-such-host.invalid:2375".to_owned(), Step::Address, "no such host"),
    ] {
        let engine = reached(&address, None);
        let tested = engine.test().await;
        let last = tested.steps.last().unwrap();
        assert!(
            !tested.ok && last.step == step && last.message.contains(words),
            "{address}: {tested:?}"
        );
        let said = engine.start("web").await;
        assert!(
            matches!(&said, Err(RuntimeError::Unavailable(why)) if why.contains(words)),
            "{said:?}"
        );
        let said = engine.events(None).await.map(drop);
        assert!(
            matches!(&said, Err(RuntimeError::Unavailable(why)) if why.contains(words)),
            "{said:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_is_no_engine_or_does_not_answer_is_told_apart() {
    let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let engine = reached(&format!("tcp://{}", listener.local_addr().unwrap()), None);
    // Accepts and says nothing.
    let begun = std::time::Instant::now();
    assert!(matches!(engine.ping().await, Err(RuntimeError::Timeout(_))));
    assert!(begun.elapsed() < std::time::Duration::from_secs(4));
    let garbage = tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let _ =
                tokio::io::AsyncWriteExt::write_all(&mut stream, b"SSH-2.0-OpenSSH_9.2\r\n").await;
        }
    });
    let mut said = String::new();
    until("it is no engine", async || {
        said = engine.engine().await.unwrap_err().to_string();
        said.contains("no Docker Engine")
    })
    .await;
    garbage.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_observer_counts_every_call_with_its_outcome() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let mut config = config(&format!("unix://{}", socket()));
    let writer = seen.clone();
    config.observer = Some(Arc::new(move |kind, result, took| {
        writer.lock().unwrap().push((kind, result));
        assert!(took < std::time::Duration::from_secs(30));
    }));
    let observed = DockerEngine::new(config).unwrap();
    let container = Container::idle();
    let _ =
        (observed.start(&container.0).await, observed.start("nobody").await, observed.ping().await);
    assert_eq!(
        *seen.lock().unwrap(),
        [("start", "not_modified"), ("start", "not_found"), ("ping", "ok")]
    );
    let tested = engine().test().await;
    assert!(
        tested.ok && tested.steps.iter().all(|step| step.ok && step.step != Step::Tls),
        "{tested:?}"
    );
}
