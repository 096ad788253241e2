//! A directory inside a container. Engines have no listing; what they have is a tar of the directory with all
//! below it, of which the first level is read off as it passes by.

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::BytesMut;
use chrono::{DateTime, SecondsFormat};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use quayside_protocol::reply::FileEntry;
use tar::{EntryType, Header};

use super::archive;
use super::client::Client;
use super::error;
use crate::runtime::{Result, RuntimeError};

/// Of a listing as a whole.
const LIST: Duration = Duration::from_secs(30);

/// Entries of one directory.
const MAX_ENTRIES: usize = 10_000;

/// Of the tar that passes by.
const MAX_TAR: u64 = 64 << 20;

/// Of a long name or its like; a path has 4 KiB.
const MAX_EXTENSION: u64 = 64 << 10;

const BLOCK: usize = 512;

/// What `path` has, by name; of a file, the file.
pub(super) async fn list(client: &Client, id: &str, path: &str) -> Result<Vec<FileEntry>> {
    let work = async {
        // The dot follows a link to a directory, and is refused where there is none.
        let inside = format!("{}/.", path.trim_end_matches('/'));
        match archive::open(client, id, &inside).await {
            Ok(response) => Walk::new(response.into_body()).list().await,
            Err(RuntimeError::Failed(why) | RuntimeError::Invalid(why))
                if why.ends_with("not a directory") =>
            {
                let response = archive::open(client, id, path).await?;
                Walk::new(response.into_body()).list().await
            }
            Err(other) => Err(other),
        }
    };
    client.call("files", LIST, work).await
}

/// Reads headers, skips what they head.
struct Walk {
    body: Incoming,
    rest: BytesMut,
    seen: u64,
    found: BTreeMap<String, FileEntry>,
}

/// What an extension says of the entry after it.
#[derive(Default)]
struct Extension {
    path: Option<Vec<u8>>,
    size: Option<u64>,
    modified: Option<f64>,
}

impl Walk {
    fn new(body: Incoming) -> Self {
        Self { body, rest: BytesMut::new(), seen: 0, found: BTreeMap::new() }
    }

    async fn list(mut self) -> Result<Vec<FileEntry>> {
        let mut extension = Extension::default();
        while self.fill(BLOCK).await? {
            let block = self.rest.split_to(BLOCK);
            if block.iter().all(|b| *b == 0) {
                break;
            }
            let header = Header::from_byte_slice(&block);
            let size = header.entry_size().map_err(|_| broken())?;
            match header.entry_type() {
                EntryType::GNULongName => {
                    let name = self.content(size).await?;
                    extension.path = Some(name.split(|b| *b == 0).next().unwrap_or(&[]).to_vec());
                }
                EntryType::XHeader => extension.read(&self.content(size).await?),
                EntryType::GNULongLink | EntryType::XGlobalHeader => {
                    self.content(size).await?;
                }
                _ => {
                    let extension = std::mem::take(&mut extension);
                    let size = extension.size.unwrap_or(size);
                    self.enter(header, &extension, size)?;
                    self.skip(padded(size)).await?;
                }
            }
        }
        Ok(self.found.into_values().collect())
    }

    fn enter(&mut self, header: &Header, extension: &Extension, size: u64) -> Result<()> {
        let path = extension.path.clone().unwrap_or_else(|| header.path_bytes().into_owned());
        let path = String::from_utf8_lossy(&path).into_owned();
        let path = path.strip_prefix("./").unwrap_or(&path).trim_matches('/');
        // The directory itself, and what lies deeper.
        if path.is_empty() || path == "." || path.contains('/') {
            return Ok(());
        }
        if self.found.len() >= MAX_ENTRIES {
            let why = format!("the directory has over {MAX_ENTRIES} entries: use a terminal");
            return Err(RuntimeError::Failed(why));
        }
        let entry = entry(path, header, extension, size);
        self.found.insert(path.to_owned(), entry);
        Ok(())
    }

    /// Whether `wanted` bytes are there; false at the end.
    async fn fill(&mut self, wanted: usize) -> Result<bool> {
        while self.rest.len() < wanted {
            if self.seen > MAX_TAR {
                let why =
                    "what lies below the directory is over 64 MiB: use a terminal, or download it";
                return Err(RuntimeError::Failed(why.to_owned()));
            }
            match self.body.frame().await {
                Some(Ok(frame)) => {
                    if let Some(data) = frame.data_ref() {
                        self.seen += u64::try_from(data.len()).unwrap_or(u64::MAX);
                        self.rest.extend_from_slice(data);
                    }
                }
                Some(Err(error)) => return Err(error::from_connection(&error, None)),
                None if self.rest.is_empty() => return Ok(false),
                None => return Err(broken()),
            }
        }
        Ok(true)
    }

    async fn content(&mut self, size: u64) -> Result<Vec<u8>> {
        let (true, Ok(length), Ok(whole)) =
            (size <= MAX_EXTENSION, usize::try_from(size), usize::try_from(padded(size)))
        else {
            return Err(broken());
        };
        if !self.fill(whole).await? {
            return Err(broken());
        }
        let mut content = self.rest.split_to(whole).to_vec();
        content.truncate(length);
        Ok(content)
    }

    async fn skip(&mut self, mut size: u64) -> Result<()> {
        while size > 0 {
            if self.rest.is_empty() && !self.fill(1).await? {
                return Err(broken());
            }
            let now = usize::try_from(size).unwrap_or(usize::MAX).min(self.rest.len());
            let _ = self.rest.split_to(now);
            size -= u64::try_from(now).unwrap_or(size);
        }
        Ok(())
    }
}

impl Extension {
    /// Records of `length key=value\n`.
    fn read(&mut self, mut records: &[u8]) {
        while let Some(space) = records.iter().position(|b| *b == b' ') {
            let length = records.get(..space).and_then(|d| std::str::from_utf8(d).ok());
            let Some(length) = length.and_then(|d| d.parse::<usize>().ok()) else { return };
            let Some(record) = records.get(space + 1..length.saturating_sub(1)) else { return };
            if let Some(equals) = record.iter().position(|b| *b == b'=') {
                let (key, value) = (record.get(..equals), record.get(equals + 1..).unwrap_or(&[]));
                let text = std::str::from_utf8(value).ok();
                match key {
                    Some(b"path") => self.path = Some(value.to_vec()),
                    Some(b"size") => self.size = text.and_then(|t| t.parse().ok()),
                    Some(b"mtime") => self.modified = text.and_then(|t| t.parse().ok()),
                    _ => {}
                }
            }
            records = records.get(length..).unwrap_or(&[]);
        }
    }
}

fn broken() -> RuntimeError {
    RuntimeError::Failed("the engine's archive cannot be read".to_owned())
}

fn padded(size: u64) -> u64 {
    size.checked_next_multiple_of(BLOCK as u64).unwrap_or(u64::MAX)
}

fn entry(name: &str, header: &Header, extension: &Extension, size: u64) -> FileEntry {
    let (kind, letter) = match header.entry_type() {
        EntryType::Directory => ("directory", 'd'),
        EntryType::Symlink => ("link", 'l'),
        EntryType::Block => ("other", 'b'),
        EntryType::Char => ("other", 'c'),
        EntryType::Fifo => ("other", 'p'),
        // A second name of a file that stands in the tar before.
        EntryType::Regular | EntryType::Continuous | EntryType::Link => ("file", '-'),
        _ => ("other", '?'),
    };
    let seconds = i64::try_from(header.mtime().unwrap_or(0)).unwrap_or(0);
    let modified = match extension.modified {
        #[expect(clippy::cast_possible_truncation, reason = "whole seconds are all that is shown")]
        Some(modified) => modified.floor() as i64,
        None => seconds,
    };
    let modified = DateTime::from_timestamp(modified, 0).unwrap_or_default();
    FileEntry {
        name: name.to_owned(),
        kind: kind.to_owned(),
        size,
        mode: shown_mode(letter, header.mode().unwrap_or(0)),
        modified: modified.to_rfc3339_opts(SecondsFormat::Secs, true),
    }
}

/// As `ls -l` shows it.
fn shown_mode(letter: char, mode: u32) -> String {
    let mut shown = String::from(letter);
    for (shift, special, set) in [(6, 0o4000, 's'), (3, 0o2000, 's'), (0, 0o1000, 't')] {
        let bits = mode >> shift;
        shown.push(if bits & 4 != 0 { 'r' } else { '-' });
        shown.push(if bits & 2 != 0 { 'w' } else { '-' });
        shown.push(match (bits & 1 != 0, mode & special != 0) {
            (true, false) => 'x',
            (false, false) => '-',
            (true, true) => set,
            (false, true) => set.to_ascii_uppercase(),
        });
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mode_is_shown_as_ls_does() {
        for (letter, mode, shown) in [
            ('-', 0o644, "-rw-r--r--"),
            ('d', 0o1777, "drwxrwxrwt"),
            ('-', 0o4755, "-rwsr-xr-x"),
            ('-', 0o6644, "-rwSr-Sr--"),
            ('l', 0o777, "lrwxrwxrwx"),
        ] {
            assert_eq!(shown_mode(letter, mode), shown);
        }
    }

    #[test]
    fn records_of_an_extension_are_read() {
        let mut extension = Extension::default();
        extension.read(b"14 path=a/b c\n20 mtime=1795271222.5\n12 size=4096\n");
        assert_eq!(extension.path.as_deref(), Some(b"a/b c".as_slice()));
    }
}
