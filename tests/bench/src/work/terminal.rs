//! Terminals in a container of a real engine, beside the docker command in the same container.

use std::io::Read;
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::clock;
use crate::figure::{Bar, Line, Told, median, quantile};
use crate::hub::{self, Hub};
use crate::real::Real;
use crate::real::desk::{Desk, Shown};
use crate::real::prompt::Prompt;
use crate::said::{Outcome, Said};
use crate::work::Run;

const FILE: usize = 256 << 20;
/// Keys of one sample.
const KEYS: usize = 300;
/// Between two keys, so that neither side merges them.
const PAUSE: Duration = Duration::from_millis(3);

/// Echoes by a program of its own, byte for byte.
const ECHO: [&str; 3] = ["sh", "-c", "stty raw -echo; echo R; exec cat"];

pub(crate) fn lines(run: &Run) -> Outcome<Vec<Line>> {
    let real = run.engine()?;
    let name = format!("bench-term-{}", std::process::id());
    let id = real.create(&name)?;
    let measured = measure(run, &real, &id);
    real.remove(std::slice::from_ref(&id));
    measured
}

fn measure(run: &Run, real: &Real, id: &str) -> Outcome<Vec<Line>> {
    real.post(&format!("/containers/{id}/start"), &json!({}))?;
    let line = "0123456789 abcdefghijklmnopqrstuvwxyz ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    let fill = format!("yes '{line}' | head -c {FILE} > /big; cat /big > /dev/null");
    let filled = real.docker(&["exec", id, "sh", "-c", &fill]).status().said("docker exec")?;
    if !filled.success() {
        return Err("the file could not be made in the container".to_owned());
    }
    let hosts = [("real".to_owned(), real.socket())];
    let hub = Hub::start(&run.shop.program, &run.shop.dir.join("terminal"), &hosts)?;
    known(&hub, id)?;
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..run.samples {
        ours.push(cat(&hub, id)?);
        theirs.push(docker_cat(real, id)?);
    }
    let told = |all: Vec<f64>| Told::new(median(all), "MB/s");
    let work = "terminal: cat of 256 MB through the binary socket";
    let peer = ("docker exec -t", told(theirs));
    let mut lines = vec![Line::beside(work, Bar::AtLeast(0.95), told(ours), peer)];

    let mut desk = Desk::open(hub.address, &hub.bearer(), id, &ECHO)?;
    let mut prompt = Prompt::open(real, id, &ECHO)?;
    until(&mut desk, b'\n')?;
    prompt.until(b'\n')?;
    let mut delays = Vec::new();
    for _ in 0..run.samples {
        let ours = keys(|key| {
            desk.type_in(&[key])?;
            until(&mut desk, key)
        })?;
        let theirs = keys(|key| {
            prompt.type_in(&[key])?;
            prompt.until(key)
        })?;
        delays.push((ours, theirs));
    }
    for (share, name, limit) in [(0.5, "p50", 0.1), (0.99, "p99", 0.4)] {
        let at = |all: &[f64]| quantile(all.iter().copied(), share);
        let ours = median(delays.iter().map(|(ours, _)| at(ours)));
        let theirs = median(delays.iter().map(|(_, theirs)| at(theirs)));
        let added = Told::new(ours - theirs, "ms added").with(&format!("{ours:.2} ms"));
        let work = format!("terminal: echo of one key, {name}");
        let told = format!("≤ {limit} ms over docker exec -it");
        let mut line = Line::against(&work, Bar::AtMost(1.0), added, limit, &told);
        line.peer = format!("docker exec -it: {theirs:.2} ms");
        lines.push(line);
    }
    Ok(lines)
}

/// Waits until the hub knows that a container runs.
fn known(hub: &Hub, id: &str) -> Outcome<()> {
    let mut http = hub.http()?;
    let look = || {
        let data = json!({ "opt": "list", "host": "real" });
        let list = hub::packet(&mut http, "container", &data).ok()?;
        let items = list["items"].as_array()?;
        let runs = |item: &&serde_json::Value| {
            item["id"].as_str().is_some_and(|short| id.starts_with(short))
                && item["state"] == "running"
        };
        items.iter().find(runs).map(drop)
    };
    clock::until(Duration::from_secs(60), Duration::from_millis(50), "the container", look)
}

fn cat(hub: &Hub, id: &str) -> Outcome<f64> {
    let begun = Instant::now();
    let mut desk = Desk::open(hub.address, &hub.bearer(), id, &["cat", "/big"])?;
    let mut bytes = 0;
    loop {
        match desk.next()? {
            Shown::Output(more, _) => bytes += more,
            Shown::Exit => break,
            Shown::Other => {}
        }
    }
    speed(bytes, begun)
}

fn docker_cat(real: &Real, id: &str) -> Outcome<f64> {
    let begun = Instant::now();
    let mut command = real.docker(&["exec", "-t", id, "cat", "/big"]);
    let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn();
    let mut child = child.said("docker exec -t")?;
    let mut output = child.stdout.take().said("its output")?;
    let mut buffer = vec![0; 1 << 20];
    let mut bytes = 0;
    loop {
        match output.read(&mut buffer).said("its output")? {
            0 => break,
            read => bytes += read,
        }
    }
    child.wait().said("docker exec -t")?;
    speed(bytes, begun)
}

fn speed(bytes: usize, begun: Instant) -> Outcome<f64> {
    // A terminal writes a carriage return before each line's end.
    if bytes < FILE {
        return Err(format!("{bytes} bytes came of {FILE}"));
    }
    Ok(bytes as f64 / 1e6 / begun.elapsed().as_secs_f64())
}

fn keys(mut press: impl FnMut(u8) -> Outcome<()>) -> Outcome<Vec<f64>> {
    let mut delays = Vec::new();
    for key in (b'a'..=b'z').cycle().take(KEYS) {
        clock::pass(PAUSE);
        let begun = Instant::now();
        press(key)?;
        delays.push(begun.elapsed().as_secs_f64() * 1_000.0);
    }
    Ok(delays)
}

fn until(desk: &mut Desk, byte: u8) -> Outcome<()> {
    loop {
        match desk.next()? {
            Shown::Output(_, last) if last == byte => return Ok(()),
            Shown::Exit => return Err("the program ended".to_owned()),
            _ => {}
        }
    }
}
