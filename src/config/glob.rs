//! Patterns of image references.

use serde_json::json;

use super::value::texts;

/// A pattern: `*` stands for any run of characters (`/` and `:` too), `?` for one, all else for itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Glob(String);

impl Glob {
    /// Reads a pattern: printable ASCII without blanks, at most 512 bytes, and no other wildcard (`[`, `{`).
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let plain = |b: u8| b.is_ascii_graphic() && !b"[]{}!\\,".contains(&b);
        let fits = (1..=512).contains(&text.len()) && text.bytes().all(plain);
        fits.then(|| Self(text.into()))
    }

    /// Whether all of `text` is as the pattern says. Takes time of at most the product of both lengths.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        let (pattern, text) = (self.0.as_bytes(), text.as_bytes());
        let (mut p, mut t) = (0, 0);
        // Where the last `*` stands, and how much of the text it has taken so far.
        let mut star: Option<(usize, usize)> = None;
        while let Some(byte) = text.get(t) {
            match pattern.get(p) {
                Some(b'*') => {
                    star = Some((p, t));
                    p += 1;
                }
                Some(b'?') => (p, t) = (p + 1, t + 1),
                Some(same) if same == byte => (p, t) = (p + 1, t + 1),
                _ => match star {
                    Some((at, taken)) => {
                        star = Some((at, taken + 1));
                        (p, t) = (at + 1, taken + 1);
                    }
                    None => return false,
                },
            }
        }
        pattern.get(p..).is_some_and(|rest| rest.iter().all(|b| *b == b'*'))
    }
}

texts! {
    Glob, "a pattern such as \"registry.lab:5000/*\" (`*` any run of characters, `?` one)",
        Self::parse, |glob| json!(glob.0);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_stands_for_the_whole_reference() {
        for (pattern, text, matches) in [
            ("busybox", "busybox", true),
            ("busybox", "busybox:1", false),
            ("busybox*", "busybox:1", true),
            ("reg/*", "reg/a/b:1", true),
            ("reg/*", "evil/reg/a", false),
            ("*", "", true),
            ("a*b*c", "a--b--b--c", true),
            ("a*b*c", "a--c--b", false),
            ("?", "a", true),
            ("?", "", false),
            ("**", "x", true),
        ] {
            let glob = Glob::parse(pattern);
            assert_eq!(glob.map(|g| g.matches(text)), Some(matches), "{pattern} {text}");
        }
    }

    #[test]
    fn what_would_not_do_what_it_looks_like_is_refused() {
        for pattern in ["", "a b", "[ab]", "{a,b}", "!a", "é", &"a".repeat(513)] {
            assert_eq!(Glob::parse(pattern), None, "{pattern}");
        }
    }
}
