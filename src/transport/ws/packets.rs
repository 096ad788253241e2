//! What a socket's client sends.

use quayside_protocol::packet::{self as wire, Request as Asked};
use quayside_protocol::{CloseCode, Command, Reply};
use tokio_tungstenite::tungstenite::Message;

use super::session::{End, Session};
use crate::auth::{Caller, Principal};
use crate::error::Error;

/// Malformed packets in a row that end a connection.
const MALFORMED: u32 = 10;

impl Session {
    pub(super) fn message(&mut self, message: Message) -> Option<End> {
        match message {
            Message::Text(text) => self.packet(text.as_bytes()),
            Message::Binary(frame) => self.input(&frame),
            // The library has put the answer into its buffer.
            Message::Ping(_) => {
                self.unflushed += 1;
                None
            }
            Message::Pong(_) | Message::Close(_) | Message::Frame(_) => None,
        }
    }

    fn packet(&mut self, text: &[u8]) -> Option<End> {
        let (id, asked) = match wire::decode(text) {
            Ok(read) => {
                self.malformed = 0;
                read
            }
            Err(unreadable) => {
                self.malformed = if unreadable.malformed { self.malformed + 1 } else { 0 };
                let end = self.answer(unreadable.id.as_ref(), Err(unreadable.invalid.into()));
                let last = self.malformed >= MALFORMED;
                return end.or(last.then_some(End::Close(CloseCode::Malformed)));
            }
        };
        if let Asked::Ping = asked {
            return self.answer(id.as_ref(), Ok(Reply::done()));
        }
        let caller = self.caller();
        if caller.principal.is_none() && !matches!(&asked, Asked::Call(c) if c.parts().0 == "auth")
        {
            return self.answer(id.as_ref(), Err(Error::unauthenticated()));
        }
        match asked {
            Asked::Call(Command::AuthTicket(_)) if caller.principal.is_none() => {
                self.answer(id.as_ref(), Err(Error::unauthenticated()))
            }
            Asked::Call(command) if command.parts().0 == "terminal" => {
                self.terminal(id, caller, command)
            }
            Asked::Call(command) => {
                self.calls.call(&self.edge, caller, id, command);
                None
            }
            Asked::Subscribe(wanted) => {
                let most = self.edge.settings.subscriptions;
                if self.subscriptions() + self.calls.opening >= most {
                    self.edge.metrics.refused("subscriptions");
                    let words =
                        format!("a connection has at most {most} subscriptions: end one first");
                    return self.answer(id.as_ref(), Err(Error::limited(words, 1)));
                }
                self.calls.subscribe(&self.edge, caller, id, wanted);
                None
            }
            Asked::Unsubscribe(wanted) => {
                let ended = self.unsubscribe(wanted.sub);
                let missing =
                    || Error::not_found("there is no such subscription").with_field("sub");
                self.answer(id.as_ref(), ended.then(Reply::done).ok_or_else(missing))
            }
            Asked::Ping => None,
        }
    }

    fn caller(&self) -> Caller {
        let principal = self.rights.as_ref().map(|rights| Principal::clone(rights.principal()));
        Caller { principal, ..self.origin.clone() }
    }
}
