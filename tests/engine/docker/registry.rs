//! A registry of the test's own, with one small image under every name but `missing`.

use std::collections::HashMap;
use std::io::Write;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

use base64::Engine;
use bytes::Bytes;
use http_body_util::Full;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio_util::task::AbortOnDropHandle;

const MANIFEST: &str = "application/vnd.docker.distribution.manifest.v2+json";

pub(crate) struct Registry {
    pub(crate) port: u16,
    asked: Arc<Mutex<Vec<String>>>,
    _server: AbortOnDropHandle<()>,
}

impl Registry {
    /// Lets everybody in, or only who says `login`.
    pub(crate) async fn start(login: Option<(&str, &str)>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let shelf = Arc::new(Shelf::new(login, asked.clone()));
        let server = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let shelf = shelf.clone();
                let service = service_fn(move |request| {
                    let answer = shelf.answer(&request);
                    async move { Ok::<_, std::convert::Infallible>(answer) }
                });
                let server = hyper::server::conn::http1::Builder::new();
                tokio::spawn(server.serve_connection(TokioIo::new(stream), service));
            }
        });
        Self { port, asked, _server: AbortOnDropHandle::new(server) }
    }

    /// The paths that were asked for.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

struct Shelf {
    login: Option<String>,
    manifest: Bytes,
    blobs: HashMap<String, Bytes>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Shelf {
    fn new(login: Option<(&str, &str)>, asked: Arc<Mutex<Vec<String>>>) -> Self {
        let mut builder = tar::Builder::new(Vec::new());
        let mut header = tar::Header::new_gnu();
        // Another content each time, so that no engine has the layer already.
        let content = format!("{:?}{}", std::time::SystemTime::now(), "x".repeat(300_000));
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        builder.append_data(&mut header, "file", content.as_bytes()).unwrap();
        let layer = Bytes::from(builder.into_inner().unwrap());
        let config = serde_json::json!({
            "architecture": "amd64", "os": "linux", "config": {"Cmd": ["/file"]},
            "rootfs": {"type": "layers", "diff_ids": [digest(&layer)]},
            "history": [{"created_by": "test"}],
        });
        let config = Bytes::from(config.to_string());
        let part = |kind: &str, bytes: &Bytes| {
            let kind = format!("application/vnd.docker.{kind}");
            serde_json::json!({"mediaType": kind, "size": bytes.len(), "digest": digest(bytes)})
        };
        let manifest = serde_json::json!({
            "schemaVersion": 2, "mediaType": MANIFEST,
            "config": part("container.image.v1+json", &config),
            "layers": [part("image.rootfs.diff.tar.gzip", &layer)],
        });
        let login = login.map(|(user, password)| {
            let text = format!("{user}:{password}");
            format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(text))
        });
        let blobs = [config, layer].map(|bytes| (digest(&bytes), bytes)).into();
        Self { login, manifest: Bytes::from(manifest.to_string()), blobs, asked }
    }

    fn answer<B>(&self, request: &Request<B>) -> Response<Full<Bytes>> {
        let path = request.uri().path().to_owned();
        self.asked.lock().unwrap().push(path.clone());
        let said = request.headers().get("authorization").and_then(|v| v.to_str().ok());
        if self.login.is_some() && said != self.login.as_deref() {
            let refusal =
                r#"{"errors":[{"code":"UNAUTHORIZED","message":"authentication required"}]}"#;
            return Response::builder()
                .status(StatusCode::UNAUTHORIZED)
                .header("www-authenticate", "Basic realm=\"test\"")
                .body(Bytes::from(refusal).into())
                .unwrap();
        }
        let last = path.rsplit('/').next().unwrap();
        let (kind, body) = match self.blobs.get(last) {
            _ if path == "/v2/" => ("application/json", Bytes::from("{}")),
            Some(blob) => ("application/octet-stream", blob.clone()),
            None if path.contains("/manifests/") && !path.contains("missing") => {
                (MANIFEST, self.manifest.clone())
            }
            None => {
                let unknown =
                    r#"{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}"#;
                return Response::builder().status(404).body(Bytes::from(unknown).into()).unwrap();
            }
        };
        Response::builder()
            .header("content-type", kind)
            .header("docker-content-digest", digest(&body))
            .body(body.into())
            .unwrap()
    }
}

fn digest(bytes: &[u8]) -> String {
    let mut command = Command::new("sha256sum");
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(bytes).unwrap();
    let output = String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap();
    format!("sha256:{}", output.split(' ').next().unwrap())
}
