//! The closed set of error codes, and what an error looks like on the wire.

use serde::{Deserialize, Serialize};

/// What kind of thing went wrong; each has one HTTP status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// The request is wrong; `field` says where.
    Invalid,
    /// No token, or one that is bad, expired or revoked.
    Unauthenticated,
    /// The role may not, or a policy forbids it.
    Forbidden,
    /// There is no such thing, or the caller may not know of it.
    NotFound,
    /// The state of the thing does not allow it.
    Conflict,
    /// The body or frame is over its limit.
    TooLarge,
    /// Too many tries or connections; `retry_after` says when to come back.
    Limited,
    /// The Docker side refused or failed; the message is in its words.
    Engine,
    /// The host is offline, or the hub is draining or full.
    Unavailable,
    /// The Docker side did not answer in time.
    Timeout,
    /// Storage is full; `used` and `size` say how full.
    Full,
    /// A fault of the hub's own.
    Internal,
}

impl ErrorCode {
    /// Every code, in the order of the contract.
    pub const ALL: [Self; 12] = [
        Self::Invalid,
        Self::Unauthenticated,
        Self::Forbidden,
        Self::NotFound,
        Self::Conflict,
        Self::TooLarge,
        Self::Limited,
        Self::Engine,
        Self::Unavailable,
        Self::Timeout,
        Self::Full,
        Self::Internal,
    ];

    /// The HTTP status of this code where a dialect names no other.
    #[must_use]
    pub fn http_status(self) -> u16 {
        match self {
            Self::Invalid => 400,
            Self::Unauthenticated => 401,
            Self::Forbidden => 403,
            Self::NotFound => 404,
            Self::Conflict => 409,
            Self::TooLarge => 413,
            Self::Limited => 429,
            Self::Internal => 500,
            Self::Engine => 502,
            Self::Unavailable => 503,
            Self::Timeout => 504,
            Self::Full => 507,
        }
    }

    /// The word on the wire, also the `result` of an audit entry and of a metric.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Invalid => "invalid",
            Self::Unauthenticated => "unauthenticated",
            Self::Forbidden => "forbidden",
            Self::NotFound => "not_found",
            Self::Conflict => "conflict",
            Self::TooLarge => "too_large",
            Self::Limited => "limited",
            Self::Engine => "engine",
            Self::Unavailable => "unavailable",
            Self::Timeout => "timeout",
            Self::Full => "full",
            Self::Internal => "internal",
        }
    }
}

/// The `data` of an `error` packet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ErrorBody {
    /// The kind.
    pub code: ErrorCode,
    /// What was wrong, where, and what to do.
    pub message: String,
    /// The path of the field that is wrong, such as `limits.cpus` or `volumes[0].destination`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub field: Option<String>,
    /// Seconds after which another try may pass (`limited` only).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub retry_after: Option<u64>,
    /// Bytes in use (`full` only).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub used: Option<u64>,
    /// Bytes there are (`full` only).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub size: Option<u64>,
}
