//! A plain table of routes: which of them a request means, or why none.

use hyper::Method;

use crate::transport::percent;

/// One route: a method, a path, and what it leads to.
#[derive(Debug)]
pub(in crate::transport) struct Route<T> {
    pub(in crate::transport) method: Method,
    /// Segments that are literal, `{name}` (one segment, not empty) or, at the end, `{*name}` (all that
    /// follows, perhaps nothing).
    pub(in crate::transport) path: &'static str,
    pub(in crate::transport) to: T,
}

/// The named segments of a path, decoded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::transport) struct Params(Vec<(&'static str, String)>);

impl Params {
    /// The segment of that name; `""` where the route has none.
    pub(in crate::transport) fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(n, _)| *n == name).map_or("", |(_, value)| value)
    }

    #[cfg(test)]
    pub(in crate::transport) fn of(pairs: &[(&'static str, &str)]) -> Self {
        Self(pairs.iter().map(|(name, value)| (*name, (*value).to_owned())).collect())
    }
}

/// What a table says of a request.
#[derive(Debug)]
pub(in crate::transport) enum Found<T> {
    /// This route.
    Route(T, Params),
    /// There is such a path, for these methods.
    WrongMethod(Vec<Method>),
    /// A segment is no percent-encoded UTF-8.
    Undecodable,
    /// There is no such path.
    Unknown,
}

/// Whether any route of the table has this path.
pub(in crate::transport) fn knows<T>(routes: &[Route<T>], path: &str) -> bool {
    routes.iter().any(|route| matches(route.path, path).is_some())
}

/// Finds the route of a method and a path. The first that fits is meant, so literals stand before names.
pub(in crate::transport) fn find<'t, T>(
    routes: &'t [Route<T>],
    method: &Method,
    path: &str,
) -> Found<&'t T> {
    let mut allowed = Vec::new();
    for route in routes {
        let Some(segments) = matches(route.path, path) else { continue };
        if route.method != *method {
            allowed.push(route.method.clone());
            continue;
        }
        let decoded = segments.into_iter().map(|(name, raw)| Some((name, percent::decode(raw)?)));
        return match decoded.collect() {
            Some(params) => Found::Route(&route.to, Params(params)),
            None => Found::Undecodable,
        };
    }
    if allowed.is_empty() { Found::Unknown } else { Found::WrongMethod(allowed) }
}

/// The named segments, still encoded, if the path is of the pattern.
fn matches<'p>(pattern: &'static str, path: &'p str) -> Option<Vec<(&'static str, &'p str)>> {
    let (mut wanted, mut given) = (pattern.split('/'), path.split('/'));
    let mut named = Vec::new();
    let mut rest = path;
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return Some(named),
            (Some(wanted), Some(segment)) => {
                if let Some(name) = wanted.strip_prefix("{*").and_then(|w| w.strip_suffix('}')) {
                    named.push((name, rest));
                    return Some(named);
                }
                match wanted.strip_prefix('{').and_then(|w| w.strip_suffix('}')) {
                    Some(name) if !segment.is_empty() => named.push((name, segment)),
                    None if wanted == segment => {}
                    _ => return None,
                }
                rest = rest.get(segment.len() + 1..).unwrap_or("");
            }
            _ => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Vec<Route<u8>> {
        vec![
            Route { method: Method::GET, path: "/", to: 0 },
            Route { method: Method::GET, path: "/hosts", to: 1 },
            Route { method: Method::GET, path: "/stat2/{host}/{id}", to: 2 },
            Route { method: Method::PUT, path: "/files/{host}/{id}", to: 3 },
            Route { method: Method::GET, path: "/files/{host}/{id}", to: 4 },
            Route { method: Method::GET, path: "/assets/{*file}", to: 5 },
        ]
    }

    fn route(method: &Method, path: &str) -> Option<(u8, Params)> {
        match find(&table(), method, path) {
            Found::Route(to, params) => Some((*to, params)),
            _ => None,
        }
    }

    #[test]
    fn segments_are_named_and_decoded() {
        assert_eq!(route(&Method::GET, "/"), Some((0, Params::default())));
        let named = Params::of(&[("host", "a b"), ("id", "윤")]);
        assert_eq!(route(&Method::GET, "/stat2/a%20b/%EC%9C%A4"), Some((2, named)));
        let tail = Params::of(&[("file", "js/x.js")]);
        assert_eq!(route(&Method::GET, "/assets/js/x.js"), Some((5, tail)));
    }

    #[test]
    fn what_does_not_fit_is_unknown() {
        for path in
            ["/host", "/hosts/", "/stat2/a", "/stat2/a/", "/stat2/a/b/c", "//hosts", "/assets"]
        {
            assert!(matches!(find(&table(), &Method::GET, path), Found::Unknown), "{path}");
            assert!(!knows(&table(), path), "{path}");
        }
        let bad = find(&table(), &Method::GET, "/stat2/a/%ff").map_kind();
        assert_eq!(bad, "undecodable");
    }

    #[test]
    fn a_wrong_method_is_told_the_right_ones() {
        match find(&table(), &Method::POST, "/files/a/b") {
            Found::WrongMethod(allowed) => assert_eq!(allowed, [Method::PUT, Method::GET]),
            found => assert_eq!(found.map_kind(), "wrong method"),
        }
    }

    impl<T> Found<T> {
        fn map_kind(&self) -> &'static str {
            match self {
                Self::Route(..) => "route",
                Self::WrongMethod(_) => "wrong method",
                Self::Undecodable => "undecodable",
                Self::Unknown => "unknown",
            }
        }
    }
}
