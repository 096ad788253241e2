//! A thousand subscribers with a thousand different filters over 20 hosts, beside as many without.

use std::fmt::Write as _;

use crate::figure::{Bar, Line, Told, median};
use crate::limit::Form;
use crate::rig::{Rig, Sample};
use crate::said::Outcome;
use crate::source::Pace;
use crate::work::Run;

const HOSTS: usize = 20;
const CONTAINERS: usize = 5;
const SUBSCRIBERS: usize = 1_000;

pub(crate) fn lines(run: &Run) -> Outcome<Vec<Line>> {
    let rig =
        |name: &str| run.shop.hub(Form::Sse, &run.shop.dir.join(name), HOSTS, CONTAINERS, true);
    let (mut all, mut some) = (rig("unfiltered")?, rig("filtered")?);
    all.connect(SUBSCRIBERS)?;
    let ids: Vec<_> = some.hub.iter().flat_map(|hub| hub.engines.all().to_vec()).collect();
    let ids: Vec<_> = ids
        .iter()
        .flat_map(|engine| engine.containers.iter())
        .filter_map(|one| one.id.get(..12).map(str::to_owned))
        .collect();
    some.connect_filtered(SUBSCRIBERS, |number| filter(number, &ids))?;
    let (mut unfiltered, mut filtered) = (Vec::new(), Vec::new());
    let sample = |rig: &Rig| rig.sample_filtered(Pace::Rate(100), run.span());
    for _ in 0..run.samples {
        unfiltered.push(sample(&all)?);
        filtered.push(sample(&some)?);
    }
    let told = |samples: &[Sample]| {
        let value = median(samples.iter().map(|s| s.events as f64 / s.cpu.max(0.01)));
        let share = median(
            samples
                .iter()
                .map(|s| s.deliveries as f64 / (s.events.max(1) as f64 * SUBSCRIBERS as f64)),
        );
        Told::new(value, "events/CPU-s").with(&format!("{:.0} % delivered", share * 100.0))
    };
    let work = "SSE, 1,000 different filters over 20 hosts, 100 events/s: events per CPU-second";
    let theirs = ("unfiltered", told(&unfiltered));
    Ok(vec![Line::beside(work, Bar::AtLeast(0.5), told(&filtered), theirs)])
}

/// One of three kinds, no two alike, each of which about half of all events pass.
fn filter(number: usize, ids: &[String]) -> String {
    let mut query = String::new();
    // Not chance, so that each run is like the last: the same numbers from the same seed.
    let mut seed = number as u64 + 1;
    let mut half = || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33).is_multiple_of(2)
    };
    match number % 3 {
        0 => {
            for host in (0..HOSTS).filter(|_| half()) {
                _ = write!(query, "&host=h{host:02}");
            }
        }
        1 => {
            query.push_str("&type=container");
            let without = [number % HOSTS, (number / HOSTS) % HOSTS];
            for host in (0..HOSTS).filter(|host| !without.contains(host)) {
                _ = write!(query, "&host=h{host:02}");
            }
        }
        _ => {
            for id in ids.iter().filter(|_| half()) {
                _ = write!(query, "&container={id}");
            }
        }
    }
    query
}
