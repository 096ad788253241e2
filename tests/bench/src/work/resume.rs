//! A thousand clients that come back at once, each 5,000 events behind, while others listen on.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use crate::clock;
use crate::figure::{Bar, Line, Told, median, quantile};
use crate::limit::Form;
use crate::rig::{Kind, Rig};
use crate::said::{Outcome, Said};
use crate::source::Pace;
use crate::subscribers::Subscribers;
use crate::work::Run;

const BEHIND: u64 = 5_000;
const CLIENTS: usize = 1_000;
/// Those that listen on.
const LIVE: usize = 100;

/// One return of all.
struct Return {
    /// Bytes a second.
    speed: f64,
    /// The same by the server's CPU.
    per_cpu: f64,
    /// p99 of the live ones, in milliseconds, before and while they came.
    quiet: f64,
    during: f64,
}

pub(crate) fn lines(run: &Run) -> Outcome<Vec<Line>> {
    let rig = |kind| -> Outcome<Rig> {
        let mut rig = run.shop.rig(kind, Form::Sse, "resume")?;
        rig.connect(LIVE)?;
        Ok(rig)
    };
    let (ours, bare) = (rig(Kind::Quayside)?, rig(Kind::Batch)?);
    let (mut mine, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..run.samples {
        mine.push(come_back(run, &ours)?);
        theirs.push(come_back(run, &bare)?);
    }
    let told = |all: &[Return]| {
        let per_cpu = median(all.iter().map(|r| r.per_cpu)) / 1e6;
        Told::new(median(all.iter().map(|r| r.speed)) / 1e6, "MB/s")
            .with(&format!("{per_cpu:.0} MB per CPU-second"))
    };
    let work = "SSE, 1,000 clients resume at once, 5,000 events behind: bytes per second";
    let speed =
        Line::beside(work, Bar::AtLeast(0.5), told(&mine), ("batching loop", told(&theirs)));
    let quiet = median(mine.iter().map(|r| r.quiet));
    let during = Told::new(median(mine.iter().map(|r| r.during)), "ms")
        .with(&format!("{quiet:.2} ms before"));
    let work = "SSE, live subscribers' p99 while 1,000 resume, to that before";
    let mut delay = Line::against(work, Bar::AtMost(2.0), during, quiet, "≤ 2 × before");
    let (before, then) =
        (median(theirs.iter().map(|r| r.quiet)), median(theirs.iter().map(|r| r.during)));
    delay.peer = format!("batching loop: {then:.2} ms ({before:.2} ms before)");
    Ok(vec![speed, delay])
}

fn come_back(run: &Run, rig: &Rig) -> Outcome<Return> {
    let query = match rig.kind {
        Kind::Quayside => format!("&since={}", newest(rig)?),
        _ => format!("?behind={BEHIND}"),
    };
    let mut missed = 0;
    while missed < BEHIND {
        missed += rig.sample(Pace::Window(1_000), Duration::from_millis(20), false)?.events;
    }
    let before = rig.sample(Pace::Rate(100), run.span(), true)?.delays;
    let plan = rig.others(CLIENTS, |_| query.clone());
    rig.listen_on(|| {
        let (cpu, begun) = (rig.usage().cpu, Instant::now());
        let clients = Subscribers::begin(plan)?;
        clients.wait_for(BEHIND, Duration::from_secs(120))?;
        let (wall, cpu) = (begun.elapsed().as_secs_f64(), rig.usage().cpu - cpu);
        Ok((clients.bytes() as f64, wall, cpu))
    })
    .map(|((bytes, wall, cpu), during)| Return {
        speed: bytes / wall,
        per_cpu: bytes / cpu.max(0.01),
        quiet: p99(&before),
        during: p99(&during),
    })
}

fn p99(delays: &[u64]) -> f64 {
    quantile(delays.iter().map(|delay| *delay as f64), 0.99) / 1e6
}

/// The position of the newest event, as a browser's EventSource knows it.
fn newest(rig: &Rig) -> Outcome<String> {
    let mut greeting = rig.greeting("");
    let hello = greeting.pop().said("a greeting")?.send;
    let mut stream = TcpStream::connect(rig.address()).said("a stream")?;
    stream.set_read_timeout(Some(Duration::from_secs(10))).said("patience")?;
    stream.write_all(&hello).said("a stream")?;
    let mut text = String::new();
    let mut buffer = [0; 4_096];
    clock::until(Duration::from_secs(10), Duration::ZERO, "a position", || {
        let read = stream.read(&mut buffer).ok()?;
        text.push_str(&String::from_utf8_lossy(buffer.get(..read)?));
        let (_, rest) = text.split_once("\nid: ")?;
        Some(rest.split_once('\n')?.0.to_owned())
    })
}
