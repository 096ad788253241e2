//! The hub as a process of its own, as users run it: started on a free port, asked over HTTP, ended by a signal.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use super::http::{Answer, Ask, Http};
use super::scratch::Scratch;
use super::wait;

/// The password of `admin`.
pub(crate) const PASSWORD: &str = "admin-password-of-tests";

/// How long the hub may take to listen on a machine that is busy with other tests.
const START: Duration = Duration::from_secs(60);

/// How a hub is to be: its configuration file, by section.
#[derive(Default)]
pub(crate) struct Plan {
    sections: BTreeMap<String, String>,
    hosts: String,
}

/// A running hub.
pub(crate) struct TestHub {
    pub(crate) address: SocketAddr,
    pub(crate) scratch: Scratch,
    /// How long the last start took until it answered `/readyz`.
    pub(crate) started_in: Duration,
    child: Option<Child>,
}

impl Plan {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// A key of the configuration, its value as TOML.
    #[must_use]
    pub(crate) fn set(mut self, section: &str, key: &str, value: &str) -> Self {
        self.sections
            .entry(section.to_owned())
            .or_default()
            .push_str(&format!("{key} = {value}\n"));
        self
    }

    #[must_use]
    pub(crate) fn host(mut self, name: &str, address: &str) -> Self {
        self.hosts.push_str(&format!("[[host]]\nname = \"{name}\"\naddress = \"{address}\"\n"));
        self
    }

    /// Starts it and waits until it is ready.
    pub(crate) async fn start(self) -> TestHub {
        let scratch = Scratch::new();
        let mut file = String::new();
        for (section, keys) in &self.sections {
            file.push_str(&format!("[{section}]\n{keys}\n"));
        }
        file.push_str(&self.hosts);
        std::fs::write(scratch.join("quayside.toml"), file).unwrap();
        let mut hub = TestHub {
            address: ([127, 0, 0, 1], 0).into(),
            scratch,
            started_in: Duration::ZERO,
            child: None,
        };
        hub.launch().await;
        hub
    }
}

impl TestHub {
    /// Starts the process again at the address and with the data of before.
    pub(crate) async fn launch(&mut self) {
        let log = std::fs::File::options()
            .create(true)
            .append(true)
            .open(self.scratch.join("hub.log"))
            .unwrap();
        let begun = Instant::now();
        let mut command = Command::new(program());
        // Nothing of the caller's: a variable that the hub does not know ends it.
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("QUAYSIDE_") || name == "DOCKER_HOST" {
                command.env_remove(name);
            }
        }
        let mut child = command
            .arg("serve")
            .arg("--config")
            .arg(self.scratch.join("quayside.toml"))
            .args(["--listen", &self.address.to_string()])
            .arg("--data")
            .arg(self.scratch.join("data"))
            .env("QUAYSIDE_ADMIN_PASSWORD", PASSWORD)
            .env("RUST_BACKTRACE", "1")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log)
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let told = async {
            loop {
                match lines.next_line().await.unwrap() {
                    Some(line) => {
                        if let Some(address) = address_in(&line) {
                            return address;
                        }
                    }
                    None => panic!("the hub ended: {}", self.log()),
                }
            }
        };
        self.address = wait::bounded(START, "the hub's address", told).await;
        self.child = Some(child);
        // The rest of what it prints; its pipe must not fill.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        let http = self.http();
        wait::within(START, "a hub that is ready", async || {
            let answer = http.try_send(&Ask::get("/readyz")).await.ok()?;
            (answer.status == 200).then_some(())
        })
        .await;
        self.started_in = begun.elapsed();
    }

    /// KILL, and nothing is left of the process.
    pub(crate) async fn kill(&mut self) {
        let mut child = self.child.take().unwrap();
        child.kill().await.unwrap();
    }

    /// TERM.
    pub(crate) fn signal(&self) {
        let id = self.child.as_ref().and_then(Child::id).unwrap();
        let id = rustix::process::Pid::from_raw(id.try_into().unwrap()).unwrap();
        rustix::process::kill_process(id, rustix::process::Signal::TERM).unwrap();
    }

    /// TERM, and how it ended.
    pub(crate) async fn terminate(&mut self) -> ExitStatus {
        self.signal();
        let mut child = self.child.take().unwrap();
        wait::bounded(START, "the end of the hub", child.wait()).await.unwrap()
    }

    /// Whether the process lives.
    pub(crate) fn lives(&mut self) -> bool {
        self.child.as_mut().is_some_and(|child| child.try_wait().unwrap().is_none())
    }

    /// What it wrote to standard error.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.scratch.join("hub.log")).unwrap_or_default()
    }

    /// Memory of the process that is its own, in bytes.
    pub(crate) fn memory(&self) -> u64 {
        self.status("RssAnon") * 1024
    }

    fn status(&self, key: &str) -> u64 {
        let id = self.child.as_ref().unwrap().id().unwrap();
        let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap();
        let line = status.lines().find(|line| line.starts_with(key)).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    }

    pub(crate) fn http(&self) -> Http {
        Http::new(self.address)
    }

    pub(crate) async fn send(&self, ask: Ask) -> Answer {
        self.http().send(ask).await
    }

    /// Sends a packet over HTTP; the status and the answer.
    pub(crate) async fn packet(&self, token: &str, noun: &str, data: &Value) -> (u16, Value) {
        let packet = json!({ "type": noun, "id": 1, "data": data });
        let answer = self.send(Ask::post("/packet", &packet).token(token)).await;
        (answer.status, answer.json())
    }

    /// The data of a packet's reply.
    pub(crate) async fn reply(&self, token: &str, noun: &str, data: &Value) -> Value {
        let (status, answer) = self.packet(token, noun, data).await;
        assert_eq!(
            (status, answer["type"].as_str()),
            (200, Some("reply")),
            "{noun} {data}: {answer}"
        );
        answer["data"].clone()
    }

    /// The whole answer of a login.
    pub(crate) async fn login(&self, username: &str, password: &str) -> Value {
        let body = json!({ "username": username, "password": password });
        self.send(Ask::post("/login", &body)).await.ok()
    }

    /// An access token of `admin`.
    pub(crate) async fn admin(&self) -> String {
        self.login("admin", PASSWORD).await["access_token"].as_str().unwrap().to_owned()
    }

    /// Makes an account; an access token of it.
    pub(crate) async fn account(&self, admin: &str, username: &str, role: &str) -> String {
        let data =
            json!({ "opt": "create", "username": username, "password": PASSWORD, "role": role });
        self.reply(admin, "user", &data).await;
        self.login(username, PASSWORD).await["access_token"].as_str().unwrap().to_owned()
    }

    /// Waits until a host stands so.
    pub(crate) async fn wait_for_host(&self, token: &str, host: &str, state: &str) -> Duration {
        let what = format!("{host} to be {state}");
        let look = async || {
            let data = json!({ "opt": "get", "host": host });
            (self.reply(token, "host", &data).await["state"] == state).then_some(())
        };
        wait::within(wait::PATIENCE, &what, look).await.1
    }
}

impl Drop for TestHub {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let log = self.log();
            let end: Vec<_> = log.lines().rev().take(20).collect();
            eprintln!("the hub's last words:");
            end.iter().rev().for_each(|line| eprintln!("  {line}"));
        }
    }
}

/// The address in a line such as `http://127.0.0.1:9083`.
fn address_in(line: &str) -> Option<SocketAddr> {
    let (_, rest) = line.split_once("http://").or_else(|| line.split_once("https://"))?;
    let end = rest.find(|c: char| c.is_whitespace() || c == '/').unwrap_or(rest.len());
    rest[..end].replace("localhost", "127.0.0.1").parse().ok()
}

/// The program under test: one that was built before, or this build's own.
pub(crate) fn program() -> PathBuf {
    std::env::var_os("QUAYSIDE_BIN")
        .map_or_else(|| env!("CARGO_BIN_EXE_quayside").into(), PathBuf::from)
}
