//! `terminal`: a shell or program in a container, its own main process, or a shell on the hub's machine. These
//! need a WebSocket; output and input may travel as binary frames (see [`crate::frame`]).

use serde::{Deserialize, Serialize};

/// Widest and tallest window; the hub keeps a model of the whole screen.
pub const MAX_COLS: u16 = 1_000;
/// See [`MAX_COLS`].
pub const MAX_ROWS: u16 = 500;
/// Most cells of a window: its columns times its rows.
pub const MAX_CELLS: u32 = 128_000;

fn cols() -> u16 {
    80
}

fn rows() -> u16 {
    24
}

/// How output comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Encoding {
    /// Binary frames, byte for byte.
    #[default]
    Binary,
    /// `output` pushes of text; what is no UTF-8 becomes U+FFFD.
    Text,
}

/// `terminal open`. Of `container`, `attach` and `local`: a container's exec is the default, `attach` takes its own
/// main process instead, `local` the hub's machine (and then no host and no container).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Open {
    /// The host.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// The container's id or name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub container: Option<String>,
    /// What to run; null for the first of bash, ash, sh that there is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cmd: Option<Vec<String>>,
    /// A name or number inside the container; the container's own without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// Columns, 1 to 1,000.
    #[serde(default = "cols")]
    pub cols: u16,
    /// Rows, 1 to 500.
    #[serde(default = "rows")]
    pub rows: u16,
    /// How output comes.
    #[serde(default)]
    pub encoding: Encoding,
    /// The container's own main process.
    #[serde(default)]
    pub attach: bool,
    /// A shell on the hub's machine (admin, and `terminal.local_shell`).
    #[serde(default)]
    pub local: bool,
}

/// `terminal attach`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Attach {
    /// The session's id.
    pub session: String,
    /// The last offset one has, which counts as acknowledged; without it, a redraw.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offset: Option<u64>,
    /// Only to look.
    #[serde(default)]
    pub readonly: bool,
    /// Columns, 1 to 1,000.
    #[serde(default = "cols")]
    pub cols: u16,
    /// Rows, 1 to 500.
    #[serde(default = "rows")]
    pub rows: u16,
    /// How output comes.
    #[serde(default)]
    pub encoding: Encoding,
}

/// `terminal input`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Input {
    /// Its number on this connection.
    pub terminal: u32,
    /// What was typed.
    pub text: String,
}

impl std::fmt::Debug for Input {
    /// What people type may be a password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Input {{ terminal: {}, bytes: {} }}", self.terminal, self.text.len())
    }
}

/// `terminal resize`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Resize {
    /// Its number on this connection.
    pub terminal: u32,
    /// Columns, 1 to 1,000.
    pub cols: u16,
    /// Rows, 1 to 500.
    pub rows: u16,
}

/// `terminal ack`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Ack {
    /// Its number on this connection.
    pub terminal: u32,
    /// Everything before it has been drawn.
    pub offset: u64,
}

/// `terminal close`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Close {
    /// Its number on this connection.
    pub terminal: u32,
}
