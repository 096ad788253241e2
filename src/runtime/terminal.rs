//! What a terminal is made of, whoever gives it: an engine's exec, a container's main process, a shell of this
//! machine. It knows no viewer and no offset.

use futures::future::BoxFuture;
use tokio::io::{AsyncRead, AsyncWrite};

use super::Result;

/// A window, in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// Columns, at least 1.
    pub cols: u16,
    /// Rows, at least 1.
    pub rows: u16,
}

/// What a terminal of a container is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TerminalSpec {
    /// Marks everything that is started in it, as `QUAYSIDE_SESSION` in the environment.
    pub session: String,
    /// What runs.
    pub program: Program,
    /// The window it begins with.
    pub size: Size,
}

/// What runs in a terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Program {
    /// A command beside the main process; none: the first of bash, ash and sh that there is.
    Exec {
        /// The command.
        cmd: Option<Vec<String>>,
        /// As whom; none: the container's own.
        user: Option<String>,
    },
    /// The main process.
    Attach,
}

/// How a program ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exit {
    /// Its status; 137 if the container went away under it, -1 if unknown.
    pub code: i64,
    /// Why, where the code does not tell.
    pub reason: Option<String>,
}

/// A program that runs, with its ends.
pub struct TerminalSource {
    /// What runs.
    pub cmd: Vec<String>,
    /// Bytes as they come; the end is the program's, or of the way to it. Not reading stops the program.
    pub output: Box<dyn AsyncRead + Send + Unpin>,
    /// Bytes as they are typed. Never shut down: that would end the output.
    pub input: Box<dyn AsyncWrite + Send + Unpin>,
    /// Everything else that can be done with it.
    pub control: Box<dyn TerminalControl>,
}

/// What can be done with a program that runs in a terminal. Every call is bounded in time.
pub trait TerminalControl: Send + Sync + 'static {
    /// Sets its window. Errors of a program that has ended are none.
    fn resize(&self, size: Size) -> BoxFuture<'_, Result<()>>;
    /// How it ended; asked once its output is over.
    fn exit(&self) -> BoxFuture<'_, Exit>;
    /// Ends it and everything that was started in it: HUP, then KILL within 3 s. Also after it has ended by itself,
    /// for what it left running. Does nothing to a container's main process. What could not be ended, in words.
    fn end(&self) -> BoxFuture<'_, Option<String>>;
}

/// What is known of a terminal that an earlier run of the hub left behind.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Leftover {
    /// The session.
    pub session: String,
    /// The container's full id.
    pub container: String,
    /// As whom; none: the container's own.
    pub user: Option<String>,
}
