//! One value: as written, as used, and as shown.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;
use quayside_protocol::unit::{parse_seconds, parse_size};
use serde_json::{Value, json};

use crate::auth::secret::Secret;
use crate::telemetry::Directives;

/// Longest duration of any key: adding it to a clock of the machine never overflows.
const LONGEST: Duration = Duration::from_secs(3_650 * 86_400);

/// A value as written; it may be a secret, so it has no `Debug`.
#[derive(Clone)]
pub(super) enum Raw {
    /// Nobody wrote one, and the default is to have none.
    Absent,
    /// From a flag, a variable or the table of defaults, where numbers and lists are words too.
    Word(String),
    /// A text of the file.
    Text(String),
    /// A number of the file.
    Number(String),
    /// True or false in the file.
    Switch(bool),
    /// A list of the file.
    List(Vec<Raw>),
    /// Something of the file that no key takes, such as a table.
    Other(&'static str),
}

impl Raw {
    /// The text that this is, from wherever.
    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Self::Word(text) | Self::Text(text) => Some(text),
            _ => None,
        }
    }

    fn number(&self) -> Option<&str> {
        match self {
            Self::Word(text) | Self::Number(text) => Some(text),
            _ => None,
        }
    }

    fn scalar(&self) -> Option<&str> {
        self.text().or_else(|| self.number())
    }

    /// Why this is not what was expected; the value itself is not repeated, it may be a secret.
    pub(super) fn but(&self, expected: &str) -> String {
        match self {
            Self::Absent => format!("expected {expected}, not nothing"),
            Self::Word(text) | Self::Text(text) if text.is_empty() => {
                format!("expected {expected}, not an empty text; leave the key out for its default")
            }
            Self::Word(_) => format!("expected {expected}"),
            Self::Text(_) => format!("expected {expected}, not this text"),
            Self::Number(_) => format!("expected {expected}, not this number"),
            Self::Switch(_) => format!("expected {expected}, not true or false"),
            Self::List(_) => format!("expected {expected}, not a list"),
            Self::Other(what) => format!("expected {expected}, not a {what}"),
        }
    }
}

/// A kind of value.
pub(super) trait Setting: Sized {
    /// From what was written.
    fn read(raw: &Raw) -> Result<Self, String>;
    /// As `quayside config` and the list of settings tell it, readable again unless secret; null: none.
    fn show(&self) -> Value;
}

/// Kinds that are written as one text, with what is expected there.
macro_rules! texts {
    ($($type:ty, $expected:literal, $parse:expr, $show:expr;)*) => {$(
        impl $crate::config::value::Setting for $type {
            fn read(raw: &$crate::config::value::Raw) -> Result<Self, String> {
                let parse: fn(&str) -> Option<Self> = $parse;
                raw.text().and_then(parse).ok_or_else(|| raw.but($expected))
            }
            fn show(&self) -> serde_json::Value {
                let show: fn(&Self) -> serde_json::Value = $show;
                show(self)
            }
        }
    )*};
}
pub(super) use texts;

texts! {
    SocketAddr, "an address and port such as \"127.0.0.1:9083\"",
        |text| text.parse().ok(), |address| json!(address.to_string());
    PathBuf, "a path",
        |text| (!text.is_empty() && !text.contains('\0')).then(|| text.into()),
        |path| json!(path.to_string_lossy());
    String, "a text", |text| (!text.is_empty()).then(|| text.into()), |text| json!(text);
    Secret<String>, "a text",
        |text| (!text.is_empty()).then(|| Self::new(text.into())), |_| json!("******");
    Directives, "a level or a filter such as \"info,quayside::broker=debug\"",
        Self::parse, |filter| json!(filter.as_str());
    IpNet, "an address or network such as \"10.0.0.0/8\"",
        |text| text.parse().ok().or_else(|| text.parse::<IpAddr>().ok().map(Self::from)),
        |network| json!(network.to_string());
}

impl Setting for Duration {
    fn read(raw: &Raw) -> Result<Self, String> {
        let expected = "a duration such as \"90s\", \"10m\" or \"7d\", or seconds, up to 3650d";
        let seconds = raw.scalar().and_then(parse_seconds).map(Self::from_secs);
        seconds.filter(|duration| *duration <= LONGEST).ok_or_else(|| raw.but(expected))
    }

    fn show(&self) -> Value {
        let seconds = self.as_secs();
        let unit = [(86_400, "d"), (3_600, "h"), (60, "m")]
            .into_iter()
            .find(|(scale, _)| seconds != 0 && seconds.is_multiple_of(*scale));
        let (scale, unit) = unit.unwrap_or((1, "s"));
        json!(format!("{}{unit}", seconds / scale))
    }
}

/// A number of bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bytes(pub u64);

impl Setting for bool {
    fn read(raw: &Raw) -> Result<Self, String> {
        match raw {
            Raw::Switch(yes) => Ok(*yes),
            Raw::Word(text) => text.parse().map_err(|_| raw.but("true or false")),
            _ => Err(raw.but("true or false")),
        }
    }

    fn show(&self) -> Value {
        json!(self)
    }
}

impl Setting for Bytes {
    fn read(raw: &Raw) -> Result<Self, String> {
        let size = raw.scalar().and_then(parse_size).map(Self);
        size.ok_or_else(|| raw.but("a size such as \"512MiB\" or \"10GB\", or bytes"))
    }

    fn show(&self) -> Value {
        let binary = [(1 << 40, "TiB"), (1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")];
        let decimal = [(1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "KB")];
        let whole = |scale: u64| self.0 != 0 && self.0.is_multiple_of(scale);
        let texts = binary.into_iter().chain(decimal).filter(|(scale, _)| whole(*scale));
        let shortest =
            texts.map(|(scale, unit)| format!("{}{unit}", self.0 / scale)).min_by_key(String::len);
        shortest.map_or_else(|| json!(self.0), Value::String)
    }
}

/// Kinds that are written as one number.
macro_rules! numbers {
    ($($type:ty, $expected:literal, $fits:expr;)*) => {$(
        impl Setting for $type {
            fn read(raw: &Raw) -> Result<Self, String> {
                let fits: fn(&Self) -> bool = $fits;
                let number = raw.number().and_then(|text| text.parse().ok());
                number.filter(fits).ok_or_else(|| raw.but($expected))
            }
            fn show(&self) -> Value {
                json!(self)
            }
        }
    )*};
}

numbers! {
    usize, "a whole number, 0 or more", |_| true;
    u64, "a whole number, 0 or more", |_| true;
    f64, "a number such as 2 or 0.5", |number| number.is_finite();
}

impl<T: Setting> Setting for Option<T> {
    fn read(raw: &Raw) -> Result<Self, String> {
        match raw {
            Raw::Absent => Ok(None),
            raw => T::read(raw).map(Some),
        }
    }

    fn show(&self) -> Value {
        self.as_ref().map_or(Value::Null, T::show)
    }
}

impl<T: Setting> Setting for Vec<T> {
    fn read(raw: &Raw) -> Result<Self, String> {
        let items = match raw {
            Raw::Absent => Self::new(),
            Raw::Word(text) if text.trim().is_empty() => Self::new(),
            Raw::Word(text) => text
                .split(',')
                .map(|item| T::read(&Raw::Word(item.trim().into())))
                .collect::<Result<_, _>>()?,
            Raw::List(items) => items.iter().map(T::read).collect::<Result<_, _>>()?,
            raw => return Err(raw.but("a list such as [\"…\", \"…\"]")),
        };
        Ok(items)
    }

    fn show(&self) -> Value {
        self.iter().map(T::show).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(text: &str) -> Raw {
        Raw::Word(text.into())
    }

    #[test]
    fn durations_are_shown_in_their_largest_whole_unit() {
        for (text, shown) in
            [("0", "0s"), ("90", "90s"), ("600", "10m"), ("24h", "1d"), ("90m", "90m")]
        {
            let duration = Duration::read(&word(text));
            assert_eq!(duration.map(|d| d.show()), Ok(json!(shown)), "{text}");
        }
        assert!(Duration::read(&word("3651d")).is_err());
        assert!(Duration::read(&Raw::Number("-1".into())).is_err());
    }

    #[test]
    fn sizes_are_shown_so_that_they_read_back() {
        for (text, shown) in [
            ("512MiB", json!("512MiB")),
            ("10GB", json!("10GB")),
            ("0", json!(0)),
            ("2048m", json!("2GiB")),
            ("1.5k", json!(1536)),
        ] {
            assert_eq!(Bytes::read(&word(text)).map(|size| size.show()), Ok(shown), "{text}");
        }
    }

    #[test]
    fn lists_are_comma_separated_in_words_and_lists_in_files() {
        let one = |text: &str| text.parse::<IpNet>().map_err(|e| e.to_string());
        let both = vec![one("10.0.0.0/8"), one("127.0.0.1/32")];
        let both: Result<Vec<IpNet>, _> = both.into_iter().collect();
        assert_eq!(Vec::<IpNet>::read(&word("10.0.0.0/8, 127.0.0.1")), both);
        let texts = ["10.0.0.0/8", "127.0.0.1"].map(|t| Raw::Text(t.into())).to_vec();
        assert_eq!(Vec::<IpNet>::read(&Raw::List(texts)), both);
        assert_eq!(Vec::<IpNet>::read(&word("")), Ok(vec![]));
        assert!(Vec::<IpNet>::read(&word("10.0.0.0/8,")).is_err());
        assert!(Vec::<IpNet>::read(&Raw::Text("10.0.0.0/8".into())).is_err());
    }

    #[test]
    fn a_type_that_is_not_the_keys_is_refused() {
        assert!(String::read(&Raw::Number("12345678".into())).is_err());
        assert!(usize::read(&Raw::Text("12".into())).is_err());
        assert!(f64::read(&word("NaN")).is_err());
        assert!(PathBuf::read(&word("")).is_err());
    }
}
