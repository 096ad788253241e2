//! A container's output as an engine sends it, cut into lines: frames of two outputs, or the raw output of a
//! terminal. Every message begins with its time; a line of over 16 KiB is several messages. Pure: bytes in,
//! lines out, whatever the bytes.

use std::collections::VecDeque;

use quayside_protocol::reply::{LogLine, LogStream};

use super::line::Line;

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

#[cfg(test)]
mod tests {
    use super::super::line::{MAX_LINE, MESSAGE};
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
