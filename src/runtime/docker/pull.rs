//! Fetches images. An engine answers 200 before it knows whether it can: what goes wrong stands in the stream.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE;
use futures::StreamExt;
use futures::stream::{self, BoxStream};
use hyper::Method;
use quayside_protocol::push::Progress;

use super::client::{Client, escape};
use super::image;
use super::lines::Lines;
use super::wire::{answer, or_default};
use crate::runtime::{PullStep, RegistryLogin, Result, RuntimeError};

/// Between two words of a pull; also how long the engine may take to reach the registry.
const IDLE: Duration = Duration::from_secs(60);

answer! {
    /// A line of `POST /images/create`.
    Word {
        layer: String = "id",
        status: String = "status",
        detail: Detail = "progressDetail",
        error: String = "error",
        error_detail: Option<ErrorDetail> = "errorDetail",
    }
    Detail {
        current: Option<u64> = "current",
        total: Option<u64> = "total",
    }
    ErrorDetail {
        message: String = "message",
    }
}

/// Begins to fetch `image`; without tag and digest, `:latest`.
pub(super) async fn pull(
    client: &Client,
    image: String,
    login: Option<RegistryLogin>,
) -> Result<BoxStream<'static, Result<PullStep>>> {
    let (name, tag) = split(&image);
    let path = format!("/images/create?fromImage={}&tag={}", escape(name), escape(tag));
    let headers: Vec<_> = login.iter().map(|login| ("x-registry-auth", header(login))).collect();
    let open = client.open(Method::POST, &path, &headers);
    let response = client.observed("pull", IDLE, open).await.map_err(classify)?;
    let lines = Lines::<Word>::new(response.into_body());
    let state = Some((lines, client.clone(), image));
    Ok(stream::unfold(state, async |state| {
        let (mut lines, client, image) = state?;
        match lines.next_within(IDLE, "the pull").await {
            Ok(Some(word)) => match step(word) {
                Ok(progress) => {
                    Some((Ok(PullStep::Progress(progress)), Some((lines, client, image))))
                }
                Err(error) => Some((Err(error), None)),
            },
            Ok(None) => Some((done(&client, &image).await, None)),
            Err(error) => Some((Err(error), None)),
        }
    })
    .boxed())
}

async fn done(client: &Client, image: &str) -> Result<PullStep> {
    let found = image::id(client, image).await?;
    found.map(PullStep::Done).ok_or_else(|| {
        RuntimeError::Failed(format!("the engine pulled {image} and does not have it"))
    })
}

fn step(word: Word) -> Result<Progress> {
    let error = word.error_detail.map(|detail| detail.message).unwrap_or(word.error);
    if !error.is_empty() {
        return Err(classify(RuntimeError::Failed(error)));
    }
    Ok(Progress {
        layer: word.layer,
        status: word.status,
        current: word.detail.current,
        total: word.detail.total,
    })
}

/// Name and tag or digest: with neither the engine would fetch every tag there is.
fn split(image: &str) -> (&str, &str) {
    if let Some((name, digest)) = image.split_once('@') {
        return (untagged(name).0, digest);
    }
    let (name, tag) = untagged(image);
    (name, tag.unwrap_or("latest"))
}

/// A colon before the last slash is that of a registry's port.
fn untagged(image: &str) -> (&str, Option<&str>) {
    match image.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => (name, Some(tag)),
        _ => (image, None),
    }
}

/// As the engine reads it: base64 of the URL's alphabet.
fn header(login: &RegistryLogin) -> String {
    let login = serde_json::json!({
        "username": login.username,
        "password": login.password.expose(),
    });
    URL_SAFE.encode(login.to_string())
}

/// What did not get as far as the registry may pass another time; what the registry refused will not.
fn classify(error: RuntimeError) -> RuntimeError {
    const OUT_OF_REACH: [&str; 13] = [
        "connection refused",
        "connection reset",
        "connection timed out",
        "no such host",
        "no route to host",
        "network is unreachable",
        "i/o timeout",
        "tls handshake timeout",
        "client.timeout exceeded",
        "context deadline exceeded",
        "request canceled while waiting for connection",
        "temporary failure in name resolution",
        "server misbehaving",
    ];
    const UNKNOWN: [&str; 4] =
        ["manifest unknown", "not found", "does not exist", "repository name not known"];
    let RuntimeError::Failed(message) = error else { return error };
    let lower = message.to_ascii_lowercase();
    if OUT_OF_REACH.iter().any(|words| lower.contains(words)) {
        return RuntimeError::Unavailable(message);
    }
    if UNKNOWN.iter().any(|words| lower.contains(words)) {
        return RuntimeError::NotFound(message);
    }
    RuntimeError::Failed(message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_is_split_where_its_tag_begins() {
        for (image, parts) in [
            ("busybox", ("busybox", "latest")),
            ("busybox:1", ("busybox", "1")),
            ("reg:5000/a/b", ("reg:5000/a/b", "latest")),
            ("reg:5000/a/b:2", ("reg:5000/a/b", "2")),
            ("a:1@sha256:00", ("a", "sha256:00")),
        ] {
            assert_eq!(split(image), parts, "{image}");
        }
    }

    #[test]
    fn an_error_in_the_stream_is_an_error_and_says_whether_to_try_again() {
        let read = |json: &str| step(serde_json::from_str(json).unwrap());
        let down = r#"{"errorDetail":{"message":"Get \"http://reg:5000/v2/\": dial tcp 127.0.0.1:5000: connect: connection refused"},"error":"x"}"#;
        assert!(matches!(read(down), Err(RuntimeError::Unavailable(m)) if m.starts_with("Get")));
        let unknown = r#"{"error":"manifest for busybox:9 not found: manifest unknown"}"#;
        assert!(matches!(read(unknown), Err(RuntimeError::NotFound(_))));
        let denied = r#"{"error":"unauthorized: authentication required"}"#;
        assert!(matches!(read(denied), Err(RuntimeError::Failed(_))));
        let layer = r#"{"status":"Downloading","progressDetail":{"current":5,"total":9},"progress":"[=>]","id":"ab"}"#;
        let progress = read(layer).unwrap();
        assert_eq!(
            (progress.layer.as_str(), progress.current, progress.total),
            ("ab", Some(5), Some(9))
        );
        assert_eq!(
            read(r#"{"status":"Already exists","progressDetail":{},"id":"ab"}"#).unwrap().total,
            None
        );
    }

    #[test]
    fn a_login_is_written_in_the_alphabet_of_a_url() {
        let login = RegistryLogin {
            username: "ann".to_owned(),
            password: crate::auth::Secret::new("???>>>~~~".to_owned()),
        };
        let text = header(&login);
        assert!(text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_=".contains(&b)), "{text}");
    }
}
