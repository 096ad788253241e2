//! One `[[host]]` of the file.

use std::path::Path;

use quayside_protocol::id::is_name;
use serde_json::{Value, json};

use super::file::WrittenHost;
use super::host::{HostConfig, HostSsh, HostTls, NAME};
use super::problem::{Place, Problem};
use super::reader::Reader;
use super::show::Shown;
use super::source::{Origin, read_text};
use super::value::Setting;
use crate::auth::secret::Secret;
use crate::runtime::address::Address;

/// The keys, in the order of the documentation.
pub(super) const HOST_KEYS: [&str; 7] =
    ["name", "address", "tls_ca", "tls_cert", "tls_key", "ssh_key", "known_hosts"];

const TLS: [&str; 3] = ["tls_ca", "tls_cert", "tls_key"];
const SSH: [&str; 2] = ["ssh_key", "known_hosts"];

/// The host and what is shown of it; `None`: something is wrong, all of which has been noted.
pub(super) fn read(
    reader: &mut Reader<'_>,
    written: &WrittenHost,
) -> Option<(HostConfig, Vec<Shown>)> {
    let mut table = HostTable { reader, written, shown: Vec::new(), whole: true };
    let name = table.read("name", |text| match is_name(text) {
        true => Ok(text.to_owned()),
        false => Err(NAME.into()),
    });
    let address = table.read("address", Address::parse);
    let [ca, cert, key] = TLS.map(|key| table.text(key));
    let [ssh_key, known_hosts] = SSH.map(|key| table.text(key));
    for key in ["name", "address"] {
        if !table.has(key) {
            table.note(Problem::new(table.place(key), format!("host.{key} is missing")));
        }
    }
    table.require(&TLS);
    table.require(&SSH);
    if let Some(address) = &address {
        if !matches!(address, Address::Tcp { .. }) {
            table.refuse(&TLS, "tcp://");
        }
        if !matches!(address, Address::Ssh { .. }) {
            table.refuse(&SSH, "ssh://");
        }
    }
    let (whole, shown, origin) = (table.whole, table.shown, reader.file.origin(written.line));
    if !whole {
        return None;
    }
    let tls = match (ca, cert, key) {
        (Some(ca), Some(cert), Some(key)) => Some(HostTls { ca, cert, key: Secret::new(key) }),
        _ => None,
    };
    let ssh = match (ssh_key, known_hosts) {
        (Some(key), Some(known_hosts)) => Some(HostSsh { key: Secret::new(key), known_hosts }),
        _ => None,
    };
    Some((HostConfig { name: name?, address: address?, tls, ssh, origin }, shown))
}

struct HostTable<'a, 'b> {
    reader: &'a mut Reader<'b>,
    written: &'a WrittenHost,
    shown: Vec<Shown>,
    whole: bool,
}

impl HostTable<'_, '_> {
    fn has(&self, key: &str) -> bool {
        self.written.keys.contains_key(key)
    }

    fn line(&self, key: &str) -> usize {
        self.written.keys.get(key).map_or(self.written.line, |written| written.line)
    }

    fn place(&self, key: &str) -> Place {
        self.reader.file.place(self.line(key))
    }

    fn note(&mut self, problem: Problem) {
        self.reader.problem(problem);
        self.whole = false;
    }

    fn show(&mut self, key: &str, value: Value) {
        let origin: Origin = self.reader.file.origin(self.line(key));
        self.shown.push(Shown { key: key.into(), value, origin });
    }

    /// A value that is shown as it was written.
    fn read<T>(&mut self, key: &str, parse: impl Fn(&str) -> Result<T, String>) -> Option<T> {
        let text = self.written_text(key)?;
        match parse(&text) {
            Ok(value) => {
                self.show(key, json!(text));
                Some(value)
            }
            Err(message) => {
                self.note(Problem::new(self.place(key), format!("host.{key}: {message}")));
                None
            }
        }
    }

    fn written_text(&mut self, key: &str) -> Option<String> {
        match String::read(&self.written.keys.get(key)?.raw) {
            Ok(text) => Some(text),
            Err(message) => {
                self.note(Problem::new(self.place(key), format!("host.{key}: {message}")));
                None
            }
        }
    }

    /// The text of a key, or of the file that it names; of a private key at most the path is shown.
    fn text(&mut self, key: &str) -> Option<String> {
        let text = self.written_text(key)?;
        // PEM and lines of known_hosts have several words; a path has no newline and rarely a blank.
        let inline = text.contains('\n')
            || text.starts_with("-----BEGIN ")
            || (key == "known_hosts" && text.split_whitespace().count() > 2);
        if inline {
            let hidden = matches!(key, "tls_key" | "ssh_key");
            self.show(key, if hidden { json!("******") } else { json!(text) });
            return Some(text);
        }
        let content = read_text(Path::new(&text));
        if let Err(message) = &content {
            // A key that lost its first line would be told here, so the path is not repeated.
            let message = format!("host.{key}: the file {message}");
            self.note(Problem::unreadable(self.place(key), message));
        }
        self.show(key, json!(text));
        content.ok()
    }

    /// Notes which of `keys` are missing, where one is there.
    fn require(&mut self, keys: &[&str]) {
        let Some(there) = keys.iter().find(|key| self.has(key)) else { return };
        for key in keys {
            if !self.has(key) {
                let message = format!("host.{key} is missing beside host.{there}");
                self.note(Problem::new(self.place(key), message));
            }
        }
    }

    /// Notes which of `keys` stand here though the address is of another kind.
    fn refuse(&mut self, keys: &[&str], scheme: &str) {
        for key in keys {
            if self.has(key) {
                let message = format!("host.{key} is for addresses of {scheme} only");
                self.note(Problem::new(self.place(key), message));
            }
        }
    }
}
