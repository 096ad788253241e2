//! What trusted proxies say of a request: for whom, by which scheme and under which name.

use std::net::{IpAddr, SocketAddr};

use hyper::HeaderMap;
use ipnet::IpNet;

/// A request as its client sent it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Forwarded {
    /// The client; IPv4 addresses in IPv6 clothes are taken out of them.
    pub(super) address: IpAddr,
    /// Whether the client speaks TLS.
    pub(super) https: bool,
    /// Host and port as the client wrote them, in lower case, where they are well formed.
    pub(super) host: Option<String>,
    /// Whether a trusted proxy sent it on.
    pub(super) proxied: bool,
}

/// Reads what the peer and, if it is trusted, its headers say. `named` is `Host` or HTTP/2's authority.
pub(super) fn read(
    headers: &HeaderMap,
    named: Option<&str>,
    peer: IpAddr,
    tls: bool,
    trusted: &[IpNet],
) -> Forwarded {
    let peer = peer.to_canonical();
    let is_trusted = |address: &IpAddr| trusted.iter().any(|net| net.contains(address));
    let host = named.and_then(host);
    if !is_trusted(&peer) {
        return Forwarded { address: peer, https: tls, host, proxied: false };
    }
    let mut address = peer;
    for given in listed(headers, "x-forwarded-for").iter().rev() {
        let Some(next) = parse_address(given) else { break };
        address = next;
        if !is_trusted(&address) {
            break;
        }
    }
    // Of several values the last was written by the proxy that is known.
    let scheme = listed(headers, "x-forwarded-proto").pop();
    let https = scheme.map_or(tls, |scheme| scheme.eq_ignore_ascii_case("https"));
    let forwarded = listed(headers, "x-forwarded-host").pop();
    let host = forwarded.as_deref().and_then(self::host).or(host);
    Forwarded { address, https, host, proxied: true }
}

/// The comma-separated values of all lines of a header.
fn listed(headers: &HeaderMap, name: &str) -> Vec<String> {
    let lines = headers.get_all(name).into_iter().filter_map(|line| line.to_str().ok());
    let values = lines.flat_map(|line| line.split(',')).map(str::trim);
    values.filter(|value| !value.is_empty()).map(str::to_owned).collect()
}

fn parse_address(text: &str) -> Option<IpAddr> {
    let bare = text.strip_prefix('[').and_then(|t| t.strip_suffix(']')).unwrap_or(text);
    let address = bare.parse::<IpAddr>().ok();
    address.or_else(|| text.parse::<SocketAddr>().ok().map(|a| a.ip())).map(|a| a.to_canonical())
}

/// A host with or without port: it goes into URLs, so only what belongs there may stand in it.
fn host(text: &str) -> Option<String> {
    let fits = |b: u8| b.is_ascii_alphanumeric() || b".-_:[]".contains(&b);
    let good = !text.is_empty() && text.len() <= 261 && text.bytes().all(fits);
    good.then(|| text.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut map = HeaderMap::new();
        for (name, value) in pairs {
            map.append(*name, hyper::header::HeaderValue::from_static(value));
        }
        map
    }

    fn client(peer: &str, headers: &HeaderMap) -> Forwarded {
        let trusted: Vec<IpNet> =
            ["10.0.0.0/8", "127.0.0.1/32"].iter().filter_map(|net| net.parse().ok()).collect();
        let peer = peer.parse().unwrap_or(IpAddr::from([0, 0, 0, 0]));
        read(headers, Some("Hub.Example:9083"), peer, false, &trusted)
    }

    #[test]
    fn strangers_are_not_believed() {
        let given = headers(&[("x-forwarded-for", "1.2.3.4"), ("x-forwarded-proto", "https")]);
        let seen = client("192.0.2.9", &given);
        assert_eq!((seen.address.to_string().as_str(), seen.https), ("192.0.2.9", false));
        assert_eq!(seen.host.as_deref(), Some("hub.example:9083"));
    }

    #[test]
    fn the_last_address_that_is_not_itself_trusted_counts() {
        for (given, address) in [
            ("6.6.6.6, 1.2.3.4, 10.0.0.7", "1.2.3.4"),
            ("1.2.3.4:5678", "1.2.3.4"),
            ("[2001:db8::1]:80", "2001:db8::1"),
            ("10.1.1.1", "10.1.1.1"),
            ("garbage", "10.0.0.1"),
            ("6.6.6.6, garbage, 10.0.0.7", "10.0.0.7"),
        ] {
            let seen = client("::ffff:10.0.0.1", &headers(&[("x-forwarded-for", given)]));
            assert_eq!(seen.address.to_string(), address, "{given}");
        }
        let lines = headers(&[("x-forwarded-for", "6.6.6.6"), ("x-forwarded-for", "1.2.3.4")]);
        assert_eq!(client("10.0.0.1", &lines).address.to_string(), "1.2.3.4");
    }

    #[test]
    fn scheme_and_host_are_those_of_the_proxy() {
        let given = headers(&[("x-forwarded-proto", "https"), ("x-forwarded-host", "Lab.Example")]);
        let seen = client("127.0.0.1", &given);
        assert!(seen.https && seen.proxied);
        assert_eq!(seen.host.as_deref(), Some("lab.example"));
        let evil = headers(&[("x-forwarded-host", "a/b?c")]);
        assert_eq!(client("127.0.0.1", &evil).host.as_deref(), Some("hub.example:9083"));
    }
}
