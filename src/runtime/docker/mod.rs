//! The Docker Engine: the only place that names bollard, the Docker client library. Its commands go through
//! it; what it withholds, mis-reads or reads without a bound (lists, streams, logs, archives) is read here,
//! over the same pooled connections. It knows no account and no right.

mod archive;
mod client;
mod config;
mod connect;
mod create;
mod engine;
mod error;
mod events;
mod files;
mod frames;
mod image;
mod inspect;
mod line;
mod lines;
mod list;
mod logs;
mod pooled;
mod pull;
mod reap;
mod room;
mod ssh;
mod state;
mod stats;
mod terminal;
mod test;
mod tls;
mod volume;
mod wire;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use futures::stream::BoxStream;
use quayside_protocol::reply::{
    DiskUse, Engine, FileEntry, HostPort, HostTested, Image, Inspect, LogLine, Top,
};

use self::client::{CALL, Client};
pub use self::config::{DockerConfig, Observer, SshFiles, TlsFiles};
pub use self::room::sweep;
use super::{
    ByteStream, ContainerFacts, ContainerSpec, EngineEvent, Labelled, Leftover, LogQuery, Made,
    PullStep, RegistryLogin, Result, Runtime, StatsSample, TerminalSource, TerminalSpec,
};

/// A list of thousands of containers is thousands of inspections.
const LIST: Duration = Duration::from_secs(60);

/// One Docker Engine.
pub struct DockerEngine {
    client: Client,
}

impl DockerEngine {
    /// Reads certificates and writes keys; connects to nothing. Runs within tokio.
    ///
    /// # Errors
    /// [`super::RuntimeError::Invalid`] says which certificate or key cannot be used, or that the private directory
    /// cannot be written.
    pub fn new(config: DockerConfig) -> Result<Arc<Self>> {
        Ok(Arc::new(Self { client: Client::new(&config)? }))
    }
}

impl Runtime for DockerEngine {
    fn engine(&self) -> BoxFuture<'_, Result<Engine>> {
        Box::pin(engine::engine(&self.client))
    }

    fn ping(&self) -> BoxFuture<'_, Result<()>> {
        Box::pin(engine::ping(&self.client))
    }

    fn events(
        &self,
        since: Option<i64>,
    ) -> BoxFuture<'_, Result<BoxStream<'static, Result<EngineEvent>>>> {
        Box::pin(events::events(&self.client, since))
    }

    fn containers(&self, ids: Option<Vec<String>>) -> BoxFuture<'_, Result<Vec<ContainerFacts>>> {
        Box::pin(self.client.observed("containers", LIST, list::containers(&self.client, ids)))
    }

    fn inspect(&self, id: &str) -> BoxFuture<'_, Result<Inspect>> {
        let id = id.to_owned();
        Box::pin(async move {
            let work = inspect::details(&self.client, &id);
            self.client.call("inspect", CALL, work).await.map(inspect::inspect)
        })
    }

    fn create(&self, spec: ContainerSpec) -> BoxFuture<'_, Result<Made>> {
        Box::pin(create::create(&self.client, spec))
    }

    fn start(&self, id: &str) -> BoxFuture<'_, Result<()>> {
        let id = id.to_owned();
        Box::pin(async move { state::start(&self.client, &id).await })
    }

    fn stop(&self, id: &str, timeout: Option<u64>) -> BoxFuture<'_, Result<()>> {
        let id = id.to_owned();
        Box::pin(async move { state::stop(&self.client, &id, timeout).await })
    }

    fn restart(&self, id: &str, timeout: Option<u64>) -> BoxFuture<'_, Result<()>> {
        let id = id.to_owned();
        Box::pin(async move { state::restart(&self.client, &id, timeout).await })
    }

    fn pause(&self, id: &str) -> BoxFuture<'_, Result<()>> {
        let id = id.to_owned();
        Box::pin(async move { state::pause(&self.client, &id).await })
    }

    fn unpause(&self, id: &str) -> BoxFuture<'_, Result<()>> {
        let id = id.to_owned();
        Box::pin(async move { state::unpause(&self.client, &id).await })
    }

    fn kill(&self, id: &str, signal: Option<&str>) -> BoxFuture<'_, Result<()>> {
        let (id, signal) = (id.to_owned(), signal.map(str::to_owned));
        Box::pin(async move { state::kill(&self.client, &id, signal.as_deref()).await })
    }

    fn rename(&self, id: &str, name: &str) -> BoxFuture<'_, Result<()>> {
        let (id, name) = (id.to_owned(), name.to_owned());
        Box::pin(async move { state::rename(&self.client, &id, &name).await })
    }

    fn remove(&self, id: &str, force: bool, volumes: bool) -> BoxFuture<'_, Result<()>> {
        let id = id.to_owned();
        Box::pin(async move { state::remove(&self.client, &id, force, volumes).await })
    }

    fn top(&self, id: &str) -> BoxFuture<'_, Result<Top>> {
        let id = id.to_owned();
        Box::pin(async move { inspect::top(&self.client, &id).await })
    }

    fn logs(
        &self,
        id: &str,
        query: LogQuery,
    ) -> BoxFuture<'_, Result<BoxStream<'static, Result<LogLine>>>> {
        let id = id.to_owned();
        Box::pin(async move { logs::logs(&self.client, &id, query).await })
    }

    fn stats(&self, id: &str, with_before: bool) -> BoxFuture<'_, Result<StatsSample>> {
        let id = id.to_owned();
        Box::pin(async move { stats::stats(&self.client, &id, with_before).await })
    }

    fn stats_stream(
        &self,
        id: &str,
    ) -> BoxFuture<'_, Result<BoxStream<'static, Result<StatsSample>>>> {
        let id = id.to_owned();
        Box::pin(async move { stats::stream(&self.client, &id).await })
    }

    fn files(&self, id: &str, path: &str) -> BoxFuture<'_, Result<Vec<FileEntry>>> {
        let (id, path) = (id.to_owned(), path.to_owned());
        Box::pin(async move { files::list(&self.client, &id, &path).await })
    }

    fn upload(&self, id: &str, path: &str, tar: ByteStream) -> BoxFuture<'_, Result<()>> {
        let (id, path) = (id.to_owned(), path.to_owned());
        Box::pin(async move { archive::upload(&self.client, &id, path, tar).await })
    }

    fn download(&self, id: &str, path: &str) -> BoxFuture<'_, Result<ByteStream>> {
        let (id, path) = (id.to_owned(), path.to_owned());
        Box::pin(async move { archive::download(&self.client, &id, &path).await })
    }

    fn terminal(&self, id: &str, spec: TerminalSpec) -> BoxFuture<'_, Result<TerminalSource>> {
        let id = id.to_owned();
        Box::pin(async move { terminal::open(&self.client, &id, spec).await })
    }

    fn terminal_sweep(&self, left: &Leftover) -> BoxFuture<'_, Result<Option<String>>> {
        let target = left.clone().into();
        Box::pin(async move { reap::sweep(&self.client, &target).await })
    }

    fn images(&self) -> BoxFuture<'_, Result<Vec<Image>>> {
        Box::pin(image::images(&self.client))
    }

    fn pull(
        &self,
        image: &str,
        login: Option<RegistryLogin>,
    ) -> BoxFuture<'_, Result<BoxStream<'static, Result<PullStep>>>> {
        let image = image.to_owned();
        Box::pin(async move { pull::pull(&self.client, image, login).await })
    }

    fn image_id(&self, image: &str) -> BoxFuture<'_, Result<Option<String>>> {
        let image = image.to_owned();
        Box::pin(async move { image::id(&self.client, &image).await })
    }

    fn image_remove(&self, image: &str, force: bool) -> BoxFuture<'_, Result<()>> {
        let image = image.to_owned();
        Box::pin(async move { image::remove(&self.client, &image, force).await })
    }

    fn disk_use(&self) -> BoxFuture<'_, Result<DiskUse>> {
        Box::pin(engine::disk_use(&self.client))
    }

    fn test(&self) -> BoxFuture<'_, HostTested> {
        Box::pin(test::test(&self.client))
    }

    fn labels_of(
        &self,
        what: Labelled<'_>,
    ) -> BoxFuture<'_, Result<Option<BTreeMap<String, String>>>> {
        let (kind, name) = match what {
            Labelled::Volume(name) => ("volumes", name.to_owned()),
            Labelled::Network(name) => ("networks", name.to_owned()),
        };
        Box::pin(async move { engine::labels_of(&self.client, kind, &name).await })
    }

    fn volume_create(
        &self,
        name: &str,
        labels: BTreeMap<String, String>,
    ) -> BoxFuture<'_, Result<()>> {
        let name = name.to_owned();
        Box::pin(async move { volume::create(&self.client, name, labels).await })
    }

    fn published(&self, id: &str) -> BoxFuture<'_, Result<BTreeMap<String, Vec<HostPort>>>> {
        let id = id.to_owned();
        Box::pin(async move {
            let work = inspect::details(&self.client, &id);
            let details = self.client.call("inspect", CALL, work).await?;
            Ok(inspect::bindings(details.network.ports))
        })
    }
}
