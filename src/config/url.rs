//! The addresses by which browsers know the hub.

use serde_json::json;

use super::value::texts;
use crate::runtime::address::host_and_port;

/// How URLs that are handed out begin: `http` or `https`, a host, perhaps a port and a path; no `/` at its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl(String);

/// What a browser sends as `Origin`: scheme, host and, unless it is the scheme's own, port; in lower case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebOrigin(String);

impl PublicUrl {
    /// Reads one; without user, query and fragment.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim_end_matches('/');
        let (scheme, rest) = text.split_once("://")?;
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let graphic = path.bytes().all(|b| b.is_ascii_graphic() && !b"?#\"<>\\".contains(&b));
        let origin = origin(scheme, authority)?;
        graphic.then(|| Self(format!("{origin}{path}")))
    }

    /// The URL, without a `/` at its end.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The `Origin` of pages served from it.
    #[must_use]
    pub fn origin(&self) -> WebOrigin {
        let host = self.0.find("://").map_or(0, |at| at + 3);
        let path = self.0.get(host..).and_then(|rest| rest.find('/'));
        let end = path.map_or(self.0.len(), |at| host + at);
        WebOrigin(self.0.get(..end).unwrap_or(&self.0).into())
    }

    /// Whether it is reached over TLS, so that cookies may be Secure.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.0.starts_with("https:")
    }
}

impl WebOrigin {
    /// Reads one such as `https://lab.example` or `http://10.0.0.4:8080`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (scheme, authority) = text.split_once("://")?;
        origin(scheme, authority).map(Self)
    }

    /// As browsers write it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Scheme, host and port as a browser writes them, if they are well formed.
fn origin(scheme: &str, authority: &str) -> Option<String> {
    let scheme = scheme.to_ascii_lowercase();
    let own = match scheme.as_str() {
        "http" => 80,
        "https" => 443,
        _ => return None,
    };
    let (host, port) = host_and_port(authority).ok()?;
    let host = host.to_ascii_lowercase();
    let host = if host.contains(':') { format!("[{host}]") } else { host };
    Some(match port.filter(|port| *port != own) {
        Some(port) => format!("{scheme}://{host}:{port}"),
        None => format!("{scheme}://{host}"),
    })
}

texts! {
    PublicUrl, "a URL such as \"https://hub.example\"", Self::parse, |url| json!(url.0);
    WebOrigin, "an origin such as \"https://lab.example\" or \"http://10.0.0.4:8080\"",
        Self::parse, |origin| json!(origin.0);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_kept_as_browsers_write_them() {
        for (text, origin) in [
            ("https://Lab.Example", "https://lab.example"),
            ("https://lab.example:443", "https://lab.example"),
            ("http://10.0.0.4:8080", "http://10.0.0.4:8080"),
            ("http://[::1]:80", "http://[::1]"),
        ] {
            assert_eq!(WebOrigin::parse(text).as_ref().map(WebOrigin::as_str), Some(origin));
        }
        for text in [
            "lab.example",
            "*",
            "null",
            "ftp://a",
            "https://",
            "https://a/b",
            "https://u@a",
            "https://a:0x",
        ] {
            assert_eq!(WebOrigin::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_public_url_may_have_a_path() {
        let url = PublicUrl::parse("https://Hub.example:443/quay/");
        assert_eq!(url.as_ref().map(PublicUrl::as_str), Some("https://hub.example/quay"));
        let origin = url.map(|url| url.origin().as_str().to_owned());
        assert_eq!(origin.as_deref(), Some("https://hub.example"));
        for text in ["hub.example", "https://a?b", "https://a/b#c", "https://a/b c", "https:///x"] {
            assert_eq!(PublicUrl::parse(text), None, "{text}");
        }
    }
}
