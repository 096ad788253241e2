//! The hub by itself: at rest, and as a file.

use std::time::Duration;

use crate::clock;
use crate::figure::{Bar, Line, Told, median};
use crate::http::Http;
use crate::limit::Form;
use crate::said::{Outcome, Said};
use crate::work::Run;

const MIB: f64 = 1_048_576.0;

pub(crate) fn lines(run: &Run) -> Outcome<Vec<Line>> {
    let rig = run.shop.hub(Form::Sse, &run.shop.dir.join("rest"), 2, 5, false)?;
    // Whole rounds of the sweep of stats, which come every 10 s.
    let span = Duration::from_secs(10);
    clock::pass(span / 2);
    let (mut memory, mut cpu) = (Vec::new(), Vec::new());
    for _ in 0..run.samples {
        let before = rig.usage().cpu;
        clock::pass(span);
        let now = rig.usage();
        memory.push(now.resident as f64 / MIB);
        cpu.push((now.cpu - before) / span.as_secs_f64() * 100.0);
    }
    let named = |what: &str| format!("hub at rest, 2 hosts of 5 containers: {what}");
    let memory = Told::new(median(memory), "MiB");
    let cpu = Told::new(median(cpu), "%");
    let size = std::fs::metadata(&run.shop.program).said("the hub's program")?.len();
    let mut size = Told::new(size as f64 / MIB, "MiB");
    let page = Http::tcp(rig.address())?.get("/")?;
    if !String::from_utf8_lossy(&page.body).contains("<script") {
        size = size.with("without the dashboard");
    }
    Ok(vec![
        Line::against(&named("resident memory"), Bar::AtMost(1.0), memory, 30.0, "≤ 30 MiB"),
        Line::against(&named("CPU"), Bar::AtMost(1.0), cpu, 0.3, "≤ 0.3 %"),
        Line::against("release binary", Bar::AtMost(1.0), size, 40.0, "≤ 40 MiB"),
    ])
}
