//! The limit: a bare loop over ready-made bytes and sockets, as its own process. It parses no request beyond its
//! end, knows no account and no filter, and checks nothing: nothing that delivers can cost less.
//!
//! `one`: a write for each event and socket. `batch`: what is ready goes in one write.

use std::collections::VecDeque;
use std::io::{self, ErrorKind, Read, Write};
use std::net::SocketAddr;
use std::path::Path;

use mio::net::{TcpListener, TcpStream, UnixStream};
use mio::{Events, Interest, Poll, Token};

const LISTENER: Token = Token(usize::MAX);
const SOURCE: Token = Token(usize::MAX - 1);

/// Bytes of old events that are kept, and those at which the rest is dropped.
const KEEP: usize = 16 << 20;
const TRIM: usize = 64 << 20;

/// How events look on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Sse,
    Ws,
}

struct Reader {
    stream: TcpStream,
    request: Vec<u8>,
    /// Where it is in the log; none before it has asked.
    cursor: Option<u64>,
    blocked: bool,
}

struct Loop {
    form: Form,
    batch: bool,
    log: Vec<u8>,
    /// The place of the log's first byte.
    base: u64,
    /// Where events begin.
    starts: VecDeque<u64>,
    readers: Vec<Option<Reader>>,
    partial: Vec<u8>,
}

/// Serves events that come as lines from `source` until that ends. Prints its address.
pub(crate) fn serve(source: &Path, form: Form, batch: bool) -> io::Result<()> {
    let mut poll = Poll::new()?;
    let mut listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0)))?;
    let mut lines = UnixStream::connect(source)?;
    let registry = poll.registry();
    registry.register(&mut listener, LISTENER, Interest::READABLE)?;
    registry.register(&mut lines, SOURCE, Interest::READABLE)?;
    println!("http://{}/", listener.local_addr()?);
    let mut state = Loop {
        form,
        batch,
        log: Vec::new(),
        base: 0,
        starts: VecDeque::new(),
        readers: Vec::new(),
        partial: Vec::new(),
    };
    let mut events = Events::with_capacity(1_024);
    let mut buffer = vec![0; 1 << 20];
    loop {
        match poll.poll(&mut events, None) {
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            polled => polled?,
        }
        for ready in &events {
            match ready.token() {
                LISTENER => state.accept(&listener, &poll)?,
                SOURCE => {
                    if !state.take(&mut lines, &mut buffer)? {
                        return Ok(());
                    }
                }
                Token(number) => state.serve(number, ready.is_readable()),
            }
        }
    }
}

impl Loop {
    fn accept(&mut self, listener: &TcpListener, poll: &Poll) -> io::Result<()> {
        loop {
            let mut stream = match listener.accept() {
                Ok((stream, _)) => stream,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(error),
            };
            stream.set_nodelay(true)?;
            let token = Token(self.readers.len());
            poll.registry().register(
                &mut stream,
                token,
                Interest::READABLE | Interest::WRITABLE,
            )?;
            let reader = Reader { stream, request: Vec::new(), cursor: None, blocked: false };
            self.readers.push(Some(reader));
        }
    }

    /// Takes what the source has; false at its end.
    fn take(&mut self, lines: &mut UnixStream, buffer: &mut [u8]) -> io::Result<bool> {
        loop {
            let read = match lines.read(buffer) {
                Ok(0) => return Ok(false),
                Ok(read) => read,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(true),
                Err(error) => return Err(error),
            };
            self.partial.extend_from_slice(buffer.get(..read).unwrap_or_default());
            let partial = std::mem::take(&mut self.partial);
            let first = self.starts.len();
            let mut rest = partial.as_slice();
            while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
                self.frame(rest.get(..end).unwrap_or_default());
                rest = rest.get(end + 1..).unwrap_or_default();
            }
            self.partial = rest.to_vec();
            self.deliver(first);
            self.trim();
        }
    }

    fn frame(&mut self, line: &[u8]) {
        self.starts.push_back(self.end());
        match self.form {
            Form::Sse => {
                let id = self.starts.back().copied().unwrap_or(0);
                self.log
                    .extend_from_slice(format!("id: {id:016x}\nevent: event\ndata: ").as_bytes());
                self.log.extend_from_slice(line);
                self.log.extend_from_slice(b"\n\n");
            }
            Form::Ws => {
                let length = u16::try_from(line.len()).unwrap_or(u16::MAX);
                self.log.extend_from_slice(&[0x81, 126]);
                self.log.extend_from_slice(&length.to_be_bytes());
                self.log.extend_from_slice(line);
            }
        }
    }

    fn end(&self) -> u64 {
        self.base + self.log.len() as u64
    }

    /// Gives everybody the events from the one of this number on.
    fn deliver(&mut self, first: usize) {
        if self.batch {
            for number in 0..self.readers.len() {
                self.write(number, u64::MAX);
            }
            return;
        }
        for event in first..self.starts.len() {
            let end = self.starts.get(event + 1).copied().unwrap_or(u64::MAX);
            for number in 0..self.readers.len() {
                self.write(number, end);
            }
        }
    }

    fn serve(&mut self, number: usize, readable: bool) {
        if readable {
            self.ask(number);
        }
        let Some(Some(reader)) = self.readers.get_mut(number) else { return };
        reader.blocked = false;
        let Some(cursor) = reader.cursor else { return };
        if self.batch || cursor >= self.end() {
            return self.write(number, u64::MAX);
        }
        let late = self.starts.partition_point(|start| *start <= cursor);
        for event in late..=self.starts.len() {
            let end = self.starts.get(event).copied().unwrap_or(u64::MAX);
            self.write(number, end);
        }
    }

    /// Writes what a reader lacks before `end`, in one write.
    fn write(&mut self, number: usize, end: u64) {
        let (base, end) = (self.base, end.min(self.end()));
        let Some(slot) = self.readers.get_mut(number) else { return };
        let Some(Reader { stream, cursor: Some(cursor), blocked: blocked @ false, .. }) = slot
        else {
            return;
        };
        while *cursor < end {
            let place = |at: u64| usize::try_from(at - base).unwrap_or(usize::MAX);
            let ready = self.log.get(place(*cursor)..place(end)).unwrap_or_default();
            match stream.write(ready) {
                Ok(written) if written == ready.len() => *cursor = end,
                Ok(written) => *cursor += written as u64,
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    *blocked = true;
                    return;
                }
                Err(_) => {
                    *slot = None;
                    return;
                }
            }
        }
    }

    /// Reads a request; `behind=N` in it asks for the last N events first.
    fn ask(&mut self, number: usize) {
        let end = self.end();
        let Some(slot) = self.readers.get_mut(number) else { return };
        let Some(reader) = slot else { return };
        let mut buffer = [0; 2_048];
        loop {
            match reader.stream.read(&mut buffer) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => return,
                Ok(0) | Err(_) => {
                    *slot = None;
                    return;
                }
                Ok(read) => {
                    reader.request.extend_from_slice(buffer.get(..read).unwrap_or_default());
                }
            }
            if reader.cursor.is_some() || !reader.request.ends_with(b"\r\n\r\n") {
                continue;
            }
            let request = String::from_utf8_lossy(&reader.request);
            let behind = request.split_once("behind=").map_or("", |(_, rest)| rest);
            let behind = behind.split(|c: char| !c.is_ascii_digit()).next().unwrap_or_default();
            let behind: usize = behind.parse().unwrap_or(0);
            let start = self.starts.len().checked_sub(behind).and_then(|at| self.starts.get(at));
            reader.cursor = Some(start.copied().unwrap_or(end));
            reader.request = Vec::new();
            let head: &[u8] = match self.form {
                Form::Sse => {
                    b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n: ready\n\n"
                }
                Form::Ws => {
                    b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
                      Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"
                }
            };
            _ = reader.stream.write(head);
        }
    }

    fn trim(&mut self) {
        if self.log.len() > TRIM {
            let gone = self.log.len() - KEEP;
            self.log.drain(..gone);
            self.base += gone as u64;
            while self.starts.front().is_some_and(|start| *start < self.base) {
                self.starts.pop_front();
            }
        }
    }
}
