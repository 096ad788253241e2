//! The hosts that are there at each start.

use std::collections::BTreeSet;
use std::path::Path;

use quayside_protocol::id::is_name;
use serde_json::json;

use super::address::Address;
use super::file::WrittenHost;
use super::problem::Problem;
use super::reader::Reader;
use super::show::Shown;
use super::source::{Origin, read_text};
use super::value::{Raw, Setting};
use crate::auth::secret::Secret;

/// The keys of a `[[host]]`, in the order of the documentation.
pub(super) const HOST_KEYS: [&str; 7] =
    ["name", "address", "tls_ca", "tls_cert", "tls_key", "ssh_key", "known_hosts"];

/// Where the engine of this machine listens.
const LOCAL: &str = "unix:///var/run/docker.sock";

/// More hosts than one hub is made for; a file of more is a mistake.
const MAX_HOSTS: usize = 1_000;

/// A host of the configuration.
#[derive(Debug, Clone)]
pub struct HostConfig {
    /// A name by Docker's rule for names.
    pub name: String,
    /// Where its engine listens.
    pub address: Address,
    /// For `tcp://` only; `None`: plain.
    pub tls: Option<HostTls>,
    /// For `ssh://` only; what is not set there is as ssh's own configuration says.
    pub ssh: HostSsh,
    /// Who named it; a variable or the default: nobody did, and it is the engine of this machine.
    pub origin: Origin,
}

/// How a TLS engine is recognized, and how the hub shows itself to it; at least one of the two.
#[derive(Debug, Clone)]
pub struct HostTls {
    /// PEM; `None`: by the usual authorities.
    pub ca: Option<String>,
    /// `None`: the hub shows nothing.
    pub identity: Option<HostIdentity>,
}

/// A certificate with its key.
#[derive(Debug, Clone)]
pub struct HostIdentity {
    /// PEM.
    pub cert: String,
    /// PEM.
    pub key: Secret<String>,
}

/// What ssh needs beside the address.
#[derive(Debug, Clone, Default)]
pub struct HostSsh {
    /// A private key in OpenSSH's form.
    pub key: Option<Secret<String>>,
    /// Lines of a `known_hosts` file.
    pub known_hosts: Option<String>,
}

/// All hosts: flags, then the file (a flag of the same name takes the place of the file's), else the engine of
/// this machine. `None`: something is wrong, which has been noted.
pub(super) fn read_all(reader: &mut Reader<'_>) -> Option<Vec<HostConfig>> {
    let (mut hosts, mut names, mut whole) = (Vec::new(), BTreeSet::new(), true);
    for text in &reader.sources.flags.hosts {
        match of_flag(text) {
            Ok(host) if !names.insert(host.name.clone()) => {
                let message = format!("the name {} is used twice", host.name);
                reader.problem(Problem::new("--host", message));
                whole = false;
            }
            Ok(host) => {
                reader.show_host(shown_simple(&host));
                hosts.push(host);
            }
            Err(message) => {
                reader.problem(Problem::new("--host", message));
                whole = false;
            }
        }
    }
    let mut file_names = BTreeSet::new();
    for written in reader.file.hosts.clone() {
        let Some((host, lines)) = of_file(reader, &written) else {
            whole = false;
            continue;
        };
        if !file_names.insert(host.name.clone()) {
            let message = format!("host.name: the name {} is used twice", host.name);
            reader.problem(Problem::new(place(reader, written.line), message));
            whole = false;
        } else if names.insert(host.name.clone()) {
            reader.show_host(lines);
            hosts.push(host);
        }
    }
    if whole && hosts.is_empty() {
        let host = local(reader)?;
        reader.show_host(shown_simple(&host));
        hosts.push(host);
    }
    if hosts.len() > MAX_HOSTS {
        reader.problem(Problem::new("host", format!("at most {MAX_HOSTS} hosts")));
        return None;
    }
    whole.then_some(hosts)
}

fn of_flag(text: &str) -> Result<HostConfig, String> {
    let (name, address) = text.split_once('=').ok_or("expected NAME=ADDRESS")?;
    if !is_name(name) {
        return Err(NAME.into());
    }
    let address = address.parse::<Address>().map_err(|e| format!("{name}: {e}"))?;
    Ok(plain(name, address, Origin::Flag))
}

const NAME: &str = "a name is a letter or digit and up to 127 more of A-Z a-z 0-9 _ . -";

fn plain(name: &str, address: Address, origin: Origin) -> HostConfig {
    HostConfig { name: name.into(), address, tls: None, ssh: HostSsh::default(), origin }
}

fn shown_simple(host: &HostConfig) -> Vec<Shown> {
    [("name", json!(host.name)), ("address", json!(host.address.to_string()))]
        .map(|(key, value)| Shown { key: key.into(), value, origin: host.origin.clone() })
        .into()
}

/// The engine of this machine, by the variable that Docker's own client reads, else where it usually listens.
fn local(reader: &mut Reader<'_>) -> Option<HostConfig> {
    let variable = reader.sources.variables.get("DOCKER_HOST").filter(|value| !value.is_empty());
    let (address, origin) = match variable {
        Some(value) => (value.to_str().unwrap_or_default(), Origin::Variable),
        None => (LOCAL, Origin::Default),
    };
    match address.parse() {
        Ok(address) => Some(plain("local", address, origin)),
        Err(error) => {
            reader.problem(Problem::new("DOCKER_HOST", format!("{error}")));
            None
        }
    }
}

fn place(reader: &Reader<'_>, line: usize) -> String {
    format!("{}:{line}", reader.file.name)
}

/// Notes what is wrong with one host of the file, all of it.
struct HostReader<'a, 'b> {
    reader: &'a mut Reader<'b>,
    written: &'a WrittenHost,
    shown: Vec<Shown>,
    whole: bool,
}

fn of_file(reader: &mut Reader<'_>, written: &WrittenHost) -> Option<(HostConfig, Vec<Shown>)> {
    let mut host = HostReader { reader, written, shown: Vec::new(), whole: true };
    let name = host.text("name", |text| match is_name(text) {
        true => Ok(text.to_owned()),
        false => Err(NAME.into()),
    });
    let address = host.text("address", |text| text.parse::<Address>().map_err(|e| e.to_string()));
    for (key, value) in [("name", &name), ("address", &address.as_ref().map(Address::to_string))] {
        match value {
            Some(value) => host.show(key, json!(value)),
            None if !written.keys.contains_key(key) => {
                host.wrong(None, format!("host.{key} is missing"))
            }
            None => {}
        }
    }
    let ca = host.pem("tls_ca", false);
    let cert = host.pem("tls_cert", false);
    let key = host.pem("tls_key", true);
    let ssh_key = host.pem("ssh_key", true);
    let known_hosts = host.pem("known_hosts", false);
    let identity = match (cert, key) {
        (Some(cert), Some(key)) => Some(HostIdentity { cert, key: Secret::new(key) }),
        _ => None,
    };
    host.together();
    if let Some(address) = &address {
        host.belongs(address);
    }
    let (whole, shown) = (host.whole, host.shown);
    if !whole {
        return None;
    }
    let origin = Origin::File { name: reader.file.name.clone(), line: written.line };
    let tls = (ca.is_some() || identity.is_some()).then_some(HostTls { ca, identity });
    let ssh = HostSsh { key: ssh_key.map(Secret::new), known_hosts };
    Some((HostConfig { name: name?, address: address?, tls, ssh, origin }, shown))
}

impl HostReader<'_, '_> {
    fn wrong(&mut self, key: Option<&str>, message: String) {
        let line =
            key.and_then(|key| self.written.keys.get(key)).map_or(self.written.line, |w| w.line);
        let problem = Problem::new(place(self.reader, line), message);
        self.reader.problem(problem);
        self.whole = false;
    }

    fn show(&mut self, key: &str, value: serde_json::Value) {
        let line = self.written.keys.get(key).map_or(self.written.line, |w| w.line);
        let origin = Origin::File { name: self.reader.file.name.clone(), line };
        self.shown.push(Shown { key: key.into(), value, origin });
    }

    fn text<T>(&mut self, key: &str, parse: impl Fn(&str) -> Result<T, String>) -> Option<T> {
        let raw: &Raw = &self.written.keys.get(key)?.raw;
        match String::read(raw).and_then(|text| parse(&text)) {
            Ok(value) => Some(value),
            Err(message) => {
                self.wrong(Some(key), format!("host.{key}: {message}"));
                None
            }
        }
    }

    /// The text of a key, or of the file that it names. Of a secret only the path is shown.
    fn pem(&mut self, key: &str, secret: bool) -> Option<String> {
        let text = self.text(key, |text| Ok(text.to_owned()))?;
        // Neither PEM nor a line of known_hosts is ever one word, and no path has a newline.
        let inline = text.contains('\n')
            || text.starts_with("-----BEGIN ")
            || (key == "known_hosts" && text.split_whitespace().count() > 2);
        if inline {
            let shown = if secret { json!("******") } else { json!(text) };
            self.show(key, shown);
            return Some(text);
        }
        self.show(key, json!(text));
        match read_text(Path::new(&text)) {
            Ok(content) => Some(content),
            Err(message) => {
                let line = self.written.keys.get(key).map_or(self.written.line, |w| w.line);
                let message = format!("host.{key}: {} {message}", text.escape_debug());
                let problem = Problem::unreadable(place(self.reader, line), message);
                self.reader.problem(problem);
                self.whole = false;
                None
            }
        }
    }

    fn together(&mut self) {
        let has = |key: &str| self.written.keys.contains_key(key);
        let (present, absent) = match (has("tls_cert"), has("tls_key")) {
            (true, false) => ("tls_cert", "tls_key"),
            (false, true) => ("tls_key", "tls_cert"),
            _ => return,
        };
        self.wrong(Some(present), format!("host.{present}: host.{absent} is missing beside it"));
    }

    /// Whether the keys are of the address's own kind.
    fn belongs(&mut self, address: &Address) {
        let tls = ["tls_ca", "tls_cert", "tls_key"];
        let ssh = ["ssh_key", "known_hosts"];
        let mut strangers = Vec::new();
        if !matches!(address, Address::Tcp { .. }) {
            strangers.extend(tls.map(|key| (key, "tcp://")));
        }
        if !matches!(address, Address::Ssh { .. }) {
            strangers.extend(ssh.map(|key| (key, "ssh://")));
        }
        for (key, scheme) in strangers {
            if self.written.keys.contains_key(key) {
                self.wrong(Some(key), format!("host.{key} is for addresses of {scheme} only"));
            }
        }
    }
}
