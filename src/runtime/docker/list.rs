//! Containers as lists know them: the engine's list tells how `docker ps` names an image, an inspection of
//! each the moments and ends that the list keeps to itself.

use std::time::Duration;

use chrono::{DateTime, Utc};
use futures::{StreamExt, TryStreamExt, stream};
use quayside_protocol::reply::PublishedPort;
use tokio::time::timeout;

use super::client::{Client, escape};
use super::wire::{Bindings, Details, Summary};
use crate::runtime::{ContainerFacts, Result, RuntimeError};

/// Inspections at one time: enough to keep the engine busy, few enough to leave it to others.
const AT_ONCE: usize = 8;

/// An engine keeps a container locked while somebody reads an archive of it, however slowly.
const ONE: Duration = Duration::from_secs(5);

/// Ids that are asked for by name; beyond it the address of the request would grow too long, and all are listed.
const MAX_FILTER: usize = 64;

/// All containers, or those of `ids` that are still there.
pub(super) async fn containers(
    client: &Client,
    ids: Option<Vec<String>>,
) -> Result<Vec<ContainerFacts>> {
    let path = match &ids {
        Some(ids) if ids.is_empty() => return Ok(Vec::new()),
        Some(ids) if ids.len() <= MAX_FILTER => {
            let filter = serde_json::json!({ "id": ids }).to_string();
            format!("/containers/json?all=1&filters={}", escape(&filter))
        }
        _ => "/containers/json?all=1".to_owned(),
    };
    let mut listed: Vec<Summary> = client.get(&path).await?;
    if let Some(ids) = &ids {
        listed.retain(|summary| ids.iter().any(|id| summary.id.starts_with(id.as_str())));
    }
    stream::iter(listed)
        .map(|summary| facts(client, summary))
        .buffer_unordered(AT_ONCE)
        .try_filter_map(|found| async { Ok(found) })
        .try_collect()
        .await
}

/// None where it is gone by now.
async fn facts(client: &Client, summary: Summary) -> Result<Option<ContainerFacts>> {
    let path = format!("/containers/{}/json", summary.id);
    match timeout(ONE, client.get::<Details>(&path)).await {
        Ok(Ok(details)) => Ok(Some(merge(&summary, details))),
        Ok(Err(RuntimeError::NotFound(_))) => Ok(None),
        // One container that the engine cannot describe must hide neither itself nor the others.
        Ok(Err(RuntimeError::Conflict(_) | RuntimeError::Failed(_))) | Err(_) => {
            Ok(Some(bare(summary)))
        }
        Ok(Err(other)) => Err(other),
    }
}

fn merge(summary: &Summary, details: Details) -> ContainerFacts {
    let state = details.state;
    ContainerFacts {
        name: details.name.trim_start_matches('/').to_owned(),
        image: shown_image(&summary.image, &summary.image_id),
        state: state.status,
        created: moment(&details.created).unwrap_or_default(),
        started_at: moment(&state.started_at),
        finished_at: moment(&state.finished_at),
        exit_code: state.exit_code,
        oom_killed: state.oom_killed,
        error: state.error,
        health: state.health.map(|health| health.status).filter(|s| !s.is_empty() && s != "none"),
        labels: details.config.labels,
        ports: ports(details.network.ports),
        id: details.id,
    }
}

/// What the list alone tells.
fn bare(summary: Summary) -> ContainerFacts {
    let name = summary.names.first().map_or("", |name| name.trim_start_matches('/'));
    ContainerFacts {
        name: name.to_owned(),
        image: shown_image(&summary.image, &summary.image_id),
        state: summary.state,
        created: DateTime::from_timestamp(summary.created, 0).unwrap_or_default(),
        started_at: None,
        finished_at: None,
        exit_code: 0,
        oom_killed: false,
        error: String::new(),
        health: None,
        labels: summary.labels,
        ports: Vec::new(),
        id: summary.id,
    }
}

/// A time of the engine's; its zero is none.
pub(super) fn moment(text: &str) -> Option<DateTime<Utc>> {
    let time = DateTime::parse_from_rfc3339(text).ok()?.to_utc();
    (time.timestamp() > 0).then_some(time)
}

/// As `docker ps` names it: an id is shortened, a digest is left out beside its name, and Docker's own
/// registry goes unnamed.
fn shown_image(image: &str, id: &str) -> String {
    let short = |text: &str| {
        let hex = text.split_once(':').map_or(text, |(_, hex)| hex);
        hex.get(..12).unwrap_or(hex).to_owned()
    };
    if image.is_empty() {
        return "<no image>".to_owned();
    }
    if short(image) == short(id) {
        return short(id);
    }
    let name = image.split_once('@').map_or(image, |(name, _)| name);
    let name =
        name.strip_prefix("docker.io/").or(name.strip_prefix("index.docker.io/")).unwrap_or(name);
    name.strip_prefix("library/").unwrap_or(name).to_owned()
}

/// In the order of container ports, those that are exposed and not published among them.
fn ports(bindings: Bindings) -> Vec<PublishedPort> {
    let mut ports = Vec::new();
    for (container, ends) in bindings {
        let (port, protocol) = container.split_once('/').unwrap_or((&container, "tcp"));
        let Ok(container_port) = port.parse() else { continue };
        let port = |host_ip: String, host_port: u16| PublishedPort {
            host_ip,
            host_port,
            container_port,
            protocol: protocol.to_owned(),
        };
        match ends {
            Some(ends) if !ends.is_empty() => {
                ports.extend(
                    ends.into_iter()
                        .map(|end| port(end.host_ip, end.host_port.parse().unwrap_or(0))),
                );
            }
            _ => ports.push(port(String::new(), 0)),
        }
    }
    let order =
        |p: &PublishedPort| (p.container_port, p.protocol.clone(), p.host_ip.clone(), p.host_port);
    ports.sort_by_key(order);
    ports.dedup();
    ports
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_is_named_as_docker_ps_does() {
        let id = "sha256:807e4f8b162d16adc6573f3d6c710bc17b01bfac1b048a96d9d950a7150c1bf4";
        for (image, shown) in [
            ("busybox", "busybox"),
            (id, "807e4f8b162d"),
            ("807e4f8b162d", "807e4f8b162d"),
            ("docker.io/library/busybox:1", "busybox:1"),
            ("reg.local:5000/a/b:1@sha256:00", "reg.local:5000/a/b:1"),
            ("busybox@sha256:00", "busybox"),
            ("", "<no image>"),
        ] {
            assert_eq!(shown_image(image, id), shown, "{image}");
        }
    }

    #[test]
    fn ports_are_in_order_and_exposed_ones_are_among_them() {
        let bindings: Bindings = serde_json::from_str(
            r#"{"9000/tcp":null,"80/tcp":[{"HostIp":"::","HostPort":"8080"},{"HostIp":"0.0.0.0","HostPort":"8080"}],
                "53/udp":[]}"#,
        )
        .unwrap();
        let shown: Vec<_> = ports(bindings)
            .into_iter()
            .map(|p| format!("{}:{}->{}/{}", p.host_ip, p.host_port, p.container_port, p.protocol))
            .collect();
        assert_eq!(
            shown,
            [":0->53/udp", "0.0.0.0:8080->80/tcp", ":::8080->80/tcp", ":0->9000/tcp"]
        );
    }

    #[test]
    fn the_engines_zero_is_no_moment() {
        assert_eq!(moment("0001-01-01T00:00:00Z"), None);
        assert!(moment("2026-01-28T21:33:51.123456789+09:00").is_some());
    }
}
