//! The peers and the limits as servers: how each is started and how its source reaches it.

use std::fs;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::clock;
use crate::limit::Form;
use crate::said::{Outcome, Said};
use crate::server::Server;
use crate::sink::{Lines, Nats, Posts};
use crate::source::{Sink, Source};

/// A server that is no Quayside, with its source.
pub(crate) struct Peer {
    pub(crate) server: Server,
    pub(crate) address: SocketAddr,
    pub(crate) source: Source,
}

/// The bare loop, with events of `length` bytes.
pub(crate) fn limit(dir: &Path, form: Form, batch: bool, length: usize) -> Outcome<Peer> {
    let mut command = Command::new(std::env::current_exe().said("this program")?);
    command.arg("limit").arg(dir.join("lines.sock"));
    command.arg(if form == Form::Sse { "sse" } else { "ws" });
    command.arg(if batch { "batch" } else { "one" });
    by_lines(dir, command, length)
}

/// Bun's WebSocket publish.
pub(crate) fn bun(dir: &Path, modules: &Path, length: usize) -> Outcome<Peer> {
    let program = modules.join("node_modules/.bin/bun");
    if !program.exists() {
        return Err("bun is not installed".to_owned());
    }
    let mut command = Command::new(program);
    command.arg(modules.join("server.mjs")).arg(dir.join("lines.sock"));
    by_lines(dir, command, length)
}

fn by_lines(dir: &Path, command: Command, length: usize) -> Outcome<Peer> {
    fs::create_dir_all(dir).said("a directory")?;
    let listener = UnixListener::bind(dir.join("lines.sock")).said("a socket for lines")?;
    let (server, address) = Server::told(command)?;
    let (stream, _) = listener.accept().said("its connection for lines")?;
    let source = Source::start(Box::new(Lines { stream, length }))?;
    Ok(Peer { server, address, source })
}

/// nginx with nchan: one worker, as one loop is what it is compared with.
pub(crate) fn nchan(dir: &Path, length: usize) -> Outcome<Peer> {
    fs::create_dir_all(dir).said("a directory")?;
    let module = "/usr/lib/nginx/modules/ngx_nchan_module.so";
    if !Path::new(module).exists() {
        return Err("libnginx-mod-nchan is not installed".to_owned());
    }
    let address = free_address()?;
    let place = dir.display();
    let config = format!(
        "load_module {module};
user root;
daemon off;
worker_processes 1;
worker_rlimit_nofile 20000;
pid {place}/nginx.pid;
error_log {place}/error.log warn;
events {{ worker_connections 19900; }}
http {{
  access_log off;
  client_body_temp_path {place}/body;
  proxy_temp_path {place}/proxy;
  fastcgi_temp_path {place}/fastcgi;
  uwsgi_temp_path {place}/uwsgi;
  scgi_temp_path {place}/scgi;
  keepalive_requests 1000000000;
  keepalive_timeout 1h;
  nchan_shared_memory_size 256M;
  nchan_message_buffer_length 8192;
  nchan_message_timeout 10m;
  server {{
    listen {address} backlog=4096;
    location = /pub {{ nchan_publisher; nchan_channel_id events; }}
    location = /sub {{ nchan_subscriber eventsource websocket; nchan_channel_id events;
      nchan_subscriber_first_message newest; }}
  }}
}}
"
    );
    fs::write(dir.join("nginx.conf"), config).said("nginx.conf")?;
    let mut command = Command::new("nginx");
    command.arg("-p").arg(dir).arg("-c").arg(dir.join("nginx.conf")).stderr(Stdio::null());
    let server = Server::silent(command)?;
    listens(address)?;
    let sink: Box<dyn Sink> = Box::new(Posts::new(address, length).said("nchan's publisher")?);
    Ok(Peer { server, address, source: Source::start(sink)? })
}

/// NATS with its WebSocket listener.
pub(crate) fn nats(dir: &Path, length: usize) -> Outcome<Peer> {
    fs::create_dir_all(dir).said("a directory")?;
    let (plain, address) = (free_address()?, free_address()?);
    let config = format!(
        "listen: {plain}\nping_interval: \"1h\"\nmax_pending: 268435456\nwrite_deadline: \"60s\"\n\
         websocket {{ listen: \"{address}\", no_tls: true }}\n"
    );
    fs::write(dir.join("nats.conf"), config).said("nats.conf")?;
    let mut command = Command::new("nats-server");
    command.arg("-c").arg(dir.join("nats.conf")).stderr(Stdio::null());
    let server = Server::silent(command)?;
    listens(address)?;
    let stream = TcpStream::connect(plain).said("the publisher of NATS")?;
    let mut sink = Nats { stream, length };
    let hello = b"CONNECT {\"verbose\":false,\"pedantic\":false}\r\n";
    std::io::Write::write_all(&mut sink.stream, hello).said("the publisher of NATS")?;
    Ok(Peer { server, address, source: Source::start(Box::new(sink))? })
}

fn listens(address: SocketAddr) -> Outcome<()> {
    let limit = Duration::from_secs(20);
    let look = || TcpStream::connect(address).ok().map(drop);
    clock::until(limit, Duration::from_millis(20), "a peer that listens", look)
}

/// An address that was free a moment ago, for servers that do not tell theirs.
fn free_address() -> Outcome<SocketAddr> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).said("a free port")?;
    listener.local_addr().said("a free port")
}
