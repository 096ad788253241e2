//! What the dialect's bodies look like, field by field in the order of its original.

use std::collections::BTreeMap;

use quayside_protocol::command::auth::Hidden;
use serde::{Deserialize, Serialize, Serializer};

#[derive(Debug, Deserialize)]
pub(super) struct UserBody {
    pub(super) username: String,
    pub(super) password: Hidden,
    pub(super) full_name: String,
    pub(super) email: String,
    #[serde(default)]
    pub(super) token: Option<Hidden>,
}

#[derive(Debug, Deserialize)]
pub(super) struct RefreshBody {
    pub(super) refresh_token: Hidden,
}

#[derive(Debug, Deserialize)]
pub(super) struct ContainerBody {
    pub(super) id: String,
    pub(super) host: String,
}

#[derive(Debug, Serialize)]
pub(super) struct Success<T> {
    pub(super) success: bool,
    pub(super) data: T,
}

#[derive(Debug, Serialize)]
pub(in crate::transport) struct Failure<'a> {
    pub(super) success: bool,
    pub(super) message: &'a str,
}

#[derive(Debug, Serialize)]
pub(super) struct User<'a> {
    pub(super) username: &'a str,
    pub(super) full_name: &'a str,
    pub(super) email: &'a str,
    pub(super) created_at: String,
}

#[derive(Debug, Serialize)]
pub(super) struct Session<'a> {
    pub(super) session_id: &'a str,
    pub(super) access_token: &'a str,
    pub(super) access_token_expires_at: &'a str,
    pub(super) refresh_token: &'a str,
    pub(super) refresh_token_expires_at: &'a str,
    pub(super) user: SessionUser<'a>,
}

#[derive(Debug, Serialize)]
pub(super) struct SessionUser<'a> {
    pub(super) username: &'a str,
    pub(super) email: &'a str,
    pub(super) password_changed_at: &'a str,
    pub(super) created_at: &'a str,
}

#[derive(Debug, Serialize)]
pub(super) struct Access<'a> {
    pub(super) access_token: &'a str,
    pub(super) access_token_expires_at: &'a str,
}

#[derive(Debug, Serialize)]
pub(super) struct Host<'a> {
    pub(super) host: &'a str,
    pub(super) addr: &'a str,
}

#[derive(Debug, Serialize)]
pub(super) struct Container<'a> {
    pub(super) id: &'a str,
    pub(super) name: &'a str,
    pub(super) image: &'a str,
    pub(super) state: &'a str,
    pub(super) status: &'a str,
}

/// Resource use, in words.
#[derive(Debug, Serialize)]
pub(super) struct Stat<'a> {
    pub(super) id: &'a str,
    pub(super) name: &'a str,
    #[serde(serialize_with = "short_number")]
    pub(super) cpu_percent: f64,
    pub(super) memory_usage: String,
    pub(super) memory_limit: String,
    #[serde(serialize_with = "short_number")]
    pub(super) memory_percent: f64,
    pub(super) network_rx: String,
    pub(super) network_tx: String,
}

/// By id of 12 characters.
pub(super) type Stats<'a> = BTreeMap<&'a str, Stat<'a>>;

/// Two decimals at most, and none where there are none: `0`, not `0.0`.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
fn short_number<S: Serializer>(number: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    let rounded = (number * 100.0).round() / 100.0;
    if rounded.fract() == 0.0 && rounded.abs() < 9e15 {
        serializer.serialize_i64(rounded as i64)
    } else {
        serializer.serialize_f64(rounded)
    }
}
