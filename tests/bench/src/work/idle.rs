//! Connections on which nothing happens: what each costs in memory and CPU, from 1,000 to 19,000.

use std::time::Duration;

use crate::clock;
use crate::figure::{Bar, Line, Told, median};
use crate::limit::Form;
use crate::rig::{Kind, Rig};
use crate::said::Outcome;
use crate::subscribers::Subscribers;
use crate::work::Run;

/// So many at first, and the two steps to 19,000, which is near what 20,000 open files allow.
const STEPS: [usize; 3] = [1_000, 9_000, 9_000];
const ALL: f64 = 19_000.0;

/// A kibibyte.
const KIB: f64 = 1_024.0;

/// What a server looked like with so many connections.
struct Idle {
    /// Bytes each, of the first and of the second step.
    each: [f64; 2],
    /// Microseconds of CPU a second and connection.
    cpu: f64,
}

pub(crate) fn sse(run: &Run) -> Outcome<Vec<Line>> {
    // Blocks that keep it alive come every 15 s.
    lines(run, Form::Sse, Kind::Nchan, Duration::from_secs(15))
}

pub(crate) fn ws(run: &Run) -> Outcome<Vec<Line>> {
    // Pings come every 20 s.
    lines(run, Form::Ws, Kind::Bun, Duration::from_secs(20))
}

fn lines(run: &Run, form: Form, peer: Kind, period: Duration) -> Outcome<Vec<Line>> {
    let name = if form == Form::Sse { "SSE" } else { "WebSocket" };
    let mut samples = Vec::new();
    for number in 0..run.samples {
        // Memory needs a new hub each time, CPU does not need as many.
        let period = if run.quick && number > 0 { Duration::ZERO } else { period };
        samples.push(idle(run, Kind::Quayside, form, number, period, &STEPS)?);
    }
    let beside = match idle(run, peer, form, 0, Duration::ZERO, STEPS.get(..2).unwrap_or_default())
    {
        // Its helpers take open files too, so it goes to 10,000.
        Ok(other) => format!("{}: {:.1} KiB", peer.name(), other.each[0] / KIB),
        Err(why) => format!("{}: not measured, {why}", peer.name()),
    };
    let half = |step: usize| {
        median(samples.iter().map(|s| s.each.get(step).copied().unwrap_or(0.0))) / KIB
    };
    let memory = Told::new(median(samples.iter().map(Idle::whole)) / KIB, "KiB").with(&format!(
        "{:.1} to 10,000, {:.1} beyond",
        half(0),
        half(1)
    ));
    let work = format!("{name}, idle connections: resident memory each, 1,000 → 19,000");
    let mut line = Line::against(&work, Bar::AtMost(1.0), memory, 4.0, "≤ 4 KiB");
    line.peer = beside;
    let used = median(samples.iter().map(|s| s.cpu).filter(|cpu| !cpu.is_nan()));
    let cpu = Told::new(used, "µs/s each");
    let work = format!("{name}, 19,000 idle connections: CPU");
    Ok(vec![line, Line::against(&work, Bar::AtMost(1.0), cpu, 2.2, "≤ 2.2 µs/s each")])
}

impl Idle {
    /// Bytes each over both steps.
    fn whole(&self) -> f64 {
        self.each.iter().sum::<f64>() / 2.0
    }
}

fn idle(
    run: &Run,
    kind: Kind,
    form: Form,
    number: usize,
    period: Duration,
    steps: &[usize],
) -> Outcome<Idle> {
    let rig = run.shop.rig(kind, form, &format!("idle-{number}"))?;
    let mut crowds = Vec::new();
    let mut resident = Vec::new();
    for &count in steps {
        crowds.push(Subscribers::connect(rig.others(count, |_| String::new()))?);
        resident.push(settled(&rig));
    }
    let each = |step: usize| match resident.get(step..step + 2) {
        Some([before, after]) => (after - before) / STEPS.get(step + 1).map_or(1.0, |n| *n as f64),
        _ => f64::NAN,
    };
    let before = rig.usage().cpu;
    clock::pass(period);
    // NaN where no time passed.
    let seconds = if period.is_zero() { f64::NAN } else { period.as_secs_f64() };
    let cpu = (rig.usage().cpu - before) / seconds / ALL * 1e6;
    match crowds.iter().map(Subscribers::closed).sum::<u64>() {
        0 => Ok(Idle { each: [each(0), each(1)], cpu }),
        closed => Err(format!("{closed} idle connections were closed")),
    }
}

/// Its memory once it grows no more.
fn settled(rig: &Rig) -> f64 {
    let mut last = 0;
    _ = clock::until(Duration::from_secs(10), Duration::from_millis(500), "rest", || {
        let now = rig.usage().resident;
        let rest = now.abs_diff(last) < 64 << 10;
        last = now;
        rest.then_some(())
    });
    last as f64
}
