//! Somebody at a terminal of Quayside's, through the binary socket.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::{Value, json};

use crate::dial;
use crate::said::{Outcome, Said};

/// Bytes that are drawn before the hub is told so: an eighth of what it sends ahead.
const TELL: u64 = 32 << 10;

/// A socket with a terminal on it.
pub(crate) struct Desk {
    stream: TcpStream,
    buffer: Vec<u8>,
    /// Where what is not looked at yet begins and ends in the buffer.
    begin: usize,
    end: usize,
    terminal: u32,
    drawn: u64,
    told: u64,
}

/// What comes.
pub(crate) enum Shown {
    /// So many bytes of output, and the last of them.
    Output(usize, u8),
    /// The program ended.
    Exit,
    /// Something else.
    Other,
}

impl Desk {
    /// Opens a program in a container of host `real`.
    pub(crate) fn open(
        address: SocketAddr,
        bearer: &str,
        container: &str,
        cmd: &[&str],
    ) -> Outcome<Self> {
        let stream = TcpStream::connect(address).said("a desk")?;
        stream.set_nodelay(true).said("a desk")?;
        stream.set_read_timeout(Some(Duration::from_secs(60))).said("a desk")?;
        let buffer = vec![0; 1 << 20];
        let (begin, end) = (0, 0);
        let mut desk = Self { stream, buffer, begin, end, terminal: 0, drawn: 0, told: 0 };
        for step in dial::ws(address, "/ws", bearer, &[]) {
            desk.stream.write_all(&step.send).said("the upgrade")?;
        }
        while !desk.waiting().windows(4).any(|part| part == b"\r\n\r\n") {
            desk.fill()?;
        }
        let head = desk.waiting().windows(4).position(|part| part == b"\r\n\r\n");
        desk.begin += head.unwrap_or(0) + 4;
        let open = json!({ "type": "terminal", "id": 1, "data": {
            "opt": "open", "host": "real", "container": container, "cmd": cmd,
            "cols": 80, "rows": 24 } });
        desk.say(&open)?;
        while desk.terminal == 0 {
            let (kind, at, length) = desk.frame()?;
            let text = desk.buffer.get(at..at + length).unwrap_or_default();
            if kind == 1 {
                let reply: Value = serde_json::from_slice(text).said("a reply")?;
                let number = reply["data"]["terminal"].as_u64();
                desk.terminal = number
                    .and_then(|number| number.try_into().ok())
                    .ok_or_else(|| format!("no terminal: {reply}"))?;
            }
        }
        Ok(desk)
    }

    /// Types bytes.
    pub(crate) fn type_in(&mut self, bytes: &[u8]) -> Outcome<()> {
        let mut payload = vec![0];
        payload.extend_from_slice(&self.terminal.to_be_bytes());
        payload.extend_from_slice(bytes);
        self.stream.write_all(&dial::frame(2, &payload)).said("typing")
    }

    /// The next thing that comes.
    pub(crate) fn next(&mut self) -> Outcome<Shown> {
        let (kind, at, length) = self.frame()?;
        let payload = self.buffer.get(at..at + length).unwrap_or_default();
        if kind == 1 {
            let exit = payload.windows(12).any(|part| part == br#""opt":"exit""#);
            return Ok(if exit { Shown::Exit } else { Shown::Other });
        }
        let (Some(offset), Some(last)) = (payload.get(5..13), payload.last().copied()) else {
            return Ok(Shown::Other);
        };
        let offset = offset.try_into().map(u64::from_be_bytes).said("an offset")?;
        let bytes = length - 13;
        self.drawn = offset + bytes as u64;
        if self.drawn - self.told >= TELL {
            self.told = self.drawn;
            let ack = json!({ "type": "terminal", "data": {
                "opt": "ack", "terminal": self.terminal, "offset": self.drawn } });
            self.say(&ack)?;
        }
        Ok(Shown::Output(bytes, last))
    }

    fn say(&mut self, packet: &Value) -> Outcome<()> {
        self.stream.write_all(&dial::frame(1, packet.to_string().as_bytes())).said("a packet")
    }

    fn waiting(&self) -> &[u8] {
        self.buffer.get(self.begin..self.end).unwrap_or_default()
    }

    fn fill(&mut self) -> Outcome<()> {
        if self.begin == self.end {
            (self.begin, self.end) = (0, 0);
        } else if self.end == self.buffer.len() {
            self.buffer.copy_within(self.begin..self.end, 0);
            (self.begin, self.end) = (0, self.end - self.begin);
        }
        let room = self.buffer.get_mut(self.end..).unwrap_or_default();
        match self.stream.read(room).said("the socket")? {
            0 => Err("the socket ended".to_owned()),
            read => {
                self.end += read;
                Ok(())
            }
        }
    }

    /// The next frame: its kind, where its payload is in the buffer, and how long.
    fn frame(&mut self) -> Outcome<(u8, usize, usize)> {
        loop {
            let waiting = self.waiting();
            let found = match *waiting {
                [kind, 126, high, low, ..] => {
                    Some((kind, 4, usize::from(u16::from_be_bytes([high, low]))))
                }
                [_, 126 | 127, ..] if waiting.len() < 10 => None,
                [kind, 127, _, _, _, _, a, b, c, d, ..] => {
                    Some((kind, 10, u32::from_be_bytes([a, b, c, d]) as usize))
                }
                [kind, length, ..] => Some((kind, 2, usize::from(length))),
                _ => None,
            };
            if let Some((kind, head, length)) = found.filter(|f| waiting.len() >= f.1 + f.2) {
                let at = self.begin + head;
                self.begin = at + length;
                return Ok((kind & 0xf, at, length));
            }
            self.fill()?;
        }
    }
}
