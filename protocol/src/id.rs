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

/// An image reference or id by the grammar of the registries (`registry:5000/path/name:tag@sha256:…`), at most 512
/// bytes.
#[must_use]
pub fn is_image(text: &str) -> bool {
    if text.len() > 512 {
        return false;
    }
    let (named, digest) = match text.split_once('@') {
        Some((named, digest)) => (named, Some(digest)),
        None => (text, None),
    };
    let path_at = named.rfind('/').map_or(0, |slash| slash + 1);
    let (repository, tag) = match named.rfind(':').filter(|colon| *colon >= path_at) {
        Some(colon) => (&named[..colon], Some(&named[colon + 1..])),
        None => (named, None),
    };
    is_repository(repository) && tag.is_none_or(is_tag) && digest.is_none_or(is_digest)
}

/// A registry's host or none, and lower-case path components.
fn is_repository(text: &str) -> bool {
    let path = match text.split_once('/') {
        // As Docker tells a registry from the first part of a path.
        Some((first, path))
            if first.contains(['.', ':']) || first == "localhost" || has_upper(first) =>
        {
            if !is_registry(first) {
                return false;
            }
            path
        }
        _ => text,
    };
    path.len() <= 255 && path.split('/').all(is_component)
}

fn has_upper(text: &str) -> bool {
    text.bytes().any(|b| b.is_ascii_uppercase())
}

/// `host` or `host:port`.
fn is_registry(text: &str) -> bool {
    let (host, port) = match text.split_once(':') {
        Some((host, port)) => (host, Some(port)),
        None => (text, None),
    };
    let is_part = |part: &str| {
        !part.is_empty()
            && !part.starts_with('-')
            && !part.ends_with('-')
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    host.split('.').all(is_part)
        && port.is_none_or(|port| !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()))
}

/// Lower-case letters and digits, with `.`, `_`, `__` or any number of `-` between them.
fn is_component(text: &str) -> bool {
    let is_word = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let mut between = 0;
    for (at, byte) in text.bytes().enumerate() {
        if is_word(byte) {
            let separator = text.get(at - between..at).unwrap_or_default();
            if !matches!(separator, "" | "." | "_" | "__") && separator.bytes().any(|b| b != b'-') {
                return false;
            }
            between = 0;
        } else if matches!(byte, b'.' | b'_' | b'-') && at > 0 {
            between += 1;
        } else {
            return false;
        }
    }
    between == 0 && !text.is_empty()
}

fn is_tag(text: &str) -> bool {
    let word = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    (1..=128).contains(&text.len())
        && text.bytes().next().is_some_and(word)
        && text.bytes().all(|b| word(b) || matches!(b, b'.' | b'-'))
}

fn is_digest(text: &str) -> bool {
    let Some((algorithm, hex)) = text.split_once(':') else { return false };
    let is_part = |part: &str| {
        part.bytes().next().is_some_and(|b| b.is_ascii_alphabetic())
            && part.bytes().all(|b| b.is_ascii_alphanumeric())
    };
    algorithm.split(['-', '_', '+', '.']).all(is_part)
        && hex.len() >= 32
        && hex.bytes().all(|b| b.is_ascii_hexdigit())
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
    }

    #[test]
    fn image_references_are_those_of_registries() {
        let digest = format!("sha256:{}", "0f".repeat(32));
        let pinned = format!("reg.local/a/b:1.2@{digest}");
        for image in [
            "busybox",
            "x/a-b_c.d__e---f/g:Latest_1.2-rc",
            "reg.local:5000/a/b:1.2",
            "localhost/a",
            "REG/a",
            "sha256:abc",
            "b3aac",
            &digest,
            &pinned,
        ] {
            assert!(is_image(image), "{image}");
        }
        let long = format!("{}:1", "a".repeat(256));
        for image in [
            "",
            "../x",
            "a//b",
            "a?b",
            "a b",
            "/a",
            "a/",
            "BAD:::x",
            "Bad",
            "a:",
            "a:.x",
            "a:b:c",
            "a..b",
            "a._b",
            "a-",
            "-a",
            "a@",
            "a@sha256:00",
            "reg:x/a",
            "-reg.b/a",
            "reg:/a",
            "a/B",
            "\u{e9}",
            &long,
        ] {
            assert!(!is_image(image), "{image}");
        }
    }

    #[test]
    fn account_names_may_be_of_any_script() {
        assert!(is_username("윤길동") && is_username("ann-b") && is_username("a b"));
        assert!(!is_username("") && !is_username(" a") && !is_username("a\n"));
    }
}
