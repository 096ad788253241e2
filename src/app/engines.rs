//! From the settings of a host to its runtime.

use std::path::Path;
use std::sync::Arc;

use quayside_protocol::command::host::Kind;

use crate::config::HostConfig;
use crate::domain::fleet::settings::{SshSettings, TlsSettings};
use crate::domain::fleet::{HostSettings, Maker};
use crate::metrics::Metrics;
use crate::runtime::Runtime;
use crate::runtime::docker::{self, DockerConfig, DockerEngine, Observer, SshFiles, TlsFiles};

/// A host of the configuration.
pub(super) fn settings(host: &HostConfig) -> HostSettings {
    let address = host.address.clone();
    let addr = address.to_string();
    let tls = host.tls.as_ref().map(|tls| TlsSettings {
        ca: tls.ca.clone(),
        cert: tls.cert.clone(),
        key: tls.key.clone(),
    });
    let ssh = host
        .ssh
        .as_ref()
        .map(|ssh| SshSettings { key: ssh.key.clone(), known_hosts: ssh.known_hosts.clone() });
    let name = host.name.as_str().into();
    HostSettings { name, addr, address, kind: Kind::Docker, tls, ssh }
}

/// Makes Docker Engines; their private sockets and keys lie below `data`.
pub(super) fn maker(data: &Path, metrics: Arc<Metrics>) -> Maker {
    let run_dir = data.join("run");
    // Of a hub that was killed: ours is the only one on this directory.
    docker::sweep(&run_dir);
    Arc::new(move |settings| {
        let (metrics, host) = (metrics.clone(), settings.name.clone());
        let observer: Observer =
            Arc::new(move |kind, result, took| metrics.engine_call(&host, kind, result, took));
        let tls = settings.tls.as_ref().map(|tls| TlsFiles {
            ca: tls.ca.clone(),
            cert: tls.cert.clone(),
            key: tls.key.clone(),
        });
        let ssh = settings
            .ssh
            .as_ref()
            .map(|ssh| SshFiles { key: ssh.key.clone(), known_hosts: ssh.known_hosts.clone() });
        let address = settings.address.clone();
        let config =
            DockerConfig { address, tls, ssh, run_dir: run_dir.clone(), observer: Some(observer) };
        DockerEngine::new(config).map(|engine| engine as Arc<dyn Runtime>)
    })
}
