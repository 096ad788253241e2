//! Values that are one of a few words.

use quayside_protocol::command::account::Role;
use serde_json::json;

use super::value::texts;

/// Who may make an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Registration {
    /// Everybody.
    Open,
    /// Who holds an invite, or an admin's token.
    Invite,
    /// Nobody; an admin creates accounts.
    Closed,
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// One line of text an event.
    Human,
    /// One JSON object an event.
    Json,
}

/// The role of new accounts: any but `admin`, or whoever registers would own every host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DefaultRole(pub Role);

/// The role of a request without a token: none, or one that owns nothing and is not `admin`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AnonymousRole(pub Option<Role>);

texts! {
    Registration, "\"open\", \"invite\" or \"closed\"",
        |text| match text {
            "open" => Some(Self::Open),
            "invite" => Some(Self::Invite),
            "closed" => Some(Self::Closed),
            _ => None,
        },
        |choice| match choice {
            Self::Open => json!("open"),
            Self::Invite => json!("invite"),
            Self::Closed => json!("closed"),
        };
    LogFormat, "\"human\" or \"json\"",
        |text| match text {
            "human" => Some(Self::Human),
            "json" => Some(Self::Json),
            _ => None,
        },
        |format| match format {
            Self::Human => json!("human"),
            Self::Json => json!("json"),
        };
    DefaultRole, "\"viewer\", \"user\", \"teacher\" or \"operator\"",
        |text| role(text, &[Role::Viewer, Role::User, Role::Teacher, Role::Operator]).map(Self),
        |role| json!(role.0.as_str());
    AnonymousRole, "\"none\", \"viewer\" or \"operator\"",
        |text| match text {
            "none" => Some(Self(None)),
            text => role(text, &[Role::Viewer, Role::Operator]).map(|role| Self(Some(role))),
        },
        |role| json!(role.0.map_or("none", Role::as_str));
}

fn role(text: &str, allowed: &[Role]) -> Option<Role> {
    allowed.iter().copied().find(|role| role.as_str() == text)
}
