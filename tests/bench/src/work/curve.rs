//! What a delivery costs with 100, 1,000 and 10,000 subscribers, at the same deliveries a second.

use crate::figure::{Bar, Line, Told, median};
use crate::limit::Form;
use crate::rig::Kind;
use crate::said::Outcome;
use crate::source::Pace;
use crate::work::Run;

/// Subscribers; what they have a second between them is always the same.
const CROWDS: [usize; 3] = [100, 1_000, 10_000];
const DELIVERIES: u64 = 100_000;

pub(crate) fn lines(run: &Run) -> Outcome<Vec<Line>> {
    let ours = costs(run, Kind::Quayside)?;
    let theirs = costs(run, Kind::One)?;
    let told = |[few, some, many]: [f64; 3]| {
        Told::new(many / few, "×").with(&format!("{few:.1}, {some:.1}, {many:.1} µs"))
    };
    let work =
        "SSE, a delivery's CPU with 10,000 subscribers to that with 100 (100, 1,000, 10,000)";
    // More sockets make the kernel's part dearer for everybody, so the loop's own growth is the measure.
    Ok(vec![Line::beside(work, Bar::AtMost(1.1), told(ours), ("bare loop", told(theirs)))])
}

/// Microseconds of CPU for each delivery.
fn costs(run: &Run, kind: Kind) -> Outcome<[f64; 3]> {
    let mut costs = [0.0; 3];
    for (subscribers, cost) in CROWDS.into_iter().zip(&mut costs) {
        let mut rig = run.shop.rig(kind, Form::Sse, &format!("curve-{subscribers}"))?;
        rig.connect(subscribers)?;
        let mut samples = Vec::new();
        for _ in 0..run.samples {
            let pace = Pace::Rate(DELIVERIES / subscribers as u64);
            samples.push(1e6 / rig.sample(pace, run.span(), false)?.per_cpu());
        }
        *cost = median(samples);
    }
    Ok(costs)
}
