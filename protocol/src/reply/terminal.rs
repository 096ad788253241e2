//! Terminals.

use serde::{Deserialize, Serialize};

use super::wire;

wire! {
    /// `terminal open`.
    pub struct TerminalOpened {
        /// Its number on this connection; counts up from 1 and is not used again there.
        pub terminal: u32,
        /// The session's id, for `attach`.
        pub session: String,
        /// What runs.
        pub cmd: Vec<String>,
    }

    /// `terminal attach`.
    pub struct TerminalAttached {
        /// Its number on this connection.
        pub terminal: u32,
        /// The session's id.
        pub session: String,
        /// What runs.
        pub cmd: Vec<String>,
        /// Where the output that follows begins.
        pub offset: u64,
        /// What to draw first on a screen that was reset: the lines before the present screen (1,000 at most), and
        /// it. Null where nothing was missed or the missed output follows.
        pub redraw: Option<String>,
        /// Columns of the session's window, which is the smallest of its viewers'.
        pub cols: u16,
        /// Rows of the session's window.
        pub rows: u16,
    }

    /// `terminal close`.
    pub struct TerminalClosed {
        /// What could not be ended and is left in the container; absent where nothing is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub left: Option<String>,
    }

    /// Who looks at a terminal.
    pub struct TerminalViewer {
        /// The account; `""` for a caller without one.
        pub username: String,
        /// Whether it only looks.
        pub readonly: bool,
    }

    /// An item of `terminal list`.
    pub struct TerminalItem {
        /// The session's id.
        pub session: String,
        /// Its number, where it is open on this connection.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub terminal: Option<u32>,
        /// The host; null for the hub's own machine.
        pub host: Option<String>,
        /// The container's id of 12 characters; null for the hub's own machine.
        pub container: Option<String>,
        /// What it is a terminal of.
        pub kind: TerminalKind,
        /// What runs.
        pub cmd: Vec<String>,
        /// As whom; `""` is the container's own.
        pub user: String,
        /// Whose it is.
        pub owner: String,
        /// Columns.
        pub cols: u16,
        /// Rows.
        pub rows: u16,
        /// How many look at it now.
        pub viewers: u64,
        /// RFC 3339 UTC.
        pub created_at: String,
    }
}

/// What a terminal is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum TerminalKind {
    /// A program beside a container's main process.
    Exec,
    /// A container's main process.
    Attach,
    /// A shell on the hub's own machine.
    Local,
}
