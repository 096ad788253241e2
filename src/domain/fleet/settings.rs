//! How a host is reached.

use std::sync::Arc;

use quayside_protocol::command::host::Kind;

use crate::auth::Secret;
use crate::runtime::address::Address;

/// How a host is reached. `Debug` shows no secret.
#[derive(Debug, Clone)]
pub struct HostSettings {
    /// Its name.
    pub name: Arc<str>,
    /// Its address as it was written.
    pub addr: String,
    /// The same, read.
    pub address: Address,
    /// What runs there.
    pub kind: Kind,
    /// `tcp://` only; none: not encrypted.
    pub tls: Option<TlsSettings>,
    /// `ssh://` only; none: the keys of the hub's own user.
    pub ssh: Option<SshSettings>,
}

/// Certificates, PEM text.
#[derive(Debug, Clone)]
pub struct TlsSettings {
    /// The authority that signed the engine's certificate.
    pub ca: String,
    /// The hub's client certificate.
    pub cert: String,
    /// Its private key.
    pub key: Secret<String>,
}

/// Keys, OpenSSH text.
#[derive(Debug, Clone)]
pub struct SshSettings {
    /// The hub's private key.
    pub key: Secret<String>,
    /// Lines of a known_hosts file.
    pub known_hosts: String,
}

impl HostSettings {
    /// Which field a runtime's complaint is about: the one that its words name, else the address.
    pub(super) fn field_of(&self, words: &str) -> &'static str {
        let fields = ["tls.ca", "tls.cert", "tls.key", "ssh.key", "ssh.known_hosts"];
        let named = fields.into_iter().find(|field| words.contains(field));
        named.unwrap_or(match () {
            () if self.tls.is_some() => "tls",
            () if self.ssh.is_some() => "ssh",
            () => "addr",
        })
    }
}
