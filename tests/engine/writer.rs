//! Those who create, start, stop and remove containers, each by a way of its own.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::Request;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::UnixStream;

use crate::support::docker::Docker;
use crate::support::http::{Ask, Http};

/// The full ids of containers that tests made; what is told of others is not looked at.
pub(crate) type Ids = Arc<Mutex<HashSet<String>>>;

/// By which way a writer does what it does.
pub(crate) enum Way {
    /// The engine's own command.
    Command,
    /// The engine's API.
    Socket,
    /// Packets to the hub, as this token.
    Hub(Http, String),
}

/// One writer.
pub(crate) struct Writer {
    pub(crate) way: Way,
    pub(crate) ids: Ids,
}

impl Writer {
    /// A container's whole life.
    pub(crate) async fn live(&self, docker: &Docker, name: &str) {
        let id = self.create(docker, name).await;
        match &self.way {
            Way::Command => {
                docker.run(&["start", &id]).await;
                docker.run(&["stop", "-t", "0", &id]).await;
            }
            Way::Socket => {
                ask(docker, "POST", &format!("/containers/{id}/start"), &Value::Null).await;
                ask(docker, "POST", &format!("/containers/{id}/stop?t=0"), &Value::Null).await;
            }
            Way::Hub(http, token) => {
                let on = |opt: &str| json!({ "opt": opt, "host": docker.host, "id": id });
                reply(http, token, "container", &on("start")).await;
                let mut stop = on("stop");
                stop["timeout"] = 0.into();
                reply(http, token, "container", &stop).await;
            }
        }
        self.remove(docker, &id).await;
    }

    /// Makes a container that is not started; its id.
    pub(crate) async fn create(&self, docker: &Docker, name: &str) -> String {
        let id = match &self.way {
            Way::Command => {
                let create = ["create", "--network", "none", "--name", name];
                docker.run(&[&create[..], &["busybox", "sleep", "1000"]].concat()).await
            }
            Way::Socket => {
                let body = json!({ "Image": "busybox", "Cmd": ["sleep", "1000"], "HostConfig": { "NetworkMode": "none" } });
                let path = format!("/containers/create?name={name}");
                let made = ask(docker, "POST", &path, &body).await;
                made["Id"].as_str().unwrap().to_owned()
            }
            Way::Hub(http, token) => {
                let create = json!({ "opt": "create", "host": docker.host, "name": name, "image_id": "busybox", "cmd": ["sleep", "1000"], "network": "none", "start": false });
                let made = reply(http, token, "container", &create).await;
                made["id"].as_str().unwrap().to_owned()
            }
        };
        self.ids.lock().unwrap().insert(id.clone());
        id
    }

    /// Removes a container that does not run.
    pub(crate) async fn remove(&self, docker: &Docker, id: &str) {
        match &self.way {
            Way::Command => _ = docker.run(&["rm", id]).await,
            Way::Socket => {
                ask(docker, "DELETE", &format!("/containers/{id}"), &Value::Null).await;
            }
            Way::Hub(http, token) => {
                let remove = json!({ "opt": "remove", "host": docker.host, "id": id });
                reply(http, token, "container", &remove).await;
            }
        }
    }
}

/// The data of a packet's reply.
pub(crate) async fn reply(http: &Http, token: &str, noun: &str, data: &Value) -> Value {
    let packet = json!({ "type": noun, "id": 1, "data": data });
    let answer = http.send(Ask::post("/packet", &packet).token(token)).await.json();
    assert_eq!(answer["type"], "reply", "{noun} {data}: {answer}");
    answer["data"].clone()
}

/// One call of the engine's API, which must succeed; its answer, null where there is no body.
pub(crate) async fn ask(docker: &Docker, method: &str, path: &str, body: &Value) -> Value {
    let stream = UnixStream::connect(docker.socket()).await.unwrap();
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.unwrap();
    // Its end shows in the answer.
    tokio::spawn(async { _ = connection.await });
    let body = if body.is_null() { Bytes::new() } else { body.to_string().into() };
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("host", "docker")
        .header("content-type", "application/json")
        .body(Full::new(body))
        .unwrap();
    let answer = sender.send_request(request).await.unwrap();
    let status = answer.status();
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    assert!(status.is_success(), "{method} {path}: {status} {}", String::from_utf8_lossy(&body));
    if body.is_empty() { Value::Null } else { serde_json::from_slice(&body).unwrap() }
}
