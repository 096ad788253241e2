//! Clients that stop reading: what they cost, and that nobody else notices. `QUAYSIDE_STALL_SECONDS` says for how
//! long (60).

use std::net::SocketAddr;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::engine::ScriptedEngine;
use crate::support::hub::{Plan, TestHub};
use crate::support::scratch::Scratch;
use crate::support::wait;
use crate::support::watch::{By, Record, View, Watch};
use crate::support::ws::Ws;

/// Events a second while clients stall.
const RATE: u32 = 200;

/// Bytes of each event beyond what every event has.
const WEIGHT: usize = 512;

/// What one client that does not read may cost the hub.
const COST: u64 = 1 << 20;

fn stall() -> Duration {
    let seconds = std::env::var("QUAYSIDE_STALL_SECONDS").map_or(60, |text| text.parse().unwrap());
    Duration::from_secs(seconds)
}

/// A client that has asked for events, seen that they come, and takes nothing more.
struct Stalled(TcpStream);

impl Stalled {
    async fn open(address: SocketAddr, token: &str) -> Self {
        let socket =
            socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
        // So that what the kernel holds for it is soon full.
        socket.set_recv_buffer_size(4 << 10).unwrap();
        socket.connect(&address.into()).unwrap();
        socket.set_nonblocking(true).unwrap();
        let mut stream = TcpStream::from_std(socket.into()).unwrap();
        let head = format!(
            "GET /events HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut answer = vec![0; 12];
        stream.read_exact(&mut answer).await.unwrap();
        assert_eq!(answer, b"HTTP/1.1 200");
        Self(stream)
    }

    /// Reads on: the number of each event that comes, until `last`; panics at a gap.
    async fn numbers(mut self, last: u64) -> Vec<u64> {
        let (mut text, mut numbers) = (Vec::new(), Vec::new());
        let mut buffer = vec![0; 1 << 16];
        while numbers.last() != Some(&last) {
            let read = self.0.read(&mut buffer).await.unwrap();
            assert!(read > 0, "the stream ended");
            text.extend_from_slice(&buffer[..read]);
            let Some(end) = text.iter().rposition(|b| *b == b'\n') else { continue };
            let rest = text.split_off(end + 1);
            let whole = String::from_utf8(std::mem::replace(&mut text, rest)).unwrap();
            assert!(!whole.contains("event: gap"), "a gap");
            numbers.extend(whole.lines().filter_map(|line| {
                let event: serde_json::Value =
                    serde_json::from_str(line.strip_prefix("data: ")?).unwrap();
                event["attrs"]["number"].as_str().map(|n| n.parse::<u64>().unwrap())
            }));
        }
        numbers
    }
}

fn micros() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_micros() as u64
}

/// Emits events at [`RATE`], each with its number and its moment; how many there are now.
async fn load(engine: &ScriptedEngine, first: u64, time: Duration) -> u64 {
    let (begun, mut number) = (Instant::now(), first);
    let weight = "x".repeat(WEIGHT);
    while begun.elapsed() < time {
        let due = first + (begun.elapsed().as_secs_f64() * f64::from(RATE)) as u64;
        while number < due {
            let attributes = json!({ "name": "load", "number": number.to_string(), "at": micros().to_string(), "weight": weight });
            engine.emit("container", "exec_create: true", &format!("{:064x}", 7), &attributes);
            number += 1;
        }
        wait::pass(Duration::from_millis(2)).await;
    }
    number
}

/// The numbers that a client saw.
fn numbers(record: &Record) -> Vec<u64> {
    let number =
        |seen: &crate::support::watch::Seen| seen.data["attrs"]["number"].as_str()?.parse().ok();
    record.seen.iter().filter_map(number).collect()
}

struct Scene {
    hub: TestHub,
    engine: ScriptedEngine,
    admin: String,
    _sockets: Scratch,
}

impl Scene {
    async fn new() -> Self {
        let sockets = Scratch::new();
        let engine = ScriptedEngine::start(&sockets.join("a.sock"));
        let hub = Plan::new()
            .host("a", &engine.address())
            .set("auth", "access_ttl", "\"1h\"")
            .start()
            .await;
        let admin = hub.admin().await;
        hub.wait_for_host(&admin, "a", "online").await;
        Self { hub, engine, admin, _sockets: sockets }
    }

    async fn watchers(&self) -> Vec<Watch> {
        let view = View {
            address: self.hub.address,
            token: self.admin.clone(),
            since: None,
            restless: false,
        };
        let kinds = [(By::Sse, 10), (By::Ws, 10), (By::Stream, 3), (By::Poll, 3)];
        let watchers: Vec<_> = kinds
            .into_iter()
            .flat_map(|(by, count)| std::iter::repeat_n(by, count))
            .map(|by| Watch::start(by, view.clone(), 1))
            .collect();
        wait::for_true(wait::PATIENCE, "clients", || watchers.iter().all(Watch::is_connected))
            .await;
        watchers
    }

    /// Waits until all have seen `last`; how long that took.
    async fn settle(&self, watchers: &[Watch], last: u64) -> Duration {
        let seen = |watch: &Watch| {
            let record = watch.record.lock().unwrap();
            numbers(&record).last() == Some(&last)
        };
        wait::for_true(Duration::from_secs(30), "the last event", || watchers.iter().all(seen))
            .await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_clients_that_do_not_read_cost_little_and_delay_nobody() {
    let _ = rustix::process::setrlimit(rustix::process::Resource::Nofile, {
        let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile);
        rustix::process::Rlimit { current: limit.maximum, maximum: limit.maximum }
    });
    let scene = Scene::new().await;
    // The log's own memory is full before anything is measured.
    let calm = scene.watchers().await;
    let first = load(&scene.engine, 0, stall() / 2).await;
    let settled_without = scene.settle(&calm, first - 1).await;
    for watch in calm {
        watch.end().await;
    }
    let watchers = scene.watchers().await;
    let before = scene.hub.memory();

    let mut stalled = Vec::new();
    for _ in 0..1_000 {
        stalled.push(Stalled::open(scene.hub.address, &scene.admin).await);
    }
    let end = load(&scene.engine, first, stall()).await;
    let settled = scene.settle(&watchers, end - 1).await;
    let grown = scene.hub.memory().saturating_sub(before);
    eprintln!(
        "{} events past 1,000 clients that do not read: {} KiB each; the others had the last after {settled:?} ({settled_without:?} without)",
        end - first,
        grown / 1_000 / 1_024
    );
    assert!(grown / 1_000 < COST / 4, "{grown} bytes for 1,000 clients");
    // How fast is for the benchmark to say; here, that nobody waits for those who do not read.
    let bound = settled_without * 2 + Duration::from_secs(2);
    assert!(settled < bound, "{settled:?}, and {settled_without:?} without them");
    for watch in watchers {
        let by = watch.by;
        let record = watch.end().await;
        assert_eq!(record.wrong, Vec::<String>::new(), "{by:?}");
        assert_eq!(record.connections, 1, "{by:?} was sent away");
        assert!(record.gaps().is_empty(), "{by:?}");
        let seen: Vec<_> = numbers(&record).into_iter().filter(|n| *n >= first).collect();
        assert!(seen.iter().copied().eq(first..end), "{by:?}: {} of {}", seen.len(), end - first);
    }
    // Who reads again has lost nothing.
    for client in stalled.into_iter().take(20) {
        let numbers = wait::bounded(wait::PATIENCE, "the rest", client.numbers(end - 1)).await;
        assert!(numbers.iter().copied().eq(first..end), "{} of {}", numbers.len(), end - first);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_does_not_read_costs_under_1_mib() {
    /// Enough that what the hub's memory grows and shrinks by for other reasons is little beside their bound.
    const CLIENTS: i64 = 20;
    let scene = Scene::new().await;
    let mut number = load(&scene.engine, 0, stall() / 3).await;
    let grown = |before: u64| scene.hub.memory() as i64 - before as i64;
    let before = scene.hub.memory();
    number = load(&scene.engine, number, stall() / 3).await;
    let without = grown(before);
    let mut clients = Vec::new();
    for _ in 0..CLIENTS {
        clients.push(Stalled::open(scene.hub.address, &scene.admin).await);
    }
    let before = scene.hub.memory();
    number = load(&scene.engine, number, stall() / 3).await;
    let with = grown(before);
    eprintln!(
        "grown by {without} bytes without and {with} with {CLIENTS} clients that do not read"
    );
    assert!((with - without.max(0)) / CLIENTS < COST as i64, "{with} against {without}");
    for client in clients {
        let numbers = client.numbers(number - 1);
        let numbers = wait::bounded(wait::PATIENCE, "the rest", numbers).await;
        assert!(numbers.windows(2).all(|pair| pair[1] == pair[0] + 1));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_socket_that_neither_answers_nor_reads_is_closed_after_30_s() {
    let scene = Scene::new().await;
    let mut socket = Ws::open(scene.hub.address, &scene.admin).await.unwrap();
    socket.reply("subscribe", &json!({ "topic": "events" })).await;
    let begun = Instant::now();
    // Not reading is not answering pings either; whether it was closed shows in the hub's own count.
    let open = async || {
        let metrics = scene.hub.send(crate::support::http::Ask::get("/metrics")).await.text();
        let line = metrics
            .lines()
            .find(|line| line.starts_with("quayside_connections") && line.contains("\"ws\""));
        line.and_then(|line| line.rsplit(' ').next()?.parse::<f64>().ok()).unwrap_or(0.0)
    };
    assert!(open().await >= 1.0, "the hub does not count its sockets");
    wait::within(Duration::from_secs(70), "the socket to be closed", async || {
        (open().await == 0.0).then_some(())
    })
    .await;
    let took = begun.elapsed();
    assert!(took > Duration::from_secs(28), "{took:?}");
    assert_eq!(socket.end().await.code, 4002);
}
