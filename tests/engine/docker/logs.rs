//! Logs, of containers with and without a terminal.

use futures::StreamExt;
use quayside::runtime::{LogQuery, Runtime};
use quayside_protocol::reply::{LogLine, LogStream};

use crate::real::{Container, DEADLINE, docker, engine};

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
    // The shell blocks on its output when nobody takes it from the engine's log? It does not: the engine
    // keeps a log file. What is bounded is what is read ahead of the reader, here 50 MB of log.
    let container =
        Container::run(&[], "yes 0123456789012345678901234567890123456789 | head -n 1000000");
    docker(&["wait", &container.0]);
    let mut stream = engine().logs(&container.0, LogQuery::default()).await.unwrap();
    stream.next().await.unwrap().unwrap();
    let before = memory();
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    assert!(memory() < before + 8_000, "{} kB after {before} kB", memory());
    assert_eq!(stream.count().await, 999_999);
}

/// Of this process, kB.
fn memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}
