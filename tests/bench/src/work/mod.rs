//! The works that are measured, each with the rows it gives. What they share is how often and how long.

mod curve;
mod engine;
mod fan_out;
mod filters;
mod idle;
mod rest;
mod resume;
mod store;
mod terminal;

use std::path::PathBuf;
use std::time::Duration;

use crate::figure::Line;
use crate::real::Real;
use crate::rig::Shop;
use crate::said::Outcome;

/// How a run is to be.
pub(crate) struct Run {
    pub(crate) shop: Shop,
    /// The project's scripts.
    pub(crate) scripts: PathBuf,
    /// Samples of each figure.
    pub(crate) samples: usize,
    pub(crate) quick: bool,
    /// A real engine that runs already.
    pub(crate) borrowed: Option<PathBuf>,
}

impl Run {
    /// A real engine, started when it is first needed.
    pub(crate) fn engine(&self) -> Outcome<Real> {
        Real::start(&self.scripts, &self.shop.dir, self.borrowed.as_deref())
    }

    /// How long one sample takes.
    pub(crate) fn span(&self) -> Duration {
        Duration::from_millis(if self.quick { 1_200 } else { 3_000 })
    }
}

/// A work: its name, and what measures it.
pub(crate) struct Work {
    pub(crate) name: &'static str,
    pub(crate) measure: fn(&Run) -> Outcome<Vec<Line>>,
}

/// All of them, in the order of the table.
pub(crate) const WORKS: &[Work] = &[
    Work { name: "sse-1000", measure: fan_out::sse_thousand },
    Work { name: "ws-1000", measure: fan_out::ws_thousand },
    Work { name: "sse-10k", measure: fan_out::sse_ten_thousand },
    Work { name: "ws-10k", measure: fan_out::ws_ten_thousand },
    Work { name: "curve", measure: curve::lines },
    Work { name: "filters", measure: filters::lines },
    Work { name: "idle-sse", measure: idle::sse },
    Work { name: "idle-ws", measure: idle::ws },
    Work { name: "resume", measure: resume::lines },
    Work { name: "append", measure: store::append },
    Work { name: "durable", measure: store::durable },
    Work { name: "full-store", measure: store::full },
    Work { name: "rest", measure: rest::lines },
    Work { name: "engine-events", measure: engine::events },
    Work { name: "terminal", measure: terminal::lines },
    Work { name: "engine-lists", measure: engine::lists },
];
