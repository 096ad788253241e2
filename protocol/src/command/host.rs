//! `host`: the engines the hub connects to.

use serde::{Deserialize, Serialize};

use super::auth::Hidden;

/// A host by its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ByHost {
    /// Its name.
    pub host: String,
}

/// What runs there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A Docker Engine.
    #[default]
    Docker,
}

/// Certificates of a `tcp://` host, as PEM text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Tls {
    /// The authority that signed the engine's certificate. No other is trusted.
    pub ca: String,
    /// The hub's client certificate.
    pub cert: String,
    /// Its private key.
    pub key: Hidden,
}

/// Keys of an `ssh://` host, as OpenSSH text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Ssh {
    /// The hub's private key.
    pub key: Hidden,
    /// Lines of a known_hosts file; a host whose key is not there is refused.
    pub known_hosts: String,
}

/// `host create`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Create {
    /// A name: `[a-zA-Z0-9][a-zA-Z0-9_.-]{0,127}`.
    pub host: String,
    /// `unix:///path`, `tcp://host:port` or `ssh://[user@]host[:port][/path/of/docker.sock]`.
    pub addr: String,
    /// What runs there.
    #[serde(default)]
    pub kind: Kind,
    /// Certificates, `tcp://` only; without them the connection is not encrypted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls: Option<Tls>,
    /// Keys, `ssh://` only; without them those of the hub's own user serve.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ssh: Option<Ssh>,
}

/// `host update`: what is absent stays. A new address drops stored keys unless they are sent again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Update {
    /// Its name.
    pub host: String,
    /// A new address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub addr: Option<String>,
    /// New certificates; `"******"` keeps the stored key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls: Option<Tls>,
    /// New keys; `"******"` keeps the stored key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ssh: Option<Ssh>,
}

/// `host test`: a known host by its name, or the fields of `create` without storing them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Test {
    /// A known host; ignored where `addr` is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// An address to try.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub addr: Option<String>,
    /// What runs there.
    #[serde(default)]
    pub kind: Kind,
    /// Certificates, `tcp://` only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls: Option<Tls>,
    /// Keys, `ssh://` only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ssh: Option<Ssh>,
}
