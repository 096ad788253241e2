//! One event to many: at a set rate and as fast as all keep up, beside the peers and the bare loops.

use crate::figure::{Bar, Line, Told, median, quantile};
use crate::limit::Form;
use crate::rig::{Kind, Rig, Sample};
use crate::said::Outcome;
use crate::source::Pace;
use crate::work::Run;

/// Who is more events behind than this, some 20 KB, does not keep up: the source waits for the slowest.
const KEEPS_UP: u64 = 64;

/// A kind, and its samples at the rate and at saturation.
struct Measured {
    kind: Kind,
    paced: Vec<Sample>,
    full: Vec<Sample>,
}

struct Case {
    form: Form,
    subscribers: usize,
    rate: u64,
}

pub(crate) fn sse_thousand(run: &Run) -> Outcome<Vec<Line>> {
    Case { form: Form::Sse, subscribers: 1_000, rate: 100 }.lines(run)
}

pub(crate) fn ws_thousand(run: &Run) -> Outcome<Vec<Line>> {
    Case { form: Form::Ws, subscribers: 1_000, rate: 100 }.lines(run)
}

pub(crate) fn sse_ten_thousand(run: &Run) -> Outcome<Vec<Line>> {
    Case { form: Form::Sse, subscribers: 10_000, rate: 10 }.lines(run)
}

pub(crate) fn ws_ten_thousand(run: &Run) -> Outcome<Vec<Line>> {
    Case { form: Form::Ws, subscribers: 10_000, rate: 10 }.lines(run)
}

impl Case {
    fn lines(&self, run: &Run) -> Outcome<Vec<Line>> {
        let kinds: &[Kind] = match self.form {
            Form::Sse => &[Kind::Quayside, Kind::Nchan, Kind::One, Kind::Batch],
            Form::Ws if self.subscribers > 1_000 => {
                &[Kind::Quayside, Kind::Bun, Kind::One, Kind::Batch]
            }
            Form::Ws => {
                &[Kind::Quayside, Kind::Bun, Kind::Nchan, Kind::Nats, Kind::One, Kind::Batch]
            }
        };
        let all = self.measure(run, kinds)?;
        let Some((ours, peers)) = all.split_first() else { return Ok(Vec::new()) };
        let mut lines = Vec::new();
        for peer in peers {
            if let Some(bar) = self.paced_bar(peer.kind) {
                lines.push(self.paced(ours, peer, bar));
            }
        }
        for peer in peers {
            if let Some(bar) = self.full_bar(peer.kind) {
                lines.push(self.full(ours, peer, bar));
            }
        }
        let bare = peers.iter().find(|peer| peer.kind == Kind::One);
        if let (1_000, Some(bare)) = (self.subscribers, bare) {
            lines.extend([("p50", 0.5), ("p99", 0.99)].map(|(name, share)| {
                let work = format!("{} added latency to the last of 1,000, {name}", self.name());
                let bar = Bar::AtMost(1.2);
                Line::beside(&work, bar, delay(ours, share), ("bare loop", delay(bare, share)))
            }));
        }
        Ok(lines)
    }

    fn name(&self) -> &'static str {
        if self.form == Form::Sse { "SSE" } else { "WebSocket" }
    }

    fn paced_bar(&self, peer: Kind) -> Option<f64> {
        match (self.form, peer) {
            (_, Kind::One) => Some(0.8),
            (Form::Sse, Kind::Nchan) => Some(1.3),
            (Form::Ws, Kind::Bun) => Some(0.9),
            // Not a bar of their own; ahead of every peer.
            (Form::Ws, Kind::Nchan | Kind::Nats) => Some(1.0),
            _ => None,
        }
    }

    fn full_bar(&self, peer: Kind) -> Option<f64> {
        match (self.form, peer) {
            (Form::Sse, Kind::Nchan) => Some(10.0),
            (Form::Sse, Kind::Batch) => Some(0.5),
            (Form::Ws, Kind::Bun) => Some(1.5),
            (Form::Ws, Kind::Batch) => Some(0.6),
            (Form::Ws, Kind::Nchan | Kind::Nats) => Some(1.0),
            _ => None,
        }
    }

    fn paced(&self, ours: &Measured, peer: &Measured, bar: f64) -> Line {
        let work = format!(
            "{}, {} subscribers × {} events/s: deliveries per CPU-second",
            self.name(),
            self.subscribers,
            self.rate
        );
        let told = |measured: &Measured| {
            let value = median(measured.paced.iter().map(Sample::per_cpu));
            Told::thousands(value).with(&bytes(&measured.paced))
        };
        Line::beside(&work, Bar::AtLeast(bar), told(ours), (peer.kind.name(), told(peer)))
    }

    fn full(&self, ours: &Measured, peer: &Measured, bar: f64) -> Line {
        let work = format!(
            "{}, {} subscribers, as fast as all keep up: deliveries per CPU-second",
            self.name(),
            self.subscribers
        );
        let told = |measured: &Measured| {
            let value = median(measured.full.iter().map(Sample::per_cpu));
            let rate = median(measured.full.iter().map(Sample::rate));
            let load = median(measured.full.iter().map(|s| s.load / s.wall));
            Told::thousands(value).with(&format!("{rate:.0} events/s, load {:.0} %", load * 100.0))
        };
        Line::beside(&work, Bar::AtLeast(bar), told(ours), (peer.kind.name(), told(peer)))
    }

    fn measure(&self, run: &Run, kinds: &[Kind]) -> Outcome<Vec<Measured>> {
        let none = |kind: &Kind| Measured { kind: *kind, paced: Vec::new(), full: Vec::new() };
        let mut all: Vec<_> = kinds.iter().map(none).collect();
        // As many as one process may have open files for are measured in turns, so that what else the machine does
        // meets all alike.
        let together = (15_000 / self.subscribers).max(1);
        for group in all.chunks_mut(together) {
            let mut rigs = Vec::new();
            for measured in &*group {
                let mut rig =
                    run.shop.rig(measured.kind, self.form, &self.subscribers.to_string())?;
                rig.connect(self.subscribers)?;
                rigs.push(rig);
            }
            for _ in 0..run.samples {
                for (rig, measured) in rigs.iter().zip(&mut *group) {
                    self.sample(run, rig, measured)?;
                }
            }
        }
        Ok(all)
    }

    fn sample(&self, run: &Run, rig: &Rig, measured: &mut Measured) -> Outcome<()> {
        if self.paced_bar(rig.kind).is_some() || rig.kind == Kind::Quayside {
            let timed = self.subscribers == 1_000;
            measured.paced.push(rig.sample(Pace::Rate(self.rate), run.span(), timed)?);
        }
        if self.full_bar(rig.kind).is_some() || rig.kind == Kind::Quayside {
            measured.full.push(rig.sample(Pace::Window(KEEPS_UP), run.span(), false)?);
        }
        for sample in [measured.paced.last(), measured.full.last()].into_iter().flatten() {
            eprintln!(
                "    {} {}: {:.0} k deliveries per CPU-second, {:.0} events/s, server {:.0} %, load {:.0} %, \
                 {:.0} bytes each",
                rig.kind.name(),
                self.name(),
                sample.per_cpu() / 1_000.0,
                sample.rate(),
                sample.cpu / sample.wall * 100.0,
                sample.load / sample.wall * 100.0,
                sample.bytes as f64 / sample.deliveries.max(1) as f64,
            );
        }
        Ok(())
    }
}

fn bytes(samples: &[Sample]) -> String {
    let each = median(samples.iter().map(|s| s.bytes as f64 / s.deliveries.max(1) as f64));
    let load = median(samples.iter().map(|s| s.load / s.wall));
    format!("{each:.0} bytes, load {:.0} %", load * 100.0)
}

/// Milliseconds: the median over the samples of a quantile in each.
fn delay(measured: &Measured, share: f64) -> Told {
    let each = |sample: &Sample| quantile(sample.delays.iter().map(|d| *d as f64), share);
    Told::new(median(measured.paced.iter().map(each)) / 1e6, "ms")
}
