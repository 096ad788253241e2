//! The hosts that are there at each start.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use quayside_protocol::id::is_name;
use serde_json::json;

use super::host_table;
use super::problem::{Place, Problem};
use super::reader::Reader;
use super::show::Shown;
use super::source::{Origin, read_text};
use crate::auth::secret::Secret;
use crate::runtime::address::Address;

/// Where the engine of this machine listens.
const LOCAL: &str = "unix:///var/run/docker.sock";

/// More hosts than one hub is made for; a file of more is a mistake.
const MAX_HOSTS: usize = 1_000;

/// What a name that is none is answered.
pub(super) const NAME: &str = "expected a letter or digit and up to 127 more of A-Z a-z 0-9 _ . -";

/// A host of the configuration.
#[derive(Debug, Clone)]
pub struct HostConfig {
    /// A name by Docker's rule for names.
    pub name: String,
    /// Where its engine listens.
    pub address: Address,
    /// For `tcp://` only; `None`: plain.
    pub tls: Option<HostTls>,
    /// For `ssh://` only; `None`: the keys of the hub's own user serve.
    pub ssh: Option<HostSsh>,
    /// Who named it; a variable or the default: nobody did, and it is what Docker's own client would ask.
    pub origin: Origin,
}

/// Certificates of an engine that is reached over TLS.
#[derive(Debug, Clone)]
pub struct HostTls {
    /// PEM: the authority that signed the engine's certificate; no other is trusted.
    pub ca: String,
    /// PEM: the hub's client certificate.
    pub cert: String,
    /// PEM: its private key.
    pub key: Secret<String>,
}

/// Keys of an engine that is reached by ssh.
#[derive(Debug, Clone)]
pub struct HostSsh {
    /// The hub's private key in OpenSSH's form.
    pub key: Secret<String>,
    /// Lines of a `known_hosts` file.
    pub known_hosts: String,
}

/// All hosts: those of flags, then those of the file (a flag of the same name takes the place of the file's),
/// else the one that Docker's own client would ask. `None`: something is wrong, which has been noted.
pub(super) fn read_all(reader: &mut Reader<'_>) -> Option<Vec<HostConfig>> {
    let (mut hosts, mut names, mut whole) = (Vec::new(), BTreeSet::new(), true);
    for text in &reader.sources.flags.hosts {
        let host = of_flag(text).and_then(|host| match names.insert(host.name.clone()) {
            true => Ok(host),
            false => Err(format!("the name {} is used twice", host.name)),
        });
        match host {
            Ok(host) => {
                reader.show_host(shown(&host));
                hosts.push(host);
            }
            Err(message) => {
                reader.problem(Problem::new(Place::Flag("host"), message));
                whole = false;
            }
        }
    }
    let mut file_names = BTreeSet::new();
    for written in reader.file.hosts.clone() {
        let Some((host, lines)) = host_table::read(reader, &written) else {
            whole = false;
            continue;
        };
        if !file_names.insert(host.name.clone()) {
            let message = format!("host.name: the name {} is used twice", host.name);
            let place = reader.file.place(written.line);
            reader.problem(Problem::new(place, message));
            whole = false;
        } else if names.insert(host.name.clone()) {
            reader.show_host(lines);
            hosts.push(host);
        }
    }
    if hosts.len() > MAX_HOSTS {
        let place = Place::Key("host".into());
        reader.problem(Problem::new(place, format!("must be at most {MAX_HOSTS}")));
        whole = false;
    }
    if whole && hosts.is_empty() {
        let host = local(reader)?;
        reader.show_host(shown(&host));
        hosts.push(host);
    }
    whole.then_some(hosts)
}

fn of_flag(text: &str) -> Result<HostConfig, String> {
    let (name, address) = text.split_once('=').ok_or("expected NAME=ADDRESS")?;
    if !is_name(name) {
        return Err(format!("the name before `=`: {NAME}"));
    }
    let address = Address::parse(address).map_err(|error| format!("{name}: {error}"))?;
    Ok(HostConfig { name: name.into(), address, tls: None, ssh: None, origin: Origin::Flag })
}

fn shown(host: &HostConfig) -> Vec<Shown> {
    [("name", json!(host.name)), ("address", json!(host.address.to_string()))]
        .map(|(key, value)| Shown { key: key.into(), value, origin: host.origin.clone() })
        .into()
}

/// What Docker's own client would ask: `DOCKER_HOST`, over TLS where `DOCKER_TLS_VERIFY` is set, else the
/// engine of this machine.
fn local(reader: &mut Reader<'_>) -> Option<HostConfig> {
    let variable =
        |name: &str| reader.sources.variables.get(name).filter(|value| !value.is_empty());
    let (address, origin) = match variable("DOCKER_HOST") {
        Some(value) => (value.to_str().unwrap_or_default(), Origin::Variable),
        None => (LOCAL, Origin::Default),
    };
    let address = match Address::parse(address) {
        Ok(address) => address,
        Err(error) => {
            let place = Place::Variable("DOCKER_HOST".into());
            reader.problem(Problem::new(place, error));
            return None;
        }
    };
    let tls = match (&address, variable("DOCKER_TLS_VERIFY")) {
        (Address::Tcp { .. }, Some(_)) => {
            let folder = variable("DOCKER_CERT_PATH").map(PathBuf::from);
            let home = || variable("HOME").map(|home| Path::new(home).join(".docker"));
            Some(local_tls(reader, &folder.or_else(home).unwrap_or_default())?)
        }
        _ => None,
    };
    Some(HostConfig { name: "local".into(), address, tls, ssh: None, origin })
}

fn local_tls(reader: &mut Reader<'_>, folder: &Path) -> Option<HostTls> {
    let texts = ["ca.pem", "cert.pem", "key.pem"].map(|name| {
        let path = folder.join(name);
        let text = read_text(&path);
        text.map_err(|message| {
            let place = Place::Variable("DOCKER_CERT_PATH".into());
            reader.problem(Problem::unreadable(place, format!("{} {message}", path.display())));
        })
    });
    let [Ok(ca), Ok(cert), Ok(key)] = texts else { return None };
    Some(HostTls { ca, cert, key: Secret::new(key) })
}
