//! Which pages of other sites may act through a visitor's browser, and CORS for those that may.

use hyper::HeaderMap;
use hyper::header::{self, HeaderValue};

use super::facts::Facts;
use super::settings::Settings;
use crate::error::Error;

/// Whether a changing request or a socket may come from where its browser says it comes.
///
/// # Errors
/// `forbidden`, naming the setting that would allow it.
pub(super) fn check(headers: &HeaderMap, facts: &Facts, settings: &Settings) -> Result<(), Error> {
    let Some(origin) = headers.get(header::ORIGIN) else { return Ok(()) };
    let origin = origin.to_str().unwrap_or("null");
    let own = facts.host.as_deref().is_some_and(|host| is_of(origin, host))
        || settings
            .public_url
            .as_deref()
            .and_then(authority)
            .is_some_and(|host| is_of(origin, host));
    if own || is_allowed(origin, settings) {
        return Ok(());
    }
    Err(Error::forbidden(
        "the Origin of this request is not the hub's own: if its page may use the hub, add it to server.origins \
         (or set server.public_url to the address by which browsers know the hub)",
    ))
}

/// Lets pages of `server.origins` read the answer.
pub(super) fn allow(answer: &mut HeaderMap, origin: Option<&HeaderValue>, settings: &Settings) {
    if settings.origins.is_empty() {
        return;
    }
    answer.append(header::VARY, HeaderValue::from_static("Origin"));
    let Some(origin) = origin.filter(|o| o.to_str().is_ok_and(|o| is_allowed(o, settings))) else {
        return;
    };
    answer.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
    answer.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
    let exposed = HeaderValue::from_static("X-Request-Id, Retry-After");
    answer.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
}

fn is_allowed(origin: &str, settings: &Settings) -> bool {
    settings.origins.iter().any(|allowed| allowed.eq_ignore_ascii_case(origin))
}

/// Whether an origin's host and port are those of `host`. A `Host` without a port was the scheme's own, which
/// only the browser knows where a proxy took the TLS off.
fn is_of(origin: &str, host: &str) -> bool {
    let Some((scheme, rest)) = origin.split_once("://") else { return false };
    let default = match scheme {
        "http" => ":80",
        "https" => ":443",
        _ => return false,
    };
    let bare = |text: &str| text.strip_suffix(default).unwrap_or(text).to_ascii_lowercase();
    bare(rest) == bare(host)
}

/// Host and port of a URL.
fn authority(url: &str) -> Option<&str> {
    url.split_once("://").map(|(_, rest)| rest.split('/').next().unwrap_or(rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn host_and_port_decide() {
        for (origin, host) in [
            ("http://hub.example:9083", "hub.example:9083"),
            ("https://hub.example", "hub.example"),
            ("http://hub.example", "hub.example:80"),
            ("https://hub.example", "hub.example:443"),
            ("http://[::1]:9083", "[::1]:9083"),
        ] {
            assert!(is_of(origin, host), "{origin} {host}");
        }
        for (origin, host) in [
            ("http://hub.example:9084", "hub.example:9083"),
            ("http://hub.example", "hub.example:443"),
            ("http://evil.example", "hub.example"),
            ("null", "hub.example"),
            ("file://", ""),
            ("https://hub.example.evil", "hub.example"),
        ] {
            assert!(!is_of(origin, host), "{origin} {host}");
        }
    }

    #[test]
    fn a_public_url_has_an_authority() {
        assert_eq!(authority("https://hub.example:8443/quay"), Some("hub.example:8443"));
        assert_eq!(authority("https://hub.example"), Some("hub.example"));
    }
}
