//! Opens byte streams to an engine: unix, TCP, TLS, and a unix socket that OpenSSH carries. It knows nothing
//! of HTTP beyond what a connection pool wants to know of a stream.

use std::fmt;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use futures::future::BoxFuture;
use hyper::Uri;
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::client::legacy::connect::{Connected, Connection};
use hyper_util::rt::TokioIo;
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
                    Ok(Err(error)) => Err(ConnectError::new(Step::Tls, tls_reason(&error))),
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

/// What a failed handshake means for whoever put the certificates there.
pub(super) fn tls_reason(error: &io::Error) -> String {
    use rustls::{AlertDescription, CertificateError, Error};
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<Error>());
    match inner {
        Some(Error::InvalidCertificate(CertificateError::UnknownIssuer)) => {
            "the engine's certificate is not signed by tls.ca".to_owned()
        }
        Some(Error::InvalidCertificate(
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
        )) => "the engine's certificate is for another name than the address has".to_owned(),
        Some(Error::InvalidCertificate(
            CertificateError::Expired | CertificateError::ExpiredContext { .. },
        )) => "the engine's certificate has expired".to_owned(),
        Some(Error::InvalidCertificate(why)) => format!("the engine's certificate is refused: {why}"),
        Some(Error::AlertReceived(
            alert @ (AlertDescription::BadCertificate
            | AlertDescription::UnknownCA
            | AlertDescription::CertificateRequired
            | AlertDescription::CertificateExpired
            | AlertDescription::CertificateUnknown
            | AlertDescription::AccessDenied
            | AlertDescription::DecryptError),
        )) => format!("the engine refuses the hub's certificate ({alert:?}): is it signed by the engine's own authority?"),
        Some(Error::InvalidMessage(_)) => {
            "what answers there speaks no TLS: leave the certificates out, or use the engine's TLS port".to_owned()
        }
        Some(other) => format!("TLS: {other}"),
        None => format!("the TLS handshake was cut off: {error}"),
    }
}

/// Whatever bytes can be read from and written to.
pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

fn boxed(stream: impl Stream + 'static) -> Box<dyn Stream> {
    Box::new(stream)
}

/// A stream as the connection pool wants it.
pub(super) struct Pooled(TokioIo<Box<dyn Stream>>);

impl Connection for Pooled {
    fn connected(&self) -> Connected {
        Connected::new()
    }
}

impl Read for Pooled {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, buf)
    }
}

impl Write for Pooled {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}

/// Dials for the connection pool; the URI has no say in where.
#[derive(Clone)]
pub(super) struct Connector(pub(super) Arc<Dialer>);

impl tower_service::Service<Uri> for Connector {
    type Response = Pooled;
    type Error = ConnectError;
    type Future = BoxFuture<'static, Result<Pooled, ConnectError>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), ConnectError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Uri) -> Self::Future {
        let dialer = self.0.clone();
        Box::pin(async move { dialer.dial().await.map(|stream| Pooled(TokioIo::new(stream))) })
    }
}
