//! Samples of counters.

use futures::StreamExt;
use quayside::runtime::{Runtime, RuntimeError};

use crate::real::{Container, DEADLINE, docker, engine};

#[tokio::test(flavor = "multi_thread")]
async fn a_busy_container_shows_and_a_stopped_one_has_none() {
    let (engine, container) = (engine(), Container::run(&["-m", "64m"], "while :; do :; done"));
    let id = container.0.as_str();
    let sample = engine.stats(id, true).await.unwrap();
    let (cpu, system) = sample.before.unwrap();
    assert!(sample.cpu_total > cpu && sample.cpu_system > system);
    assert_eq!((sample.memory_limit, sample.read.is_some()), (64 << 20, true));
    assert!(sample.pids >= 1 && sample.online_cpus >= 1 && sample.memory_usage > 0);
    docker(&["kill", id]);
    assert_eq!(engine.stats(id, false).await.unwrap().read, None);
    let unknown = RuntimeError::NotFound("No such container: nobody".to_owned());
    assert_eq!(engine.stats("nobody", false).await, Err(unknown));
}

#[tokio::test(flavor = "multi_thread")]
async fn memory_is_what_docker_stats_shows() {
    // 20 MiB of page cache, of which a part could be taken back.
    let script = "dd if=/dev/zero of=/f bs=1M count=20; cat /f >/dev/null; echo done; sleep 1000";
    let (engine, container) = (engine(), Container::run(&[], script));
    crate::real::until("it is written", async || docker(&["logs", &container.0]).contains("done"))
        .await;
    let own = docker(&["stats", "--no-stream", "--format", "{{.MemUsage}}", &container.0]);
    let ours = engine.stats(&container.0, false).await.unwrap().memory_usage;
    #[expect(clippy::cast_precision_loss, reason = "a few megabytes")]
    let (kib, mib) = (ours as f64 / 1024.0, ours as f64 / 1_048_576.0);
    let shown = own.split(" / ").next().unwrap();
    let (value, unit) = shown.split_at(shown.find(|c: char| c.is_alphabetic()).unwrap());
    let value: f64 = value.parse().unwrap();
    let ours = if unit == "KiB" { kib } else { mib };
    assert!((ours - value).abs() <= value / 2.0 + 1.0, "{own} is not {ours} {unit}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_of_samples_ends_with_the_container() {
    let (engine, container) = (engine(), Container::run(&[], "while :; do :; done"));
    let mut stream = engine.stats_stream(&container.0).await.unwrap();
    let mut seen = Vec::new();
    let whole = tokio::time::timeout(DEADLINE, async {
        while let Some(sample) = stream.next().await {
            seen.push(sample.unwrap());
            if seen.len() == 3 {
                docker(&["kill", &container.0]);
            }
        }
    });
    whole.await.unwrap();
    assert!(seen.len() >= 3 && seen.iter().all(|sample| sample.read.is_some()));
    assert_eq!(seen[0].before, None);
    assert!(seen[2].before.is_some_and(|(cpu, _)| cpu == seen[1].cpu_total));
}
