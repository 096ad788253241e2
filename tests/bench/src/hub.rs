//! Quayside as its users run it, before played or real engines.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::clock;
use crate::http::Http;
use crate::said::{Outcome, Said};
use crate::server::Server;

const PASSWORD: &str = "admin-password-of-the-benchmark";

/// How a hub is to be.
pub(crate) struct Hub {
    pub(crate) server: Server,
    pub(crate) address: SocketAddr,
    /// An access token of `admin`.
    pub(crate) token: String,
    /// From the start of the process to the first `/readyz` that is good.
    pub(crate) started_in: Duration,
}

/// A host of the hub: its name and its engine's socket.
pub(crate) type Host = (String, PathBuf);

impl Hub {
    /// Starts one on the data below `dir`, and returns when it is ready and every host is online.
    pub(crate) fn start(program: &Path, dir: &Path, hosts: &[Host]) -> Outcome<Self> {
        std::fs::create_dir_all(dir).said("a directory for the hub")?;
        // A token of this length outlives every row.
        let mut config = "[auth]\naccess_ttl = \"12h\"\n[log]\nlevel = \"warn\"\n".to_owned();
        for (name, socket) in hosts {
            let socket = socket.display();
            config
                .push_str(&format!("[[host]]\nname = \"{name}\"\naddress = \"unix://{socket}\"\n"));
        }
        let file = dir.join("quayside.toml");
        std::fs::write(&file, config).said("the hub's configuration")?;
        let log = std::fs::File::create(dir.join("log")).said("the hub's log")?;
        let mut command = Command::new(program);
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("QUAYSIDE_") {
                command.env_remove(name);
            }
        }
        command.arg("serve").arg("--config").arg(&file).arg("--data").arg(dir.join("data"));
        command.args(["--listen", "127.0.0.1:0"]).env("QUAYSIDE_ADMIN_PASSWORD", PASSWORD);
        command.env_remove("DOCKER_HOST").stderr(log);
        let begun = Instant::now();
        let (server, address) = Server::told(command).map_err(|error| {
            format!("{error}: {}", std::fs::read_to_string(dir.join("log")).unwrap_or_default())
        })?;
        let ready = || {
            let answer = Http::tcp(address).and_then(|mut http| http.get("/readyz")).ok()?;
            (answer.status == 200).then(|| begun.elapsed())
        };
        let limit = Duration::from_secs(60);
        let started_in =
            clock::until(limit, Duration::from_millis(2), "a hub that is ready", ready)?;
        let login = json!({ "username": "admin", "password": PASSWORD });
        let answer = Http::tcp(address)?.post("/login", &login).said("the login")?;
        let token = answer["access_token"].as_str().said("no token in the login")?.to_owned();
        let hub = Self { server, address, token, started_in };
        let mut http = hub.http()?;
        let online = || {
            let list = packet(&mut http, "host", &json!({ "opt": "list" })).ok()?;
            let items = list["items"].as_array()?;
            let online = items.iter().filter(|host| host["state"] == "online").count();
            (online >= hosts.len()).then_some(())
        };
        clock::until(limit, Duration::from_millis(20), "hosts that are online", online)?;
        Ok(hub)
    }

    /// A connection with the token.
    pub(crate) fn http(&self) -> Outcome<Http> {
        Ok(Http::tcp(self.address)?.bearer(&self.token))
    }

    /// The header that proves who asks.
    pub(crate) fn bearer(&self) -> String {
        format!("Authorization: Bearer {}\r\n", self.token)
    }
}

/// The data of a packet's reply.
pub(crate) fn packet(http: &mut Http, noun: &str, data: &Value) -> Outcome<Value> {
    let packet = json!({ "type": noun, "id": 1, "data": data });
    Ok(http.post("/packet", &packet).said(noun)?["data"].take())
}
