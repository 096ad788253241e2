//! One engine's HTTP: pooled connections, deadlines, bounded bodies. The Docker client library sends its
//! requests through here too. It knows no endpoint.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bollard::{BollardRequest, Docker};
use bytes::Bytes;
use futures::Stream;
use futures::future::BoxFuture;
use http_body_util::{BodyExt, Either, Full, Limited, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::client::legacy::Client as HyperClient;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use serde::de::DeserializeOwned;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::config::{DockerConfig, Observer};
use super::connect::Dialer;
use super::error;
use super::pooled::Connector;
use crate::runtime::{Result, RuntimeError};

/// Ends a call that an engine in order answers at once.
pub(super) const CALL: Duration = Duration::from_secs(30);

/// Calls at one time, beyond which they wait within their own deadlines; quick calls and slow ones (uploads,
/// long stops) apart, so that slow ones hold no quick one up. Streams do not count: those who subscribe are
/// bounded elsewhere.
const MAX_CALLS: usize = 128;

/// The longest answer that is read whole. A list of 10,000 containers has about 20 MB.
const MAX_BODY: usize = 64 << 20;

/// A refusal has one line.
const MAX_REFUSAL: usize = 64 << 10;

/// Connections kept open while nobody uses them.
const MAX_IDLE: usize = 8;
const IDLE: Duration = Duration::from_secs(60);

/// Bytes read ahead of who reads a stream, so that one that stops reading stops the engine.
const READ_AHEAD: usize = 64 << 10;

/// The Docker client library's own time limit, in seconds; ours are shorter.
const NEVER: u64 = 24 * 3_600;

/// A request's body.
pub(super) type Body = Either<
    Full<Bytes>,
    StreamBody<Pin<Box<dyn Stream<Item = std::io::Result<Frame<Bytes>>> + Send>>>,
>;

/// An engine's HTTP. Cheap to clone.
#[derive(Clone)]
pub(super) struct Client {
    http: HyperClient<Connector, Body>,
    dialer: Arc<Dialer>,
    docker: Docker,
    quick: Arc<Semaphore>,
    slow: Arc<Semaphore>,
    observer: Option<Observer>,
}

impl Client {
    pub(super) fn new(config: &DockerConfig) -> Result<Self> {
        let dialer = Arc::new(Dialer::new(config).map_err(RuntimeError::Invalid)?);
        let http: HyperClient<Connector, Body> = HyperClient::builder(TokioExecutor::new())
            .pool_max_idle_per_host(MAX_IDLE)
            .pool_idle_timeout(IDLE)
            .pool_timer(TokioTimer::new())
            .http1_max_buf_size(READ_AHEAD)
            .build(Connector(dialer.clone()));
        let (carrier, hints) = (http.clone(), dialer.clone());
        let transport = move |request: BollardRequest| {
            let (carrier, hints) = (carrier.clone(), hints.clone());
            async move {
                let answer = carrier.request(request).await.map_err(|error| {
                    error::through_bollard(error::from_connection(&error, hints.hint()))
                })?;
                // The library takes 304 for success.
                match answer.status() {
                    StatusCode::NOT_MODIFIED => {
                        Err(error::through_bollard(RuntimeError::NotModified))
                    }
                    _ => Ok(answer),
                }
            }
        };
        let docker = Docker::connect_with_custom_transport(
            transport,
            Some("http://docker"),
            NEVER,
            bollard::API_DEFAULT_VERSION,
        )
        .map_err(error::from_bollard)?;
        let places = || Arc::new(Semaphore::new(MAX_CALLS));
        let observer = config.observer.clone();
        Ok(Self { http, dialer, docker, quick: places(), slow: places(), observer })
    }

    pub(super) fn dialer(&self) -> &Dialer {
        &self.dialer
    }

    /// Runs one call of `kind` within `deadline` and tells the observer.
    pub(super) async fn call<T>(
        &self,
        kind: &'static str,
        deadline: Duration,
        work: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        self.observed(kind, deadline, async {
            let places = if deadline > CALL { &self.slow } else { &self.quick };
            // Never closed.
            let _place = places.acquire().await;
            work.await
        })
        .await
    }

    /// Like [`Client::call`], but waits for no place: for streams, and for what must not wait behind others.
    pub(super) async fn observed<T>(
        &self,
        kind: &'static str,
        deadline: Duration,
        work: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        let begun = Instant::now();
        let result = timeout(deadline, work).await.unwrap_or_else(|_| {
            let seconds = deadline.as_secs();
            Err(RuntimeError::Timeout(format!(
                "the engine did not answer `{kind}` within {seconds} s"
            )))
        });
        if let Some(observer) = &self.observer {
            observer(kind, error::word(&result), begun.elapsed());
        }
        result
    }

    /// A command of the Docker client library, within `deadline`. Boxed: the library's futures are large.
    pub(super) fn command<'a, T, F>(
        &'a self,
        kind: &'static str,
        deadline: Duration,
        work: impl FnOnce(Docker) -> F,
    ) -> BoxFuture<'a, Result<T>>
    where
        T: Send + 'a,
        F: Future<Output = std::result::Result<T, bollard::errors::Error>> + Send + 'a,
    {
        let work = Box::pin(work(self.docker.clone()));
        Box::pin(self.call(kind, deadline, async { work.await.map_err(error::from_bollard) }))
    }

    /// Sends a request and reads its status; a refusal becomes an error in the engine's words.
    pub(super) async fn open(
        &self,
        method: Method,
        path: &str,
        headers: &[(&'static str, String)],
    ) -> Result<Response<Incoming>> {
        let mut request = Request::builder().method(method).uri(format!("http://docker{path}"));
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        let request = request
            .body(Either::Left(Full::new(Bytes::new())))
            .map_err(|error| RuntimeError::Invalid(error.to_string()))?;
        let response = self.http.request(request).await.map_err(|error| self.broken(&error))?;
        if response.status().is_success() {
            return Ok(response);
        }
        Err(refusal(response).await)
    }

    /// Reads a whole answer.
    pub(super) async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T> {
        let response = self.open(Method::GET, path, &[]).await?;
        let body = Limited::new(response.into_body(), MAX_BODY).collect().await;
        let body = body.map_err(|error| match error.downcast::<hyper::Error>() {
            Ok(error) => self.broken(&*error),
            Err(_) => RuntimeError::Failed("the engine's answer is over 64 MiB".to_owned()),
        })?;
        serde_json::from_slice(&body.to_bytes()).map_err(|error| {
            RuntimeError::Failed(format!("the engine's answer cannot be read: {error}"))
        })
    }

    /// A connection that broke, with what its carrier says.
    pub(super) fn broken(&self, error: &(dyn std::error::Error + 'static)) -> RuntimeError {
        error::from_connection(error, self.dialer.hint())
    }
}

/// A refusal, in the engine's words.
pub(super) async fn refusal(response: Response<Incoming>) -> RuntimeError {
    let status = response.status();
    let body = Limited::new(response.into_body(), MAX_REFUSAL).collect().await;
    let body = body.map(|body| body.to_bytes()).unwrap_or_default();
    error::from_status(status, error::message(status, &body))
}

/// Makes `text` fit to stand in a query.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~/".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            escaped.push('%');
            escaped.extend([byte >> 4, byte & 15].map(|half| {
                char::from_digit(u32::from(half), 16).map_or('0', |c| c.to_ascii_uppercase())
            }));
        }
    }
    escaped
}
