//! The accept loop: connections, their limits, their end.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hyper::Request;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use rustls::ServerConfig;
use socket2::{SockRef, TcpKeepalive};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

use super::access::{self, Logged};
use super::edge::Edge;
use super::facts::Peer;
use super::fanout::{Outlet, Wire};
use super::limit::{Place, Standing};
use super::line::{Line, Patience, Work};
use super::root::{self, Root};
use super::tls::Tls;

/// Bytes that the system takes for a connection beyond those on their way.
const UNSENT: u32 = 128 << 10;

/// How long a TLS handshake may take.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// How long a connection without a request is kept while the hub is going down.
const LAST_CALL: Duration = Duration::from_secs(1);
/// Largest head of a request, and what is buffered of an answer before its source is asked for more, in bytes.
const BUFFER: usize = 64 << 10;
/// Requests at once on one HTTP/2 connection.
const STREAMS: u32 = 200;

/// Serves what comes in on `listener` for as long as it is polled, also while the hub is draining, so that
/// whoever comes then is told to come back. `tls` none: plain HTTP.
pub async fn serve(listener: TcpListener, edge: Arc<Edge>, tls: Option<Tls>) {
    let root = root::filter(&edge);
    let current = tls.as_ref().map(Tls::current);
    let follow = async {
        match tls {
            Some(tls) => tls.follow().await,
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        () = accept(listener, &edge, &root, current) => {}
        () = follow => {}
    }
}

async fn accept(
    listener: TcpListener,
    edge: &Arc<Edge>,
    root: &Root,
    tls: Option<watch::Receiver<Arc<ServerConfig>>>,
) {
    let mut pause = Duration::from_millis(50);
    loop {
        match listener.accept().await {
            Ok((stream, address)) => {
                pause = Duration::from_millis(50);
                admit(stream, address, edge, root, tls.as_ref());
            }
            Err(error) if is_of_one(&error) => {}
            Err(error) => {
                // Out of files, most likely: what ends meanwhile makes room.
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(Duration::from_secs(1));
            }
        }
    }
}

/// Whether only the connection itself failed, which its client knows.
fn is_of_one(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

fn admit(
    stream: TcpStream,
    address: SocketAddr,
    edge: &Arc<Edge>,
    root: &Root,
    tls: Option<&watch::Receiver<Arc<ServerConfig>>>,
) {
    let ip = address.ip().to_canonical();
    let trusted = edge.settings.trusted_proxies.iter().any(|net| net.contains(&ip));
    let Some((standing, place)) = edge.limits.connection((!trusted).then_some(ip)) else {
        edge.metrics.refused("connections");
        return;
    };
    let place = Arc::new(place);
    let connection =
        Connection { edge: edge.clone(), root: root.clone(), address, standing, place };
    let tls = tls.map(|tls| TlsAcceptor::from(tls.borrow().clone()));
    tokio::spawn(async move {
        let _counted = connection.edge.metrics.connected("http");
        prepare(&stream);
        match tls {
            None => {
                let wire = Wire::new(stream);
                let outlet = Some(wire.outlet());
                connection.serve(wire, outlet, true).await;
            }
            Some(tls) => match timeout(HANDSHAKE, tls.accept(stream)).await {
                Ok(Ok(stream)) => {
                    let http1 = stream.get_ref().1.alpn_protocol() != Some(b"h2");
                    connection.serve(stream, None, http1).await;
                }
                Ok(Err(error)) => tracing::debug!(%address, %error, "no TLS handshake"),
                Err(_) => tracing::debug!(%address, "no TLS handshake in time"),
            },
        }
    });
}

fn prepare(stream: &TcpStream) {
    // Small packets are sent when they are written, and a client that vanished is found out: a reader that takes
    // nothing is kept, one that is gone is not. Where the system refuses, the connection still serves.
    _ = stream.set_nodelay(true);
    let keepalive = TcpKeepalive::new()
        .with_time(Duration::from_secs(60))
        .with_interval(Duration::from_secs(15));
    _ = SockRef::from(stream).set_tcp_keepalive(&keepalive);
    // What was written and not sent stands before whatever is written next: without this up to 4 MiB, behind which
    // the echo of a key would wait on a slow line.
    _ = SockRef::from(stream).set_tcp_notsent_lowat(UNSENT);
}

struct Connection {
    edge: Arc<Edge>,
    root: Root,
    address: SocketAddr,
    standing: Standing,
    place: Arc<Place>,
}

impl Connection {
    async fn serve<S>(self, stream: S, outlet: Option<Arc<Outlet>>, http1: bool)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let Self { edge, root, address, standing, place } = self;
        let drain = edge.drain.clone();
        let _guard = drain.guard();
        let work: Arc<Work> = Arc::default();
        let line = Line::new(stream, work.clone(), http1, Patience::default());
        let peer = Peer { address, standing, work: work.clone(), place, outlet };
        let service = service_fn(move |request: Request<Incoming>| {
            answer(edge.clone(), root.clone(), peer.clone(), request)
        });
        let builder = builder();
        let connection = builder.serve_connection_with_upgrades(TokioIo::new(line), service);
        let mut connection = std::pin::pin!(connection);
        let ended = tokio::select! {
            ended = connection.as_mut() => Some(ended),
            () = drain.cancelled() => None,
            next = work.handover.next() => {
                // In a task of its own, which needs no room for hyper.
                tokio::spawn(next);
                return;
            }
        };
        let ended = match ended {
            Some(ended) => ended,
            None => {
                // One that has not asked yet is not cut off before it is told to come back.
                let last = if work.any() { Duration::ZERO } else { LAST_CALL };
                let ending = async {
                    match timeout(last, connection.as_mut()).await {
                        Ok(ended) => Some(ended),
                        Err(_) => {
                            connection.as_mut().graceful_shutdown();
                            timeout(drain.deadline(), connection.as_mut()).await.ok()
                        }
                    }
                };
                tokio::select! {
                    ended = ending => match ended {
                        Some(ended) => ended,
                        None => return,
                    },
                    // A stream that was just opened says itself when to come back.
                    next = work.handover.next() => {
                        tokio::spawn(next);
                        return;
                    }
                }
            }
        };
        if let Err(error) = ended {
            tracing::trace!(%address, %error, "a connection broke off");
        }
    }
}

fn builder() -> auto::Builder<TokioExecutor> {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    // The time for a head is kept by `Line`, from the first byte on and with an answer.
    builder.http1().timer(TokioTimer::new()).header_read_timeout(None).max_buf_size(BUFFER);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(STREAMS)
        .max_header_list_size(BUFFER as u32)
        .keep_alive_interval(Duration::from_secs(20))
        .keep_alive_timeout(Duration::from_secs(20));
    builder
}

async fn answer(
    edge: Arc<Edge>,
    root: Root,
    peer: Peer,
    request: Request<Incoming>,
) -> Result<hyper::Response<Logged>, Infallible> {
    Ok(access::logged(edge, root, peer, request).await)
}
