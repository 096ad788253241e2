//! A container's main process.

use std::sync::Arc;

use bytes::Bytes;
use futures::future::BoxFuture;
use tokio::io::{AsyncRead, AsyncWrite};

use super::super::client::{CALL, Client, escape};
use super::super::inspect;
use super::demux::Demux;
use super::hijack::{Hijacked, Typed, hijack};
use super::window::Window;
use super::{DETACH_KEYS, exit};
use crate::runtime::{Exit, Result, RuntimeError, Size, TerminalControl, TerminalSource};

/// Joins the main process of a running container; what it has said before is not told again.
pub(super) async fn open(client: &Client, id: &str, size: Size) -> Result<TerminalSource> {
    let details = client.call("inspect", CALL, inspect::details(client, id)).await?;
    let (state, config) = (details.state, details.config);
    // The engine would wait for its start.
    if !state.running {
        return Err(RuntimeError::Conflict(format!("Container {id} is not running")));
    }
    let stdin = config.open_stdin;
    let path = format!(
        "/containers/{id}/attach?stream=1&stdout=1&stderr=1&stdin={}&detachKeys={}",
        u8::from(stdin),
        escape(DETACH_KEYS),
    );
    let hijacked = hijack(client, &path, Bytes::new());
    let Hijacked { output, input } = client.observed("attach", CALL, hijacked).await?;
    let output: Box<dyn AsyncRead + Send + Unpin> = match config.tty {
        true => output,
        false => Box::new(Demux::new(output)),
    };
    let window =
        config.tty.then(|| Arc::new(Window::new(client.clone(), format!("/containers/{id}"))));
    let begun = window.as_ref().map(|window| window.begin_with(size));
    let input: Box<dyn AsyncWrite + Send + Unpin> = if !stdin {
        // The engine reads nothing for it; what is typed must not stand in the way for ever.
        Box::new(tokio::io::sink())
    } else if config.stdin_once && !config.tty {
        // Its end is the end of the program's input; with any other the engine would end the output.
        Box::new(input)
    } else {
        Box::new(Typed::new(input, begun))
    };
    let cmd = config.entrypoint.into_iter().chain(config.cmd).collect();
    let (client, container, started) = (client.clone(), id.to_owned(), state.started_at);
    let control = Box::new(Control { client, container, started, window });
    Ok(TerminalSource { cmd, output, input, control })
}

struct Control {
    client: Client,
    container: String,
    /// When it last started, as the engine writes it.
    started: String,
    /// None without a terminal.
    window: Option<Arc<Window>>,
}

impl TerminalControl for Control {
    fn resize(&self, size: Size) -> BoxFuture<'_, Result<()>> {
        Box::pin(async move {
            match &self.window {
                Some(window) => window.set(size).await,
                None => Ok(()),
            }
        })
    }

    fn exit(&self) -> BoxFuture<'_, Exit> {
        Box::pin(exit::of_container(&self.client, &self.container, &self.started))
    }

    fn end(&self) -> BoxFuture<'_, Option<String>> {
        Box::pin(std::future::ready(None))
    }
}
