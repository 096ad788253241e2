//! Programs in the scripted engine's containers, and what they do at their terminals.

use std::sync::Arc;

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_util::sync::CancellationToken;

use super::Shared;
use super::container::query;
use super::serve::{Answer, refusal, whole};

/// What a flood writes at once, and its line.
const LINE: usize = 64;
const BURST: usize = 4 << 10;

/// A program beside a container's main process.
#[derive(Debug, Clone)]
pub(crate) struct Exec {
    pub(crate) id: String,
    /// The whole id of its container.
    pub(crate) container: String,
    pub(crate) cmd: Vec<String>,
    /// As `POST /containers/{id}/exec` had it.
    pub(crate) config: Value,
    /// Columns and rows, each time they were set after the start.
    pub(crate) sizes: Vec<(u16, u16)>,
    pub(crate) running: bool,
    pub(crate) exit_code: Option<i64>,
    /// Bytes that it got rid of.
    pub(crate) written: u64,
    /// All that was typed.
    pub(crate) typed: Vec<u8>,
    end: CancellationToken,
}

/// The bytes of a flood from `offset` on: lines that say where they stand.
pub(crate) fn flood(offset: u64, length: usize) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(length + LINE);
    let mut line = offset / LINE as u64;
    let skip = (offset % LINE as u64) as usize;
    while bytes.len() < length + skip {
        let text = format!("line {line:012} ");
        bytes.extend_from_slice(format!("{text:.<width$}\r\n", width = LINE - 2).as_bytes());
        line += 1;
    }
    bytes.drain(..skip);
    bytes.truncate(length);
    bytes
}

impl Shared {
    /// `POST /containers/{id}/exec`, for a container that is there.
    pub(super) fn exec_create(&self, container: &str, body: &str) -> Answer {
        let config: Value = serde_json::from_str(body).unwrap();
        let mut state = self.state();
        let at = state.containers.iter().position(|c| c.is(container)).unwrap();
        let (id, standing) = (state.containers[at].id.clone(), state.containers[at].state.clone());
        match standing.as_str() {
            "running" => {}
            "paused" => {
                return refusal(
                    409,
                    &format!("Container {id} is paused, unpause the container before exec"),
                );
            }
            _ => return refusal(409, &format!("container {id} is not running")),
        }
        state.made += 1;
        let exec = Exec {
            id: format!("{:064x}", 0xe_0000_0000_u64 + state.made),
            container: id,
            cmd: config["Cmd"]
                .as_array()
                .unwrap()
                .iter()
                .map(|w| w.as_str().unwrap().to_owned())
                .collect(),
            config,
            sizes: Vec::new(),
            running: false,
            exit_code: None,
            written: 0,
            typed: Vec::new(),
            end: CancellationToken::new(),
        };
        let answer = json!({ "Id": exec.id }).to_string();
        state.execs.push(exec);
        whole(201, answer)
    }

    /// `/exec/{id}/…`
    pub(super) fn exec(
        self: &Arc<Self>,
        method: &str,
        id: &str,
        verb: &str,
        asked: &str,
        upgrade: Option<OnUpgrade>,
    ) -> Answer {
        let Some(exec) = self.state().execs.iter().find(|exec| exec.id == id).cloned() else {
            return refusal(404, &format!("No such exec instance: {id}"));
        };
        match (method, verb) {
            ("GET", "json") => whole(200, exec.details().to_string()),
            ("POST", "resize") => {
                let query = query(asked);
                let number = |key: &str| query[key].parse().unwrap();
                let size = (number("w"), number("h"));
                self.with_exec(id, |exec| exec.sizes.push(size));
                whole(200, String::new())
            }
            ("POST", "start") => {
                let Some(upgrade) = upgrade else {
                    return refusal(400, "only with an upgrade");
                };
                self.with_exec(id, |exec| exec.running = true);
                tokio::spawn(run(self.clone(), exec, upgrade));
                hyper::Response::builder()
                    .status(101)
                    .header("content-type", "application/vnd.docker.raw-stream")
                    .header("connection", "Upgrade")
                    .header("upgrade", "tcp")
                    .body(http_body_util::Empty::new().boxed())
                    .unwrap()
            }
            _ => refusal(404, "page not found"),
        }
    }

    fn with_exec(&self, id: &str, change: impl FnOnce(&mut Exec)) {
        if let Some(exec) = self.state().execs.iter_mut().find(|exec| exec.id == id) {
            change(exec);
        }
    }

    /// Ends what runs in a container.
    pub(super) fn exec_end(state: &super::State, container: &str) {
        for exec in state.execs.iter().filter(|exec| exec.container == container) {
            exec.end.cancel();
        }
    }
}

impl Exec {
    fn details(&self) -> Value {
        json!({
            "ID": self.id, "ContainerID": self.container, "Running": self.running, "ExitCode": self.exit_code,
            // Beyond what any machine numbers its processes with.
            "Pid": if self.running { 2_000_000_000 } else { 0 },
            "OpenStdin": true, "OpenStdout": true, "OpenStderr": true, "CanRemove": false,
            "ProcessConfig": { "tty": true, "entrypoint": self.cmd[0], "arguments": self.cmd[1..] },
        })
    }

    /// What the engine was told of the environment.
    pub(crate) fn env(&self, name: &str) -> Option<String> {
        let all = self.config["Env"].as_array()?.iter();
        let mut all = all.filter_map(|one| one.as_str()?.split_once('='));
        all.find(|(key, _)| *key == name).map(|(_, value)| value.to_owned())
    }
}

async fn run(shared: Arc<Shared>, exec: Exec, upgrade: OnUpgrade) {
    let Ok(upgraded) = upgrade.await else { return };
    let mut line = TokioIo::new(upgraded);
    let code = tokio::select! {
        code = play(&shared, &exec, &mut line) => code,
        () = exec.end.cancelled() => 137,
    };
    // As the engine does it: the exit is known before the output ends.
    shared.with_exec(&exec.id, |exec| {
        exec.running = false;
        exec.exit_code = Some(code);
    });
    let _ = line.shutdown().await;
}

type Line = TokioIo<hyper::upgrade::Upgraded>;

/// Plays the program; its exit code.
async fn play(shared: &Arc<Shared>, exec: &Exec, line: &mut Line) -> i64 {
    let words: Vec<_> = exec.cmd.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["exit", code] => code.parse().unwrap(),
        // Says something, byte for byte, and then as a shell.
        ["say", hex] => {
            let bytes = (0..hex.len()).step_by(2);
            let bytes: Vec<u8> =
                bytes.map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect();
            put(shared, exec, line, &bytes).await;
            echo(shared, exec, line).await
        }
        // So many bytes, then its end.
        ["flood", bytes] => {
            let (mut at, end) = (0, bytes.parse::<u64>().unwrap());
            while at < end {
                let burst = (BURST as u64).min(end - at);
                put(shared, exec, line, &flood(at, burst as usize)).await;
                at += burst;
            }
            0
        }
        // Until it is interrupted, then as a shell.
        ["flood"] => {
            let mut at = 0;
            let mut typed = [0; 1 << 10];
            let mut burst = Bytes::new();
            loop {
                if burst.is_empty() {
                    burst = flood(at, BURST).into();
                    at += BURST as u64;
                }
                let (mut reader, mut writer) = tokio::io::split(&mut *line);
                let stop = tokio::select! {
                    biased;
                    read = reader.read(&mut typed) => {
                        let Ok(read @ 1..) = read else { return 129 };
                        shared.with_exec(&exec.id, |e| e.typed.extend_from_slice(&typed[..read]));
                        typed[..read].contains(&3)
                    }
                    wrote = writer.write(&burst) => {
                        let Ok(wrote) = wrote else { return 129 };
                        shared.with_exec(&exec.id, |e| e.written += wrote as u64);
                        burst = burst.slice(wrote..);
                        false
                    }
                };
                if stop {
                    put(shared, exec, line, b"^C").await;
                    return echo(shared, exec, line).await;
                }
            }
        }
        // Reads, and says nothing.
        ["quiet"] => {
            let mut typed = vec![0; 1 << 10];
            loop {
                let Ok(read @ 1..) = line.read(&mut typed).await else { return 129 };
                shared.with_exec(&exec.id, |exec| exec.typed.extend_from_slice(&typed[..read]));
            }
        }
        // Never reads.
        ["deaf"] => std::future::pending().await,
        [word, ..] if word.ends_with("sh") => echo(shared, exec, line).await,
        [word, ..] => {
            let words = format!(
                "OCI runtime exec failed: exec failed: unable to start container process: exec: \"{word}\": executable file not found in $PATH: unknown\r\n"
            );
            put(shared, exec, line, words.as_bytes()).await;
            127
        }
        [] => 126,
    }
}

async fn put(shared: &Arc<Shared>, exec: &Exec, line: &mut Line, bytes: &[u8]) {
    // Nobody may be there any more.
    if line.write_all(bytes).await.is_ok() && line.flush().await.is_ok() {
        shared.with_exec(&exec.id, |exec| exec.written += bytes.len() as u64);
    }
}

/// Gives back what is typed, until `exit N` and a return, or the end of the connection.
async fn echo(shared: &Arc<Shared>, exec: &Exec, line: &mut Line) -> i64 {
    let mut typed = vec![0; 16 << 10];
    let mut word = Vec::new();
    loop {
        let Ok(read @ 1..) = line.read(&mut typed).await else { return 129 };
        let bytes = &typed[..read];
        shared.with_exec(&exec.id, |exec| exec.typed.extend_from_slice(bytes));
        for byte in bytes {
            match byte {
                b'\r' => {
                    let said = String::from_utf8_lossy(&word).into_owned();
                    if let Some(code) = said.strip_prefix("exit ") {
                        put(shared, exec, line, b"bye\r\n").await;
                        return code.parse().unwrap_or(2);
                    }
                    word.clear();
                }
                byte => word.push(*byte),
            }
        }
        // What is remembered is a command, not a paste.
        word.drain(..word.len().saturating_sub(64));
        put(shared, exec, line, bytes).await;
    }
}
