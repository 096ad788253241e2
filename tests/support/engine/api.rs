//! Docker's HTTP as far as the hub uses it: which request means what.

use std::convert::Infallible;
use std::sync::Arc;

use bytes::Bytes;
use futures::{Stream, StreamExt, stream};
use http_body_util::{BodyExt, StreamBody};
use hyper::body::Frame;
use hyper::upgrade::OnUpgrade;
use serde_json::{Value, json};
use tokio_stream::wrappers::BroadcastStream;

use super::container::{IMAGE, query};
use super::events::moment;
use super::serve::{Answer, refusal, whole};
use super::{Request, Shared};

/// The API version it speaks.
pub(super) const VERSION: &str = "1.52";

pub(super) fn answer(
    request: &Request,
    shared: &Arc<Shared>,
    upgrade: Option<OnUpgrade>,
) -> Answer {
    let segments: Vec<_> = request.path.trim_matches('/').split('/').collect();
    let query = query(&request.query);
    let told = |key: &str| query.get(key).map_or("", String::as_str);
    match (request.method.as_str(), segments.as_slice()) {
        (_, ["_ping"]) => whole(200, "OK".into()),
        ("GET", ["version"]) => value(&json!({
            "Version": "29.0.0-scripted", "ApiVersion": VERSION, "MinAPIVersion": "1.44", "Os": "linux",
            "Arch": "amd64",
        })),
        ("GET", ["info"]) => value(&json!({
            "ID": shared.id, "NCPU": 2, "MemTotal": 4_294_967_296_u64, "ServerVersion": "29.0.0-scripted",
        })),
        ("GET", ["events"]) => {
            let (kept, live) = shared.events.listen(moment(told("since")));
            let live =
                BroadcastStream::new(live).take_while(|line| std::future::ready(line.is_ok()));
            streamed(stream::iter(kept).chain(live.filter_map(|line| async { line.ok() })))
        }
        ("GET", ["system", "df"]) => value(&json!({
            "LayersSize": 1, "Images": [], "Containers": [], "Volumes": [], "BuildCache": [],
        })),
        ("GET", ["volumes" | "networks", name]) if name.starts_with("of-") => {
            value(&labelled(name, &json!({ "quayside.owner": &name[3..] })))
        }
        ("GET", ["networks", "bridge" | "none"]) => {
            value(&json!({ "Name": "bridge", "Labels": {} }))
        }
        ("GET", ["volumes" | "networks", name]) => refusal(404, &format!("no such thing: {name}")),
        ("POST", ["volumes", "create"]) => {
            let asked: Value = serde_json::from_str(&request.body).unwrap();
            whole(201, labelled(asked["Name"].as_str().unwrap(), &asked["Labels"]).to_string())
        }
        (method, ["exec", id, verb]) => shared.exec(method, id, verb, &request.query, upgrade),
        (_, ["containers", rest @ ..]) => container(request, rest, shared, &told),
        (_, ["images", rest @ ..]) => image(request, rest, shared, &told),
        _ => refusal(404, "page not found"),
    }
}

fn container<'q>(
    request: &Request,
    rest: &[&str],
    shared: &Arc<Shared>,
    told: &impl Fn(&str) -> &'q str,
) -> Answer {
    let find = |id: &str| shared.state().containers.iter().find(|c| c.is(id)).cloned();
    match (request.method.as_str(), rest) {
        ("GET", ["json"]) => {
            let filters: Value = serde_json::from_str(told("filters")).unwrap_or_default();
            let all = matches!(told("all"), "1" | "true");
            let asked = |id: &str| match &filters["id"] {
                Value::Array(ids) => ids.iter().any(|i| id.starts_with(i.as_str().unwrap())),
                Value::Object(ids) => ids.keys().any(|i| id.starts_with(i.as_str())),
                _ => true,
            };
            let state = shared.state();
            let shown =
                state.containers.iter().filter(|c| asked(&c.id) && (all || c.state == "running"));
            value(&shown.map(super::Container::summary).collect())
        }
        ("POST", ["create"]) => {
            let config: Value = serde_json::from_str(&request.body).unwrap();
            let image = config["Image"].as_str().unwrap_or_default();
            if !shared.has_image(image) {
                return refusal(404, &format!("No such image: {image}"));
            }
            if !told("name").is_empty() && find(told("name")).is_some() {
                return refusal(
                    409,
                    &format!(
                        "Conflict. The container name \"/{}\" is already in use",
                        told("name")
                    ),
                );
            }
            let id = shared.create(told("name"), &config);
            whole(201, json!({ "Id": id, "Warnings": [] }).to_string())
        }
        (_, [id, ..]) if find(id).is_none() => refusal(404, &format!("No such container: {id}")),
        ("GET", [id, "json"]) => value(&find(id).map_or(Value::Null, |c| c.details())),
        ("GET", [_, "top"]) => {
            value(&json!({ "Titles": ["PID", "CMD"], "Processes": [["1", "sleep 600"]] }))
        }
        ("GET", [_, "logs"]) => {
            let line = b"2026-01-28T21:33:51.000000001Z hello\n";
            let mut frame = vec![1, 0, 0, 0, 0, 0, 0, line.len() as u8];
            frame.extend_from_slice(line);
            streamed(stream::iter([Bytes::from(frame)]))
        }
        ("GET", [_, "stats"]) => value(&stats()),
        ("HEAD", [_, "archive"]) if told("path").contains("/bin/") => program(told("path")),
        ("GET" | "HEAD", [_, "archive"]) => archive(request.method == "HEAD"),
        ("PUT", [_, "archive"]) => whole(200, String::new()),
        ("POST", [id, "exec"]) => shared.exec_create(id, &request.body),
        ("POST", [id, verb]) => done(shared.change(id, verb, told("name"))),
        ("DELETE", [id]) => {
            let force = if matches!(told("force"), "1" | "true") { "force" } else { "" };
            done(shared.change(id, "remove", force))
        }
        _ => refusal(404, "page not found"),
    }
}

fn image<'q>(
    request: &Request,
    rest: &[&str],
    shared: &Arc<Shared>,
    told: &impl Fn(&str) -> &'q str,
) -> Answer {
    match (request.method.as_str(), rest) {
        ("GET", ["json"]) => {
            let images = shared.state().images.clone();
            let item = |tag: &String| {
                json!({ "Id": IMAGE, "RepoTags": [tag], "Created": 1_769_573_841, "Size": 7,
                "SharedSize": -1, "Containers": -1, "Labels": {}, "ParentId": "", "RepoDigests": [] })
            };
            value(&images.iter().map(item).collect())
        }
        ("POST", ["create"]) => {
            let tag = if told("tag").is_empty() { "latest" } else { told("tag") };
            let image = told("fromImage");
            let image = if image.rsplit('/').next().unwrap().contains(':') {
                image.to_owned()
            } else {
                format!("{image}:{tag}")
            };
            shared.state().images.push(image.clone());
            let lines = [
                json!({ "status": "Pulling fs layer", "id": "a1", "progressDetail": {} }),
                json!({ "status": "Downloading", "id": "a1", "progressDetail": { "current": 1, "total": 7 } }),
                json!({ "status": format!("Status: Downloaded newer image for {image}") }),
            ];
            streamed(stream::iter(lines.map(|line| Bytes::from(format!("{line}\n")))))
        }
        ("GET", [name @ .., "json"]) => {
            let name = name.join("/");
            match shared.has_image(&name) {
                true => value(&json!({ "Id": IMAGE, "RepoTags": [name], "Config": {} })),
                false => refusal(404, &format!("No such image: {name}")),
            }
        }
        ("DELETE", name) => {
            let name = name.join("/");
            shared
                .state()
                .images
                .retain(|image| image != &name && image != &format!("{name}:latest"));
            value(&json!([{ "Untagged": name }]))
        }
        _ => refusal(404, "page not found"),
    }
}

impl Shared {
    fn has_image(&self, name: &str) -> bool {
        let state = self.state();
        name == IMAGE || state.images.iter().any(|i| i == name || *i == format!("{name}:latest"))
    }
}

/// A volume or network.
fn labelled(name: &str, labels: &Value) -> Value {
    json!({ "Name": name, "Driver": "local", "Mountpoint": "/x", "Scope": "local", "Labels": labels, "Options": {} })
}

fn value(value: &Value) -> Answer {
    whole(200, value.to_string())
}

fn done(result: Result<(), (u16, String)>) -> Answer {
    match result {
        Ok(()) => whole(204, String::new()),
        Err((304, _)) => whole(304, String::new()),
        Err((status, message)) => refusal(status, &message),
    }
}

fn streamed(lines: impl Stream<Item = Bytes> + Send + Sync + 'static) -> Answer {
    let frames = lines.map(|line| Ok::<_, Infallible>(Frame::data(line)));
    hyper::Response::builder()
        .header("content-type", "application/json")
        .body(BodyExt::boxed(StreamBody::new(frames)))
        .unwrap()
}

fn archive(head: bool) -> Answer {
    let mut tar = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_size(5);
    header.set_mode(0o644);
    tar.append_data(&mut header, "hello.txt", &b"hello"[..]).unwrap();
    let body = if head { Vec::new() } else { tar.into_inner().unwrap() };
    // {"name":"hello.txt","size":5,"mode":420,"mtime":"2026-01-28T21:33:51Z","linkTarget":""}
    let stat = "eyJuYW1lIjoiaGVsbG8udHh0Iiwic2l6ZSI6NSwibW9kZSI6NDIwLCJtdGltZSI6IjIwMjYtMDEtMjhUMjE6MzM6NTFaIiwibGlua1RhcmdldCI6IiJ9";
    hyper::Response::builder()
        .header("content-type", "application/x-tar")
        .header("x-docker-container-path-stat", stat)
        .body(http_body_util::Full::new(Bytes::from(body)).boxed())
        .unwrap()
}

/// Whether a program is there: `/bin/sh` is.
fn program(path: &str) -> Answer {
    if path != "/bin/sh" {
        return refusal(404, &format!("Could not find the file {path} in container"));
    }
    // {"name":"sh","size":5,"mode":493,"mtime":"2026-01-28T21:33:51Z","linkTarget":""}
    let stat = "eyJuYW1lIjoic2giLCJzaXplIjo1LCJtb2RlIjo0OTMsIm10aW1lIjoiMjAyNi0wMS0yOFQyMTozMzo1MVoiLCJsaW5rVGFyZ2V0IjoiIn0=";
    hyper::Response::builder()
        .header("x-docker-container-path-stat", stat)
        .body(http_body_util::Empty::new().boxed())
        .unwrap()
}

fn stats() -> Value {
    json!({
        "read": "2026-01-28T21:33:52Z", "preread": "2026-01-28T21:33:51Z",
        "cpu_stats": { "cpu_usage": { "total_usage": 2_000_000_000_u64 }, "system_cpu_usage": 200_000_000_000_u64, "online_cpus": 2 },
        "precpu_stats": { "cpu_usage": { "total_usage": 1_000_000_000_u64 }, "system_cpu_usage": 100_000_000_000_u64, "online_cpus": 2 },
        "memory_stats": { "usage": 3_000_000, "limit": 4_000_000_000_u64, "stats": { "inactive_file": 1_000_000 } },
        "networks": { "eth0": { "rx_bytes": 1_250_000, "tx_bytes": 512_000 } },
        "blkio_stats": { "io_service_bytes_recursive": [] }, "pids_stats": { "current": 1 },
    })
}
