//! Samples of a container's counters, as the docker command reads them, for cgroup v1 and v2.

use std::collections::BTreeMap;
use std::time::Duration;

use futures::StreamExt;
use futures::stream::{self, BoxStream};
use hyper::Method;

use super::client::{CALL, Client};
use super::lines::Lines;
use super::list::moment;
use super::wire::{answer, or_default};
use crate::runtime::{Result, StatsSample};

/// A sample comes every second; an engine under load may be late.
const IDLE: Duration = Duration::from_secs(30);

answer! {
    /// `GET /containers/{id}/stats`.
    Sample {
        read: String = "read",
        cpu: Cpu = "cpu_stats",
        before: Cpu = "precpu_stats",
        memory: Memory = "memory_stats",
        networks: BTreeMap<String, Interface> = "networks",
        block: Block = "blkio_stats",
        pids: Pids = "pids_stats",
    }
    Cpu {
        usage: CpuUsage = "cpu_usage",
        system: u64 = "system_cpu_usage",
        online: u64 = "online_cpus",
    }
    CpuUsage {
        total: u64 = "total_usage",
        per_cpu: Vec<u64> = "percpu_usage",
    }
    Memory {
        usage: u64 = "usage",
        limit: u64 = "limit",
        stats: BTreeMap<String, u64> = "stats",
    }
    Interface {
        rx: u64 = "rx_bytes",
        tx: u64 = "tx_bytes",
    }
    Block {
        entries: Vec<BlockEntry> = "io_service_bytes_recursive",
    }
    BlockEntry {
        op: String = "op",
        value: u64 = "value",
    }
    Pids {
        current: u64 = "current",
    }
}

impl From<Sample> for StatsSample {
    fn from(sample: Sample) -> Self {
        let blocks = |initial: char| {
            let entries = sample.block.entries.iter();
            let those =
                entries.filter(|e| e.op.starts_with([initial, initial.to_ascii_uppercase()]));
            those.map(|e| e.value).fold(0u64, u64::saturating_add)
        };
        let before = (sample.before.usage.total, sample.before.system);
        Self {
            read: moment(&sample.read),
            cpu_total: sample.cpu.usage.total,
            cpu_system: sample.cpu.system,
            online_cpus: match sample.cpu.online {
                // Engines before 17.06.
                0 => u64::try_from(sample.cpu.usage.per_cpu.len()).unwrap_or(0),
                online => online,
            },
            before: (before.1 > 0).then_some(before),
            memory_usage: used(&sample.memory),
            memory_limit: sample.memory.limit,
            network_rx: sample.networks.values().map(|i| i.rx).fold(0, u64::saturating_add),
            network_tx: sample.networks.values().map(|i| i.tx).fold(0, u64::saturating_add),
            block_read: blocks('r'),
            block_write: blocks('w'),
            pids: sample.pids.current,
        }
    }
}

/// Usage less the page cache that could be taken back, as the docker command subtracts it: cgroup v1 calls it
/// `total_inactive_file`, v2 `inactive_file`.
fn used(memory: &Memory) -> u64 {
    let less = |name: &str| {
        memory
            .stats
            .get(name)
            .filter(|cache| **cache < memory.usage)
            .map(|cache| memory.usage - cache)
    };
    less("total_inactive_file").or_else(|| less("inactive_file")).unwrap_or(memory.usage)
}

/// One sample; with the one before it the engine takes a second or two.
pub(super) async fn stats(client: &Client, id: &str, with_before: bool) -> Result<StatsSample> {
    let one_shot = if with_before { "" } else { "&one-shot=true" };
    let path = format!("/containers/{id}/stats?stream=false{one_shot}");
    let sample: Sample = client.call("stats", CALL, client.get(&path)).await?;
    Ok(sample.into())
}

/// A sample a second, until the container ends.
pub(super) async fn stream(
    client: &Client,
    id: &str,
) -> Result<BoxStream<'static, Result<StatsSample>>> {
    let path = format!("/containers/{id}/stats?stream=true");
    let open = client.open(Method::GET, &path, &[]);
    let response = client.observed("stats_stream", CALL, open).await?;
    let lines = Lines::<Sample>::new(response.into_body());
    // The sample before the first is none of a second ago.
    let first = true;
    Ok(stream::unfold(Some((lines, first)), async |state| {
        let (mut lines, first) = state?;
        match lines.next_within(IDLE, "the stream of samples").await {
            Ok(Some(sample)) => {
                let mut sample = StatsSample::from(sample);
                if first {
                    sample.before = None;
                }
                // An engine goes on with zeros when the container has ended.
                sample.read.is_some().then_some((Ok(sample), Some((lines, false))))
            }
            Ok(None) => None,
            Err(error) => Some((Err(error), None)),
        }
    })
    .boxed())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> StatsSample {
        serde_json::from_str::<Sample>(json).unwrap().into()
    }

    #[test]
    fn cgroup_v1_is_read_as_the_docker_command_reads_it() {
        let sample = read(include_str!("stats_v1.json"));
        assert_eq!((sample.cpu_total, sample.cpu_system), (3_060_000_000, 5_970_000_000));
        assert_eq!(sample.before, Some((2_060_000_000, 3_980_000_000)));
        assert_eq!(sample.online_cpus, 2);
        assert_eq!(sample.memory_usage, 12_582_912 - 4_194_304);
        assert_eq!(sample.memory_limit, 67_108_864);
        assert_eq!((sample.network_rx, sample.network_tx), (1_032 + 500, 84 + 60));
        assert_eq!((sample.block_read, sample.block_write), (4_096, 8_192));
        assert_eq!(sample.pids, 2);
    }

    #[test]
    fn cgroup_v2_is_read_as_the_docker_command_reads_it() {
        let sample = read(include_str!("stats_v2.json"));
        assert_eq!(sample.memory_usage, 20_000_000 - 5_000_000);
        assert_eq!((sample.block_read, sample.block_write), (12_288, 0));
        assert_eq!(sample.online_cpus, 8);
        assert_eq!(sample.pids, 7);
    }

    #[test]
    fn a_container_that_does_not_run_has_no_sample() {
        let sample = read(
            r#"{"read":"0001-01-01T00:00:00Z","cpu_stats":{"cpu_usage":{"total_usage":0}},"memory_stats":{}}"#,
        );
        assert_eq!((sample.read, sample.before, sample.memory_usage), (None, None, 0));
    }

    #[test]
    fn cache_that_exceeds_usage_is_not_subtracted() {
        let memory = |v1: u64| Memory {
            usage: 100,
            limit: 0,
            stats: [("total_inactive_file".to_owned(), v1)].into(),
        };
        assert_eq!((used(&memory(40)), used(&memory(100))), (60, 100));
    }
}
