//! The docker command's formulas: from counters to what `docker stats` shows.

use quayside_protocol::reply::Stats;

use crate::runtime::StatsSample;

/// The values of `sample`; `before` is an earlier sample's CPU time of container and machine, where the engine took
/// none itself.
#[must_use]
pub fn stats(sample: &StatsSample, before: Option<(u64, u64)>) -> Stats {
    let StatsSample { memory_usage, memory_limit, .. } = *sample;
    let memory_percent = match memory_limit {
        0 => 0.0,
        limit => memory_usage as f64 / limit as f64 * 100.0,
    };
    Stats {
        cpu_percent: cpu_percent(sample, sample.before.or(before)),
        memory_usage,
        memory_limit,
        memory_percent,
        network_rx: sample.network_rx,
        network_tx: sample.network_tx,
        block_read: sample.block_read,
        block_write: sample.block_write,
        pids: sample.pids,
    }
}

/// 100 is one core. 0 where nothing is to be compared with, or counters began anew.
fn cpu_percent(sample: &StatsSample, before: Option<(u64, u64)>) -> f64 {
    let Some((cpu, system)) = before else { return 0.0 };
    let cpu = sample.cpu_total.saturating_sub(cpu);
    let system = sample.cpu_system.saturating_sub(system);
    if cpu == 0 || system == 0 {
        return 0.0;
    }
    cpu as f64 / system as f64 * sample.online_cpus as f64 * 100.0
}

/// Of a container that does not run.
#[must_use]
pub fn zero() -> Stats {
    Stats {
        cpu_percent: 0.0,
        memory_usage: 0,
        memory_limit: 0,
        memory_percent: 0.0,
        network_rx: 0,
        network_tx: 0,
        block_read: 0,
        block_write: 0,
        pids: 0,
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::domain::stat) fn sample(cpu_total: u64, cpu_system: u64) -> StatsSample {
        StatsSample {
            read: Some(chrono::Utc::now()),
            cpu_total,
            cpu_system,
            online_cpus: 4,
            before: None,
            memory_usage: 50,
            memory_limit: 200,
            network_rx: 1,
            network_tx: 2,
            block_read: 3,
            block_write: 4,
            pids: 5,
        }
    }

    #[test]
    fn cpu_is_the_share_of_the_machine_times_its_cores() {
        let now = sample(3_000, 20_000);
        assert_eq!(stats(&now, Some((1_000, 10_000))).cpu_percent, 80.0);
        assert_eq!(stats(&now, None).cpu_percent, 0.0);
        // After a restart the counters are smaller than before.
        assert_eq!(stats(&now, Some((9_000, 10_000))).cpu_percent, 0.0);
        assert_eq!(stats(&now, Some((1_000, 20_000))).cpu_percent, 0.0);
        // A sample before of the engine's own goes first.
        let own = StatsSample { before: Some((2_000, 10_000)), ..now };
        assert_eq!(stats(&own, Some((1_000, 10_000))).cpu_percent, 40.0);
    }

    #[test]
    fn memory_is_a_share_of_the_limit() {
        assert_eq!(stats(&sample(0, 0), None).memory_percent, 25.0);
        let unlimited = StatsSample { memory_limit: 0, ..sample(0, 0) };
        assert_eq!(stats(&unlimited, None).memory_percent, 0.0);
    }
}
