//! The dashboard's files, embedded where they have been built.

use std::borrow::Cow;

use bytes::Bytes;
use hyper::StatusCode;
use hyper::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG,
    HeaderName, HeaderValue, IF_NONE_MATCH, REFERRER_POLICY, VARY, X_CONTENT_TYPE_OPTIONS,
};
use rust_embed::{EmbeddedFile, RustEmbed};

use super::request::Request;
use super::respond::{self, Response, Shape};

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/web/dist"]
#[allow_missing = true]
struct Built;

/// Scripts, styles and connections of the page's own origin only; nobody frames it. Inline styles are the
/// terminal's.
const POLICY: &str = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
                      font-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; \
                      frame-ancestors 'none'";

/// What `/` says where the dashboard was not built.
const UNBUILT: &str = "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Quayside</title></head>\n\
    <body><h1>Quayside is running</h1>\n\
    <p>This program was built without its dashboard. To have it: install Node, run <code>npm ci &amp;&amp; npm run \
    build</code> in <code>web/</code>, build the program again (<code>cargo build --release</code>), and start it. \
    <code>scripts/run</code> does all of that.</p>\n\
    <p>Everything else works without it: see <a href=\"swagger/\">the list of calls</a>.</p></body></html>\n";

/// `/`.
pub(super) fn page(request: &Request) -> Response {
    match Built::get("index.html") {
        Some(file) => serve(request, "index.html", file, "no-cache"),
        None => {
            let mut response = respond::bytes("text/html; charset=utf-8", UNBUILT);
            guard(&mut response);
            respond::set(&mut response, CACHE_CONTROL, "no-store");
            response
        }
    }
}

/// `/assets/…`: their names change with their content, so they are kept for ever.
pub(super) fn file(request: &Request, name: &str) -> Response {
    let path = format!("assets/{name}");
    match Built::get(&path) {
        Some(file) => serve(request, &path, file, "public, max-age=31536000, immutable"),
        None => respond::unknown_path(Shape::Fleet),
    }
}

/// The file, as it was compressed when it was built where the client takes that.
fn serve(request: &Request, path: &str, plain: EmbeddedFile, cache: &'static str) -> Response {
    let taken = request.headers.get(ACCEPT_ENCODING).and_then(|codings| codings.to_str().ok());
    let packed = match taken.is_some_and(takes_gzip) {
        true => Built::get(&format!("{path}.gz")),
        false => None,
    };
    let is_packed = packed.is_some();
    let file = packed.unwrap_or(plain);
    let hash = file.metadata.sha256_hash();
    let tag = format!("\"{}\"", hash.iter().map(|byte| format!("{byte:02x}")).collect::<String>());
    let known = request.headers.get(IF_NONE_MATCH).and_then(|tags| tags.to_str().ok());
    let known = known.is_some_and(|tags| tags.split(',').any(|one| fits(one, &tag)));
    let mut response = if known {
        let mut response = Response::default();
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        response
    } else {
        let body = match file.data {
            Cow::Borrowed(data) => Bytes::from_static(data),
            Cow::Owned(data) => data.into(),
        };
        let mut response = Response::new(body.into());
        response.headers_mut().insert(CONTENT_TYPE, kind(path));
        if is_packed {
            respond::set(&mut response, CONTENT_ENCODING, "gzip");
        }
        response
    };
    response.headers_mut().append(VARY, HeaderValue::from_static("Accept-Encoding"));
    if let Ok(tag) = HeaderValue::try_from(tag) {
        response.headers_mut().insert(ETAG, tag);
    }
    respond::set(&mut response, CACHE_CONTROL, cache);
    guard(&mut response);
    response
}

fn fits(given: &str, tag: &str) -> bool {
    let given = given.trim();
    given == "*" || given.strip_prefix("W/").unwrap_or(given) == tag
}

/// Whether `Accept-Encoding` names gzip, and not only to refuse it.
fn takes_gzip(codings: &str) -> bool {
    codings.split(',').any(|coding| {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, "q=1"));
        let weight = weight.trim().strip_prefix("q=").and_then(|q| q.parse::<f32>().ok());
        name.trim().eq_ignore_ascii_case("gzip") && weight.is_some_and(|q| q > 0.0)
    })
}

fn kind(path: &str) -> HeaderValue {
    let kind = match path.rsplit('.').next().unwrap_or("") {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "json" | "map" => "application/json",
        "wasm" => "application/wasm",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    };
    HeaderValue::from_static(kind)
}

/// What keeps a browser from doing with a page what it is not for.
pub(super) fn guard(response: &mut Response) {
    respond::set(response, CONTENT_SECURITY_POLICY, POLICY);
    respond::set(response, X_CONTENT_TYPE_OPTIONS, "nosniff");
    respond::set(response, REFERRER_POLICY, "no-referrer");
    respond::set(response, HeaderName::from_static("x-frame-options"), "DENY");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_that_has_the_file_is_told_so() {
        assert!(fits(" W/\"a\"", "\"a\"") && fits("*", "\"a\"") && fits("\"a\"", "\"a\""));
        assert!(!fits("\"b\"", "\"a\"") && !fits("a", "\"a\""));
    }

    #[test]
    fn gzip_is_for_those_who_name_it() {
        assert!(takes_gzip("gzip, deflate, br") && takes_gzip("br;q=1.0, GZIP;q=0.5"));
        for refused in ["", "br", "gzip;q=0", "gzip; q=0.000", "identity, x-gzip-not"] {
            assert!(!takes_gzip(refused), "{refused}");
        }
    }

    #[test]
    fn scripts_are_scripts() {
        assert_eq!(kind("assets/index-x.js"), "text/javascript; charset=utf-8");
        assert_eq!(kind("assets/none"), "application/octet-stream");
    }
}
