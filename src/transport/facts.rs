//! What is known of a request before anybody looks at what it asks for.

use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, OnceLock};

use hyper::Version;
use hyper::header::{HOST, USER_AGENT};
use hyper::http::request::Parts;

use super::fanout::Outlet;
use super::forwarded;
use super::limit::{Place, Standing};
use super::line::Work;
use super::settings::Settings;

/// Longest name of a client that is kept, in bytes.
const MAX_AGENT: usize = 256;

/// The connection a request came by.
#[derive(Clone)]
pub(super) struct Peer {
    pub(super) address: SocketAddr,
    pub(super) standing: Standing,
    pub(super) work: Arc<Work>,
    pub(super) place: Arc<Place>,
    /// The way out of a connection without TLS.
    pub(super) outlet: Option<Arc<Outlet>>,
}

/// Who asks from where, and under which number.
#[derive(Debug)]
pub(super) struct Facts {
    /// The client's own, or made here; 1–128 of `A-Z a-z 0-9 . _ -`.
    pub(super) id: Arc<str>,
    /// The client's address, behind trusted proxies.
    pub(super) address: IpAddr,
    /// Whether a trusted proxy stands between.
    pub(super) proxied: bool,
    /// Whether the client speaks TLS.
    pub(super) https: bool,
    /// Host and port as the client wrote them.
    pub(super) host: Option<String>,
    /// How URLs that are handed out begin.
    pub(super) base_url: Arc<str>,
    /// The client's own name.
    pub(super) agent: Arc<str>,
    /// Whether the connection is one too many.
    pub(super) standing: Standing,
    /// What its connection is doing.
    pub(super) work: Arc<Work>,
    /// Its connection's place, to be held by what outlives the connection.
    pub(super) place: Arc<Place>,
    /// The way out of its connection, where that speaks HTTP/1 without TLS.
    pub(super) outlet: Option<Arc<Outlet>>,
    /// Whether a body without a length is sent in chunks.
    pub(super) chunked: bool,
    /// Who it turned out to be, for the log.
    pub(super) user: OnceLock<Arc<str>>,
}

impl Facts {
    /// Reads them off a request's head.
    pub(super) fn of(head: &Parts, peer: Peer, settings: &Settings) -> Self {
        let text = |name| head.headers.get(name).and_then(|value| value.to_str().ok());
        let named = text(HOST).or_else(|| head.uri.authority().map(|a| a.as_str()));
        let seen = forwarded::read(
            &head.headers,
            named,
            peer.address.ip(),
            settings.tls,
            &settings.trusted_proxies,
        );
        let given = head.headers.get("x-request-id").and_then(|id| id.to_str().ok());
        let base_url = settings.public_url.clone().unwrap_or_else(|| {
            let scheme = if seen.https { "https" } else { "http" };
            match &seen.host {
                Some(host) => format!("{scheme}://{host}"),
                None => format!("{scheme}://{}", settings.listen),
            }
        });
        let agent = head.headers.get(USER_AGENT).map(|a| String::from_utf8_lossy(a.as_bytes()));
        Self {
            id: request_id(given),
            address: seen.address,
            proxied: seen.proxied,
            https: seen.https,
            host: seen.host,
            base_url: base_url.into(),
            agent: cut(agent.as_deref().unwrap_or("")).into(),
            standing: peer.standing,
            work: peer.work,
            place: peer.place,
            outlet: peer.outlet.filter(|_| head.version <= Version::HTTP_11),
            chunked: head.version == Version::HTTP_11,
            user: OnceLock::new(),
        }
    }
}

/// The client's own number if it may stand in a header and a log line, else a new one.
fn request_id(given: Option<&str>) -> Arc<str> {
    let fits = |b: u8| b.is_ascii_alphanumeric() || b"._-".contains(&b);
    match given.filter(|id| (1..=128).contains(&id.len()) && id.bytes().all(fits)) {
        Some(id) => id.into(),
        None => uuid::Uuid::new_v4().simple().to_string().into(),
    }
}

/// At most [`MAX_AGENT`] bytes, at a boundary of characters.
fn cut(text: &str) -> &str {
    let end = (0..=MAX_AGENT.min(text.len())).rev().find(|at| text.is_char_boundary(*at));
    text.get(..end.unwrap_or(0)).unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_keeps_its_number_only_if_it_is_harmless() {
        assert_eq!(&*request_id(Some("a.B_9-")), "a.B_9-");
        for given in [None, Some(""), Some("a b"), Some("a\"b"), Some("é"), Some(&*"x".repeat(129))]
        {
            let made = request_id(given);
            assert_eq!(made.len(), 32, "{given:?}");
            assert!(given != Some(&*made));
        }
    }

    #[test]
    fn long_names_are_cut_between_characters() {
        let long = "é".repeat(200);
        assert_eq!(cut(&long).len(), 256);
        assert_eq!(cut(&format!("a{long}")).len(), 255);
        assert_eq!(cut("curl"), "curl");
    }
}
