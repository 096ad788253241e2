//! `/files/{host}/{id}?path=`: files into and out of a container, streamed. What is said here is said in
//! fleet's shape, with each code's own status.

use std::sync::Arc;

use futures::StreamExt;
use hyper::header::{ACCEPT, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE, HeaderValue};
use quayside_protocol::command::container::Target;

use serde_json::json;

use super::archive::{self, OneFile};
use super::body::{Body, Exclusive};
use super::credential::InUrl;
use super::edge::Edge;
use super::request::Request;
use super::respond::{self, Response, Shape};
use super::rest::table::Params;
use crate::auth::Caller;
use crate::error::{Error, Result};

/// A body that is one file, not a tar.
const ONE_FILE: &str = "application/octet-stream";

/// `PUT`: a tar into a directory, or one file under its own path.
pub(super) async fn upload(edge: Arc<Edge>, mut request: Request, params: &Params) -> Response {
    match put(&edge, &mut request, params).await {
        Ok(()) => respond::json(&json!({"success": true, "data": {}})),
        Err(error) => respond::refuse(Shape::Fleet, &error),
    }
}

async fn put(edge: &Arc<Edge>, request: &mut Request, params: &Params) -> Result<()> {
    let (caller, path) = admit(edge, request, params, "upload").await?;
    let _guard = edge.drain.guard();
    let body = std::mem::replace(&mut request.body, Body::empty());
    let body = archive::unstalled(body.into_stream());
    let (directory, tar) = if is(request, CONTENT_TYPE, ONE_FILE) {
        let length = request.headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok());
        let length = length.and_then(|length| length.parse().ok()).ok_or_else(|| {
            Error::invalid("Content-Length", "is needed for one file, for a tar begins with it: do not send it chunked, or send a tar")
        })?;
        let (directory, name) = archive::split(&path)?;
        (directory.to_owned(), archive::wrap(name, length, body)?)
    } else {
        (path, archive::checked(body).await?)
    };
    edge.broker.upload(&caller, &target(params), &directory, tar).await
}

/// `GET`: a tar of a path, or one file.
pub(super) async fn download(edge: Arc<Edge>, request: Request, params: &Params) -> Response {
    let opened = get(&edge, &request, params).await;
    opened.unwrap_or_else(|error| respond::refuse(Shape::Fleet, &error))
}

async fn get(edge: &Arc<Edge>, request: &Request, params: &Params) -> Result<Response> {
    let (caller, path) = admit(edge, request, params, "download").await?;
    let tar = edge.broker.download(&caller, &target(params), &path).await?;
    let name = path.trim_end_matches('/').rsplit('/').next().unwrap_or("");
    let (kind, length, name, stream) = if is(request, ACCEPT, ONE_FILE) {
        let OneFile { length, stream } = archive::unwrap(tar).await?;
        (ONE_FILE, Some(length), name.to_owned(), stream)
    } else {
        let name = if name.is_empty() { "root" } else { name };
        ("application/x-tar", None, format!("{name}.tar"), tar)
    };
    let guard = edge.drain.guard();
    let stream = stream.inspect(move |_| {
        // Held until the last byte is asked for.
        let _ = &guard;
    });
    let mut response = warp::Reply::into_response(warp::reply::stream(Exclusive::new(stream)));
    respond::set(&mut response, CONTENT_TYPE, kind);
    respond::set(&mut response, hyper::header::CACHE_CONTROL, "no-store");
    // Files of a container are its own words: no browser is to run them here.
    respond::set(&mut response, hyper::header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    respond::set(&mut response, hyper::header::CONTENT_SECURITY_POLICY, "sandbox");
    if let Some(length) = length {
        response.headers_mut().insert(CONTENT_LENGTH, length.into());
    }
    let named = format!("attachment; filename*=UTF-8''{}", escape(&name));
    if let Ok(named) = HeaderValue::try_from(named) {
        response.headers_mut().insert(CONTENT_DISPOSITION, named);
    }
    Ok(response)
}

/// Origin, room, who, right, path: in the order of refusals.
async fn admit(
    edge: &Edge,
    request: &Request,
    params: &Params,
    opt: &str,
) -> Result<(Caller, String)> {
    if opt == "upload" {
        request.check_origin(edge)?;
    }
    request.check_room(edge)?;
    let caller = request.caller(edge, InUrl::Ticket).await?;
    let target = || json!({"host": params.get("host"), "container": params.get("id")});
    edge.broker.may(&caller, ("container", opt), target).await?;
    let path = request.query.get("path").unwrap_or("");
    if path.is_empty() {
        return Err(Error::invalid("path", "is missing"));
    }
    if !path.starts_with('/') || path.contains('\0') || path.len() > 4_096 {
        return Err(Error::invalid("path", "must be an absolute path of at most 4096 bytes"));
    }
    Ok((caller, path.to_owned()))
}

fn target(params: &Params) -> Target {
    Target { host: params.get("host").to_owned(), container: params.get("id").to_owned() }
}

fn is(request: &Request, header: hyper::header::HeaderName, kind: &str) -> bool {
    let value = request.headers.get(header).and_then(|value| value.to_str().ok()).unwrap_or("");
    value.split(';').next().is_some_and(|bare| bare.trim().eq_ignore_ascii_case(kind))
}

/// Percent-encodes what may not stand in a header's extended value.
fn escape(name: &str) -> String {
    let mut escaped = String::new();
    for byte in name.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'.' | b'_' | b'-' => {
                escaped.push(char::from(byte));
            }
            byte => escaped.push_str(&format!("%{byte:02X}")),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_break_out_of_its_header() {
        assert_eq!(escape("a b\"\r\n.txt"), "a%20b%22%0D%0A.txt");
        assert_eq!(escape("윤"), "%EC%9C%A4");
    }
}
