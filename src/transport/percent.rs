//! Percent-encoding of paths and queries.

/// Decodes `%XX`; none where an escape is cut off or the bytes are no UTF-8.
pub(super) fn decode(text: &str) -> Option<String> {
    if !text.contains('%') {
        return Some(text.to_owned());
    }
    let mut bytes = text.bytes();
    let mut decoded = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            let (high, low) = (digit(bytes.next()?)?, digit(bytes.next()?)?);
            decoded.push(high << 4 | low);
        } else {
            decoded.push(byte);
        }
    }
    String::from_utf8(decoded).ok()
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

/// The parameters of a query, in their order.
#[derive(Debug, Clone, Default)]
pub(super) struct Query(Vec<(String, String)>);

impl Query {
    /// Reads `a=b&c=d`; a parameter that cannot be decoded is left out, as one that is not known would be.
    pub(super) fn parse(text: &str) -> Self {
        let pairs = text.split('&').filter(|pair| !pair.is_empty()).filter_map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Some((decode(&name.replace('+', " "))?, decode(&value.replace('+', " "))?))
        });
        Self(pairs.collect())
    }

    /// The first value of `name`.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    /// Every value of `name`: repeated or comma-separated, empty ones left out.
    pub(super) fn all(&self, name: &str) -> Vec<String> {
        let values = self.0.iter().filter(|(n, _)| n == name).flat_map(|(_, v)| v.split(','));
        values.filter(|value| !value.is_empty()).map(str::to_owned).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_utf8() {
        assert_eq!(decode("a%20b"), Some("a b".into()));
        assert_eq!(decode("%EC%9C%A4"), Some("윤".into()));
        assert_eq!(decode("a+b"), Some("a+b".into()));
        for text in ["%", "%4", "%zz", "%ff", "%+1"] {
            assert_eq!(decode(text), None, "{text}");
        }
    }

    #[test]
    fn parameters_repeat_or_are_separated_by_commas() {
        let query =
            Query::parse("type=container&type=network,image&x&label=a%3Db&since=1+2&bad=%ff");
        assert_eq!(query.all("type"), ["container", "network", "image"]);
        assert_eq!(query.all("label"), ["a=b"]);
        assert_eq!((query.get("since"), query.get("x")), (Some("1 2"), Some("")));
        assert_eq!(query.get("bad"), None);
    }
}
