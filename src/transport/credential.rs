//! What a request presents to prove who it is, and the session cookie.

use std::time::Duration;

use hyper::HeaderMap;
use hyper::header::{AUTHORIZATION, COOKIE, HeaderValue};

use super::facts::Facts;
use super::percent::Query;
use crate::broker::Presented;

/// The session cookie's name.
const NAME: &str = "quayside_session";

/// The token of a header: `Authorization` with or without `Bearer`, or `x-token`.
pub(super) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let header = headers.get(AUTHORIZATION).or_else(|| headers.get("x-token"))?;
    // A header that is no text is one that proves nothing, not one that is absent.
    let text = header.to_str().unwrap_or("").trim();
    let bare = text.get(..7).filter(|scheme| scheme.eq_ignore_ascii_case("bearer "));
    Some(bare.map_or(text, |_| text.get(7..).unwrap_or("").trim()))
}

/// The session cookie's value.
fn cookie(headers: &HeaderMap) -> Option<&str> {
    let lines = headers.get_all(COOKIE).into_iter().filter_map(|line| line.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.split_once('='));
    pairs.find(|(name, _)| name.trim() == NAME).map(|(_, value)| value.trim())
}

/// What a URL may carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum InUrl {
    /// Nothing.
    Nothing,
    /// `?ticket=`.
    Ticket,
    /// `?ticket=`, and `?token=` for the clients of the original.
    TicketOrToken,
}

/// What counts of all that is presented: a header, else the URL, else the cookie.
pub(super) fn presented<'a>(
    headers: &'a HeaderMap,
    query: &'a Query,
    in_url: InUrl,
) -> Presented<'a> {
    if let Some(token) = bearer(headers) {
        return Presented::Bearer(token);
    }
    if in_url != InUrl::Nothing
        && let Some(ticket) = query.get("ticket")
    {
        return Presented::Ticket(ticket);
    }
    if in_url == InUrl::TicketOrToken
        && let Some(token) = query.get("token")
    {
        return Presented::Bearer(token);
    }
    cookie(headers).map_or(Presented::Nothing, Presented::Cookie)
}

/// The `Set-Cookie` that keeps a browser logged in with `token` for `ttl`.
pub(super) fn keep(token: &str, ttl: Duration, facts: &Facts) -> Option<HeaderValue> {
    set(token, ttl.as_secs(), facts.https)
}

/// The `Set-Cookie` that logs a browser out.
pub(super) fn clear(facts: &Facts) -> Option<HeaderValue> {
    set("", 0, facts.https)
}

fn set(value: &str, max_age: u64, https: bool) -> Option<HeaderValue> {
    let secure = if https { "; Secure" } else { "" };
    let cookie =
        format!("{NAME}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={max_age}{secure}");
    let mut header = HeaderValue::try_from(cookie).ok()?;
    header.set_sensitive(true);
    Some(header)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut map = HeaderMap::new();
        for (name, value) in pairs {
            map.append(*name, HeaderValue::from_static(value));
        }
        map
    }

    #[test]
    fn every_dialects_header_is_read() {
        for (name, value) in [
            ("authorization", "Bearer abc"),
            ("authorization", "bearer  abc "),
            ("authorization", "abc"),
            ("x-token", "abc"),
        ] {
            assert_eq!(bearer(&headers(&[(name, value)])), Some("abc"), "{value}");
        }
        assert_eq!(bearer(&headers(&[])), None);
        assert_eq!(bearer(&headers(&[("authorization", "Bearer ")])), Some("Bearer"));
    }

    #[test]
    fn a_header_goes_before_the_url_and_the_url_before_the_cookie() {
        let query = Query::parse("ticket=t&token=u");
        let cookie = ("cookie", "a=b; quayside_session=c");
        let both = headers(&[("authorization", "Bearer h"), cookie]);
        assert!(matches!(presented(&both, &query, InUrl::Ticket), Presented::Bearer("h")));
        let only = headers(&[cookie]);
        assert!(matches!(presented(&only, &query, InUrl::Ticket), Presented::Ticket("t")));
        assert!(matches!(presented(&only, &query, InUrl::Nothing), Presented::Cookie("c")));
        let token = Query::parse("token=u");
        assert!(matches!(presented(&only, &token, InUrl::TicketOrToken), Presented::Bearer("u")));
        assert!(matches!(presented(&only, &token, InUrl::Ticket), Presented::Cookie("c")));
        assert!(matches!(presented(&headers(&[]), &token, InUrl::Ticket), Presented::Nothing));
    }

    #[test]
    fn the_cookie_is_out_of_reach_of_scripts_and_other_sites() {
        let text = |secure| {
            set("v", 60, secure).map(|h| String::from_utf8_lossy(h.as_bytes()).into_owned())
        };
        let plain = "quayside_session=v; Path=/; HttpOnly; SameSite=Lax; Max-Age=60";
        assert_eq!(text(false).as_deref(), Some(plain));
        assert_eq!(text(true), Some(format!("{plain}; Secure")));
        assert!(set("a\nb", 60, false).is_none());
    }
}
