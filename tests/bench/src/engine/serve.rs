//! HTTP/1.1 over a Unix socket, a thread for each connection: a hub opens a handful.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::sync::Arc;

use super::{Engine, answer};

/// Serves until the process ends.
pub(super) fn start(listener: UnixListener, engine: Arc<Engine>) {
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let engine = engine.clone();
            // How a connection ends is the hub's affair.
            std::thread::spawn(move || _ = serve(stream, &engine));
        }
    });
}

fn serve(stream: UnixStream, engine: &Engine) -> io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut stream = stream;
    loop {
        let mut first = String::new();
        if reader.read_line(&mut first)? == 0 {
            return Ok(());
        }
        let mut length = 0;
        loop {
            let mut line = String::new();
            reader.read_line(&mut line)?;
            if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().unwrap_or(0);
            }
            if line.trim().is_empty() {
                break;
            }
        }
        reader.read_exact(&mut vec![0; length])?;
        let target = first.split_whitespace().nth(1).unwrap_or_default();
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        if path.ends_with("/events") {
            stream.write_all(
                b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n",
            )?;
            engine.listen(stream, query.contains("since="));
            return Ok(());
        }
        let (status, body) = answer::answer(engine, path, query);
        let head = format!(
            "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all(&[head.as_bytes(), body.as_bytes()].concat())?;
    }
}

/// A chunk of a body.
pub(super) fn chunk(out: &mut Vec<u8>, bytes: &[u8]) {
    out.extend_from_slice(format!("{:x}\r\n", bytes.len()).as_bytes());
    out.extend_from_slice(bytes);
    out.extend_from_slice(b"\r\n");
}
