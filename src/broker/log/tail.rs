//! The tail: two files that alternate, to which entries are appended before anybody is told of them, and which
//! are read at start. A file is emptied only when the store has flushed all it holds.
//!
//! A write without a flush survives the end of the process, not a power cut; against that stands the store.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::Arc;

use quayside_protocol::position::Position;

use super::entry::Entry;
use super::stored;

/// A file that is this long is left for the other one, once that one may be emptied. Both are read at start,
/// which takes some 20 ms a file of this length, and fill the ring.
const ROTATE: u64 = 4 << 20;

/// Length (u32) and checksum (u64) before each record; then its position (u64) and the stored form.
const HEAD: usize = 12;

/// Longest record: a value of the store and its position. A longer length is rubbish.
const MAX_RECORD: usize = crate::store::MAX_VALUE + 8;

struct Part {
    file: File,
    length: u64,
    /// The last position in it; zero if it is empty.
    last: Position,
}

pub(super) struct Tail {
    parts: [Part; 2],
    current: usize,
    buffer: Vec<u8>,
}

impl Tail {
    /// Opens or makes both files below `dir` and gives all whole records of them, in order. What follows a torn
    /// record is cut off.
    ///
    /// # Errors
    /// The system's.
    pub(super) fn open(dir: &Path) -> io::Result<(Self, Vec<Arc<Entry>>)> {
        fs::create_dir_all(dir)?;
        let (first, mut entries) = Part::open(&dir.join("tail.0"))?;
        let (second, others) = Part::open(&dir.join("tail.1"))?;
        let current = usize::from(second.last > first.last);
        entries.extend(others);
        entries.sort_by_key(|entry| entry.position());
        entries.dedup_by_key(|entry| entry.position());
        Ok((Self { parts: [first, second], current, buffer: Vec::new() }, entries))
    }

    /// Writes entries with one `write`. `stored` is the last position the store has flushed.
    ///
    /// # Errors
    /// The system's; then nothing more may be promised.
    pub(super) fn append(&mut self, entries: &[Arc<Entry>], stored: Position) -> io::Result<()> {
        let Some(last) = entries.last() else { return Ok(()) };
        self.rotate(stored)?;
        self.buffer.clear();
        for entry in entries {
            encode(entry, &mut self.buffer);
        }
        let part = &mut self.parts[self.current];
        part.file.write_all(&self.buffer)?;
        part.length += self.buffer.len() as u64;
        part.last = last.position();
        Ok(())
    }

    fn rotate(&mut self, stored: Position) -> io::Result<()> {
        let other = 1 - self.current;
        if self.parts[self.current].length >= ROTATE && self.parts[other].last <= stored {
            self.parts[other].truncate(0)?;
            self.current = other;
        }
        Ok(())
    }
}

impl Part {
    fn open(path: &Path) -> io::Result<(Self, Vec<Arc<Entry>>)> {
        let mut options = OpenOptions::new();
        let file =
            options.read(true).write(true).create(true).truncate(false).mode(0o600).open(path)?;
        let bytes = fs::read(path)?;
        let (entries, length) = decode(&bytes);
        let last = entries.last().map_or(Position(0), |entry| entry.position());
        let mut part = Self { file, length: bytes.len() as u64, last };
        part.truncate(length as u64)?;
        part.last = last;
        Ok((part, entries))
    }

    fn truncate(&mut self, length: u64) -> io::Result<()> {
        if length < self.length {
            self.file.set_len(length)?;
        }
        self.file.seek(SeekFrom::Start(length))?;
        (self.length, self.last) = (length, Position(0));
        Ok(())
    }
}

fn encode(entry: &Entry, out: &mut Vec<u8>) {
    let start = out.len();
    out.extend_from_slice(&[0; HEAD]);
    out.extend_from_slice(&entry.position().0.to_le_bytes());
    stored::write(entry, out);
    let length = out.len() - start - HEAD;
    let sum = checksum(&out[start + HEAD..]);
    // Entries are cut to under 64 KiB before they come here.
    let length = u32::try_from(length).unwrap_or(u32::MAX);
    out[start..start + 4].copy_from_slice(&length.to_le_bytes());
    out[start + 4..start + HEAD].copy_from_slice(&sum.to_le_bytes());
}

/// The whole records at the start of `bytes`, and how long they are together.
fn decode(bytes: &[u8]) -> (Vec<Arc<Entry>>, usize) {
    let (mut entries, mut at) = (Vec::new(), 0);
    while let Some((entry, length)) = bytes.get(at..).and_then(record) {
        entries.push(Arc::new(entry));
        at += length;
    }
    (entries, at)
}

fn record(bytes: &[u8]) -> Option<(Entry, usize)> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    let (sum, rest) = rest.split_first_chunk::<8>()?;
    let length = u32::from_le_bytes(*length) as usize;
    if length > MAX_RECORD {
        return None;
    }
    let body = rest.get(..length)?;
    if checksum(body) != u64::from_le_bytes(*sum) {
        return None;
    }
    let (position, value) = body.split_first_chunk::<8>()?;
    let entry = stored::decode(Position(u64::from_le_bytes(*position)), value).ok()?;
    Some((entry, HEAD + length))
}

/// FNV-1a. It is there to tell a torn record from a whole one, not against an enemy.
fn checksum(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |sum, byte| {
        (sum ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::broker::log::tests::{Dir, event, incoming};

    #[test]
    fn a_file_is_emptied_only_when_the_store_has_all_of_it() {
        let dir = Dir::new();
        let (mut tail, found) = Tail::open(dir.path()).unwrap();
        assert!(found.is_empty());
        let mut last = 0;
        let mut write = |tail: &mut Tail, count: u64, stored: u64| {
            for _ in 0..count {
                let mut event = event("a", last);
                event.attrs.insert("long".into(), "x".repeat(50_000));
                last += 1;
                let entry = Entry::new(Position(last), Position(last - 1), incoming(event, None));
                tail.append(&[Arc::new(entry)], Position(stored)).unwrap();
            }
            last
        };
        let length = |n: u8| fs::metadata(dir.path().join(format!("tail.{n}"))).unwrap().len();
        write(&mut tail, 300, 0);
        assert!(length(0) < ROTATE + 100_000 && length(1) > 2 * ROTATE, "emptied too early");
        write(&mut tail, 1, 80);
        let all: Vec<_> = (1..=301).collect();
        let kept = |dir: &Dir| {
            let (_, found) = Tail::open(dir.path()).unwrap();
            found.iter().map(|entry| entry.position().0).collect::<Vec<_>>()
        };
        assert_eq!(kept(&dir), all, "the store has only some of the older file");
        let last = write(&mut tail, 2, 301);
        assert!(length(0) < 200_000, "the older file is not emptied");
        assert_eq!(kept(&dir).last(), Some(&last));
    }
}
