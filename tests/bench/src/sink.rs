//! How events reach each of the servers.

use std::io::{self, BufRead, BufReader, Read as _, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::net::UnixStream;
use std::sync::Arc;

use crate::engine::Engines;
use crate::event;
use crate::source::Sink;

/// Docker's events of several engines in turn.
pub(crate) struct Docker {
    engines: Arc<Engines>,
    /// Whether every other event is a network's.
    kinds: bool,
}

impl Docker {
    pub(crate) fn new(engines: Arc<Engines>, kinds: bool) -> Self {
        Self { engines, kinds }
    }
}

impl Sink for Docker {
    fn publish(&mut self, first: u64, count: u64) -> io::Result<()> {
        self.engines.emit(first, count, self.kinds);
        Ok(())
    }
}

/// Lines over a Unix socket.
pub(crate) struct Lines {
    pub(crate) stream: UnixStream,
    pub(crate) length: usize,
}

impl Sink for Lines {
    fn publish(&mut self, _: u64, count: u64) -> io::Result<()> {
        let mut bytes = Vec::new();
        for _ in 0..count {
            event::line(&mut bytes, self.length);
            bytes.push(b'\n');
        }
        self.stream.write_all(&bytes)
    }
}

/// A POST each, over one connection, the next when the last is answered.
pub(crate) struct Posts {
    stream: BufReader<TcpStream>,
    length: usize,
}

impl Posts {
    pub(crate) fn new(address: SocketAddr, length: usize) -> io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        Ok(Self { stream: BufReader::new(stream), length })
    }
}

impl Sink for Posts {
    fn most(&self) -> u64 {
        1
    }

    fn publish(&mut self, _: u64, count: u64) -> io::Result<()> {
        for _ in 0..count {
            let length = self.length;
            let mut bytes =
                format!("POST /pub HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\n\r\n")
                    .into_bytes();
            event::line(&mut bytes, length);
            self.stream.get_mut().write_all(&bytes)?;
            let mut body = 0;
            loop {
                let mut head = String::new();
                if self.stream.read_line(&mut head)? == 0 {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
                if let Some(length) = head.to_ascii_lowercase().strip_prefix("content-length:") {
                    body = length.trim().parse().unwrap_or(0);
                }
                if head == "\r\n" {
                    break;
                }
            }
            self.stream.read_exact(&mut vec![0; body])?;
        }
        Ok(())
    }
}

/// NATS's own protocol.
pub(crate) struct Nats {
    pub(crate) stream: TcpStream,
    pub(crate) length: usize,
}

impl Sink for Nats {
    fn publish(&mut self, _: u64, count: u64) -> io::Result<()> {
        let mut bytes = Vec::new();
        for _ in 0..count {
            bytes.extend_from_slice(format!("PUB events {}\r\n", self.length).as_bytes());
            event::line(&mut bytes, self.length);
            bytes.extend_from_slice(b"\r\n");
        }
        self.stream.write_all(&bytes)
    }
}
