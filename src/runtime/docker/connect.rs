//! Opens byte streams to an engine: unix, TCP, TLS, and a unix socket that OpenSSH carries. It knows nothing
//! of HTTP.

use std::fmt;
use std::io;
use std::time::Duration;

use quayside_protocol::reply::Step;
use rustls::pki_types::ServerName;
use socket2::{SockRef, TcpKeepalive};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::config::DockerConfig;
use super::ssh::Tunnel;
use super::tls;
use crate::runtime::address::Address;

/// An engine's machine that does not answer in this time is as good as gone, and the supervisor tries again.
const CONNECT: Duration = Duration::from_secs(5);

/// A machine that vanished is noticed after 10 + 3 × 5 s, also on a stream that is silent by nature.
const KEEP_ALIVE: Duration = Duration::from_secs(10);
const KEEP_ALIVE_PROBE: Duration = Duration::from_secs(5);
const KEEP_ALIVE_PROBES: u32 = 3;

/// Why there is no connection, and which step it failed at.
#[derive(Debug, Clone)]
pub(super) struct ConnectError {
    pub(super) step: Step,
    /// For a person.
    pub(super) reason: String,
}

impl ConnectError {
    fn new(step: Step, reason: impl Into<String>) -> Self {
        Self { step, reason: reason.into() }
    }
}

impl fmt::Display for ConnectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

impl std::error::Error for ConnectError {}

/// How one engine is dialled.
pub(super) enum Dialer {
    /// A socket of this machine.
    Unix(String),
    /// TCP, encrypted where there is a connector.
    Tcp { host: String, port: u16, tls: Option<(TlsConnector, ServerName<'static>)> },
    /// A socket of another machine.
    Ssh(Tunnel),
}

impl Dialer {
    /// Reads certificates and prepares files; opens no connection.
    pub(super) fn new(config: &DockerConfig) -> Result<Self, String> {
        match &config.address {
            Address::Unix { path } => Ok(Self::Unix(path.clone())),
            Address::Tcp { host, port } => {
                let tls = match &config.tls {
                    Some(files) => Some((tls::connector(files)?, tls::server_name(host)?)),
                    None => None,
                };
                Ok(Self::Tcp { host: host.clone(), port: *port, tls })
            }
            Address::Ssh { .. } => Tunnel::new(config).map(Self::Ssh),
        }
    }

    /// Opens one stream; bounded in time.
    pub(super) async fn dial(&self) -> Result<Box<dyn Stream>, ConnectError> {
        match self {
            Self::Unix(path) => unix(path).await.map(boxed),
            Self::Tcp { host, port, tls: None } => tcp(host, *port).await.map(boxed),
            Self::Tcp { host, port, tls: Some((connector, name)) } => {
                let stream = tcp(host, *port).await?;
                match timeout(CONNECT, connector.connect(name.clone(), stream)).await {
                    Ok(Ok(stream)) => Ok(boxed(stream)),
                    Ok(Err(error)) => Err(ConnectError::new(Step::Tls, tls::reason(&error))),
                    Err(_) => Err(ConnectError::new(
                        Step::Tls,
                        "no answer to the TLS handshake within 5 s",
                    )),
                }
            }
            Self::Ssh(tunnel) => {
                let path =
                    tunnel.ready().await.map_err(|why| ConnectError::new(Step::Connect, why))?;
                unix(&path).await.map(boxed)
            }
        }
    }

    /// What a connection that was made shows.
    pub(super) fn reached(&self) -> String {
        match self {
            Self::Unix(path) => format!("{path} accepts connections"),
            Self::Tcp { host, port, .. } => format!("{host}:{port} accepts connections"),
            Self::Ssh(_) => "ssh is logged in and carries the socket".to_owned(),
        }
    }

    /// What the machinery beneath a connection had to say last; only ssh speaks.
    pub(super) fn hint(&self) -> Option<String> {
        match self {
            Self::Ssh(tunnel) => tunnel.last_words(),
            Self::Unix(_) | Self::Tcp { .. } => None,
        }
    }
}

async fn unix(path: &str) -> Result<UnixStream, ConnectError> {
    match timeout(CONNECT, UnixStream::connect(path)).await {
        Ok(Ok(stream)) => Ok(stream),
        Ok(Err(error)) => Err(unix_error(path, &error)),
        Err(_) => {
            Err(ConnectError::new(Step::Connect, format!("{path} does not accept connections")))
        }
    }
}

fn unix_error(path: &str, error: &io::Error) -> ConnectError {
    match error.kind() {
        io::ErrorKind::NotFound => ConnectError::new(
            Step::Connect,
            format!("no such file: {path}; does the engine run, and is that its socket?"),
        ),
        io::ErrorKind::PermissionDenied => ConnectError::new(
            Step::Permission,
            format!(
                "permission denied: {path}; add the hub's user to the socket's group (mostly `docker`)"
            ),
        ),
        io::ErrorKind::ConnectionRefused => ConnectError::new(
            Step::Connect,
            format!("connection refused: no engine listens at {path}"),
        ),
        _ => ConnectError::new(Step::Connect, format!("{path}: {error}")),
    }
}

async fn tcp(host: &str, port: u16) -> Result<TcpStream, ConnectError> {
    let found = timeout(CONNECT, tokio::net::lookup_host((host, port))).await;
    let addresses: Vec<_> = match found {
        Ok(Ok(addresses)) => addresses.collect(),
        Ok(Err(_)) => Vec::new(),
        Err(_) => {
            return Err(ConnectError::new(
                Step::Address,
                format!("looking up {host} took over 5 s"),
            ));
        }
    };
    if addresses.is_empty() {
        return Err(ConnectError::new(Step::Address, format!("no such host: {host}")));
    }
    let opened = timeout(CONNECT, async {
        let mut last = io::Error::from(io::ErrorKind::AddrNotAvailable);
        for address in addresses {
            match TcpStream::connect(address).await {
                Ok(stream) => return Ok(stream),
                Err(error) => last = error,
            }
        }
        Err(last)
    });
    let stream = match opened.await {
        Ok(Ok(stream)) => stream,
        Ok(Err(error)) => {
            let what = match error.kind() {
                io::ErrorKind::ConnectionRefused => "connection refused".to_owned(),
                io::ErrorKind::HostUnreachable => "no way to that host".to_owned(),
                io::ErrorKind::NetworkUnreachable => "no way to that network".to_owned(),
                _ => error.to_string(),
            };
            return Err(ConnectError::new(Step::Connect, format!("{what}: {host}:{port}")));
        }
        Err(_) => {
            let reason = format!("no answer from {host}:{port} within 5 s");
            return Err(ConnectError::new(Step::Connect, reason));
        }
    };
    let keep_alive = TcpKeepalive::new()
        .with_time(KEEP_ALIVE)
        .with_interval(KEEP_ALIVE_PROBE)
        .with_retries(KEEP_ALIVE_PROBES);
    stream
        .set_nodelay(true)
        .and_then(|()| SockRef::from(&stream).set_tcp_keepalive(&keep_alive))
        .map_err(|error| ConnectError::new(Step::Connect, error.to_string()))?;
    Ok(stream)
}

/// Whatever bytes can be read from and written to.
pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

fn boxed(stream: impl Stream + 'static) -> Box<dyn Stream> {
    Box::new(stream)
}
