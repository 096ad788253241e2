//! Names that may reach an engine, checked before they do.
//!
//! The Docker client library does not escape what it puts into a path, so a name that is not of this form must
//! never get that far.

/// Longest name of a host or container, in bytes.
pub const MAX_NAME: usize = 128;

/// Docker's rule for container and volume names, ours for hosts too:
/// `[a-zA-Z0-9][a-zA-Z0-9_.-]{0,127}`.
#[must_use]
pub fn is_name(text: &str) -> bool {
    let mut bytes = text.bytes();
    text.len() <= MAX_NAME
        && bytes.next().is_some_and(|b| b.is_ascii_alphanumeric())
        && bytes.all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-'))
}

/// An image reference or id: what Docker allows in one (`registry:5000/path/name:tag@sha256:…`), at most 512
/// bytes, with no empty path segment and no `..`.
#[must_use]
pub fn is_image(text: &str) -> bool {
    let start = text.bytes().next().is_some_and(|b| b.is_ascii_alphanumeric());
    start
        && text.len() <= 512
        && !text.contains("..")
        && !text.contains("//")
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.-/:@".contains(&b))
}

/// Names of accounts: 1–128 bytes of any script, no control character, no space at an end.
#[must_use]
pub fn is_username(text: &str) -> bool {
    (1..=MAX_NAME).contains(&text.len())
        && text.trim() == text
        && !text.chars().any(char::is_control)
}

/// The 12 characters by which a container is listed.
#[must_use]
pub fn short(id: &str) -> &str {
    id.get(..12).unwrap_or(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_could_reach_another_endpoint_are_refused() {
        for name in ["", "/web", "web/top?x=", "..", "a b", "-a", "é", &"a".repeat(129)] {
            assert!(!is_name(name), "{name}");
        }
        for name in ["web", "a1b2c3d4e5f6", "quayside-7_b.c"] {
            assert!(is_name(name), "{name}");
        }
        for image in ["", "../x", "a//b", "a?b", "a b", "/a"] {
            assert!(!is_image(image), "{image}");
        }
        for image in ["busybox", "reg.local:5000/a/b:1.2", "sha256:abc", "a@sha256:00"] {
            assert!(is_image(image), "{image}");
        }
    }

    #[test]
    fn account_names_may_be_of_any_script() {
        assert!(is_username("윤길동") && is_username("ann-b") && is_username("a b"));
        assert!(!is_username("") && !is_username(" a") && !is_username("a\n"));
    }
}
