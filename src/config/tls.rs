//! The hub's own certificate: both files or none.

use std::path::{Path, PathBuf};

use super::problem::Problem;
use super::reader::Reader;
use super::section::{Key, TlsKeys};
use super::source::read_bytes;

/// A certificate chain and its key, PEM files that could be read at the start.
///
/// Whether the two fit is for the one who serves them to say, at the start and each time they change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsFiles {
    /// The chain, the hub's own certificate first.
    pub cert: PathBuf,
    /// Its private key.
    pub key: PathBuf,
}

const CERT: Key = Key { section: "tls", name: "cert" };
const KEY: Key = Key { section: "tls", name: "key" };

/// What is used: both, or (`Some(None)`) neither. `None`: something is wrong, which has been noted.
pub(super) fn pair(keys: TlsKeys, reader: &mut Reader<'_>) -> Option<Option<TlsFiles>> {
    let (present, absent) = match (keys.cert, keys.key) {
        (None, None) => return Some(None),
        (Some(cert), Some(key)) => {
            let readable =
                [(CERT, &cert), (KEY, &key)].map(|(at, path)| readable(reader, at, path));
            return readable.into_iter().all(|yes| yes).then_some(Some(TlsFiles { cert, key }));
        }
        (Some(_), None) => (CERT, KEY),
        (None, Some(_)) => (KEY, CERT),
    };
    let origin = reader.origin_of(present);
    reader.wrong(present, &origin, format!("{} must be set too", absent.path()));
    None
}

fn readable(reader: &mut Reader<'_>, at: Key, path: &Path) -> bool {
    let Err(message) = read_bytes(path) else { return true };
    let origin = reader.origin_of(at);
    let place = reader.place(at, &origin);
    let message = format!("{}: {} {message}", at.path(), path.display());
    reader.problem(Problem::unreadable(place, message));
    false
}
