//! The subscriptions to `events` of one connection, and how their entries look on its wire.

use std::collections::VecDeque;

use prometheus_client::metrics::counter::Counter;
use quayside_protocol::position::Position;
use tokio_tungstenite::tungstenite::protocol::frame::FrameHeader;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};

use crate::broker::Limit;
use crate::broker::log::{Cursor, Entry};
use crate::transport::sse::Form;

/// What is written of one subscription at once: so much a connection holds of a reader that has stopped reading.
const BATCH: Limit = Limit { events: 512, bytes: 64 << 10 };
/// Batches that are kept for the others who stand at the same place, by form and number of the subscription.
const SHARED: usize = 8;
/// Room before a chunk for its length in hexadecimal digits and an end of line.
const CHUNK_HEAD: usize = 10;

/// How entries are wrapped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::transport) enum Framing {
    /// Blocks of an event stream.
    Blocks {
        /// What they look like.
        form: Form,
        /// Whether they are chunks of HTTP/1.1; HTTP/1.0 has none.
        chunked: bool,
    },
    /// Text frames of a WebSocket.
    Frames,
}

/// The subscriptions of one connection that are driven by the fan-out.
pub(in crate::transport) struct Lane {
    pub(super) framing: Framing,
    pub(super) cursors: Vec<(u64, Box<Cursor>)>,
    /// The state of revocations for which the connection's proof is known to hold: after another one it is given
    /// nothing before it was looked at.
    pub(super) verified: u64,
    pub(super) written: Counter,
}

impl Lane {
    /// A lane without subscriptions, of a proof that held at that state of revocations.
    pub(in crate::transport) fn new(framing: Framing, verified: u64, written: Counter) -> Self {
        Self { framing, cursors: Vec::new(), verified, written }
    }

    /// One more subscription, under that number.
    pub(in crate::transport) fn add(&mut self, sub: u64, cursor: Box<Cursor>) {
        self.cursors.push((sub, cursor));
    }

    pub(super) fn get(&mut self, sub: u64) -> Option<&mut Cursor> {
        self.cursors.iter_mut().find(|(number, _)| *number == sub).map(|(_, cursor)| &mut **cursor)
    }
}

/// What one thread encodes into, used again and again.
#[derive(Default)]
pub(in crate::transport) struct Scratch {
    own: Batch,
    shared: VecDeque<Batch>,
}

/// Entries as bytes.
#[derive(Default)]
pub(super) struct Batch {
    key: Option<(Framing, u64, Position)>,
    /// Where whoever was given it stands.
    to: Position,
    pub(super) events: u64,
    bytes: Vec<u8>,
    /// Where the bytes begin.
    start: usize,
}

impl Batch {
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes[self.start..]
    }

    fn fill(&mut self, framing: Framing, sub: u64, cursor: &mut Cursor) {
        self.key = None;
        self.events = 0;
        self.start = 0;
        self.bytes.clear();
        let (bytes, events) = (&mut self.bytes, &mut self.events);
        match framing {
            Framing::Frames => {
                let sub = sub.to_string();
                cursor.each(BATCH, &mut |entry| {
                    *events += 1;
                    frame(&entry.push_parts(&sub), bytes);
                });
            }
            Framing::Blocks { form, chunked } => {
                let head = if chunked { CHUNK_HEAD } else { 0 };
                bytes.resize(head, 0);
                cursor.each(BATCH, &mut |entry| {
                    *events += 1;
                    bytes.extend_from_slice(block(entry, form));
                });
                self.start = head;
                if chunked && *events > 0 {
                    self.start = chunk(bytes);
                }
            }
        }
        self.to = cursor.position();
    }
}

impl Scratch {
    /// What comes next of a subscription; it moves on by that.
    pub(super) fn next(&mut self, framing: Framing, sub: u64, cursor: &mut Cursor) -> &Batch {
        let Some(position) = cursor.shared_position() else {
            self.own.fill(framing, sub, cursor);
            return &self.own;
        };
        let key = Some((framing, sub, position));
        let at = match self.shared.iter().position(|batch| batch.key == key) {
            Some(at) => {
                cursor.follow(self.shared[at].to);
                at
            }
            None => {
                let mut batch = match self.shared.len() {
                    SHARED => self.shared.pop_front().unwrap_or_default(),
                    _ => Batch::default(),
                };
                batch.fill(framing, sub, cursor);
                batch.key = key;
                self.shared.push_back(batch);
                self.shared.len() - 1
            }
        };
        &self.shared[at]
    }

    /// Forgets what the next round does not need: the head has moved.
    pub(super) fn forget(&mut self) {
        self.shared.iter_mut().for_each(|batch| batch.key = None);
    }
}

fn block(entry: &Entry, form: Form) -> &[u8] {
    match form {
        Form::Stream => entry.stream_bytes(),
        Form::Fleet => entry.fleet_bytes(),
    }
}

/// A text frame of these parts.
fn frame(parts: &[&[u8]], out: &mut Vec<u8>) {
    let header = FrameHeader { opcode: OpCode::Data(Data::Text), ..FrameHeader::default() };
    let length: usize = parts.iter().map(|part| part.len()).sum();
    // Writing into memory does not fail.
    _ = header.format(length as u64, out);
    parts.iter().for_each(|part| out.extend_from_slice(part));
}

/// Makes a chunk of what stands behind [`CHUNK_HEAD`] free bytes; where it begins.
fn chunk(bytes: &mut Vec<u8>) -> usize {
    let head = format!("{:x}\r\n", bytes.len() - CHUNK_HEAD);
    let start = CHUNK_HEAD.saturating_sub(head.len());
    bytes[start..CHUNK_HEAD].copy_from_slice(head.as_bytes());
    bytes.extend_from_slice(b"\r\n");
    start
}

/// A chunk of that text.
pub(in crate::transport) fn chunk_of(text: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0; CHUNK_HEAD];
    bytes.extend_from_slice(text);
    let start = chunk(&mut bytes);
    bytes.split_off(start)
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    #[test]
    fn a_chunk_has_its_length_before_it() {
        assert_eq!(chunk_of(b"abc"), b"3\r\nabc\r\n");
        let long = chunk_of(&[b'x'; 0x1_2345]);
        assert!(long.starts_with(b"12345\r\nx") && long.ends_with(b"x\r\n"));
        assert_eq!(long.len(), 0x1_2345 + 9);
    }

    #[test]
    fn a_frame_of_any_length_is_one_that_the_library_reads() {
        for length in [0, 1, 125, 126, 127, 65_535, 65_536, 100_000] {
            let mut bytes = Vec::new();
            frame(&[&vec![b'a'; length / 2], b"", &vec![b'b'; length - length / 2]], &mut bytes);
            let mut read = Cursor::new(&bytes);
            let (header, told) = FrameHeader::parse(&mut read).unwrap().unwrap();
            assert_eq!(header.opcode, OpCode::Data(Data::Text));
            assert!(header.is_final && header.mask.is_none());
            assert_eq!(told, length as u64);
            assert_eq!(bytes.len() as u64 - read.position(), told);
        }
    }
}
