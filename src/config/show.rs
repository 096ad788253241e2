//! The configuration in force, for people to read.

use std::fmt::Write;

use quayside_protocol::reply::Setting;
use serde_json::Value;

use super::source::Origin;

/// A key, what it is set to, and by whom.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Shown {
    /// `section.name`; of a host just the name.
    pub(super) key: String,
    /// As it would be written in the file; null: none. A secret is `"******"`.
    pub(super) value: Value,
    /// Who set it.
    pub(super) origin: Origin,
}

impl Shown {
    /// For the packet `setting list`; a key that is not set has the value `""`.
    pub(super) fn to_setting(&self) -> Setting {
        let value = if self.value.is_null() { String::new() } else { literal(&self.value) };
        Setting { key: self.key.clone(), value, from: self.origin.as_str().into() }
    }
}

/// Sections of keys, then hosts, each line with where it comes from; keys that are not set as comments.
pub(super) fn to_toml(keys: &[Shown], hosts: &[Vec<Shown>]) -> String {
    let mut out = String::new();
    let mut section = "";
    for shown in keys {
        let (head, name) = shown.key.split_once('.').unwrap_or(("", &shown.key));
        if head != section {
            let gap = if section.is_empty() { "" } else { "\n" };
            _ = writeln!(out, "{gap}[{head}]");
            section = head;
        }
        line(&mut out, name, shown);
    }
    for host in hosts {
        out.push_str("\n[[host]]\n");
        for shown in host {
            line(&mut out, &shown.key, shown);
        }
    }
    out
}

fn line(out: &mut String, name: &str, shown: &Shown) {
    // Writing to a text cannot fail.
    _ = match &shown.value {
        Value::Null => writeln!(out, "# {name} is not set # {}", shown.origin),
        value => writeln!(out, "{name} = {} # {}", literal(value), shown.origin),
    };
}

/// A value on one line. JSON's texts and numbers are TOML's too, but for one control character.
fn literal(value: &Value) -> String {
    match value {
        Value::Array(items) => {
            format!("[{}]", items.iter().map(literal).collect::<Vec<_>>().join(", "))
        }
        value => value.to_string().replace('\u{7f}', "\\u007f"),
    }
}
