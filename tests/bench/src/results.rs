//! The file that a run leaves: its table, where and of what it was made, and below that what people wrote.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use crate::figure::{HEAD, Line};
use crate::said::{Outcome, Said};

/// What stands below this line of the file is kept.
const BELOW: &str = "<!-- What stands below was written by hand and is kept. -->";

/// Writes the table.
pub(crate) fn write(file: &Path, lines: &[Line], commit: &str, quick: bool) -> Outcome<()> {
    let before = fs::read_to_string(file).unwrap_or_default();
    let below = before.split_once(BELOW).map_or("\n", |(_, below)| below);
    let samples = if quick { "3 short samples each (`--quick`)" } else { "5 samples each" };
    let mut text = format!(
        "# What `scripts/bench` measured\n\nCommit {commit}, {}, {samples}, medians. A ratio is Quayside's figure \
         to the peer's of the\nsame run or, where there is no peer, to the bar. CPU is the server processes' own \
         time. As fast as all keep up:\nthe source waits for the slowest subscriber, which is never more than 64 \
         events behind. Load is what the process that\npublishes and subscribes used of one core meanwhile.\n\n{HEAD}\n",
        machine()
    );
    for line in lines {
        text.push_str(&line.row());
        text.push('\n');
    }
    text.push_str(&format!("\n{BELOW}{below}"));
    fs::write(file, text).said("the results")
}

/// Fails where a ratio is more than a quarter worse than the one that the file holds.
pub(crate) fn check(file: &Path, lines: &[Line]) -> Outcome<()> {
    let text = fs::read_to_string(file).said("the recorded results")?;
    let recorded: HashMap<_, _> = text
        .lines()
        .filter_map(Line::recorded)
        .map(|(key, ratio, more_is_better)| (key, (ratio, more_is_better)))
        .collect();
    let mut compared = 0;
    let mut worse = Vec::new();
    for line in lines {
        let Some((ratio, more_is_better)) = recorded.get(&line.key()) else { continue };
        compared += 1;
        if line.ratio.is_none() {
            worse.push(format!("{}: was {ratio}, and now {}", line.key(), line.peer));
        } else if line.is_worse_than(*ratio, *more_is_better) {
            worse.push(format!("{}: was {ratio}, is {:.2}", line.key(), line.ratio.unwrap_or(0.0)));
        }
    }
    println!("{compared} ratios compared with those recorded, {} worse by a quarter", worse.len());
    match (compared, worse.is_empty()) {
        (0, _) => Err("nothing of this was recorded before".to_owned()),
        (_, true) => Ok(()),
        _ => Err(worse.join("\n  ")),
    }
}

fn machine() -> String {
    let read = |file: &str| fs::read_to_string(file).unwrap_or_default();
    let cpus = std::thread::available_parallelism().map_or(1, usize::from);
    let info = read("/proc/cpuinfo");
    let name = info.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let memory = read("/proc/meminfo");
    let memory =
        memory.lines().next().and_then(|line| line.split_whitespace().nth(1)?.parse().ok());
    let gigabytes = memory.map_or(0, |kilobytes: u64| kilobytes / (1 << 20));
    let load = read("/proc/loadavg");
    format!(
        "{cpus} × {}, {gigabytes} GB, Linux {}, load average at the end {}",
        name.map_or("an unnamed processor", |(_, name)| name),
        read("/proc/sys/kernel/osrelease").trim(),
        load.split_whitespace().next().unwrap_or("unknown"),
    )
}
