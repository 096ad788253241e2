//! Text to packet, with the name of the field that is wrong.

use serde::de::DeserializeOwned;
use serde_json::Value;

/// Longest packet, in bytes: a frame or body above it is refused unread.
pub const MAX_PACKET: usize = 1 << 20;

/// What is wrong with a packet, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invalid {
    /// The path of the field, such as `limits.cpus`; empty where the whole text is meant.
    pub field: String,
    /// What is wrong with it.
    pub reason: String,
}

impl Invalid {
    /// A field and what is wrong with it.
    pub fn new(field: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { field: field.into(), reason: reason.into() }
    }

    /// The reason with the field's name before it, for people to read.
    #[must_use]
    pub fn message(&self) -> String {
        if self.field.is_empty() {
            self.reason.clone()
        } else {
            format!("{}: {}", self.field, self.reason)
        }
    }
}

/// Reads `data` as `T`.
///
/// # Errors
/// [`Invalid`] with the path of the first field that is missing, of the wrong type or out of range.
pub fn fields<T: DeserializeOwned>(data: Value) -> Result<T, Invalid> {
    if !data.is_object() {
        return Err(Invalid::new("data", "must be an object"));
    }
    serde_path_to_error::deserialize(data).map_err(|error| {
        let path = error.path().to_string();
        let reason = brief(error.into_inner().to_string());
        let parent = if path == "." { String::new() } else { path };
        let below = |name: &str| match parent.as_str() {
            "" => name.to_owned(),
            parent => format!("{parent}.{name}"),
        };
        match (quoted(&reason, "missing field `"), quoted(&reason, "duplicate field `")) {
            (Some(name), _) => Invalid::new(below(name), "is missing"),
            (_, Some(name)) => {
                Invalid::new(below(name), "is there twice, perhaps by its other name")
            }
            (None, None) => Invalid::new(parent, reason),
        }
    })
}

/// Longest reason, in bytes: it quotes what the client sent.
const MAX_REASON: usize = 300;

/// As much of a reason as is worth sending back.
fn brief(mut reason: String) -> String {
    if reason.len() > MAX_REASON {
        let end = (0..=MAX_REASON).rev().find(|at| reason.is_char_boundary(*at)).unwrap_or(0);
        reason.truncate(end);
        reason.push('…');
    }
    reason
}

/// The name in what serde says of a field that it reports at the parent's path, such as "missing field `x`".
fn quoted<'a>(reason: &'a str, words: &str) -> Option<&'a str> {
    reason.strip_prefix(words)?.split('`').next()
}
