//! A real Docker Engine: its command line, and its own record of events, read from its socket without the hub.

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

/// One of the engines that the test run was given.
#[derive(Debug, Clone)]
pub(crate) struct Docker {
    /// As the hub names it.
    pub(crate) host: &'static str,
    directory: PathBuf,
}

impl Docker {
    /// The two engines.
    ///
    /// # Panics
    /// Without them: a test that is skipped proves nothing.
    pub(crate) fn both() -> [Self; 2] {
        let directory = |name: &str| {
            PathBuf::from(std::env::var_os(name).unwrap_or_else(|| {
                panic!(
                    "{name} names no directory of `scripts/engine start`; scripts/test does this"
                )
            }))
        };
        [
            Self { host: "a", directory: directory("QUAYSIDE_ENGINE_A") },
            Self { host: "b", directory: directory("QUAYSIDE_ENGINE_B") },
        ]
    }

    /// An engine that a test made for itself.
    pub(crate) fn at(host: &'static str, directory: &Path) -> Self {
        Self { host, directory: directory.to_owned() }
    }

    pub(crate) fn socket(&self) -> PathBuf {
        self.directory.join("docker.sock")
    }

    /// `unix://` and the socket.
    pub(crate) fn address(&self) -> String {
        format!("unix://{}", self.socket().display())
    }

    /// Runs `docker` with these arguments; what it printed, trimmed.
    ///
    /// # Errors
    /// What it said to standard error.
    pub(crate) async fn try_run(&self, arguments: &[&str]) -> Result<String, String> {
        let output = tokio::process::Command::new("docker")
            .args(["-H", &self.address()])
            .args(arguments)
            .env_remove("DOCKER_CONTEXT")
            .env_remove("DOCKER_HOST")
            .output()
            .await
            .unwrap();
        match output.status.success() {
            true => Ok(String::from_utf8(output.stdout).unwrap().trim().to_owned()),
            false => Err(String::from_utf8_lossy(&output.stderr).trim().to_owned()),
        }
    }

    /// Runs `docker`, which must succeed.
    pub(crate) async fn run(&self, arguments: &[&str]) -> String {
        self.try_run(arguments)
            .await
            .unwrap_or_else(|error| panic!("docker {arguments:?}: {error}"))
    }

    /// `docker inspect` of one thing.
    pub(crate) async fn inspect(&self, id: &str) -> Value {
        let text = self.run(&["inspect", id]).await;
        serde_json::from_str::<Value>(&text).unwrap()[0].take()
    }

    /// `scripts/engine VERB`.
    pub(crate) async fn engine(&self, verb: &str) {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/engine");
        let status = tokio::process::Command::new(script)
            .arg(verb)
            .arg(&self.directory)
            .status()
            .await
            .unwrap();
        assert!(status.success(), "scripts/engine {verb}: {status}");
    }

    /// Begins to read the engine's own events.
    pub(crate) fn record(&self) -> EngineRecord {
        EngineRecord::start(self)
    }
}

/// An engine's own record of what happened since it began.
pub(crate) struct EngineRecord {
    host: &'static str,
    lines: Arc<Mutex<Vec<u8>>>,
    stream: UnixStream,
}

impl EngineRecord {
    /// Reads in a thread of its own, because an engine drops what is not taken at once.
    fn start(docker: &Docker) -> Self {
        let mut stream = UnixStream::connect(docker.socket()).unwrap();
        // HTTP/1.0: the body is the rest of the connection, without chunks.
        stream.write_all(b"GET /events HTTP/1.0\r\nHost: docker\r\n\r\n").unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            assert_eq!(stream.read(&mut byte).unwrap(), 1, "the engine ended the connection");
            head.push(byte[0]);
        }
        assert!(head.starts_with(b"HTTP/1.0 200"), "{}", String::from_utf8_lossy(&head));
        let lines = Arc::new(Mutex::new(Vec::new()));
        let (mut reader, kept) = (stream.try_clone().unwrap(), lines.clone());
        std::thread::spawn(move || {
            let mut buffer = vec![0; 1 << 16];
            while let Ok(read @ 1..) = reader.read(&mut buffer) {
                kept.lock().unwrap().extend_from_slice(&buffer[..read]);
            }
        });
        Self { host: docker.host, lines, stream }
    }

    /// What it has told so far, in the hub's seven fields, with the engine's own nanoseconds.
    pub(crate) fn stamped(&self) -> Vec<(i64, Value)> {
        let lines = self.lines.lock().unwrap().clone();
        serde_json::Deserializer::from_slice(&lines)
            .into_iter::<Value>()
            .map_while(Result::ok)
            .map(|event| (event["timeNano"].as_i64().unwrap(), seven_fields(self.host, &event)))
            .collect()
    }
}

impl Drop for EngineRecord {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.stream.shutdown(std::net::Shutdown::Both);
    }
}

/// An event as the engine gives it, in the hub's seven fields.
pub(crate) fn seven_fields(host: &str, event: &Value) -> Value {
    let actor = &event["Actor"];
    let attributes = actor["Attributes"].as_object().cloned().unwrap_or_default();
    json!({
        "host": host, "type": event["Type"], "action": event["Action"], "actor_id": actor["ID"],
        "actor_name": attributes.get("name").cloned().unwrap_or_else(|| "".into()),
        "timestamp": event["time"], "attrs": attributes,
    })
}
