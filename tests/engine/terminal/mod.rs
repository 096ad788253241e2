//! Terminals in containers of a real Docker Engine, through a real hub, as somebody at a screen has them.

mod bytes;
mod dropped;
mod ends;
mod flow;
mod local;
mod many;
mod programs;
mod resume;
mod tmux;

use serde_json::{Value, json};

use crate::support::desk::Desk;
use crate::support::docker::Docker;
use crate::support::hub::{Plan, TestHub};
use crate::support::scratch::Scratch;
use crate::support::wait;

/// A hub over one engine, and a container.
struct Room {
    hub: TestHub,
    docker: Docker,
    admin: String,
    /// The container's name.
    name: String,
}

impl Room {
    async fn new(name: &str) -> Self {
        Self::with(name, Plan::new()).await
    }

    async fn with(name: &str, plan: Plan) -> Self {
        let [docker, _] = Docker::both();
        Self::over(docker, name, plan).await
    }

    async fn over(docker: Docker, name: &str, plan: Plan) -> Self {
        Self::running(docker, name, plan, &["sleep", "100000"]).await
    }

    /// With a main process of its own.
    async fn running(docker: Docker, name: &str, plan: Plan, main: &[&str]) -> Self {
        let name = format!("t-term-{}-{name}", std::process::id());
        let hub = plan.host("a", &docker.address()).start().await;
        let admin = hub.admin().await;
        hub.wait_for_host(&admin, "a", "online").await;
        let room = Self { hub, docker, admin, name };
        let run = ["run", "-d", "--name", &room.name, "--network", "none", "busybox"];
        room.docker.run(&[&run[..], main].concat()).await;
        room.knows(&room.name).await;
        room
    }

    /// Waits until the hub knows a container.
    async fn knows(&self, name: &str) {
        wait::until("the container to be known", async || {
            let data = json!({ "opt": "list", "host": "a" });
            let list = self.hub.reply(&self.admin, "container", &data).await;
            let items = list["items"].as_array().unwrap();
            items
                .iter()
                .any(|item| item["name"] == name && item["state"] == "running")
                .then_some(())
        })
        .await;
    }

    async fn desk(&self) -> Desk {
        Desk::open(self.hub.address, &self.admin).await
    }

    /// What opens a program.
    fn program(&self, cmd: &[&str]) -> Value {
        json!({ "host": "a", "container": self.name, "cmd": cmd })
    }

    /// What opens a script whose terminal changes no byte; it says `ready` when that is so.
    fn raw(&self, script: &str) -> Value {
        self.program(&["sh", "-c", &format!("stty raw -echo; echo ready; {script}")])
    }

    /// Runs a script in the container, beside everything else; what it said.
    async fn inside(&self, script: &str) -> String {
        self.docker.run(&["exec", &self.name, "sh", "-c", script]).await
    }

    /// Puts a file into the container.
    async fn put(&self, path: &str, bytes: &[u8]) {
        let scratch = Scratch::new();
        let file = scratch.join("file");
        std::fs::write(&file, bytes).unwrap();
        self.docker.run(&["cp", file.to_str().unwrap(), &format!("{}:{path}", self.name)]).await;
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        let mut command = std::process::Command::new("docker");
        let command = command.args(["-H", &self.docker.address(), "rm", "-f", "-v", &self.name]);
        // It may be gone already.
        let _ = command.output();
    }
}

/// Opens a raw program and waits until its terminal is raw; its number, with nothing taken yet of what follows.
async fn open_raw(room: &Room, desk: &mut Desk, script: &str) -> (u64, String) {
    let (number, session) = desk.terminal(&room.raw(script)).await;
    desk.until("ready", |desk| desk.screen(number).end >= 6).await;
    (number, session)
}

/// Bytes that look like nothing in particular, always the same for a seed.
fn noise(seed: u64, length: usize) -> Vec<u8> {
    let mut state = seed | 1;
    let mut bytes = Vec::with_capacity(length + 8);
    while bytes.len() < length {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend_from_slice(&state.wrapping_mul(0x2545_F491_4F6C_DD1D).to_le_bytes());
    }
    bytes.truncate(length);
    bytes
}
