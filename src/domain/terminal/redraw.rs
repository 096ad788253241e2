//! The screen of a session as a program of terminals sees it, and its redraw for whoever comes later. Nothing that a
//! program asked a terminal is in a redraw, so nothing answers itself into the program.

use std::fmt::Write as _;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use vt100::{Callbacks, Parser, Screen};

use super::paint::{draw_lines, draw_screen};
use crate::runtime::Size;

/// Lines before the present screen, and the most cells of them: a very wide window has fewer. A cell costs 32 bytes.
const LINES: usize = 1_000;
const CELLS: usize = 250_000;
/// What is looked through for a sequence that has begun and not ended.
const TAIL: usize = 4 * 1024;
/// Longest title that is kept, in bytes.
const MAX_TITLE: usize = 256;
/// Bytes between two looks at the clock: so many clears of the largest screen take some milliseconds.
const SLICE: usize = 64;
/// What the model may take of a processor at once. Some sequences cost it a pass over all of the screen, and a program
/// can print nothing else: such a screen is begun anew, and what cost too much is not in it.
const BUDGET: Duration = Duration::from_millis(50);
/// Feeds in a row that cost too much after which only the end of each is looked at, until one of them is within the
/// budget again.
const MAX_COSTLY: u32 = 16;
/// What is looked at then.
const END: usize = 16 << 10;
/// Panics of the model after which a session goes on without one: a program must not fill the hub's log.
const MAX_FAULTS: u32 = 16;
/// Modes that the model does not know and a redraw has to set again: wrapping, focus, the wheel as arrows, mouse
/// positions in other forms.
const MODES: [u16; 5] = [7, 1004, 1007, 1015, 1016];

/// What the model itself passes over.
#[derive(Default)]
struct Beside {
    title: Vec<u8>,
    /// As the program set them last; none: never.
    modes: [Option<bool>; MODES.len()],
    cursor: Option<u16>,
}

impl Callbacks for Beside {
    fn set_window_title(&mut self, _: &mut Screen, title: &[u8]) {
        self.title = title.get(..title.len().min(MAX_TITLE)).unwrap_or_default().to_vec();
    }

    fn unhandled_csi(
        &mut self,
        _: &mut Screen,
        first: Option<u8>,
        _: Option<u8>,
        params: &[&[u16]],
        last: char,
    ) {
        match (first, last) {
            (Some(b'?'), 'h' | 'l') => {
                for param in params.iter().filter_map(|param| param.first()) {
                    if let Some(i) = MODES.iter().position(|mode| mode == param) {
                        self.modes[i] = Some(last == 'h');
                    }
                }
            }
            (Some(b' '), 'q') => {
                self.cursor = params.first().and_then(|param| param.first()).copied();
            }
            _ => {}
        }
    }
}

/// The screen.
pub(super) struct Model {
    parser: Parser<Beside>,
    size: Size,
    /// The last bytes that were fed.
    tail: Vec<u8>,
    /// The beginning of a character whose rest has not come: the parser loses what follows a character that it was
    /// given in parts.
    held: Vec<u8>,
    /// Whether a sequence may have begun and not ended, however long ago.
    open: bool,
    costly: u32,
    faults: u32,
}

impl Model {
    pub(super) fn new(size: Size) -> Self {
        Self {
            parser: parser(size),
            size,
            tail: Vec::new(),
            held: Vec::new(),
            open: false,
            costly: 0,
            faults: 0,
        }
    }

    /// Takes output in. Arbitrary bytes do no harm.
    pub(super) fn feed(&mut self, bytes: &[u8]) {
        if self.faults >= MAX_FAULTS {
            return;
        }
        let mut bytes = bytes;
        if self.costly >= MAX_COSTLY {
            bytes = self.end_of(bytes);
        }
        if let Some(length) = self.held.first().and_then(|first| length(*first)) {
            while let Some((next, rest)) = bytes.split_first()
                && self.held.len() < length
                && (0x80..=0xbf).contains(next)
            {
                self.held.push(*next);
                bytes = rest;
            }
            if self.held.len() < length && bytes.is_empty() {
                return;
            }
            let whole = std::mem::take(&mut self.held);
            self.process(&whole);
        }
        let (now, held) = bytes.split_at(bytes.len() - incomplete(bytes));
        self.held.extend_from_slice(held);
        match self.unseen(now) {
            Some(unseen) => {
                self.process(now.get(..unseen.start).unwrap_or_default());
                self.process(now.get(unseen.end..).unwrap_or_default());
            }
            None => self.process(now),
        }
    }

    /// The last of what came, from where a line begins; what came before is not in the screen.
    fn end_of<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        let Some(end) = bytes.len().checked_sub(END).and_then(|at| bytes.get(at..)) else {
            return bytes;
        };
        self.begin_anew();
        self.held.clear();
        let line = end.iter().position(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        end.get(line..).unwrap_or_default()
    }

    /// The part of a flood that leaves no trace: plain lines before so many others that they are gone from the lines
    /// that are kept, too. The model takes microseconds for each line that scrolls.
    fn unseen(&self, bytes: &[u8]) -> Option<Range<usize>> {
        let plain = |byte: &u8| *byte >= b' ' || matches!(byte, 0x07..=b'\n' | b'\r');
        let plain_from = bytes.iter().rposition(|byte| !plain(byte)).map_or(0, |at| at + 1);
        let lines = lines(self.size) + 2 * usize::from(self.size.rows);
        let mut ends = bytes.iter().enumerate().rev().filter(|(_, byte)| **byte == b'\n');
        let end = ends.nth(lines).filter(|(at, _)| *at > plain_from).map(|(at, _)| at)?;
        // Both ends are where a line begins, in the first column.
        let line = |from: usize, to: usize| {
            let part = bytes.get(from..to)?;
            part.windows(2).position(|pair| pair == b"\r\n").map(|at| from + at + 2)
        };
        let start = line(plain_from, end)?;
        let end = line(end - 1, bytes.len())?;
        let before = bytes.get(..start)?;
        let whole = unfinished(before).is_empty() && (before.contains(&0x1b) || !self.open);
        (whole && start < end).then_some(start..end)
    }

    fn process(&mut self, bytes: &[u8]) {
        let clock = Clock::start();
        let whole = self.guarded(|model| {
            let mut rest = bytes;
            while !rest.is_empty() {
                let slice = rest.get(..SLICE).unwrap_or(rest);
                let (now, later) = rest.split_at(slice.len() - incomplete(slice) % slice.len());
                model.parser.process(now);
                rest = later;
                if clock.is_over() {
                    return rest.is_empty();
                }
            }
            true
        });
        if whole == Some(false) {
            self.costly = self.costly.saturating_add(1);
            self.begin_anew();
        } else {
            self.costly = 0;
        }
        let ends = |byte: &u8| matches!(byte, 0x07 | 0x18 | 0x1a);
        self.open = match bytes.iter().rposition(|byte| *byte == 0x1b) {
            Some(_) => !unfinished(bytes).is_empty(),
            None => self.open && !bytes.iter().any(ends),
        };
        let new = bytes.get(bytes.len().saturating_sub(TAIL)..).unwrap_or_default();
        let keep = TAIL - new.len();
        let old = self.tail.len().saturating_sub(keep);
        self.tail.drain(..old);
        self.tail.extend_from_slice(new);
    }

    pub(super) fn resize(&mut self, size: Size) {
        let old = std::mem::replace(&mut self.size, size);
        if lines(old) != lines(size) {
            // The model cannot keep another number of lines than it began with.
            let (drawn, _) = self.redraw();
            let tail = std::mem::take(&mut self.tail);
            self.parser = parser(size);
            self.process(drawn.as_bytes());
            self.process(unfinished(&tail));
            self.tail = tail;
            return;
        }
        self.guarded(|model| {
            let (rows, cols) = model_size(size);
            model.parser.screen_mut().set_size(rows, cols);
        });
    }

    /// What draws it on a screen that was reset, and how many of the last bytes that were fed are not in it, because
    /// a sequence or a character that they begin is not complete: they are to follow.
    pub(super) fn redraw(&mut self) -> (String, usize) {
        let mut out = String::new();
        self.guarded(|model| model.draw(&mut out));
        (out, self.held.len() + unfinished(&self.tail).len())
    }

    /// A panic of the model costs the screen, nothing else; then there is no result.
    fn guarded<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> Option<T> {
        let done = catch_unwind(AssertUnwindSafe(|| work(self))).ok();
        if done.is_none() {
            self.faults += 1;
            self.begin_anew();
        }
        done
    }

    fn begin_anew(&mut self) {
        self.parser = parser(self.size);
        self.tail.clear();
        self.open = false;
    }

    fn draw(&mut self, out: &mut String) {
        let beside = self.parser.callbacks();
        let title = String::from_utf8_lossy(&beside.title);
        let title: String = title.chars().filter(|c| !c.is_control()).collect();
        let (modes, cursor) = (beside.modes, beside.cursor);
        if !title.is_empty() {
            let _ = write!(out, "\x1b]2;{title}\x07");
        }
        if self.parser.screen().alternate_screen() {
            // The model shows one screen at a time. What an unfinished sequence had so far is fed again.
            let unfinished = unfinished(&self.tail).to_vec();
            self.parser.process(b"\x1b[?47l");
            draw_lines(self.parser.screen_mut(), out);
            draw_screen(self.parser.screen(), out);
            self.parser.process(b"\x1b[?47h");
            self.parser.process(&unfinished);
            out.push_str("\x1b[m\x1b[?1049h");
        } else {
            draw_lines(self.parser.screen_mut(), out);
        }
        for (mode, set) in MODES.iter().zip(modes) {
            if let Some(set) = set.filter(|_| *mode != 7) {
                let _ = write!(out, "\x1b[?{mode}{}", if set { 'h' } else { 'l' });
            }
        }
        if let Some(cursor) = cursor {
            let _ = write!(out, "\x1b[{cursor} q");
        }
        draw_screen(self.parser.screen(), out);
        out.push_str(&String::from_utf8_lossy(&self.parser.screen().input_mode_formatted()));
        // Last, since what is drawn relies on wrapping.
        if modes.first() == Some(&Some(false)) {
            out.push_str("\x1b[?7l");
        }
    }
}

/// How long this thread has worked.
struct Clock {
    begun: Instant,
    worked: Duration,
}

impl Clock {
    fn start() -> Self {
        Self { begun: Instant::now(), worked: worked() }
    }

    /// Whether the budget is spent; the time that others had of the processor does not count.
    fn is_over(&self) -> bool {
        self.begun.elapsed() > BUDGET && worked().saturating_sub(self.worked) > BUDGET
    }
}

fn worked() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::try_from(time).unwrap_or_default()
}

fn parser(size: Size) -> Parser<Beside> {
    let (rows, cols) = model_size(size);
    Parser::new_with_callbacks(rows, cols, lines(size), Beside::default())
}

/// How many lines before the screen are kept.
fn lines(size: Size) -> usize {
    LINES.min(CELLS / usize::from(size.cols.max(1)))
}

/// The model cannot place a wide character in a single column.
fn model_size(size: Size) -> (u16, u16) {
    (size.rows.max(1), size.cols.max(2))
}

/// The beginning of a sequence at the end of `tail` that is not complete yet.
fn unfinished(tail: &[u8]) -> &[u8] {
    let escape = tail.iter().rposition(|byte| *byte == 0x1b);
    let sequence = escape.and_then(|at| tail.get(at..)).unwrap_or_default();
    if is_complete(sequence) { &[] } else { sequence }
}

/// How many bytes at the end begin a character and are not all of it.
fn incomplete(bytes: &[u8]) -> usize {
    for back in 1..=bytes.len().min(3) {
        match bytes.get(bytes.len() - back) {
            Some(0x80..=0xbf) => {}
            Some(first) => {
                return if length(*first).is_some_and(|all| back < all) { back } else { 0 };
            }
            None => return 0,
        }
    }
    0
}

/// The length of a character of several bytes that begins so.
fn length(first: u8) -> Option<usize> {
    match first {
        0xc2..=0xdf => Some(2),
        0xe0..=0xef => Some(3),
        0xf0..=0xf4 => Some(4),
        _ => None,
    }
}

fn is_complete(sequence: &[u8]) -> bool {
    let Some((kind, rest)) = sequence.get(1..).and_then(<[u8]>::split_first) else { return false };
    match kind {
        b'[' => rest.iter().any(|byte| (0x40..=0x7e).contains(byte)),
        b']' => rest.contains(&0x07),
        b'P' | b'X' | b'^' | b'_' => false,
        0x20..=0x2f => rest.iter().any(|byte| (0x30..=0x7e).contains(byte)),
        _ => true,
    }
}
