//! The engine itself: what it is, whether it answers, what its disk holds, and what its volumes and networks
//! are labelled with.

use std::collections::BTreeMap;
use std::time::Duration;

use hyper::Method;
use quayside_protocol::reply::{DiskUse, Engine};

use super::client::{CALL, Client};
use super::wire::{answer, or_default};
use crate::runtime::{Result, RuntimeError};

/// An engine that takes longer for a word is not there for anybody.
const PING: Duration = Duration::from_secs(2);

/// The engine walks through every volume.
const DISK_USE: Duration = Duration::from_secs(120);

answer! {
    /// `GET /version`.
    Version {
        version: String = "Version",
        api_version: String = "ApiVersion",
        os: String = "Os",
        arch: String = "Arch",
    }
    /// `GET /info`.
    Info {
        id: String = "ID",
        cpus: u64 = "NCPU",
        memory: u64 = "MemTotal",
    }
    /// `GET /volumes/{name}` and `GET /networks/{name}`.
    Tagged {
        labels: BTreeMap<String, String> = "Labels",
    }
    /// `GET /system/df`: newer engines sum up themselves.
    Disk {
        layers: i64 = "LayersSize",
        containers: Vec<Writable> = "Containers",
        volumes: Vec<Volume> = "Volumes",
        build_cache: Vec<Cache> = "BuildCache",
        images_sum: Option<Sum> = "ImageUsage",
        containers_sum: Option<Sum> = "ContainerUsage",
        volumes_sum: Option<Sum> = "VolumeUsage",
        build_cache_sum: Option<Sum> = "BuildCacheUsage",
    }
    Writable {
        size: i64 = "SizeRw",
    }
    Volume {
        usage: Option<Usage> = "UsageData",
    }
    Usage {
        size: i64 = "Size",
    }
    Cache {
        size: i64 = "Size",
        shared: bool = "Shared",
    }
    Sum {
        total: i64 = "TotalSize",
    }
}

/// `GET /version`, as `host test` shows it.
pub(super) async fn version(client: &Client) -> Result<Version> {
    client.get("/version").await
}

pub(super) async fn engine(client: &Client) -> Result<Engine> {
    client
        .call("engine", CALL, async {
            let version = version(client).await?;
            let info: Info = client.get("/info").await?;
            Ok(Engine {
                id: info.id,
                version: version.version,
                api_version: version.api_version,
                os: version.os,
                arch: version.arch,
                cpus: info.cpus,
                memory: info.memory,
            })
        })
        .await
}

/// Waits behind no other call.
pub(super) async fn ping(client: &Client) -> Result<()> {
    let work = async { client.open(Method::GET, "/_ping", &[]).await.map(drop) };
    client.observed("ping", PING, work).await
}

pub(super) async fn disk_use(client: &Client) -> Result<DiskUse> {
    let work = client.get::<Disk>("/system/df");
    client.call("disk_use", DISK_USE, work).await.map(|disk| disk.sums())
}

impl Disk {
    /// A size that is not known is -1.
    fn sums(self) -> DiskUse {
        let bytes = |size: i64| u64::try_from(size).unwrap_or(0);
        let sum = |of: Option<Sum>, else_sum: u64| of.map_or(else_sum, |sum| bytes(sum.total));
        let containers = self.containers.iter().map(|c| bytes(c.size)).sum();
        let volumes =
            self.volumes.iter().filter_map(|v| v.usage.as_ref()).map(|u| bytes(u.size)).sum();
        // What is shared with an image is counted there.
        let cache = self.build_cache.iter().filter(|c| !c.shared).map(|c| bytes(c.size)).sum();
        DiskUse {
            images: sum(self.images_sum, bytes(self.layers)),
            containers: sum(self.containers_sum, containers),
            volumes: sum(self.volumes_sum, volumes),
            build_cache: sum(self.build_cache_sum, cache),
        }
    }
}

/// Labels of one of the `volumes` or `networks`; none where there is no such thing.
pub(super) async fn labels_of(
    client: &Client,
    kind: &str,
    name: &str,
) -> Result<Option<BTreeMap<String, String>>> {
    let path = format!("/{kind}/{name}");
    match client.call("labels", CALL, client.get::<Tagged>(&path)).await {
        Ok(found) => Ok(Some(found.labels)),
        Err(RuntimeError::NotFound(_)) => Ok(None),
        Err(other) => Err(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn disk_use_is_the_engines_sum_or_ours_of_its_parts() {
        let old: Disk = serde_json::from_str(
            r#"{"LayersSize":100,"Images":[],"Containers":[{"SizeRw":5},{}],"BuildCache":[{"Size":7,"Shared":true},
            {"Size":9}],"Volumes":[{"UsageData":{"Size":-1}},{"UsageData":{"Size":3}},{"UsageData":null}]}"#,
        )
        .unwrap();
        let expected = DiskUse { images: 100, containers: 5, volumes: 3, build_cache: 9 };
        assert_eq!(old.sums(), expected);
        let new: Disk = serde_json::from_str(
            r#"{"ImageUsage":{"TotalSize":100},"ContainerUsage":{"TotalSize":5},"VolumeUsage":{"TotalSize":3},
            "BuildCacheUsage":{"TotalSize":9}}"#,
        )
        .unwrap();
        assert_eq!(new.sums(), expected);
    }
}
