//! What comes through, both ways: every byte, and all of them.

use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::Command;

use super::screen::script;
use crate::real::{Container, DEADLINE, docker, try_docker};
use crate::support::wait::{bounded, pass};

/// 100 MB.
const BIG: usize = 100_000_000;

/// A script that prints these bytes, and nothing of the terminal's own.
fn print(bytes: impl IntoIterator<Item = u8>) -> String {
    let bytes: String = bytes.into_iter().map(|byte| format!("\\{byte:03o}")).collect();
    format!("stty raw -echo; printf '{bytes}'")
}

#[tokio::test(flavor = "multi_thread")]
async fn output_that_begins_like_a_frame_is_output() {
    let container = Container::idle();
    for first in 0..=2 {
        let bytes = [&[first, 0, 0, 0, 0xff, 0xff, 0xff, 0xff], &b"hello"[..]].concat();
        assert_eq!(script(&container.0, &print(bytes.clone())).await.whole().await, (bytes, 0));
        assert_eq!(script(&container.0, &print([first])).await.whole().await, (vec![first], 0));
    }
    let nulls = script(&container.0, "stty raw; head -c 100000 /dev/zero").await.whole().await;
    assert_eq!(nulls, (vec![0; 100_000], 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_byte_comes_as_it_is() {
    let container = Container::idle();
    let all: Vec<u8> = (0..=255).chain((0..=255).rev()).collect();
    assert_eq!(script(&container.0, &print(all.clone())).await.whole().await, (all, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_megabytes_arrive_as_they_left() {
    let container = Container::idle();
    let make = format!("head -c {BIG} /dev/urandom >/big; sha256sum </big");
    let sent = docker(&["exec", &container.0, "sh", "-c", &make]);
    let mut screen = script(&container.0, "stty raw -echo; cat /big").await;
    let mut sum = Command::new("sha256sum")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut into = sum.stdin.take().unwrap();
    let (mut bytes, mut piece) = (0, vec![0; 64 << 10]);
    loop {
        match bounded(DEADLINE, "more", screen.output.read(&mut piece)).await.unwrap() {
            0 => break,
            n => {
                bytes += n;
                into.write_all(&piece[..n]).await.unwrap();
            }
        }
    }
    drop(into);
    let received = sum.wait_with_output().await.unwrap().stdout;
    assert_eq!((bytes, String::from_utf8(received).unwrap().trim()), (BIG, sent.as_str()));
    assert_eq!(screen.control.exit().await.code, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_stops_reading_stops_the_program() {
    let container = Container::idle();
    let mut screen = script(&container.0, "head -c 60000000 /dev/zero; touch /done").await;
    let done = || try_docker(&["exec", &container.0, "test", "-e", "/done"]).is_ok();
    pass(Duration::from_secs(3)).await;
    assert!(!done());
    assert_eq!((screen.end().await.code, screen.said.len()), (0, 60_000_000));
    assert!(done());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_typed_arrives_whole() {
    let container = Container::idle();
    // A megabyte that holds every byte; were the last of them NUL, it would wait for the next key.
    let mut typed: Vec<u8> =
        (0..1 << 20).map(|n: u32| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    typed.push(b'.');
    let take =
        format!("stty raw -echo; echo ready; head -c {} >/typed; sha256sum </typed", typed.len());
    let mut screen = script(&container.0, &take).await;
    screen.until("ready").await;
    bounded(DEADLINE, "typing", screen.input.write_all(&typed)).await.unwrap();
    let exit = screen.end().await;
    assert_eq!(exit.code, 0);
    let mut sum =
        Command::new("sha256sum").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    sum.stdin.take().unwrap().write_all(&typed).await.unwrap();
    let expected = String::from_utf8(sum.wait_with_output().await.unwrap().stdout).unwrap();
    let said = screen.text();
    assert!(said.contains(expected.trim()), "{said} {expected}");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_key_is_held_back_or_taken_for_a_command_to_the_engine() {
    let container = Container::idle();
    let each =
        "stty raw -echo; echo ready; while :; do dd bs=1 count=1 2>/dev/null | od -An -tx1; done";
    let mut screen = script(&container.0, each).await;
    screen.until("ready").await;
    // The engine's own default, in single strokes.
    for (key, shown) in [("\u{10}", "10\n"), ("\u{11}", "11\n")] {
        screen.type_in(key).await;
        screen.until(shown).await;
    }
    // A key that is held down: only the first may wait for the second.
    for _ in 0..20 {
        screen.type_in("\0").await;
    }
    screen.type_in("x").await;
    screen.until("78\n").await;
    assert_eq!(screen.text().matches("00\n").count(), 20, "{}", screen.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_of_typing_does_not_end_the_output() {
    let container = Container::idle();
    let mut screen = script(&container.0, "read line; echo \"late $line\"").await;
    screen.type_in("word\r").await;
    screen.input.shutdown().await.unwrap();
    screen.until("late word").await;
    assert_eq!(screen.end().await.code, 0);
}
