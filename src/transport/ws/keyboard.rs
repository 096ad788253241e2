//! What a socket's client does with its terminals.

use bytes::Bytes;
use quayside_protocol::{Command, ErrorCode, PacketId, Reply, frame};

use super::opening::{self, Wanted};
use super::session::{End, Session};
use super::terminals::{Frame, Terminal};
use crate::auth::Caller;
use crate::error::{Error, Result};

impl Session {
    /// A packet of noun `terminal`.
    pub(super) fn terminal(
        &mut self,
        id: Option<PacketId>,
        caller: Caller,
        command: Command,
    ) -> Option<End> {
        let (noun, opt) = command.parts();
        if !self.edge.broker.admits(&caller, noun, opt) {
            // Refused there, where it is recorded.
            self.calls.call(&self.edge, caller, id, command);
            return None;
        }
        match command {
            Command::TerminalOpen(open) => self.enter(id, caller, Wanted::Open(open)),
            Command::TerminalAttach(attach) => self.enter(id, caller, Wanted::Attach(attach)),
            Command::TerminalInput(input) => {
                let bytes = Bytes::from(input.text);
                self.on(id, input.terminal, "terminal_input", |t| t.viewer.input(bytes))
            }
            Command::TerminalResize(to) => {
                self.on(id, to.terminal, "terminal_resize", |t| t.viewer.resize(to.cols, to.rows))
            }
            Command::TerminalAck(ack) => self.on(id, ack.terminal, "terminal_ack", |t| {
                t.viewer.ack(ack.offset);
                Ok(())
            }),
            Command::TerminalClose(close) => {
                match self.terminals.remove(close.terminal) {
                    Some(viewer) => self.calls.close(&self.edge, id, viewer),
                    None => return self.answer(id.as_ref(), Err(missing(close.terminal))),
                }
                None
            }
            command => {
                self.calls.call(&self.edge, caller, id, command);
                None
            }
        }
    }

    fn enter(&mut self, id: Option<PacketId>, caller: Caller, wanted: Wanted) -> Option<End> {
        let most = self.edge.settings.terminals;
        if self.terminals.len() + self.calls.entering >= most {
            self.edge.metrics.refused("terminals");
            let words = format!("a connection has at most {most} terminals: close one first");
            return self.answer(id.as_ref(), Err(Error::limited(words, 1)));
        }
        self.calls.enter(&self.edge, caller, id, wanted);
        None
    }

    fn on(
        &mut self,
        id: Option<PacketId>,
        number: u32,
        kind: &'static str,
        act: impl FnOnce(&mut Terminal) -> Result<()>,
    ) -> Option<End> {
        let done = self.terminals.get(number).ok_or_else(|| missing(number)).and_then(act);
        self.edge.count("ws", kind, &done);
        self.answer(id.as_ref(), done.map(|()| Reply::done()))
    }

    /// A binary frame: input, without an answer unless something is wrong with it.
    pub(super) fn input(&mut self, frame: &Bytes) -> Option<End> {
        if self.rights.is_none() {
            return self.answer(None, Err(Error::unauthenticated()));
        }
        let Some(number) = frame::input_terminal(frame) else {
            let words =
                "a binary frame is a byte 0, a terminal's number in 4 bytes, and what is typed";
            return self.answer(None, Err(Error::invalid("", words)));
        };
        let bytes = frame.slice(frame::INPUT_HEAD..);
        let done = match self.terminals.get(number) {
            Some(terminal) => terminal.viewer.input(bytes),
            None => Err(missing(number)),
        };
        done.err().and_then(|error| self.answer(None, Err(of_terminal(number, &error))))
    }

    /// Puts what the terminals have into the buffer. To be called when that was flushed.
    pub(super) fn show(&mut self) -> Option<End> {
        if self.terminals.len() == 0 {
            return None;
        }
        let taken = self.terminals.take();
        for viewer in taken.ended {
            opening::leave(&self.edge, viewer);
        }
        for frame in taken.frames {
            let end = match frame {
                Frame::Output(bytes) => self.put_binary(bytes),
                Frame::Push(push) => self.put_json(&*push),
            };
            if end.is_some() {
                return end;
            }
        }
        None
    }
}

fn missing(number: u32) -> Error {
    let words = format!("there is no terminal {number} on this connection");
    Error::not_found(words).with_field("terminal")
}

/// An error without a packet's id says which terminal it is about.
fn of_terminal(number: u32, error: &Error) -> Error {
    if error.code() == ErrorCode::NotFound {
        return missing(number);
    }
    let words = format!("terminal {number}: {}", error.message());
    match error.retry_after() {
        Some(seconds) => Error::limited(words, seconds),
        None => Error::new(error.code(), words).with_field("terminal"),
    }
}
