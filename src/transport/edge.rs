//! What every handler shares: the broker, the settings, the limits, the end.

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, LazyLock};

use bytes::Bytes;
use quayside_protocol::push::Progress;
use quayside_protocol::{Command, Reply};
use tokio::sync::mpsc;
use tracing::Instrument;

use super::fanout::Fanout;
use super::limit::Limits;
use super::openapi;
use super::rest::fleet::Kept;
use super::settings::Settings;
use crate::auth::Caller;
use crate::broker::Broker;
use crate::drain::DrainWatch;
use crate::error::Error;
use crate::metrics::Metrics;

/// What every handler shares.
pub struct Edge {
    pub(super) broker: Broker,
    pub(super) settings: Settings,
    pub(super) drain: DrainWatch,
    pub(super) metrics: Arc<Metrics>,
    pub(super) limits: Arc<Limits>,
    pub(super) fanout: Fanout,
    pub(super) kept: Kept,
    /// The OpenAPI document, made once.
    pub(super) openapi: Bytes,
}

impl Edge {
    /// Puts it together.
    ///
    /// # Errors
    /// The system gives no thread.
    pub fn new(
        broker: Broker,
        settings: Settings,
        drain: DrainWatch,
        metrics: Arc<Metrics>,
    ) -> io::Result<Arc<Self>> {
        let fanout = Fanout::new(&broker)?;
        let limits = Limits::new(settings.connections, settings.per_address, settings.per_user);
        let openapi = openapi::document().to_string().into();
        Ok(Arc::new(Self {
            broker,
            settings,
            drain,
            metrics,
            limits,
            fanout,
            kept: Kept::default(),
            openapi,
        }))
    }

    /// Runs a command to its end, also when who asked has left: half a change is worse than one nobody waits
    /// for. The hub's end waits for it.
    pub(super) async fn call(
        self: &Arc<Self>,
        transport: &'static str,
        caller: Caller,
        command: Command,
        progress: Option<mpsc::Sender<Progress>>,
    ) -> Result<Reply, Error> {
        let (edge, kind) = (self.clone(), kind(&command));
        let work = async move {
            match progress {
                Some(progress) => edge.broker.call_with_progress(&caller, command, progress).await,
                None => edge.broker.call(&caller, command).await,
            }
        };
        self.carry(transport, kind, work).await
    }

    /// Does what a packet of `kind` asked for, as [`Edge::call`] does a command.
    pub(super) async fn carry<T: Send + 'static>(
        self: &Arc<Self>,
        transport: &'static str,
        kind: &'static str,
        work: impl Future<Output = Result<T, Error>> + Send + 'static,
    ) -> Result<T, Error> {
        let edge = self.clone();
        let run = async move {
            let _guard = edge.drain.guard();
            let answer = work.await;
            edge.count(transport, kind, &answer);
            answer
        };
        tokio::spawn(run.in_current_span())
            .await
            .unwrap_or_else(|error| Err(Error::internal(format!("{kind}: {error}"))))
    }

    /// Counts an answer.
    pub(super) fn count<T>(
        &self,
        transport: &'static str,
        kind: &'static str,
        answer: &Result<T, Error>,
    ) {
        let result = answer.as_ref().err().map_or("ok", |error| error.code().as_str());
        self.metrics.request(transport, kind, result);
    }
}

/// `container_start`, as metrics name it.
pub(super) fn kind(command: &Command) -> &'static str {
    static NAMES: LazyLock<HashMap<(&str, &str), &str>> = LazyLock::new(|| {
        let name = |noun: &str, opt: &str| match opt {
            "" => noun.to_owned(),
            opt => format!("{noun}_{opt}"),
        };
        // Kept for ever: there are as many as there are commands.
        let kept = |noun, opt| &*Box::leak(name(noun, opt).into_boxed_str());
        Command::ALL.iter().map(|&(noun, opt)| ((noun, opt), kept(noun, opt))).collect()
    });
    NAMES.get(&command.parts()).copied().unwrap_or("")
}
