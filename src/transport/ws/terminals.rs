//! The terminals of one connection: their numbers, and whose turn it is.
//!
//! They hold nothing: what waits for a slow reader waits in the session, which stops its program.

use bytes::{Bytes, BytesMut};
use futures::future::{pending, select_all};
use quayside_protocol::command::terminal::Encoding;
use quayside_protocol::frame;
use quayside_protocol::push::{Push, TerminalPush};

use super::text::{Piece, Text};
use crate::broker::{Step, Viewer};

/// What is taken for one flush, in bytes of output: so much an echo may be behind the floods of others, and so much
/// a connection holds of a reader that has stopped reading.
const BATCH: usize = 64 << 10;
/// The least share of a batch, so that frames are not all head.
const LEAST: usize = 1 << 10;
/// What a push is counted as in a batch, beside its text.
const PUSH: usize = 128;

/// Terminals by their numbers, in the order of their turns.
#[derive(Default)]
pub(super) struct Terminals {
    open: Vec<Terminal>,
    /// How many numbers were given.
    given: u32,
}

/// One of them.
pub(super) struct Terminal {
    number: u32,
    pub(super) viewer: Viewer,
    /// Where output goes as text.
    text: Option<Text>,
    /// After the last output that was taken.
    end: u64,
    ended: bool,
}

/// What goes to the client.
pub(super) enum Frame {
    /// A binary frame.
    Output(Bytes),
    /// A push.
    Push(Box<Push>),
}

/// One flush.
#[derive(Default)]
pub(super) struct Taken {
    /// In order.
    pub(super) frames: Vec<Frame>,
    /// Of terminals that have ended and were told.
    pub(super) ended: Vec<Viewer>,
}

impl Terminals {
    /// How many are open.
    pub(super) fn len(&self) -> usize {
        self.open.len()
    }

    /// One more; its number. A number is never given twice.
    pub(super) fn add(&mut self, viewer: Viewer, encoding: Encoding, offset: u64) -> u32 {
        self.given += 1;
        let text = matches!(encoding, Encoding::Text).then(Text::default);
        let number = self.given;
        self.open.push(Terminal { number, viewer, text, end: offset, ended: false });
        number
    }

    /// The one of that number.
    pub(super) fn get(&mut self, number: u32) -> Option<&mut Terminal> {
        self.open.iter_mut().find(|terminal| terminal.number == number)
    }

    /// Takes the one of that number out.
    pub(super) fn remove(&mut self, number: u32) -> Option<Viewer> {
        let at = self.open.iter().position(|terminal| terminal.number == number)?;
        Some(self.open.remove(at).viewer)
    }

    /// Lets go of all; their sessions linger.
    pub(super) fn clear(&mut self) {
        self.open.clear();
    }

    /// The number of a session that is open here.
    pub(super) fn number(&self, session: &str) -> Option<u32> {
        let here = self.open.iter().find(|terminal| terminal.viewer.session() == session);
        here.map(|terminal| terminal.number)
    }

    /// Waits until one of them has something. Nothing is lost when this is given up and called again.
    pub(super) async fn ready(&self) {
        match self.open.as_slice() {
            [] => pending().await,
            [one] => one.viewer.ready().await,
            many => {
                select_all(many.iter().map(|terminal| Box::pin(terminal.viewer.ready()))).await;
            }
        }
    }

    /// Takes what fits into one flush: first everybody's share, then, of what that leaves, as much as each has, in
    /// the order of their turns. To be called when all that was taken before was flushed.
    pub(super) fn take(&mut self) -> Taken {
        let mut taken = Taken::default();
        let mut room = BATCH;
        let share = (BATCH / self.open.len().max(1)).max(LEAST);
        let mut served = 0;
        for most in [share, BATCH] {
            for terminal in &mut self.open {
                if room == 0 {
                    break;
                }
                let used = terminal.take(most.min(room), &mut taken);
                room = room.saturating_sub(used);
                served += usize::from(most == share);
            }
        }
        // Who had no share is first the next time, and the rest of a batch goes to another.
        let turn = if served < self.open.len() { served } else { 1.min(served) };
        self.open.rotate_left(turn);
        if self.open.iter().any(|terminal| terminal.ended) {
            let (ended, open) = self.open.drain(..).partition(|terminal| terminal.ended);
            self.open = open;
            let ended: Vec<Terminal> = ended;
            taken.ended.extend(ended.into_iter().map(|terminal| terminal.viewer));
        }
        taken
    }
}

impl Terminal {
    /// Takes up to `most`; how much it was.
    fn take(&mut self, most: usize, taken: &mut Taken) -> usize {
        let mut used = 0;
        while used < most && !self.ended {
            let Some(step) = self.viewer.next(most - used) else { break };
            used += self.step(step, taken);
        }
        used
    }

    fn step(&mut self, step: Step, taken: &mut Taken) -> usize {
        let terminal = self.number;
        match step {
            Step::Output { offset, bytes } => {
                self.end = offset + bytes.len() as u64;
                match &mut self.text {
                    None => {
                        let mut frame = BytesMut::with_capacity(frame::OUTPUT_HEAD + bytes.len());
                        frame.extend_from_slice(&frame::output_head(terminal, offset));
                        frame.extend_from_slice(&bytes);
                        taken.frames.push(Frame::Output(frame.freeze()));
                    }
                    Some(text) => {
                        let piece = text.decode(offset, &bytes);
                        taken.frames.extend(piece.map(|piece| output(terminal, piece)));
                    }
                }
                bytes.len()
            }
            Step::Redraw { offset, text } => {
                self.end = offset;
                self.text.iter_mut().for_each(Text::forget);
                let used = PUSH + text.len();
                taken.frames.push(push(TerminalPush::Redraw { terminal, offset, text }));
                used
            }
            Step::State { size, viewers } => {
                let used = PUSH * (1 + viewers.len());
                let (cols, rows) = (size.cols, size.rows);
                taken.frames.push(push(TerminalPush::State { terminal, cols, rows, viewers }));
                used
            }
            Step::Exit { code, reason } => {
                self.ended = true;
                let rest = self.text.as_mut().and_then(|text| text.finish(self.end));
                taken.frames.extend(rest.map(|piece| output(terminal, piece)));
                taken.frames.push(push(TerminalPush::Exit { terminal, code, reason }));
                PUSH
            }
        }
    }
}

fn output(terminal: u32, piece: Piece) -> Frame {
    let Piece { offset, next, text } = piece;
    push(TerminalPush::Output { terminal, offset, next, text })
}

fn push(data: TerminalPush) -> Frame {
    Frame::Push(Box::new(Push::Terminal { data }))
}
