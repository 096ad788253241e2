//! The dialect `fleet` before a real engine: every `curl` of its original as it stands there, and what it says
//! beside what the engine's own command says.

mod beside;

use std::time::Duration;

use serde_json::{Value, json};
use tokio::process::Command;

use crate::support::docker::Docker;
use crate::support::hub::{Plan, TestHub};
use crate::support::wait;

/// Where the original's examples find the hub.
const THERE: &str = "http://localhost:9083";

/// The original's refresh token.
const REFRESH: &str = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9...";

const USER: &str = r#"curl -X POST http://localhost:9083/user \
  -H "Content-Type: application/json" \
  -d '{"username":"gildong","password":"123123","full_name":"YunGilDong","email":"gildong@email.com"}'"#;
const LOGIN: &str = r#"curl -X POST http://localhost:9083/login \
  -H "Content-Type: application/json" \
  -d '{"username":"gildong","password":"123123"}'"#;
const LOGOUT: &str = r#"curl -X POST http://localhost:9083/logout \
  -H "Content-Type: application/json" \
  -d '{"refresh_token":"eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9..."}'"#;
const RENEW: &str = r#"curl -X POST http://localhost:9083/token/renew_access \
  -H "Content-Type: application/json" \
  -d '{"refresh_token":"eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9..."}'"#;
const HOSTS: &str = "curl -X GET http://localhost:9083/hosts";
const PS: &str = "curl -X GET http://localhost:9083/ps2/119server";
const INSPECT: &str = "curl -X GET http://localhost:9083/inspect2/119server/nginx-web";
const START: &str = r#"curl -X POST http://localhost:9083/start2 \
  -H "Content-Type: application/json" \
  -d '{"id":"nginx-web","host":"119server"}'"#;
const STOP: &str = r#"curl -X POST http://localhost:9083/stop2 \
  -H "Content-Type: application/json" \
  -d '{"id":"nginx-web","host":"119server"}'"#;
const STAT: &str = "curl -X GET http://localhost:9083/stat2/119server/nginx-web";
const STAT_ALL: &str = "curl -X GET http://localhost:9083/stat3/119server";
const EVENTS: &str = r#"curl -N -H "Accept: text/event-stream" http://localhost:9083/events"#;

/// A hub over both engines, and what stands on its command lines besides the example.
struct Bench {
    hub: TestHub,
    docker: Docker,
    more: String,
    refresh: String,
}

impl Bench {
    async fn new(plan: Plan, bare: bool) -> Self {
        let [docker, other] = Docker::both();
        let plan = plan.host("119server", &docker.address()).host("dev-server", &other.address());
        let hub = plan.start().await;
        let admin = hub.admin().await;
        hub.wait_for_host(&admin, "119server", "online").await;
        let more =
            if bare { String::new() } else { format!(" -H 'Authorization: Bearer {admin}'") };
        Self { hub, docker, more, refresh: REFRESH.to_owned() }
    }

    fn line(&self, example: &str) -> Command {
        let there = format!("http://{}", self.hub.address);
        let line = example.replace(THERE, &there).replace(REFRESH, &self.refresh);
        let mut command = Command::new("sh");
        command.args(["-c", &format!("exec {line}{} -sS -w '\\n%{{http_code}}'", self.more)]);
        command.kill_on_drop(true);
        command
    }

    /// The status and the body as it stands.
    async fn curl(&self, example: &str) -> (u16, String) {
        let output = wait::bounded(wait::PATIENCE, example, self.line(example).output()).await;
        let output = output.unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8(output.stdout).unwrap();
        let (body, status) = text.rsplit_once('\n').unwrap();
        (status.parse().unwrap(), body.to_owned())
    }

    async fn ok(&self, example: &str) -> Value {
        let (status, body) = self.curl(example).await;
        assert_eq!(status, 200, "{example}: {body}");
        serde_json::from_str(&body).unwrap()
    }

    async fn login(&mut self) {
        self.refresh = self.ok(LOGIN).await["refresh_token"].as_str().unwrap().to_owned();
    }

    /// Whether the example's container runs, as hub and engine say at one look.
    async fn runs(&self, wanted: bool) {
        let own = self.docker.inspect("nginx-web").await["State"]["Running"].clone();
        assert_eq!(own, wanted);
        let list = self.ok(PS).await;
        let list = list["data"].as_array().unwrap();
        let web = list.iter().find(|container| container["name"] == "nginx-web").unwrap();
        assert_eq!(web["state"], if wanted { "running" } else { "exited" });
    }
}

/// A container of this name on an engine; goes with the test.
struct Named<'d>(&'d Docker, &'static str);

impl<'d> Named<'d> {
    async fn run(docker: &'d Docker, name: &'static str, options: &[&str]) -> Self {
        // Of an earlier run that was killed.
        let _ = docker.try_run(&["rm", "-f", name]).await;
        let script = "trap 'exit 0' TERM; while :; do sleep 1000 & wait; done";
        let head = ["run", "-d", "--name", name];
        docker.run(&[&head[..], options, &["busybox", "sh", "-c", script]].concat()).await;
        Self(docker, name)
    }
}

impl Drop for Named<'_> {
    fn drop(&mut self) {
        let mut command = std::process::Command::new("docker");
        let command = command.args(["-H", &self.0.address(), "rm", "-f", "-v", self.1]);
        // It may be gone already.
        let _ = command.output();
    }
}

/// Every example of the original, in its order; what they need besides happens between them.
async fn examples(mut bench: Bench) {
    let docker = bench.docker.clone();
    let _web = Named::run(&docker, "nginx-web", &[]).await;
    let user = bench.ok(USER).await;
    assert_eq!(user["data"]["full_name"], "YunGilDong");
    bench.login().await;
    assert_eq!(bench.ok(LOGOUT).await["data"], "logged out successfully");
    assert_eq!(bench.curl(RENEW).await.0, 401);
    bench.login().await;
    assert!(bench.ok(RENEW).await["access_token"].is_string());
    let hosts = bench.ok(HOSTS).await;
    assert_eq!(hosts["data"][0], json!({ "host": "119server", "addr": docker.address() }));
    wait::until("the container to be known", async || {
        bench.ok(PS).await["data"]
            .as_array()?
            .iter()
            .any(|c| c["name"] == "nginx-web")
            .then_some(())
    })
    .await;
    bench.runs(true).await;
    assert_eq!(bench.ok(INSPECT).await["data"]["name"], "/nginx-web");
    let (status, body) = bench.curl(START).await;
    let already =
        r#"{"success":false,"message":"Error response from daemon: container already started"}"#;
    assert_eq!((status, body.as_str()), (500, already));
    assert_eq!(bench.curl(STOP).await, (200, "\"\"".to_owned()));
    bench.runs(false).await;
    let (status, body) = bench.curl(STOP).await;
    let stopped =
        r#"{"success":false,"message":"Error response from daemon: container not running"}"#;
    assert_eq!((status, body.as_str()), (500, stopped));
    let stopped = bench.ok(STAT).await;
    assert_eq!(stopped["data"]["memory_limit"], "0.00 B");
    assert_eq!(bench.curl(START).await, (200, "\"\"".to_owned()));
    bench.runs(true).await;
    let id = docker.run(&["ps", "-aqf", "name=^nginx-web$"]).await;
    assert_eq!(bench.ok(STAT).await["data"]["id"], id.as_str());
    assert_eq!(bench.ok(STAT_ALL).await["data"][&id]["name"], "nginx-web");
    // A stream has no end of its own.
    let events = format!("{EVENTS} --max-time 2");
    let output = bench.line(&events).output();
    let output = wait::bounded(Duration::from_secs(20), EVENTS, output).await.unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.ends_with("\n200") && text.contains("retry:"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_example_of_the_original_works_as_it_stands_and_with_a_token() {
    let bare = Plan::new().set("auth", "registration", "\"open\"").set(
        "auth",
        "anonymous_role",
        "\"operator\"",
    );
    examples(Bench::new(bare, true).await).await;
    examples(Bench::new(Plan::new(), false).await).await;
}
