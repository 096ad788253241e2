//! Every verb of containers and images, given as a packet, its effect read back by the engine's own command.

mod create;
mod files;
mod images;
mod life;
mod read;

use serde_json::{Value, json};

use crate::support::docker::Docker;
use crate::support::hub::{Plan, TestHub};

struct Bench {
    hub: TestHub,
    docker: Docker,
    admin: String,
}

impl Bench {
    async fn new() -> Self {
        let [docker, _] = Docker::both();
        let hub = Plan::new().host("a", &docker.address()).start().await;
        let admin = hub.admin().await;
        hub.wait_for_host(&admin, "a", "online").await;
        Self { hub, docker, admin }
    }

    /// A verb's reply.
    async fn ok(&self, noun: &str, opt: &str, data: &Value) -> Value {
        self.hub.reply(&self.admin, noun, &with(opt, data)).await
    }

    /// A verb's refusal: its status and the error.
    async fn refused(&self, noun: &str, opt: &str, data: &Value) -> (u16, Value) {
        let (status, mut answer) = self.hub.packet(&self.admin, noun, &with(opt, data)).await;
        assert_eq!(answer["type"], "error", "{opt} {data}: {answer}");
        (status, answer["data"].take())
    }

    /// A verb on a container; its reply.
    async fn does(&self, opt: &str, container: &str) -> Value {
        self.ok("container", opt, &json!({ "container": container })).await
    }

    /// The container as one look at the list shows it.
    async fn listed(&self, name: &str) -> Option<Value> {
        let list = self.ok("container", "list", &json!({})).await;
        list["items"].as_array().unwrap().iter().find(|item| item["name"] == name).cloned()
    }

    /// The state that one look at the list shows, which must be the engine's own.
    async fn state(&self, name: &str) -> String {
        let listed = self.listed(name).await.unwrap();
        let own = self.docker.inspect(name).await["State"]["Status"].clone();
        assert_eq!(listed["state"], own, "{listed}");
        own.as_str().unwrap().to_owned()
    }

    /// Makes and starts a container with a shell command; it goes with the value.
    async fn made(&self, name: &str, script: &str) -> Made {
        // Of an earlier run that was killed.
        let _ = self.docker.try_run(&["rm", "-f", name]).await;
        let data =
            json!({ "image_id": "busybox:latest", "name": name, "cmd": ["sh", "-c", script] });
        let made = Made(self.docker.clone(), name.to_owned());
        self.ok("container", "create", &data).await;
        made
    }
}

fn with(opt: &str, data: &Value) -> Value {
    let mut data = data.clone();
    data["opt"] = opt.into();
    data["host"] = "a".into();
    data
}

/// What waits to be told to end.
const IDLE: &str = "trap 'exit 0' TERM; while :; do sleep 1000 & wait; done";

/// Removes a container with its end.
struct Made(Docker, String);

impl Drop for Made {
    fn drop(&mut self) {
        let mut command = std::process::Command::new("docker");
        let command = command.args(["-H", &self.0.address(), "rm", "-f", "-v", &self.1]);
        // It may be gone already.
        let _ = command.output();
    }
}
