//! The logical dump: one file of JSON lines that any later version can read, whatever the database's own format.
//!
//! A header, one line a record, one line an event if the dump has them, and an end line with the counts, by which a
//! dump that was cut off is known.

use std::fs::{self, File, OpenOptions};
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use quayside_protocol::position::Position;
use serde::{Deserialize, Serialize};

use super::tables::{State, Tables, decode_event, decode_key, decode_record};
use crate::store::{EventBounds, Key, Revision, StoreError};

/// Dumps that are kept; a dump that holds the damage itself must not push out the last good one.
const KEPT: usize = 3;

const DIRECTORY: &str = "dumps";
const FORMAT: u32 = 1;

/// No line of a dump is longer: a value, twice as long when escaped as base64 or JSON, and what stands around it.
const LINE: usize = 8 * crate::store::MAX_VALUE;

/// How many entries are loaded between two flushes of a restore, to bound what waits in memory.
const LOAD_STEP: u64 = 4096;

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line {
    Store {
        format: u32,
        generation: u64,
        id: String,
        revision: u64,
    },
    Record {
        key: String,
        revision: u64,
        #[serde(flatten)]
        value: Text,
    },
    Event {
        position: Position,
        #[serde(flatten)]
        value: Text,
    },
    End {
        records: u64,
        events: u64,
    },
}

/// Values are JSON and stay readable; anything else survives too.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Text {
    Value(String),
    Base64(String),
}

impl Text {
    fn from_bytes(bytes: &[u8]) -> Text {
        match std::str::from_utf8(bytes) {
            Ok(text) => Text::Value(text.to_owned()),
            Err(_) => Text::Base64(BASE64.encode(bytes)),
        }
    }

    fn into_bytes(self) -> Result<Vec<u8>, String> {
        match self {
            Text::Value(text) => Ok(text.into_bytes()),
            Text::Base64(text) => BASE64.decode(text).map_err(|error| error.to_string()),
        }
    }
}

/// How much a dump holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Records.
    pub records: u64,
    /// Events of the log.
    pub events: u64,
}

/// Writes all records, and the events if wanted, and syncs nothing: see [`keep`]. A file that it makes is its
/// owner's alone: records have hashes of passwords.
pub(super) fn write(
    file: &Path,
    tables: &Tables,
    state: &State,
    events: bool,
) -> Result<Counts, StoreError> {
    let failed = StoreError::io("writing a dump");
    let made = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(file);
    let mut out = BufWriter::new(made.map_err(&failed)?);
    let mut put = |line: &Line| -> std::io::Result<()> {
        serde_json::to_writer(&mut out, line)?;
        out.write_all(b"\n")
    };
    let State { generation, revision, id, .. } = state.clone();
    put(&Line::Store { format: FORMAT, generation, id, revision }).map_err(&failed)?;
    let mut counts = Counts::default();
    for entry in tables.records.iter() {
        let (key, stored) = entry.map_err(&failed)?;
        let record = decode_record(&stored).map_err(&failed)?;
        let key = decode_key(&key).map_err(&failed)?.to_string();
        let value = Text::from_bytes(&record.value);
        put(&Line::Record { key, revision: record.revision.0, value }).map_err(&failed)?;
        counts.records += 1;
    }
    for entry in tables.events.iter().take(if events { usize::MAX } else { 0 }) {
        let event = entry.and_then(decode_event).map_err(&failed)?;
        let value = Text::from_bytes(&event.value);
        put(&Line::Event { position: event.position, value }).map_err(&failed)?;
        counts.events += 1;
    }
    put(&Line::End { records: counts.records, events: counts.events }).map_err(&failed)?;
    out.flush().map_err(&failed)?;
    Ok(counts)
}

/// The file an hourly dump is written to before it has its name.
pub(super) fn draft(data: &Path) -> Result<PathBuf, StoreError> {
    let directory = data.join(DIRECTORY);
    fs::create_dir_all(&directory).map_err(StoreError::io("making the directory of dumps"))?;
    Ok(directory.join("draft"))
}

/// Makes a finished draft durable under its generation and removes the oldest beyond [`KEPT`].
pub(super) fn keep(data: &Path, draft: &Path, generation: u64) -> Result<PathBuf, StoreError> {
    let failed = StoreError::io("keeping a dump");
    File::open(draft).and_then(|file| file.sync_all()).map_err(&failed)?;
    let kept = data.join(DIRECTORY).join(format!("{generation:016x}.jsonl"));
    super::generation::rename(draft, &kept).map_err(&failed)?;
    for old in newest_first(data)?.iter().skip(KEPT) {
        fs::remove_file(old).map_err(&failed)?;
    }
    Ok(kept)
}

/// The hourly dumps.
pub(super) fn newest_first(data: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let entries = match fs::read_dir(data.join(DIRECTORY)) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(StoreError::io("listing the dumps")(error)),
    };
    let mut dumps: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "jsonl"))
        .collect();
    dumps.sort_unstable_by(|a, b| b.cmp(a));
    Ok(dumps)
}

/// Reads a whole dump without keeping it: its state and counts, or what is wrong with it.
pub(super) fn verify(file: &Path) -> Result<(State, Counts), StoreError> {
    read(file, &mut |_| Ok(()))
}

/// Loads a dump into an empty database and flushes it. Everything before now counts as lost for readers of events:
/// what happened after the dump is.
pub(super) fn load(file: &Path, tables: &Tables, now: Position) -> Result<State, StoreError> {
    let failed = StoreError::io("loading a dump");
    let mut done = 0u64;
    let mut span: Option<(Position, Position)> = None;
    let (mut state, counts) = read(file, &mut |entry| {
        match entry {
            Entry::Record(key, revision, value) => {
                tables.put(&key, revision, &value).map_err(&failed)?
            }
            Entry::Event(position, value) => {
                tables.events.insert(position.0.to_be_bytes(), value).map_err(&failed)?;
                span = Some((span.map_or(position, |(first, _)| first), position));
            }
        }
        done += 1;
        if done.is_multiple_of(LOAD_STEP) { tables.flush().map_err(&failed) } else { Ok(()) }
    })?;
    let trimmed = Some(span.map_or(now, |(_, last)| last.max(now)));
    state.events = EventBounds { span, count: counts.events, trimmed };
    tables.set_state(&state).and_then(|()| tables.flush()).map_err(&failed)?;
    Ok(state)
}

enum Entry {
    Record(Key, Revision, Vec<u8>),
    Event(Position, Vec<u8>),
}

type Sink<'a> = &'a mut dyn FnMut(Entry) -> Result<(), StoreError>;

fn read(path: &Path, sink: Sink<'_>) -> Result<(State, Counts), StoreError> {
    let wrong = |number: usize, what: &str| {
        StoreError::Corrupt(format!("line {number} of the dump {}: {what}", path.display()))
    };
    let mut input = BufReader::new(File::open(path).map_err(StoreError::io("opening a dump"))?);
    let mut state = None;
    let mut counts = Counts::default();
    let mut text = Vec::new();
    for number in 1.. {
        text.clear();
        let mut limited = std::io::Read::take(&mut input, LINE as u64);
        limited.read_until(b'\n', &mut text).map_err(StoreError::io("reading a dump"))?;
        if text.is_empty() {
            return Err(wrong(number, "it ends too early"));
        }
        let line =
            serde_json::from_slice(&text).map_err(|error| wrong(number, &error.to_string()))?;
        match (line, &state) {
            (Line::Store { format: FORMAT, generation, id, revision }, None) => {
                state = Some(State { generation, id, revision, events: EventBounds::default() });
            }
            (Line::Record { key, revision, value }, Some(_)) => {
                let value = value.into_bytes().map_err(|error| wrong(number, &error))?;
                let key =
                    Key::from_stored(key.as_bytes()).ok_or_else(|| wrong(number, "not a key"))?;
                sink(Entry::Record(key, Revision(revision), value))?;
                counts.records += 1;
            }
            (Line::Event { position, value }, Some(_)) => {
                let value = value.into_bytes().map_err(|error| wrong(number, &error))?;
                sink(Entry::Event(position, value))?;
                counts.events += 1;
            }
            (Line::End { records, events }, Some(state)) => {
                if (Counts { records, events }) != counts {
                    return Err(wrong(number, "lines before it are missing"));
                }
                return Ok((state.clone(), counts));
            }
            (Line::Store { .. }, _) => return Err(wrong(number, "not a header this hub can read")),
            (_, None) => return Err(wrong(number, "there is no header")),
        }
    }
    Err(wrong(0, "it does not end"))
}
