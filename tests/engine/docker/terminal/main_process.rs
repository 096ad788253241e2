//! A container's main process, with a terminal and without.

use quayside::runtime::{Program, Size};
use tokio::io::AsyncWriteExt;

use super::screen::{SIZE, open};
use crate::real::{Container, docker, inspect, name};

#[tokio::test(flavor = "multi_thread")]
async fn one_with_a_terminal_is_joined_raw_and_has_a_window() {
    let script = "trap 'echo now $(stty size)' WINCH; while :; do read line && echo \"got $line\"; \
                  [ \"$line\" = quit ] && exit 9; done";
    let container = Container::run(&["-i", "-t"], script);
    let mut screen = open(&container.0, Program::Attach).await.unwrap();
    assert_eq!(screen.cmd, ["sh", "-c", script]);
    screen.type_in("one\r").await;
    screen.until("got one\r\n").await;
    screen.control.resize(Size { cols: 66, rows: 11 }).await.unwrap();
    screen.type_in("two\r").await;
    screen.until("now 11 66\r\n").await;
    assert_eq!(screen.control.end().await, None);
    assert_eq!(inspect(&container.0, "{{.State.Running}}"), "true");
    screen.type_in("\rquit\r").await;
    let exit = screen.end().await;
    assert_eq!((exit.code, exit.reason), (9, None));
    screen.control.resize(SIZE).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn one_without_comes_without_frames_and_is_told_when_its_input_ends() {
    let script = "while read line; do echo \"got $line\"; echo err >&2; done; exit 4";
    // So made, its input ends with that of the first who joins it.
    let container = Container(name("once"));
    docker(&["create", "-i", "--name", &container.0, "busybox", "sh", "-c", script]);
    docker(&["start", &container.0]);
    let mut screen = open(&container.0, Program::Attach).await.unwrap();
    screen.control.resize(SIZE).await.unwrap();
    screen.type_in("one\ntwo\n").await;
    screen.until("got one\n").await;
    screen.until("got two\n").await;
    assert!(!screen.said.contains(&0), "{:?}", screen.text());
    screen.input.shutdown().await.unwrap();
    assert_eq!(screen.end().await.code, 4);
    let lines = screen.text();
    assert_eq!((lines.matches("err\n").count(), lines.len()), (2, 24), "{lines:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_goes_on_reading_keeps_its_output_when_typing_ends() {
    let container = Container::run(&["-i"], "read line; sleep 0.2; echo \"got $line\"; exit 4");
    let mut screen = open(&container.0, Program::Attach).await.unwrap();
    screen.type_in("one\n").await;
    screen.input.shutdown().await.unwrap();
    assert_eq!(screen.end().await.code, 4);
    assert_eq!(screen.text(), "got one\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_reads_nothing_is_looked_at() {
    let container =
        Container::run(&[], "while [ ! -e /go ]; do sleep 0.05; done; seq 1 100000; exit 3");
    let mut screen = open(&container.0, Program::Attach).await.unwrap();
    screen.input.write_all(&vec![b'x'; 4 << 20]).await.unwrap();
    docker(&["exec", &container.0, "touch", "/go"]);
    assert_eq!(screen.end().await.code, 3);
    let expected: String = (1..=100_000).map(|n| format!("{n}\n")).collect();
    assert!(screen.text() == expected, "{} of {} bytes", screen.said.len(), expected.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_is_removed_or_started_again_says_so() {
    let container = Container::idle();
    let mut screen = open(&container.0, Program::Attach).await.unwrap();
    docker(&["rm", "-f", &container.0]);
    assert_eq!(screen.end().await.code, 137);
    let container = Container::idle();
    let mut screen = open(&container.0, Program::Attach).await.unwrap();
    docker(&["restart", "-t", "0", &container.0]);
    let exit = screen.end().await;
    assert_eq!(exit.code, -1);
    assert!(exit.reason.unwrap().contains("started again"));
}
