//! A stored entry as far as filters and counts look at it: a tenth of the cost of the whole, because nothing is
//! copied that need not be and nothing is encoded.

use std::borrow::Cow;
use std::fmt;

use quayside_protocol::position::Position;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::told::Told;

/// Text that is borrowed where JSON has nothing escaped in it.
#[derive(Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

#[derive(Deserialize)]
struct Happened<'a> {
    #[serde(borrow)]
    host: Cow<'a, str>,
    #[serde(borrow)]
    r#type: Cow<'a, str>,
    #[serde(borrow)]
    action: Cow<'a, str>,
    #[serde(borrow)]
    actor_id: Cow<'a, str>,
    #[serde(borrow)]
    attrs: Attrs<'a>,
}

#[derive(Deserialize)]
struct Missing<'a> {
    #[serde(borrow)]
    host: Option<Text<'a>>,
}

/// A stored entry, glanced at.
#[derive(Deserialize)]
pub(super) struct Glance<'a> {
    v: u8,
    pub(super) previous: Position,
    #[serde(borrow, default)]
    owner: Option<Text<'a>>,
    #[serde(borrow, default)]
    container: Option<Text<'a>>,
    #[serde(borrow, default)]
    event: Option<Happened<'a>>,
    #[serde(borrow, default)]
    gap: Option<Missing<'a>>,
}

impl<'a> Glance<'a> {
    /// Glances at a stored entry.
    ///
    /// # Errors
    /// What is wrong with it, for the log of the program.
    pub(super) fn at(position: Position, value: &'a [u8]) -> Result<Self, String> {
        let glance: Self =
            serde_json::from_slice(value).map_err(|e| format!("event {position}: {e}"))?;
        if glance.v != 1 {
            return Err(format!("event {position}: version {} is not known", glance.v));
        }
        Ok(glance)
    }
}

impl Told for Glance<'_> {
    fn host(&self) -> Option<&str> {
        match (&self.event, &self.gap) {
            (Some(event), _) => Some(&event.host),
            (None, gap) => gap.as_ref()?.host.as_ref().map(|host| &*host.0),
        }
    }

    fn owner(&self) -> Option<&str> {
        self.owner.as_ref().map(|owner| &*owner.0)
    }

    fn container(&self) -> Option<&str> {
        self.container.as_ref().map(|container| &*container.0)
    }

    fn is_gap(&self) -> bool {
        self.event.is_none()
    }

    fn kind(&self) -> &str {
        self.event.as_ref().map_or("", |event| &event.r#type)
    }

    fn action(&self) -> &str {
        self.event.as_ref().map_or("", |event| &event.action)
    }

    fn actor_id(&self) -> &str {
        self.event.as_ref().map_or("", |event| &event.actor_id)
    }

    fn attr(&self, key: &str) -> Option<&str> {
        let attrs = &self.event.as_ref()?.attrs.0;
        attrs.iter().rev().find(|(found, _)| found.0 == key).map(|(_, value)| &*value.0)
    }
}

/// Attributes in their order: to look one up costs less than to sort them all.
struct Attrs<'a>(Vec<(Text<'a>, Text<'a>)>);

impl<'de: 'a, 'a> Deserialize<'de> for Attrs<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Pairs)
    }
}

struct Pairs;

impl<'de> Visitor<'de> for Pairs {
    type Value = Attrs<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("attributes")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Attrs<'de>, A::Error> {
        // As many as an event of a container with a few labels has.
        let mut attrs = Vec::with_capacity(16);
        while let Some(pair) = map.next_entry()? {
            attrs.push(pair);
        }
        Ok(Attrs(attrs))
    }
}
