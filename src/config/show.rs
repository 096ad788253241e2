//! The configuration in force, for people to read.

use std::fmt::Write;

use serde_json::Value;

use super::source::Origin;

/// A key, what it is set to, and by whom.
#[derive(Debug, Clone, PartialEq)]
pub struct Shown {
    /// `section.name`
    pub key: String,
    /// As it would be written in the file; null: none. A secret is `"******"`.
    pub value: Value,
    /// Who set it.
    pub origin: Origin,
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

/// A value on one line. JSON's texts, numbers and lists are TOML's too, but for one control character.
fn literal(value: &Value) -> String {
    value.to_string().replace('\u{7f}', "\\u007f")
}
