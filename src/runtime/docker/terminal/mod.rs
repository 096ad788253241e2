//! Terminals of containers: a program beside the main process, or that process itself. Their bytes come straight
//! from the engine's connection: the Docker client library takes output that begins with bytes 0 to 2 for its own
//! frames. It knows no viewer and no offset.

mod attach;
mod demux;
mod exec;
mod exit;
mod find;
mod hijack;
#[cfg(test)]
mod tests;
mod window;

use super::client::Client;
use crate::runtime::{Program, Result, TerminalSource, TerminalSpec};

/// The engine looks for these keys in what is typed, goes away when it finds them, and cannot be told not to. It
/// also holds the first of them back until the next key: one that shows nothing by itself. A key that is held down
/// is not them.
const DETACH_KEYS: &str = "ctrl-@,ctrl-^,ctrl-_,ctrl-@,ctrl-_,ctrl-^";

/// Opens one, as [`crate::runtime::Runtime::terminal`] says.
pub(super) async fn open(client: &Client, id: &str, spec: TerminalSpec) -> Result<TerminalSource> {
    let TerminalSpec { session, program, size } = spec;
    match program {
        Program::Exec { cmd, user } => {
            let shells = async {
                match &cmd {
                    Some(_) => Ok(Vec::new()),
                    None => find::shells(client, id).await,
                }
            };
            let (shells, locale) = futures::join!(shells, find::locale(client, id));
            let shells = shells?;
            let wanted = exec::Wanted { container: id.to_owned(), session, user, size, locale };
            match cmd {
                Some(cmd) => wanted.start(client, cmd).await,
                None => wanted.start_first(client, shells).await,
            }
        }
        Program::Attach => attach::open(client, id, size).await,
    }
}
