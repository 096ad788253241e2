//! Terminals of an engine that answers as no engine here does.

use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{UnixListener, UnixStream};
use tokio::time::timeout;
use tokio_util::task::AbortOnDropHandle;

use super::super::config::DockerConfig;
use super::*;
use crate::runtime::address::Address;
use crate::runtime::{RuntimeError, Size};

const DEADLINE: Duration = Duration::from_secs(10);

/// Answers each request, as text, with bytes, and leaves.
struct Engine {
    path: String,
    _server: AbortOnDropHandle<()>,
}

impl Engine {
    fn start(answer: impl Fn(&str) -> Vec<u8> + Send + Sync + 'static) -> Self {
        let path = std::env::temp_dir().join(uuid::Uuid::new_v4().to_string());
        let (listener, answer) = (UnixListener::bind(&path).unwrap(), Arc::new(answer));
        let server = tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let answer = answer.clone();
                tokio::spawn(async move {
                    let request = request(&mut stream).await;
                    // In one write: head and what follows come in one read.
                    stream.write_all(&answer(&request)).await.unwrap();
                });
            }
        });
        Self { path: path.display().to_string(), _server: AbortOnDropHandle::new(server) }
    }

    async fn open(&self, cmd: Option<&str>) -> Result<TerminalSource> {
        let config = DockerConfig {
            address: Address::Unix { path: self.path.clone() },
            tls: None,
            ssh: None,
            run_dir: std::env::temp_dir(),
            observer: None,
        };
        let program = Program::Exec { cmd: cmd.map(|cmd| vec![cmd.to_owned()]), user: None };
        let spec =
            TerminalSpec { session: "s".to_owned(), program, size: Size { cols: 80, rows: 24 } };
        let client = Client::new(&config).unwrap();
        timeout(DEADLINE, open(&client, "c", spec)).await.unwrap()
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
    }
}

/// Head and body.
async fn request(stream: &mut UnixStream) -> String {
    let mut bytes = Vec::new();
    loop {
        stream.read_buf(&mut bytes).await.unwrap();
        let text = String::from_utf8_lossy(&bytes).to_lowercase();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        if body.len() >= length.map_or(0, |length| length.parse().unwrap()) {
            return String::from_utf8(bytes).unwrap();
        }
    }
}

fn answer(status: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}")
        .into()
}

fn hijacked(output: &[u8]) -> Vec<u8> {
    [b"HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n", output].concat()
}

async fn output(mut source: TerminalSource) -> Vec<u8> {
    let mut said = Vec::new();
    timeout(DEADLINE, source.output.read_to_end(&mut said)).await.unwrap().unwrap();
    said
}

#[tokio::test]
async fn what_comes_with_the_head_comes_first_and_as_it_is() {
    let all = (0..=255).cycle().take(100_000).collect::<Vec<u8>>();
    for said in [&b"\x01\0\0\0\xff\xff\xff\xffhello"[..], b"\0", b"", &all] {
        let bytes = said.to_vec();
        let engine = Engine::start(move |request| match request {
            r if r.contains("/start") => hijacked(&bytes),
            r if r.contains("/resize") => answer("200 OK", ""),
            _ => answer("201 Created", r#"{"Id":"e"}"#),
        });
        assert_eq!(output(engine.open(Some("x")).await.unwrap()).await, said);
    }
}

#[tokio::test]
async fn a_start_that_is_refused_is_an_error_in_the_engines_words() {
    let cases = [
        ("409 Conflict", RuntimeError::Conflict("no".to_owned())),
        ("500 Internal Server Error", RuntimeError::Failed("no".to_owned())),
    ];
    for (status, expected) in cases {
        let engine = Engine::start(move |request| match request.contains("/start") {
            true => answer(status, r#"{"message":"no"}"#),
            false => answer("201 Created", r#"{"Id":"e"}"#),
        });
        assert_eq!(engine.open(Some("x")).await.map(|source| source.cmd), Err(expected));
    }
    let engine = Engine::start(|request| match request.contains("/start") {
        true => answer("200 OK", "output, but no connection"),
        false => answer("201 Created", r#"{"Id":"e"}"#),
    });
    let error = engine.open(Some("x")).await.map(|source| source.cmd).unwrap_err();
    assert!(matches!(error, RuntimeError::Failed(_)), "{error:?}");
}

#[tokio::test]
async fn where_files_are_not_shown_each_shell_is_tried() {
    /// An engine that can start what ends with `works`.
    fn engine(works: &'static str) -> Engine {
        Engine::start(move |request| match request {
            r if r.starts_with("HEAD") => answer("501 Not Implemented", ""),
            r if r.starts_with("POST /containers/c/exec") => {
                let id = if r.contains(&format!("{works}\"]")) { "good" } else { "bad" };
                answer("201 Created", &format!(r#"{{"Id":"{id}"}}"#))
            }
            r if r.contains("/exec/good/start") => hijacked(b"$ "),
            r if r.contains("/exec/bad/start") => hijacked(b"OCI runtime exec failed\r\n"),
            r if r.contains("/exec/good/json") => {
                answer("200 OK", r#"{"Running":true,"ExitCode":null,"Pid":7}"#)
            }
            r if r.contains("/exec/bad/json") => {
                answer("200 OK", r#"{"Running":false,"ExitCode":126,"Pid":0}"#)
            }
            _ => answer("200 OK", ""),
        })
    }
    let source = engine("/usr/bin/ash").open(None).await.unwrap();
    assert_eq!(source.cmd, ["/usr/bin/ash"]);
    assert_eq!(output(source).await, b"$ ");
    let error = engine("nothing").open(None).await.map(|source| source.cmd).unwrap_err();
    assert!(
        matches!(&error, RuntimeError::NotFound(why) if why.contains("bash, ash or sh")),
        "{error:?}"
    );
}
