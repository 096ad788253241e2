//! What processes have used: CPU time and resident memory, of a process and all it started.

use std::collections::HashMap;
use std::fs;

/// Clock ticks a second in `/proc`, which Linux shows to programs as 100 on every machine.
const TICKS: f64 = 100.0;

/// What a process and its descendants have used.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Usage {
    /// Seconds, user and system.
    pub(crate) cpu: f64,
    /// Bytes.
    pub(crate) resident: u64,
}

struct Stat {
    parent: u32,
    ticks: u64,
}

/// Of `root` and everything below it, dead children included.
pub(crate) fn of(root: u32) -> Usage {
    let all = processes();
    let mut usage = Usage::default();
    for (&id, stat) in &all {
        let mut up = id;
        while up != root && up > 1 {
            up = all.get(&up).map_or(0, |stat| stat.parent);
        }
        if up == root {
            usage.cpu += stat.ticks as f64 / TICKS;
            usage.resident += resident(id);
        }
    }
    usage
}

fn processes() -> HashMap<u32, Stat> {
    let Ok(entries) = fs::read_dir("/proc") else { return HashMap::new() };
    let ids = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    ids.filter_map(|id: u32| Some((id, stat(id)?))).collect()
}

fn stat(id: u32) -> Option<Stat> {
    let text = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    // The name may hold anything, so fields are counted after its closing parenthesis: the first is the state.
    let fields: Vec<_> = text.rsplit_once(')')?.1.split_whitespace().collect();
    let field = |number: usize| fields.get(number).and_then(|text| text.parse::<u64>().ok());
    Some(Stat { parent: field(1)?.try_into().ok()?, ticks: (11..15).filter_map(field).sum() })
}

fn resident(id: u32) -> u64 {
    let text = fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|rest| rest.split_whitespace().next()?.parse::<u64>().ok());
    kilobytes.unwrap_or(0) * 1024
}
