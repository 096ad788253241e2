//! A container's output as an engine sends it, cut into lines: frames of two outputs, or the raw output of a
//! terminal. Every message begins with its time; a line of over 16 KiB is several messages. Pure: bytes in,
//! lines out, whatever the bytes.

use std::collections::VecDeque;

use chrono::{DateTime, SecondsFormat, Utc};
use quayside_protocol::reply::{LogLine, LogStream};

/// A longer line becomes several of this length.
const MAX_LINE: usize = 64 << 10;

/// `2026-11-21T14:27:02.421670043Z `; another offset is longer.
const MAX_STAMP: usize = 40;

/// What engines cut a line into when they store it.
const MESSAGE: usize = 16 << 10;

const HEADER: usize = 8;

/// Cuts the bytes of one `logs` answer.
pub(super) struct Cutter {
    framing: Framing,
    stdout: Line,
    stderr: Line,
    /// Lines that are whole.
    pub(super) lines: VecDeque<LogLine>,
}

enum Framing {
    /// A terminal: one output.
    Raw,
    /// Bytes of the next header so far.
    Header([u8; HEADER], usize),
    /// How much of the message is still to come, and of which output.
    Payload(LogStream, usize),
}

impl Cutter {
    /// `tty`: whether the container has a terminal.
    pub(super) fn new(tty: bool) -> Self {
        let framing = if tty { Framing::Raw } else { Framing::Header([0; HEADER], 0) };
        Self {
            framing,
            stdout: Line::new(LogStream::Stdout),
            stderr: Line::new(LogStream::Stderr),
            lines: VecDeque::new(),
        }
    }

    /// Takes what came.
    ///
    /// # Errors
    /// The bytes are no frames.
    pub(super) fn feed(&mut self, mut bytes: &[u8]) -> Result<(), String> {
        while let Some(first) = bytes.first() {
            match &mut self.framing {
                Framing::Raw => {
                    self.stdout.feed_raw(bytes, &mut self.lines);
                    return Ok(());
                }
                Framing::Header(header, have) => {
                    if let Some(slot) = header.get_mut(*have) {
                        *slot = *first;
                    }
                    *have += 1;
                    bytes = bytes.get(1..).unwrap_or_default();
                    if *have == HEADER {
                        let [output, 0, 0, 0, a, b, c, d] = *header else {
                            return Err("the engine's log is not in frames".to_owned());
                        };
                        let output = match output {
                            0 | 1 => LogStream::Stdout,
                            2 => LogStream::Stderr,
                            // Newer engines report a fault in the middle of a stream so.
                            3 => return Err("the engine broke its log off".to_owned()),
                            _ => return Err("the engine's log is not in frames".to_owned()),
                        };
                        let length =
                            usize::try_from(u32::from_be_bytes([a, b, c, d])).unwrap_or(usize::MAX);
                        self.line(output).begin();
                        self.framing = Framing::Payload(output, length);
                        self.end_of_payload();
                    }
                }
                Framing::Payload(output, left) => {
                    let (now, rest) = bytes.split_at((*left).min(bytes.len()));
                    *left -= now.len();
                    let output = *output;
                    let line = match output {
                        LogStream::Stdout => &mut self.stdout,
                        LogStream::Stderr => &mut self.stderr,
                    };
                    line.feed(now, &mut self.lines);
                    bytes = rest;
                    self.end_of_payload();
                }
            }
        }
        Ok(())
    }

    /// What stands unfinished at the end is a line too.
    pub(super) fn finish(&mut self) {
        for output in [LogStream::Stdout, LogStream::Stderr] {
            let line = match output {
                LogStream::Stdout => &mut self.stdout,
                LogStream::Stderr => &mut self.stderr,
            };
            line.finish(&mut self.lines);
        }
    }

    fn line(&mut self, output: LogStream) -> &mut Line {
        match output {
            LogStream::Stdout => &mut self.stdout,
            LogStream::Stderr => &mut self.stderr,
        }
    }

    fn end_of_payload(&mut self) {
        if matches!(self.framing, Framing::Payload(_, 0)) {
            self.framing = Framing::Header([0; HEADER], 0);
        }
    }
}

/// One output's line so far.
struct Line {
    output: LogStream,
    time: Option<String>,
    /// The beginning of a message, until its time is read off.
    head: Option<Vec<u8>>,
    text: Vec<u8>,
    /// Of a terminal: bytes of the message so far, to see where the next begins.
    message: usize,
}

impl Line {
    fn new(output: LogStream) -> Self {
        Self { output, time: None, head: Some(Vec::new()), text: Vec::new(), message: 0 }
    }

    /// A new message begins: a time comes next, even in the middle of a line.
    fn begin(&mut self) {
        let rest = self.head.replace(Vec::new()).unwrap_or_default();
        self.text.extend_from_slice(&rest);
    }

    fn feed(&mut self, bytes: &[u8], lines: &mut VecDeque<LogLine>) {
        let rest = self.head(bytes, lines);
        self.body(rest, lines);
    }

    /// A terminal's output has no frames: after each line end, and after 16 KiB of one line, comes a time.
    fn feed_raw(&mut self, mut bytes: &[u8], lines: &mut VecDeque<LogLine>) {
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

    fn finish(&mut self, lines: &mut VecDeque<LogLine>) {
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
    let time: DateTime<Utc> = DateTime::parse_from_rfc3339(text).ok()?.to_utc();
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

#[cfg(test)]
mod tests {
    use super::*;

    const T: &str = "2026-11-21T14:27:02.421670043Z";

    fn frame(output: u8, payload: &[u8]) -> Vec<u8> {
        let mut bytes = vec![output, 0, 0, 0];
        bytes.extend(u32::try_from(payload.len()).unwrap().to_be_bytes());
        bytes.extend(payload);
        bytes
    }

    /// Cut at every size of piece, the outcome is the same.
    fn cut(tty: bool, bytes: &[u8]) -> Vec<(LogStream, Option<String>, String)> {
        let run = |size: usize| {
            let mut cutter = Cutter::new(tty);
            for piece in bytes.chunks(size) {
                cutter.feed(piece).unwrap();
            }
            cutter.finish();
            cutter.lines.into_iter().map(|l| (l.stream, l.time, l.text)).collect::<Vec<_>>()
        };
        let whole = run(bytes.len().max(1));
        for size in [1, 2, 7, 31, 4_096] {
            assert!(run(size) == whole, "pieces of {size}");
        }
        whole
    }

    #[test]
    fn frames_become_lines_of_their_output_with_their_time() {
        let mut bytes = frame(1, format!("{T} hi there\n").as_bytes());
        bytes.extend(frame(2, format!("{T} oops\r\n").as_bytes()));
        bytes.extend(frame(1, format!("{T} \n").as_bytes()));
        bytes.extend(frame(1, format!("{T} prompt> ").as_bytes()));
        let time = Some(T.to_owned());
        assert_eq!(
            cut(false, &bytes),
            [
                (LogStream::Stdout, time.clone(), "hi there".to_owned()),
                (LogStream::Stderr, time.clone(), "oops".to_owned()),
                (LogStream::Stdout, time.clone(), String::new()),
                (LogStream::Stdout, time, "prompt> ".to_owned()),
            ]
        );
    }

    #[test]
    fn the_messages_of_a_long_line_are_joined_and_their_times_taken_out() {
        let later = "2026-11-21T14:27:03.000000000Z";
        let (first, second) = ("a".repeat(MESSAGE), "b".repeat(100));
        let mut bytes = frame(1, format!("{T} {first}").as_bytes());
        bytes.extend(frame(2, format!("{T} between\n").as_bytes()));
        bytes.extend(frame(1, format!("{later} {second}\n").as_bytes()));
        let lines = cut(false, &bytes);
        assert_eq!(lines[1].2, format!("{first}{second}"));
        assert_eq!(lines[1].1.as_deref(), Some(T));
        let raw = format!("{T} {first}{later} {second}\r\n{T} next\r\n");
        let lines = cut(true, raw.as_bytes());
        assert_eq!(lines[0].2, format!("{first}{second}"));
        assert_eq!((lines[1].2.as_str(), lines.len()), ("next", 2));
    }

    #[test]
    fn a_line_without_end_is_cut_between_characters() {
        let text = format!("x{}", "é".repeat(MAX_LINE));
        let mut bytes = Vec::new();
        for piece in text.as_bytes().chunks(MESSAGE) {
            bytes.extend(frame(1, &[format!("{T} ").as_bytes(), piece].concat()));
        }
        let lines = cut(false, &bytes);
        assert!(lines.len() == 3 && lines.iter().all(|l| l.2.len() <= MAX_LINE && l.1.is_some()));
        assert_eq!(lines.iter().map(|l| l.2.as_str()).collect::<String>(), text);
    }

    #[test]
    fn bytes_that_are_no_text_come_through_as_replacements() {
        let mut payload = format!("{T} ").into_bytes();
        payload.extend([0, 1, 2, 0xff, 0xfe, b'\n']);
        let lines = cut(false, &frame(1, &payload));
        assert_eq!(lines[0].2, "\0\u{1}\u{2}\u{fffd}\u{fffd}");
        let raw = [format!("{T} ").as_bytes(), &[1, 0, 0, 0, 0, 0, 0, 3, b'\r', b'\n']].concat();
        assert_eq!(cut(true, &raw)[0].2, "\u{1}\0\0\0\0\0\0\u{3}");
    }

    #[test]
    fn what_is_no_frame_is_said_to_be_none() {
        assert!(Cutter::new(false).feed(b"hello, world, no frames").is_err());
        assert!(Cutter::new(false).feed(&[3, 0, 0, 0, 0, 0, 0, 1, b'x']).is_err());
    }

    #[test]
    fn lines_without_a_time_lose_nothing() {
        let bytes = frame(1, b"no time here\nand a second\n");
        let lines = cut(false, &bytes);
        assert_eq!(
            lines.iter().map(|l| l.2.as_str()).collect::<Vec<_>>(),
            ["no time here", "and a second"]
        );
    }
}
