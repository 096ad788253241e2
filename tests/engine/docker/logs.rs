//! Logs, of containers with and without a terminal.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures::StreamExt;
use quayside::runtime::docker::DockerEngine;
use quayside::runtime::{LogQuery, Runtime};
use quayside_protocol::reply::{LogLine, LogStream};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{UnixListener, UnixStream};
use tokio_util::task::AbortOnDropHandle;

use crate::real::{Container, DEADLINE, config, docker, engine, name, socket, until};

async fn lines(id: &str, query: LogQuery) -> Vec<LogLine> {
    let stream = engine().logs(id, query).await.unwrap();
    let lines = tokio::time::timeout(DEADLINE, stream.collect::<Vec<_>>()).await.unwrap();
    lines.into_iter().map(Result::unwrap).collect()
}

fn texts(lines: &[LogLine]) -> Vec<&str> {
    lines.iter().map(|line| line.text.as_str()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn lines_have_their_output_and_their_time_and_can_be_asked_for_by_it() {
    let container = Container::run(
        &[],
        "for i in 1 2 3; do echo $i; sleep 0.05; done; echo oops >&2; printf end",
    );
    docker(&["wait", &container.0]);
    let all = lines(&container.0, LogQuery::default()).await;
    assert_eq!(texts(&all), ["1", "2", "3", "oops", "end"]);
    let outputs: Vec<_> = all.iter().map(|line| line.stream == LogStream::Stderr).collect();
    assert_eq!(outputs, [false, false, false, true, false]);
    let own = docker(&["logs", "-t", "--tail", "1", &container.0]);
    assert_eq!(own.split_once(' ').unwrap().0, all[4].time.as_deref().unwrap());
    let tail = lines(&container.0, LogQuery { tail: Some(2), ..Default::default() }).await;
    assert_eq!(tail, all[3..]);
    assert_eq!(lines(&container.0, LogQuery { tail: Some(0), ..Default::default() }).await, []);
    // To the nanosecond: from the second line's moment on, up to the third's.
    let moment = |n: usize| Some(all[n].time.as_deref().unwrap().parse().unwrap());
    let some =
        lines(&container.0, LogQuery { since: moment(1), until: moment(2), ..Default::default() })
            .await;
    assert!(texts(&some).starts_with(&["2"]) && !texts(&some).contains(&"end"), "{some:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_followed_log_comes_as_it_is_written_and_ends_with_the_container() {
    for options in [&[][..], &["-t"]] {
        let script = "echo one; while [ ! -e /go ]; do sleep 0.05; done; echo two; printf 'no end'";
        let container = Container::run(options, script);
        let query = LogQuery { follow: true, ..Default::default() };
        let mut stream = engine().logs(&container.0, query).await.unwrap();
        let mut next = async || {
            let line = tokio::time::timeout(DEADLINE, stream.next()).await.unwrap();
            line.map(|line| line.unwrap().text)
        };
        assert_eq!(next().await.as_deref(), Some("one"));
        docker(&["exec", &container.0, "touch", "/go"]);
        assert_eq!(next().await.as_deref(), Some("two"));
        assert_eq!(next().await.as_deref(), Some("no end"));
        assert_eq!(next().await, None);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn long_lines_and_bytes_that_are_no_text_come_whole() {
    // 40,000 characters in one line: the engine stores it in three messages.
    let script =
        "head -c 40000 /dev/zero | tr '\\0' x; echo; printf '\\001\\000\\000\\377\\n'; echo last";
    for (options, broken) in [(&[][..], "\u{1}\0\0\u{fffd}"), (&["-t"], "\u{1}\0\0\u{fffd}")] {
        let container = Container::run(options, script);
        docker(&["wait", &container.0]);
        let all = lines(&container.0, LogQuery::default()).await;
        assert_eq!(all.len(), 3, "{options:?}");
        assert_eq!(all[0].text, "x".repeat(40_000), "{options:?}");
        assert_eq!((all[1].text.as_str(), all[2].text.as_str()), (broken, "last"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_stops_reading_stops_the_engine() {
    let script = "yes 0123456789012345678901234567890123456789 | head -n 200000";
    let container = Container::run(&[], script);
    docker(&["wait", &container.0]);
    let meter = Meter::start();
    let engine = DockerEngine::new(config(&format!("unix://{}", meter.path))).unwrap();
    let mut stream = engine.logs(&container.0, LogQuery::default()).await.unwrap();
    stream.next().await.unwrap().unwrap();
    let mut passed = 0;
    until("the engine stops", async || {
        let before = std::mem::replace(&mut passed, meter.passed.load(Ordering::Relaxed));
        crate::support::wait::pass(Duration::from_millis(200)).await;
        passed == before
    })
    .await;
    // What two sockets and a connection hold, of 16 MB.
    assert!(passed < 2_000_000, "{passed} bytes");
    assert_eq!(stream.count().await, 199_999);
    assert!(meter.passed.load(Ordering::Relaxed) > 10_000_000);
}

/// A way to the engine that counts what the engine sends.
struct Meter {
    path: String,
    passed: Arc<AtomicUsize>,
    _server: AbortOnDropHandle<()>,
}

impl Meter {
    fn start() -> Self {
        let path = std::env::temp_dir().join(name("meter")).display().to_string();
        let listener = UnixListener::bind(&path).unwrap();
        let passed = Arc::new(AtomicUsize::new(0));
        let counted = passed.clone();
        let server = tokio::spawn(async move {
            loop {
                let (near, _) = listener.accept().await.unwrap();
                let (mut from_hub, mut to_hub) = near.into_split();
                let far = UnixStream::connect(socket()).await.unwrap();
                let (mut from_engine, mut to_engine) = far.into_split();
                tokio::spawn(async move { tokio::io::copy(&mut from_hub, &mut to_engine).await });
                let counted = counted.clone();
                tokio::spawn(async move {
                    let mut piece = vec![0; 16_384];
                    while let Ok(length @ 1..) = from_engine.read(&mut piece).await {
                        counted.fetch_add(length, Ordering::Relaxed);
                        if to_hub.write_all(&piece[..length]).await.is_err() {
                            return;
                        }
                    }
                });
            }
        });
        Self { path, passed, _server: AbortOnDropHandle::new(server) }
    }
}

impl Drop for Meter {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
    }
}
