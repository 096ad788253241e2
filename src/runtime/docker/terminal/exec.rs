//! A program beside a container's main process.

use std::sync::Arc;
use std::time::Duration;

use bollard::models::ExecConfig;
use bytes::Bytes;
use futures::future::BoxFuture;

use super::super::client::{CALL, Client};
use super::super::reap;
use super::hijack::{Hijacked, Typed, hijack};
use super::window::Window;
use super::{DETACH_KEYS, exit};
use crate::runtime::{Exit, Result, RuntimeError, Size, TerminalControl, TerminalSource};

/// How long it may take until it is known whether a program came to run; between two looks.
const BEGIN: Duration = Duration::from_secs(10);
const GLANCE: Duration = Duration::from_millis(20);

/// What is to run where, whatever the command.
pub(super) struct Wanted {
    pub(super) container: String,
    pub(super) session: String,
    pub(super) user: Option<String>,
    pub(super) size: Size,
    /// What its environment lacks, as `NAME=value`.
    pub(super) locale: Option<&'static str>,
}

/// An exec that the engine has started, or was not able to.
struct Started {
    exec: String,
    ends: Hijacked,
}

impl Wanted {
    /// Starts `cmd`. What cannot be started is told by the engine as output, with exit 126 or 127.
    pub(super) async fn start(self, client: &Client, cmd: Vec<String>) -> Result<TerminalSource> {
        let started = self.begin(client, &cmd).await?;
        Ok(self.source(client, cmd, started))
    }

    /// Starts the first of `programs` that can be started.
    pub(super) async fn start_first(
        self,
        client: &Client,
        programs: Vec<String>,
    ) -> Result<TerminalSource> {
        let known = programs.len() == 1;
        for program in programs {
            let cmd = vec![program];
            let started = self.begin(client, &cmd).await?;
            if known || runs(client, &started.exec).await? {
                return Ok(self.source(client, cmd, started));
            }
        }
        Err(super::find::none(&self.container))
    }

    async fn begin(&self, client: &Client, cmd: &[String]) -> Result<Started> {
        let config = self.config(cmd);
        let made = client.command("exec_create", CALL, async |docker| {
            docker.create_exec(&self.container, config).await
        });
        let exec = made.await?.id;
        let path = format!("/exec/{exec}/start");
        let body = Bytes::from_static(br#"{"Detach":false,"Tty":true}"#);
        let ends = client.observed("exec_start", CALL, hijack(client, &path, body)).await?;
        Ok(Started { exec, ends })
    }

    fn config(&self, cmd: &[String]) -> ExecConfig {
        let Size { cols, rows } = self.size;
        let mut env = vec![
            format!("QUAYSIDE_SESSION={}", self.session),
            "TERM=xterm-256color".to_owned(),
            "COLORTERM=truecolor".to_owned(),
        ];
        env.extend(self.locale.map(str::to_owned));
        ExecConfig {
            attach_stdin: Some(true),
            attach_stdout: Some(true),
            attach_stderr: Some(true),
            // As in the start: where the two differ, terminal output comes in frames, or there is no terminal.
            tty: Some(true),
            // Known to engines from API 1.42 on; for others see `source`.
            console_size: Some(vec![rows.into(), cols.into()]),
            detach_keys: Some(DETACH_KEYS.to_owned()),
            env: Some(env),
            cmd: Some(cmd.to_vec()),
            user: self.user.clone(),
            ..Default::default()
        }
    }

    fn source(self, client: &Client, cmd: Vec<String>, started: Started) -> TerminalSource {
        let Started { exec, ends: Hijacked { output, input } } = started;
        let window = Arc::new(Window::new(client.clone(), format!("/exec/{exec}")));
        // The engine answers once the program runs; what is typed waits for that, the output does not.
        let input = Typed::new(input, Some(window.begin_with(self.size)));
        let Self { container, session, user, .. } = self;
        let target = reap::Target { container, exec: Some(exec.clone()), session, user };
        let control = Control { client: client.clone(), exec, target, window };
        TerminalSource { cmd, output, input: Box::new(input), control: Box::new(control) }
    }
}

/// Whether a program came to run, rather than not being found or not being one.
async fn runs(client: &Client, exec: &str) -> Result<bool> {
    let look = async {
        loop {
            let state = exit::state(client, exec).await?;
            match state.exit_code {
                Some(126 | 127) if !state.running => return Ok(false),
                Some(_) if !state.running => return Ok(true),
                _ if state.pid != 0 => return Ok(true),
                _ => tokio::time::sleep(GLANCE).await,
            }
        }
    };
    let late =
        || RuntimeError::Timeout("the engine did not start the shell within 10 s".to_owned());
    tokio::time::timeout(BEGIN, look).await.unwrap_or_else(|_| Err(late()))
}

struct Control {
    client: Client,
    exec: String,
    target: reap::Target,
    window: Arc<Window>,
}

impl TerminalControl for Control {
    fn resize(&self, size: Size) -> BoxFuture<'_, Result<()>> {
        Box::pin(async move {
            match self.window.set(size).await {
                Err(RuntimeError::Failed(_))
                    if exit::state(&self.client, &self.exec)
                        .await
                        .is_ok_and(|state| !state.running) =>
                {
                    Ok(())
                }
                result => result,
            }
        })
    }

    fn exit(&self) -> BoxFuture<'_, Exit> {
        Box::pin(exit::of_exec(&self.client, &self.target.container, &self.exec))
    }

    fn end(&self) -> BoxFuture<'_, Option<String>> {
        Box::pin(reap::end(&self.client, &self.target))
    }
}
