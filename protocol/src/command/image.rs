//! `image`: what containers are made from.

use serde::{Deserialize, Serialize};

use super::auth::Hidden;

/// `image list`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct List {
    /// One host; without it, all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
}

/// Who asks a registry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RegistryAuth {
    /// The account there.
    pub username: String,
    /// Its password or token; handed on, never stored.
    pub password: Hidden,
}

/// `image pull`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Pull {
    /// The host that pulls.
    pub host: String,
    /// An image reference; without tag and digest, `:latest`.
    pub image: String,
    /// Who asks, where the registry wants to know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auth: Option<RegistryAuth>,
}

/// `image remove`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Remove {
    /// The host.
    pub host: String,
    /// A reference or an id.
    pub image: String,
    /// Also when stopped containers use it or several tags name it.
    #[serde(default)]
    pub force: bool,
}
