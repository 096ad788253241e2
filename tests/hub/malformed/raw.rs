//! Bytes that are no HTTP, and frames that are no WebSocket's: the connection ends, the hub does not.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{SLACK, Scene};
use crate::support::dice::Dice;
use crate::support::http::Ask;
use crate::support::wait;

const BY_LINE: usize = 1_000;

/// Sends, ends its half, and reads what comes until the hub ends the other.
async fn throw(address: SocketAddr, bytes: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(address).await.unwrap();
    // The hub may have seen enough before the end.
    let _ = stream.write_all(bytes).await;
    let _ = stream.shutdown().await;
    let mut answer = Vec::new();
    let read = stream.read_to_end(&mut answer);
    // A reset is an end too.
    let _ = wait::bounded(Duration::from_secs(15), "the end of the connection", read).await;
    answer
}

fn request(dice: &mut Dice, token: &str) -> Vec<u8> {
    let heads = [
        format!("GET /hosts HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n"),
        "POST /packet HTTP/1.1\r\nHost: x\r\nContent-Length: 17\r\n\r\n{\"type\":\"ping\"}\r\n".to_owned(),
        "POST /packet HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n".to_owned(),
        "GET /ws HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n".to_owned(),
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_owned(),
    ];
    let mut bytes = dice.pick(&heads).clone().into_bytes();
    match dice.below(5) {
        0 => bytes.truncate(dice.below(bytes.len())),
        1 => bytes = (0..dice.below(300)).map(|_| dice.below(256) as u8).collect(),
        2 => bytes.extend((0..dice.below(300)).map(|_| dice.below(256) as u8)),
        3 => bytes.extend(b"X-Long: ".iter().chain([b'a'; 70_000].iter())),
        _ => {
            for _ in 0..=dice.below(6) {
                let at = dice.below(bytes.len());
                bytes[at] = dice.below(256) as u8;
            }
        }
    }
    bytes
}

#[tokio::test(flavor = "multi_thread")]
async fn noise_on_the_line_ends_the_connection_and_nothing_else() {
    let mut scene = Scene::new().await;
    let mut dice = Dice::announced("noise");
    let before = scene.state().await;
    let mut level = 0;
    for sent in 0..BY_LINE {
        if sent == BY_LINE / 4 {
            level = scene.hub.memory();
        }
        let bytes = request(&mut dice, "garbage");
        let answer = throw(scene.hub.address, &bytes).await;
        let panicked = answer.windows(8).any(|w| w == b"panicked");
        assert!(!panicked, "{}", String::from_utf8_lossy(&answer));
    }
    let grown = scene.hub.memory().saturating_sub(level);
    assert!(grown < SLACK, "{grown} bytes more");
    assert_eq!(scene.state().await, before);
    scene.is_whole();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_that_is_no_path_is_404() {
    let mut scene = Scene::new().await;
    let targets = ["CONNECT somewhere:443", "GET somewhere", "GET somewhere:1", "OPTIONS *"];
    for target in targets {
        let head = format!("{target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        let mut stream = TcpStream::connect(scene.hub.address).await.unwrap();
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut answer = String::new();
        let read = stream.read_to_string(&mut answer);
        wait::bounded(wait::PATIENCE, "an answer", read).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 404 "), "{target}: {answer}");
    }
    scene.is_whole();
}

/// A socket up to the upgrade, then whatever bytes.
async fn frames(address: SocketAddr, token: &str, bytes: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let head = format!(
        "GET /ws HTTP/1.1\r\nHost: {address}\r\nConnection: upgrade\r\nUpgrade: websocket\r\nAuthorization: Bearer {token}\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    assert!(head.starts_with(b"HTTP/1.1 101"), "{}", String::from_utf8_lossy(&head));
    let _ = stream.write_all(bytes).await;
    let _ = stream.shutdown().await;
    let mut answer = Vec::new();
    let _ = wait::bounded(
        Duration::from_secs(15),
        "the end of the socket",
        stream.read_to_end(&mut answer),
    )
    .await;
    answer
}

#[tokio::test(flavor = "multi_thread")]
async fn frames_that_are_none_end_their_socket_and_no_other() {
    let mut scene = Scene::new().await;
    let mut dice = Dice::announced("frames");
    let before = scene.state().await;
    let known: [&[u8]; 7] = [
        // Reserved bits, an unknown kind, not masked, a fragmented ping, a length that is a lie, a continuation of
        // nothing, text that is no UTF-8.
        b"\xf1\x80\x00\x00\x00\x00",
        b"\x83\x80\x00\x00\x00\x00",
        b"\x81\x05hello",
        b"\x09\x80\x00\x00\x00\x00",
        b"\x81\xff\xff\xff\xff\xff\xff\xff\xff\xff\x00\x00\x00\x00",
        b"\x80\x80\x00\x00\x00\x00",
        b"\x81\x82\x00\x00\x00\x00\xff\xfe",
    ];
    for bytes in known {
        frames(scene.hub.address, &scene.admin, bytes).await;
    }
    for _ in 0..500 {
        let bytes: Vec<u8> = (0..1 + dice.below(100)).map(|_| dice.below(256) as u8).collect();
        frames(scene.hub.address, &scene.admin, &bytes).await;
    }
    assert_eq!(scene.state().await, before);
    assert_eq!(scene.hub.send(Ask::get("/healthz")).await.status, 200);
    scene.is_whole();
}
