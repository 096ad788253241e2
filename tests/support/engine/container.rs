//! Containers in memory, and what changes them: with the events that a real engine tells of each change.

use std::collections::BTreeMap;

use chrono::{SecondsFormat, Utc};
use serde_json::{Map, Value, json};

use super::Shared;

/// A container of the scripted engine.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Container {
    pub(crate) id: String,
    /// Without a slash.
    pub(crate) name: String,
    /// `created`, `running`, `paused`, `exited`.
    pub(crate) state: String,
    pub(crate) exit_code: i64,
    created: String,
    started_at: String,
    finished_at: String,
    /// As `POST /containers/create` had it.
    pub(crate) config: Value,
}

const NEVER: &str = "0001-01-01T00:00:00Z";

fn now() -> String {
    Utc::now().to_rfc3339_opts(SecondsFormat::Nanos, true)
}

/// Why a change is refused: the status and Docker's words; 304 has none.
pub(super) type Refusal = (u16, String);

impl Container {
    /// Whether `id` names it: its id, the beginning of it, or its name.
    pub(crate) fn is(&self, id: &str) -> bool {
        self.name == id || (id.len() >= 12 && self.id.starts_with(id))
    }

    pub(crate) fn label(&self, key: &str) -> Option<String> {
        self.config["Labels"][key].as_str().map(str::to_owned)
    }

    fn is_up(&self) -> bool {
        matches!(self.state.as_str(), "running" | "paused")
    }

    fn image(&self) -> &str {
        self.config["Image"].as_str().unwrap_or_default()
    }

    /// Attributes of its events.
    fn attributes(&self, more: &[(&str, &str)]) -> Value {
        let mut all = self.config["Labels"].as_object().cloned().unwrap_or_default();
        all.insert("image".into(), self.image().into());
        all.insert("name".into(), self.name.as_str().into());
        all.extend(more.iter().map(|(key, value)| ((*key).to_owned(), Value::from(*value))));
        Value::Object(all)
    }

    /// As `GET /containers/json` lists it.
    pub(super) fn summary(&self) -> Value {
        json!({
            "Id": self.id, "Names": [format!("/{}", self.name)], "Image": self.image(), "ImageID": IMAGE,
            "Command": "sleep 600", "State": self.state, "Status": "Up", "Ports": [],
            "Created": self.created.parse::<chrono::DateTime<Utc>>().unwrap().timestamp(),
            "Labels": self.labels(), "HostConfig": { "NetworkMode": "bridge" },
            "NetworkSettings": { "Networks": {} }, "Mounts": [],
        })
    }

    fn labels(&self) -> Value {
        match &self.config["Labels"] {
            Value::Null => Value::Object(Map::new()),
            labels => labels.clone(),
        }
    }

    /// As `GET /containers/{id}/json` shows it.
    pub(super) fn details(&self) -> Value {
        let config = &self.config;
        json!({
            "Id": self.id, "Name": format!("/{}", self.name), "Image": IMAGE, "Created": self.created,
            "Platform": "linux", "RestartCount": 0, "Path": "sleep", "Args": ["600"],
            "State": {
                "Status": self.state, "Running": self.is_up(), "Paused": self.state == "paused",
                "Restarting": false, "OOMKilled": false, "Dead": false, "Pid": 4711,
                "ExitCode": self.exit_code, "Error": "", "StartedAt": self.started_at,
                "FinishedAt": self.finished_at,
            },
            "Config": {
                "Hostname": self.id[..12], "User": config["User"], "Env": config["Env"], "Cmd": config["Cmd"],
                "Entrypoint": config["Entrypoint"], "WorkingDir": "", "Labels": self.labels(),
                "Image": self.image(), "Tty": config["Tty"],
            },
            "HostConfig": config["HostConfig"],
            "NetworkSettings": { "Ports": {}, "Networks": { "bridge": {
                "NetworkID": "n1", "IPAddress": "172.17.0.2", "Gateway": "172.17.0.1", "MacAddress": "" } } },
            "Mounts": [],
        })
    }
}

/// The one image's id.
pub(super) const IMAGE: &str =
    "sha256:807e4f8b162d16adc6573f3d6c710bc17b01bfac1b048a96d9d950a7150c1bf4";

impl Shared {
    /// Makes a container of what `POST /containers/create` says and tells; its id.
    pub(super) fn create(&self, name: &str, config: &Value) -> String {
        let mut state = self.state();
        state.made += 1;
        // Different engines' ids differ, as they do in life.
        let salt =
            self.id.bytes().fold(7u64, |salt, b| salt.wrapping_mul(31).wrapping_add(u64::from(b)));
        let id = format!(
            "{:016x}{:048x}",
            salt ^ (state.made.wrapping_mul(0x9E37_79B9_7F4A_7C15)),
            state.made
        );
        let name = if name.is_empty() { format!("made_{}", state.made) } else { name.to_owned() };
        let container = Container {
            id: id.clone(),
            name,
            state: "created".into(),
            exit_code: 0,
            created: now(),
            started_at: NEVER.into(),
            finished_at: NEVER.into(),
            config: config.clone(),
        };
        let attributes = container.attributes(&[]);
        state.containers.push(container);
        self.events.emit("container", "create", &id, &attributes);
        id
    }

    /// Changes a container and tells.
    pub(super) fn change(&self, id: &str, verb: &str, argument: &str) -> Result<(), Refusal> {
        let mut state = self.state();
        let missing = || (404, format!("No such container: {id}"));
        let at = state.containers.iter().position(|c| c.is(id)).ok_or_else(missing)?;
        let container = &mut state.containers[at];
        let up = container.is_up();
        let mut told: Vec<(&str, Vec<(&str, &str)>)> = Vec::new();
        let halt = |container: &mut Container| {
            container.state = "exited".into();
            container.exit_code = 137;
            container.finished_at = now();
        };
        let ends = vec![("signal", "15")];
        let died = vec![("exitCode", "137"), ("execDuration", "1")];
        match verb {
            "start" | "stop" if up == (verb == "start") => return Err((304, String::new())),
            "start" => {
                container.state = "running".into();
                container.exit_code = 0;
                container.started_at = now();
                told.push(("start", vec![]));
            }
            "stop" => {
                halt(container);
                told.extend([("kill", ends), ("die", died), ("stop", vec![])]);
            }
            "restart" => {
                if up {
                    told.extend([("kill", ends), ("die", died), ("stop", vec![])]);
                }
                container.state = "running".into();
                container.started_at = now();
                told.extend([("start", vec![]), ("restart", vec![])]);
            }
            "kill" | "pause" if !up => return Err((409, format!("Container {id} is not running"))),
            "kill" => {
                halt(container);
                told.extend([("kill", vec![("signal", "9")]), ("die", died)]);
            }
            "pause" if container.state == "paused" => {
                return Err((409, format!("Container {id} is already paused")));
            }
            "pause" => {
                container.state = "paused".into();
                told.push(("pause", vec![]));
            }
            "unpause" if container.state != "paused" => {
                return Err((409, format!("Container {id} is not paused")));
            }
            "unpause" => {
                container.state = "running".into();
                told.push(("unpause", vec![]));
            }
            "rename" => {
                container.name = argument.to_owned();
                told.push(("rename", vec![]));
            }
            "remove" => {
                if up && argument != "force" {
                    return Err((
                        409,
                        format!("cannot remove container {id}: container is running"),
                    ));
                }
                if up {
                    told.extend([("kill", vec![("signal", "9")]), ("die", died)]);
                }
                told.push(("destroy", vec![]));
            }
            verb => return Err((400, format!("no such verb: {verb}"))),
        }
        let container = container.clone();
        if !container.is_up() || matches!(verb, "restart" | "remove") {
            Self::exec_end(&state, &container.id);
        }
        if verb == "remove" {
            state.containers.remove(at);
        }
        for (action, more) in told {
            self.events.emit("container", action, &container.id, &container.attributes(&more));
        }
        Ok(())
    }
}

/// A query, decoded.
pub(super) fn query(text: &str) -> BTreeMap<String, String> {
    text.split('&')
        .filter_map(|pair| pair.split_once('='))
        .map(|(k, v)| (decode(k), decode(v)))
        .collect()
}

fn decode(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let hex = [rest.next().unwrap_or(b'0'), rest.next().unwrap_or(b'0')];
                u8::from_str_radix(&String::from_utf8_lossy(&hex), 16).unwrap_or(b'?')
            }
            byte => byte,
        });
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
