//! Everything about one container, in the hub's words.

use std::collections::BTreeMap;

use quayside_protocol::reply::{
    HostPort, Inspect, InspectConfig, InspectNetwork, InspectState, Mount, NetworkEnd, Top,
};

use super::client::{CALL, Client};
use super::wire::{Bindings, Details, MountPoint, Network, answer, or_default};
use crate::runtime::Result;

answer! {
    /// `GET /containers/{id}/top`.
    Processes {
        titles: Vec<String> = "Titles",
        processes: Vec<Vec<String>> = "Processes",
    }
}

/// Asks the engine.
pub(super) async fn details(client: &Client, id: &str) -> Result<Details> {
    client.get(&format!("/containers/{id}/json")).await
}

/// Its processes.
pub(super) async fn top(client: &Client, id: &str) -> Result<Top> {
    let path = format!("/containers/{id}/top");
    let found: Processes = client.call("top", CALL, client.get(&path)).await?;
    Ok(Top { titles: found.titles, processes: found.processes })
}

/// `docker inspect`'s essence: absent lists are empty, times are the engine's own text.
pub(super) fn inspect(details: Details) -> Inspect {
    let (state, config) = (details.state, details.config);
    Inspect {
        id: details.id,
        name: details.name,
        image: details.image,
        created: details.created,
        platform: details.platform,
        restart_count: details.restart_count,
        state: InspectState {
            status: state.status,
            running: state.running,
            paused: state.paused,
            restarting: state.restarting,
            exit_code: state.exit_code,
            started_at: state.started_at,
            finished_at: state.finished_at,
        },
        config: InspectConfig {
            hostname: config.hostname,
            user: config.user,
            env: config.env,
            cmd: config.cmd,
            entrypoint: config.entrypoint,
            working_dir: config.working_dir,
            labels: config.labels,
        },
        network: network(details.network),
        mounts: details.mounts.into_iter().map(mount).collect(),
    }
}

/// Newer engines leave the top-level fields out; they were always those of `bridge`.
fn network(network: Network) -> InspectNetwork {
    let bridge = network.networks.get("bridge");
    let or_bridge = |own: String, of: fn(&super::wire::Endpoint) -> &String| match own.is_empty() {
        true => bridge.map(of).cloned().unwrap_or_default(),
        false => own,
    };
    InspectNetwork {
        ip_address: or_bridge(network.ip_address, |end| &end.ip_address),
        gateway: or_bridge(network.gateway, |end| &end.gateway),
        mac_address: or_bridge(network.mac_address, |end| &end.mac_address),
        ports: bindings(network.ports),
        networks: network
            .networks
            .into_iter()
            .map(|(name, end)| {
                let end = NetworkEnd {
                    network_id: end.network_id,
                    ip_address: end.ip_address,
                    gateway: end.gateway,
                    mac_address: end.mac_address,
                };
                (name, end)
            })
            .collect(),
    }
}

/// Where ports are published; `[]` where they are exposed only.
pub(super) fn bindings(bindings: Bindings) -> BTreeMap<String, Vec<HostPort>> {
    let end =
        |end: super::wire::Binding| HostPort { host_ip: end.host_ip, host_port: end.host_port };
    bindings
        .into_iter()
        .map(|(port, ends)| (port, ends.unwrap_or_default().into_iter().map(end).collect()))
        .collect()
}

fn mount(point: MountPoint) -> Mount {
    Mount {
        // The engine names a bind's name too where a plugin made it.
        name: if point.kind == "volume" { point.name } else { String::new() },
        r#type: point.kind,
        source: point.source,
        destination: point.destination,
        mode: if point.rw { "rw" } else { "ro" }.to_owned(),
        rw: point.rw,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Inspect {
        inspect(serde_json::from_str(json).unwrap())
    }

    #[test]
    fn what_a_new_engine_leaves_out_comes_from_the_bridge() {
        let found = read(
            r#"{"Id":"a","Name":"/web","Config":{"Env":null,"Cmd":["sh"],"Entrypoint":null,"Labels":null},
            "NetworkSettings":{"Ports":{"80/tcp":null,"81/tcp":[{"HostIp":"0.0.0.0","HostPort":"32768"}]},
            "Networks":{"bridge":{"NetworkID":"n","IPAddress":"172.17.0.2","Gateway":"172.17.0.1","MacAddress":""}}},
            "Mounts":[{"Type":"bind","Source":"/srv","Destination":"/data","Mode":"","RW":false}]}"#,
        );
        assert_eq!(found.name, "/web");
        assert_eq!(found.network.ip_address, "172.17.0.2");
        assert_eq!(found.network.gateway, "172.17.0.1");
        assert_eq!(found.network.ports["80/tcp"], []);
        assert_eq!(found.network.ports["81/tcp"][0].host_port, "32768");
        assert_eq!((found.mounts[0].mode.as_str(), found.mounts[0].name.as_str()), ("ro", ""));
        assert!(found.config.env.is_empty() && found.config.labels.is_empty());
    }

    #[test]
    fn the_engines_own_top_level_fields_go_before_those_of_the_bridge() {
        let found = read(
            r#"{"NetworkSettings":{"IPAddress":"10.0.0.9","Networks":{"bridge":{"IPAddress":"10.0.0.8"},
            "lab":{"IPAddress":"10.1.0.2"}}}}"#,
        );
        assert_eq!(found.network.ip_address, "10.0.0.9");
        assert_eq!(found.network.networks["lab"].ip_address, "10.1.0.2");
        assert_eq!(
            read(r#"{"NetworkSettings":{"Networks":{"lab":{"IPAddress":"x"}}}}"#)
                .network
                .ip_address,
            ""
        );
    }
}
