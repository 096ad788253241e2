//! Values that are accepted as a number or as text with a unit, and filters of one value or several.

use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use std::fmt;

/// A duration in seconds: a number, or text such as `"90m"`, `"1h30m"`, `"7d"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Seconds(pub u64);

/// A size in bytes: a number, or text such as `"512m"`, `"2GiB"`, `"10GB"`.
///
/// As Docker reads them: `k m g t` and `KiB MiB …` are powers of 1024, `KB MB …` powers of 1000.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Size(pub u64);

/// Reads `90`, `90s`, `10m`, `1h30m`, `7d` as seconds.
#[must_use]
pub fn parse_seconds(text: &str) -> Option<u64> {
    if let Ok(seconds) = text.parse::<u64>() {
        return Some(seconds);
    }
    let (mut total, mut digits) = (0u64, String::new());
    for c in text.chars() {
        if c.is_ascii_digit() {
            digits.push(c);
            continue;
        }
        let unit = match c {
            's' => 1,
            'm' => 60,
            'h' => 3_600,
            'd' => 86_400,
            _ => return None,
        };
        total = total.checked_add(digits.parse::<u64>().ok()?.checked_mul(unit)?)?;
        digits.clear();
    }
    (digits.is_empty() && !text.is_empty()).then_some(total)
}

/// Reads `512m`, `2GiB`, `10GB`, `4096` as bytes.
#[must_use]
pub fn parse_size(text: &str) -> Option<u64> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = (text.get(..end)?, text.get(end..)?.trim().to_ascii_lowercase());
    let scale: u64 = match unit.as_str() {
        "" | "b" => 1,
        "k" | "kib" => 1 << 10,
        "m" | "mib" => 1 << 20,
        "g" | "gib" => 1 << 30,
        "t" | "tib" => 1 << 40,
        "kb" => 1_000,
        "mb" => 1_000_000,
        "gb" => 1_000_000_000,
        "tb" => 1_000_000_000_000,
        _ => return None,
    };
    if let Ok(whole) = number.parse::<u64>() {
        return whole.checked_mul(scale);
    }
    let bytes = number.parse::<f64>().ok()? * scale as f64;
    (bytes.is_finite() && bytes < u64::MAX as f64).then_some(bytes as u64)
}

struct UnitVisitor {
    parse: fn(&str) -> Option<u64>,
    expected: &'static str,
}

impl Visitor<'_> for UnitVisitor {
    type Value = u64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.expected)
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<u64, E> {
        Ok(value)
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<u64, E> {
        u64::try_from(value).map_err(|_| E::custom("must not be negative"))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<u64, E> {
        if value.fract() != 0.0 || !(0.0..9e15).contains(&value) {
            return Err(E::custom(format!("expected {}", self.expected)));
        }
        Ok(value as u64)
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<u64, E> {
        (self.parse)(value).ok_or_else(|| E::custom(format!("expected {}", self.expected)))
    }
}

const SECONDS: &str = "seconds, or a duration such as \"90m\"";
const SIZE: &str = "bytes, or a size such as \"512m\"";

impl<'de> Deserialize<'de> for Seconds {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let visitor = UnitVisitor { parse: parse_seconds, expected: SECONDS };
        deserializer.deserialize_any(visitor).map(Self)
    }
}

impl<'de> Deserialize<'de> for Size {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(UnitVisitor { parse: parse_size, expected: SIZE }).map(Self)
    }
}

/// A filter of one value or a list of alternatives; empty: no filter.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(transparent)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(with = "OneOrMany"))]
pub struct Filter(pub Vec<String>);

impl Filter {
    /// Whether `value` is let through: no filter, or one of its values.
    #[must_use]
    pub fn allows(&self, value: &str) -> bool {
        self.0.is_empty() || self.0.iter().any(|v| v == value)
    }

    /// Whether there is anything to match.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[derive(Deserialize)]
#[serde(untagged, expecting = "expected text or a list of texts")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl<'de> Deserialize<'de> for Filter {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match OneOrMany::deserialize(deserializer)? {
            OneOrMany::One(value) => Self(vec![value]),
            OneOrMany::Many(values) => Self(values),
        })
    }
}

#[cfg(feature = "schema")]
macro_rules! number_or_text {
    ($($type:ident),*) => {$(
        impl schemars::JsonSchema for $type {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($type).into()
            }
            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({"type": ["integer", "string"], "minimum": 0})
            }
        }
    )*};
}
#[cfg(feature = "schema")]
number_or_text!(Seconds, Size);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_as_the_contract_says() {
        for (text, seconds) in
            [("90", 90), ("90s", 90), ("90m", 5_400), ("1h30m", 5_400), ("7d", 604_800)]
        {
            assert_eq!(parse_seconds(text), Some(seconds), "{text}");
        }
        for text in ["", "m", "1x", "1h3", "-1", "1.5h", "99999999999999999999d"] {
            assert_eq!(parse_seconds(text), None, "{text}");
        }
    }

    #[test]
    fn sizes_read_as_docker_reads_them() {
        for (text, bytes) in [
            ("512m", 512 << 20),
            ("2GiB", 2 << 30),
            ("10GB", 10_000_000_000),
            ("1.5k", 1536),
            ("7", 7),
        ] {
            assert_eq!(parse_size(text), Some(bytes), "{text}");
        }
        for text in ["", "m", "1q", "-1", "1..5k"] {
            assert_eq!(parse_size(text), None, "{text}");
        }
    }

    #[test]
    fn a_boolean_is_no_number() {
        assert!(serde_json::from_str::<Seconds>("true").is_err());
        assert!(serde_json::from_str::<Size>("true").is_err());
    }
}
