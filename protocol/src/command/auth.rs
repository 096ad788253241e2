//! `auth`: tokens, logins, renewals, tickets.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A word that must not be printed: its `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct Hidden(pub String);

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("******")
    }
}

/// `auth {token}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Token {
    /// An access token or a long-lived token.
    pub token: Hidden,
}

/// `auth login`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Login {
    /// The account.
    pub username: String,
    /// Its password.
    pub password: Hidden,
}

/// `auth renew`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Renew {
    /// The refresh token of a live session.
    pub refresh_token: Hidden,
    /// Whether a new refresh token takes the place of this one. A rotated token that comes again ends the
    /// session.
    #[serde(default = "yes")]
    pub rotate: bool,
}

/// `auth logout`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Logout {
    /// The session to end by its refresh token; without it, the caller's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<Hidden>,
}

pub(crate) fn yes() -> bool {
    true
}
