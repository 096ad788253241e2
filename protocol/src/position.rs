//! Where an event stands in the log.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A place in the event log: 16 lower-case hex digits, so that comparing two as text orders them.
///
/// It is made from time (nanoseconds since 1970) and never repeats, not even after a crash. To a client it is
/// opaque.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Position(pub u64);

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// The text is no position.
#[derive(Debug, PartialEq, Eq)]
pub struct NotAPosition;

impl FromStr for Position {
    type Err = NotAPosition;

    fn from_str(text: &str) -> Result<Self, NotAPosition> {
        let digits = text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        if text.len() != 16 || !digits {
            return Err(NotAPosition);
        }
        u64::from_str_radix(text, 16).map(Position).map_err(|_| NotAPosition)
    }
}

impl Serialize for Position {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Position {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(|NotAPosition| serde::de::Error::custom("not a position"))
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Position {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Position".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "string", "pattern": "^[0-9a-f]{16}$"})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_orders_as_the_number_does() {
        let (a, b) = (Position(9), Position(10));
        assert!(a.to_string() < b.to_string());
        assert_eq!(b.to_string().parse(), Ok(b));
    }

    #[test]
    fn anything_else_is_refused() {
        for text in ["", "12", "000000000000000G", "+00000000000000a", "00000000000000AB"] {
            assert_eq!(text.parse::<Position>(), Err(NotAPosition), "{text}");
        }
    }
}
