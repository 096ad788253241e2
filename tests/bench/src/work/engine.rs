//! What a real engine tells and lists, through Quayside and directly.

use std::collections::HashMap;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde_json::json;

use crate::clock;
use crate::dial;
use crate::figure::{Bar, Line, Told, median, quantile};
use crate::http::Http;
use crate::hub::Hub;
use crate::real::Real;
use crate::said::{Outcome, Said};
use crate::work::Run;

/// Containers of the lists, and how many of them run.
const CONTAINERS: usize = 1_000;
const RUNNING: usize = 100;

/// Connections that ask at once.
const ASKERS: usize = 4;

/// Stands before the number of an event in its text.
const NUMBER: &[u8] = b"exec_create: n";
const DIGITS: usize = 6;

type Seen = Arc<Mutex<HashMap<u32, u64>>>;

pub(crate) fn events(run: &Run) -> Outcome<Vec<Line>> {
    let real = run.engine()?;
    let id = real.create(&format!("bench-events-{}", std::process::id()))?;
    let measured = delays(run, &real, &id);
    real.remove(std::slice::from_ref(&id));
    let delays = measured?;
    Ok([(0.5, "p50", 0.2), (0.99, "p99", 1.0)]
        .map(|(share, name, limit)| {
            let value = quantile(delays.iter().copied(), share);
            let added = Told::new(value, "ms").with(&format!("{} events", delays.len()));
            let work = format!("engine: its events to a subscriber, after `docker events`, {name}");
            Line::against(&work, Bar::AtMost(1.0), added, limit, &format!("≤ {limit} ms"))
        })
        .into())
}

/// How much later than the docker command a subscriber had each event, in milliseconds.
fn delays(run: &Run, real: &Real, id: &str) -> Outcome<Vec<f64>> {
    real.post(&format!("/containers/{id}/start"), &json!({}))?;
    let hosts = [("real".to_owned(), real.socket())];
    let hub = Hub::start(&run.shop.program, &run.shop.dir.join("events"), &hosts)?;
    let mut stream = TcpStream::connect(hub.address).said("a stream")?;
    for step in dial::sse(hub.address, "/stream?topic=events", &hub.bearer(), "") {
        stream.write_all(&step.send).said("a stream")?;
    }
    let mut docker = real.docker(&["events", "--format", "{{json .}}"]);
    let mut docker = docker.stdout(Stdio::piped()).spawn().said("docker events")?;
    let output = docker.stdout.take().said("its output")?;
    let (ours, theirs) = (Seen::default(), Seen::default());
    watch(stream.try_clone().said("a stream")?, ours.clone());
    watch(output, theirs.clone());
    let mut http = real.http()?;
    let mut exec = |number: u32| {
        let body = json!({ "Cmd": [format!("n{number:06}")] });
        http.post(&format!("/containers/{id}/exec"), &body).map(drop)
    };
    // Both listen once both have seen one.
    let mut number = 0;
    let seen = |seen: &Seen, number| lock(seen).contains_key(&number);
    clock::until(Duration::from_secs(30), Duration::from_millis(50), "both to listen", || {
        number += 1;
        exec(number).ok()?;
        clock::pass(Duration::from_millis(50));
        (seen(&ours, number) && seen(&theirs, number)).then_some(())
    })?;
    let first = number + 1;
    let last = first + if run.quick { 500 } else { 2_000 };
    for number in first..last {
        exec(number)?;
        clock::pass(Duration::from_millis(4));
    }
    let all = || (seen(&ours, last - 1) && seen(&theirs, last - 1)).then_some(());
    clock::until(Duration::from_secs(20), Duration::from_millis(10), "the last event", all)?;
    _ = docker.kill();
    _ = docker.wait();
    _ = stream.shutdown(std::net::Shutdown::Both);
    let (ours, theirs) = (lock(&ours), lock(&theirs));
    let delay = |number| Some((*ours.get(&number)? as f64 - *theirs.get(&number)? as f64) / 1e6);
    Ok((first..last).filter_map(delay).collect())
}

fn lock(seen: &Seen) -> std::sync::MutexGuard<'_, HashMap<u32, u64>> {
    seen.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Notes when each number comes, until the stream ends.
fn watch(mut stream: impl Read + Send + 'static, seen: Seen) {
    std::thread::spawn(move || {
        let (mut text, mut buffer) = (Vec::new(), vec![0; 64 << 10]);
        while let Ok(read @ 1..) = stream.read(&mut buffer) {
            let now = clock::now();
            text.extend_from_slice(buffer.get(..read).unwrap_or_default());
            let whole = NUMBER.len() + DIGITS;
            let mut from = 0;
            for at in 0..(text.len() + 1).saturating_sub(whole) {
                let Some(digits) = text.get(at..at + whole).and_then(|t| t.strip_prefix(NUMBER))
                else {
                    continue;
                };
                from = at + 1;
                if let Some(number) = std::str::from_utf8(digits).ok().and_then(|d| d.parse().ok())
                {
                    lock(&seen).entry(number).or_insert(now);
                }
            }
            let kept = text.len().saturating_sub(whole).max(from);
            text.drain(..kept);
        }
    });
}

pub(crate) fn lists(run: &Run) -> Outcome<Vec<Line>> {
    let real = run.engine()?;
    let ids = real.create_many(&format!("bench-list-{}-", std::process::id()), CONTAINERS)?;
    let measured = listed(run, &real, &ids);
    real.remove(&ids);
    measured
}

fn listed(run: &Run, real: &Real, ids: &[String]) -> Outcome<Vec<Line>> {
    let hosts = [("real".to_owned(), real.socket())];
    let hub = Hub::start(&run.shop.program, &run.shop.dir.join("lists"), &hosts)?;
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..run.samples {
        let used = || Ok(hub.server.usage().cpu);
        ours.push(asked(run, "/ps2/real", ids.len(), &|| hub.http(), &used)?);
        let used = || Ok(real.usage()?.cpu);
        let path = "/containers/json?all=1";
        theirs.push(asked(run, path, ids.len(), &|| real.http(), &used)?);
    }
    let told = |all: &[(f64, f64)]| {
        let wall = median(all.iter().map(|both| both.1));
        Told::new(median(all.iter().map(|both| both.0)), "per CPU-second")
            .with(&format!("{wall:.0} a second"))
    };
    let work = "engine: GET /ps2/{host} with 1,000 containers: requests per CPU-second";
    let peer = ("its own /containers/json?all=1", told(&theirs));
    let mut lines = vec![Line::beside(work, Bar::AtLeast(500.0), told(&ours), peer)];

    real.start_many(ids.get(..RUNNING).unwrap_or_default())?;
    let mut http = hub.http()?;
    clock::until(Duration::from_secs(120), Duration::from_millis(500), "stats of all", || {
        let answer = http.get("/stat3/real").ok()?.json().ok()?;
        (answer["data"].as_object()?.len() >= RUNNING).then_some(())
    })?;
    let mut slow = Vec::new();
    for _ in 0..run.samples {
        let mut delays = Vec::new();
        for _ in 0..400 {
            let begun = Instant::now();
            let answer = http.get("/stat3/real")?;
            delays.push(begun.elapsed().as_secs_f64() * 1_000.0);
            answer.json()?;
            clock::pass(Duration::from_millis(1));
        }
        slow.push(quantile(delays, 0.99));
    }
    let work = "engine: GET /stat3/{host} with 100 running containers, p99";
    let slow = Told::new(median(slow), "ms");
    lines.push(Line::against(work, Bar::AtMost(1.0), slow, 5.0, "≤ 5 ms"));
    Ok(lines)
}

/// Asks from several connections, each again when it has its answer; requests per CPU-second and per second.
fn asked(
    run: &Run,
    path: &str,
    containers: usize,
    connect: &(dyn Fn() -> Outcome<Http> + Sync),
    used: &dyn Fn() -> Outcome<f64>,
) -> Outcome<(f64, f64)> {
    let ask = |span: Duration| -> Outcome<u64> {
        let (mut http, begun, mut done) = (connect()?, Instant::now(), 0);
        while begun.elapsed() < span || done == 0 {
            let answer = http.get(path)?;
            if answer.status != 200 || answer.body.len() < 50 * containers {
                return Err(format!("{path}: {} with {} bytes", answer.status, answer.body.len()));
            }
            done += 1;
        }
        Ok(done)
    };
    ask(Duration::ZERO)?;
    let (cpu, begun) = (used()?, Instant::now());
    let done = std::thread::scope(|scope| {
        let askers: Vec<_> = (0..ASKERS).map(|_| scope.spawn(|| ask(run.span()))).collect();
        let mut done = 0;
        for asker in askers {
            done += asker.join().map_err(|_| "an asker fell over".to_owned())??;
        }
        Outcome::Ok(done)
    })?;
    let done = done as f64;
    Ok((done / (used()? - cpu).max(0.01), done / begun.elapsed().as_secs_f64()))
}
