//! One terminal as a test holds it.

use quayside::runtime::{
    Exit, Program, Result, Runtime, Size, TerminalControl, TerminalSource, TerminalSpec,
};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use crate::real::{DEADLINE, engine, name};
use crate::support::wait::bounded;

pub(super) const SIZE: Size = Size { cols: 100, rows: 30 };

/// A terminal and all it has said.
pub(super) struct Screen {
    pub(super) cmd: Vec<String>,
    pub(super) said: Vec<u8>,
    pub(super) output: Box<dyn AsyncRead + Send + Unpin>,
    pub(super) input: Box<dyn AsyncWrite + Send + Unpin>,
    pub(super) control: Box<dyn TerminalControl>,
}

pub(super) async fn open(id: &str, program: Program) -> Result<Screen> {
    let spec = TerminalSpec { session: name("session"), program, size: SIZE };
    bounded(DEADLINE, "a terminal", engine().terminal(id, spec)).await.map(Screen::of)
}

/// Runs `cmd` as `user`.
pub(super) async fn exec(id: &str, cmd: &[&str], user: Option<&str>) -> Result<Screen> {
    let cmd = Some(cmd.iter().map(|&word| word.to_owned()).collect());
    open(id, Program::Exec { cmd, user: user.map(str::to_owned) }).await
}

/// Runs a script in `sh`.
pub(super) async fn script(id: &str, script: &str) -> Screen {
    exec(id, &["sh", "-c", script], None).await.unwrap()
}

impl Screen {
    pub(super) fn of(source: TerminalSource) -> Self {
        let TerminalSource { cmd, output, input, control } = source;
        Self { cmd, said: Vec::new(), output, input, control }
    }

    pub(super) async fn type_in(&mut self, text: &str) {
        bounded(DEADLINE, "typing", self.input.write_all(text.as_bytes())).await.unwrap();
    }

    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.said).into_owned()
    }

    /// Reads until it has said `text`.
    pub(super) async fn until(&mut self, text: &str) {
        while !self.text().contains(text) {
            let read = self.output.read_buf(&mut self.said);
            let more = bounded(DEADLINE, text, read).await.unwrap();
            assert!(more > 0, "over before {text:?}: {:?}", self.text());
        }
    }

    /// Reads to the end of its output; how it ended.
    pub(super) async fn end(&mut self) -> Exit {
        let read = self.output.read_to_end(&mut self.said);
        bounded(DEADLINE, "the end of the output", read).await.unwrap();
        bounded(DEADLINE, "the exit", self.control.exit()).await
    }

    /// Reads to the end; all it said, and the status.
    pub(super) async fn whole(mut self) -> (Vec<u8>, i64) {
        let exit = self.end().await;
        (self.said, exit.code)
    }
}
