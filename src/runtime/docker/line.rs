//! One output of a container as messages that begin with their times, put together to lines. Pure.

use std::collections::VecDeque;

use chrono::{DateTime, SecondsFormat};
use quayside_protocol::reply::{LogLine, LogStream};

/// A longer line becomes several of this length.
pub(super) const MAX_LINE: usize = 64 << 10;

/// `2026-11-21T14:27:02.421670043Z `; another offset is longer.
const MAX_STAMP: usize = 40;

/// What engines cut a line into when they store it.
pub(super) const MESSAGE: usize = 16 << 10;

/// One output's line so far.
pub(super) struct Line {
    output: LogStream,
    time: Option<String>,
    /// The beginning of a message, until its time is read off.
    head: Option<Vec<u8>>,
    text: Vec<u8>,
    /// Of a terminal: bytes of the message so far, to see where the next begins.
    message: usize,
}

impl Line {
    pub(super) fn new(output: LogStream) -> Self {
        Self { output, time: None, head: Some(Vec::new()), text: Vec::new(), message: 0 }
    }

    /// A new message begins: a time comes next, even in the middle of a line.
    pub(super) fn begin(&mut self) {
        let rest = self.head.replace(Vec::new()).unwrap_or_default();
        self.text.extend_from_slice(&rest);
    }

    pub(super) fn feed(&mut self, bytes: &[u8], lines: &mut VecDeque<LogLine>) {
        let rest = self.head(bytes, lines);
        self.body(rest, lines);
    }

    /// A terminal's output has no frames: after each line end, and after 16 KiB of one line, comes a time.
    pub(super) fn feed_raw(&mut self, mut bytes: &[u8], lines: &mut VecDeque<LogLine>) {
        while !bytes.is_empty() {
            bytes = self.head(bytes, lines);
            let end = bytes.iter().position(|b| *b == b'\n').map_or(bytes.len(), |at| at + 1);
            let (now, rest) = bytes.split_at(end.min(MESSAGE - self.message.min(MESSAGE - 1)));
            self.body(now, lines);
            self.message += now.len();
            if now.ends_with(b"\n") || self.message >= MESSAGE {
                self.message = 0;
                self.begin();
            }
            bytes = rest;
        }
    }

    /// Reads the time off a message's beginning; the answer is what follows it.
    fn head<'a>(&mut self, bytes: &'a [u8], lines: &mut VecDeque<LogLine>) -> &'a [u8] {
        let Some(head) = &mut self.head else { return bytes };
        let wanted = MAX_STAMP.saturating_sub(head.len());
        let look = bytes.get(..wanted.min(bytes.len())).unwrap_or_default();
        let space = look.iter().position(|b| *b == b' ' || *b == b'\n');
        let Some(space) = space else {
            head.extend_from_slice(look);
            if head.len() >= MAX_STAMP {
                let head = self.head.take().unwrap_or_default();
                self.body(&head, lines);
            }
            return bytes.get(look.len()..).unwrap_or_default();
        };
        head.extend_from_slice(look.get(..space).unwrap_or_default());
        let head = self.head.take().unwrap_or_default();
        match stamp(&head) {
            Some(time) => {
                // The rest of a long line keeps the time of its beginning.
                if self.text.is_empty() {
                    self.time = Some(time);
                }
                let skip = usize::from(bytes.get(space) == Some(&b' '));
                bytes.get(space + skip..).unwrap_or_default()
            }
            // A message without its time: nothing of it may be lost.
            None => {
                self.body(&head, lines);
                bytes.get(space..).unwrap_or_default()
            }
        }
    }

    fn body(&mut self, mut bytes: &[u8], lines: &mut VecDeque<LogLine>) {
        while !bytes.is_empty() {
            let room = MAX_LINE - self.text.len().min(MAX_LINE);
            let look = bytes.get(..room.min(bytes.len())).unwrap_or_default();
            match look.iter().position(|b| *b == b'\n') {
                Some(end) => {
                    self.text.extend_from_slice(look.get(..end).unwrap_or_default());
                    if self.text.ends_with(b"\r") {
                        self.text.pop();
                    }
                    self.emit(self.text.len(), lines);
                    bytes = bytes.get(end + 1..).unwrap_or_default();
                }
                None => {
                    self.text.extend_from_slice(look);
                    bytes = bytes.get(look.len()..).unwrap_or_default();
                    if self.text.len() >= MAX_LINE {
                        self.emit(whole_characters(&self.text), lines);
                    }
                }
            }
        }
    }

    fn emit(&mut self, length: usize, lines: &mut VecDeque<LogLine>) {
        let rest = self.text.split_off(length);
        let text = String::from_utf8_lossy(&self.text).into_owned();
        lines.push_back(LogLine { stream: self.output, time: self.time.clone(), text });
        self.text = rest;
    }

    pub(super) fn finish(&mut self, lines: &mut VecDeque<LogLine>) {
        if let Some(head) = self.head.take() {
            match stamp(&head) {
                // A time and nothing after it: the beginning of a line that never came.
                Some(_) => {}
                None => self.body(&head, lines),
            }
        }
        if !self.text.is_empty() {
            self.emit(self.text.len(), lines);
        }
    }
}

/// RFC 3339 UTC with nanoseconds, if that is what stands there.
fn stamp(bytes: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(bytes).ok()?;
    let time = DateTime::parse_from_rfc3339(text).ok()?.to_utc();
    if text.len() == 30 && text.ends_with('Z') {
        return Some(text.to_owned());
    }
    Some(time.to_rfc3339_opts(SecondsFormat::Nanos, true))
}

/// The longest part that does not end within a character; all of it where it is no text.
fn whole_characters(text: &[u8]) -> usize {
    let tail = text.len().saturating_sub(3);
    let start = (tail..text.len()).rev().find(|at| text.get(*at).is_some_and(|b| b & 0xC0 == 0xC0));
    match start.and_then(|at| Some((at, text.get(at..)?))) {
        Some((at, rest)) => match std::str::from_utf8(rest) {
            Err(error) if error.error_len().is_none() => at,
            _ => text.len(),
        },
        None => text.len(),
    }
}
