//! An engine of tests: it does as it is told, hangs and dies on demand, and keeps a ring of events as Docker does.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use futures::future::BoxFuture;
use futures::stream::{self, BoxStream, StreamExt};
use quayside_protocol::reply::{
    DiskUse, Engine, FileEntry, HostPort, HostTested, Image, Inspect, LogLine, Top,
};
use tokio::sync::{mpsc, watch};

use super::scripted_terminal::{Program, program};
use super::{Program as RealProgram, *};

/// What a real engine's ring holds.
const RING: usize = 256;

#[derive(Default)]
struct State {
    containers: BTreeMap<String, ContainerFacts>,
    ring: Vec<EngineEvent>,
    listeners: Vec<mpsc::Sender<Result<EngineEvent>>>,
    samples: BTreeMap<String, StatsSample>,
    down: bool,
    asked: Vec<Option<Vec<String>>>,
    subscribed: Vec<Option<i64>>,
    programs: Vec<Program>,
    swept: Vec<Leftover>,
    sweeps: Vec<Result<Option<String>>>,
}

/// A scripted engine.
pub(crate) struct Scripted {
    state: Mutex<State>,
    hung: watch::Sender<bool>,
}

/// A moment of the engine's clock.
pub(crate) fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_700_000_000 + seconds, 0).unwrap()
}

/// A running container whose id begins with its name.
pub(crate) fn running(name: &str) -> ContainerFacts {
    ContainerFacts {
        id: id_of(name),
        name: name.to_owned(),
        image: "busybox".to_owned(),
        state: "running".to_owned(),
        created: at(0),
        started_at: Some(at(1)),
        finished_at: None,
        exit_code: 0,
        oom_killed: false,
        error: String::new(),
        health: None,
        labels: BTreeMap::new(),
        ports: Vec::new(),
    }
}

/// The id of the container of that name.
pub(crate) fn id_of(name: &str) -> String {
    let hex: String = name.bytes().map(|b| format!("{b:02x}")).collect();
    format!("{hex:0<64}")
}

/// An event of a container.
pub(crate) fn event(seconds: i64, action: &str, name: &str) -> EngineEvent {
    EngineEvent {
        kind: "container".to_owned(),
        action: action.to_owned(),
        actor_id: id_of(name),
        attrs: BTreeMap::from([("name".to_owned(), name.to_owned())]),
        time_nano: at(seconds).timestamp_nanos_opt().unwrap(),
    }
}

impl Scripted {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self { state: Mutex::default(), hung: watch::Sender::new(false) })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the containers without saying so.
    pub(crate) fn set(&self, facts: ContainerFacts) {
        self.lock().containers.insert(facts.id.clone(), facts);
    }

    pub(crate) fn unset(&self, name: &str) {
        self.lock().containers.remove(&id_of(name));
    }

    /// Says something, also into the ring.
    pub(crate) fn say(&self, event: EngineEvent) {
        let mut state = self.lock();
        state.ring.push(event.clone());
        if state.ring.len() > RING {
            state.ring.remove(0);
        }
        state.listeners.retain(|listener| listener.try_send(Ok(event.clone())).is_ok());
    }

    /// Ends the event streams; the ring stays.
    pub(crate) fn cut(&self) {
        self.lock().listeners.clear();
    }

    /// As after KILL: no answer, and when it is back, no ring.
    pub(crate) fn kill(&self) {
        let mut state = self.lock();
        state.down = true;
        state.listeners.clear();
        state.ring.clear();
    }

    pub(crate) fn revive(&self) {
        self.lock().down = false;
    }

    /// As after STOP: calls are not answered before it goes on.
    pub(crate) fn hang(&self, hung: bool) {
        self.hung.send_replace(hung);
    }

    pub(crate) fn sample(&self, name: &str, sample: StatsSample) {
        self.lock().samples.insert(id_of(name), sample);
    }

    /// The lists that were asked for, and where subscriptions began.
    pub(crate) fn asked(&self) -> Vec<Option<Vec<String>>> {
        self.lock().asked.clone()
    }

    pub(crate) fn subscribed(&self) -> Vec<Option<i64>> {
        self.lock().subscribed.clone()
    }

    /// The programs that terminals started since the last call.
    pub(crate) fn programs(&self) -> Vec<Program> {
        std::mem::take(&mut self.lock().programs)
    }

    /// What sweeps will answer, in order; afterwards that nothing is left.
    pub(crate) fn sweeps(&self, answers: Vec<Result<Option<String>>>) {
        self.lock().sweeps = answers;
    }

    /// What was swept.
    pub(crate) fn swept(&self) -> Vec<Leftover> {
        self.lock().swept.clone()
    }

    fn answer<T: Send + 'static>(
        &self,
        answer: impl FnOnce(&mut State) -> Result<T> + Send,
    ) -> BoxFuture<'_, Result<T>> {
        if self.lock().down {
            return Box::pin(async { Err(RuntimeError::Unavailable("refused".to_owned())) });
        }
        let mut hung = self.hung.subscribe();
        if *hung.borrow_and_update() {
            return Box::pin(async move {
                let _ = hung.wait_for(|hung| !hung).await;
                Err(RuntimeError::Unavailable("it hung".to_owned()))
            });
        }
        let result = answer(&mut self.lock());
        Box::pin(async { result })
    }

    fn not_scripted<T: Send + 'static>(&self) -> BoxFuture<'_, Result<T>> {
        Box::pin(async { Err(RuntimeError::Failed("not scripted".to_owned())) })
    }
}

impl Runtime for Scripted {
    fn engine(&self) -> BoxFuture<'_, Result<Engine>> {
        self.answer(|_| {
            Ok(Engine {
                id: "scripted".to_owned(),
                version: "1".to_owned(),
                api_version: "1.41".to_owned(),
                os: "linux".to_owned(),
                arch: "x86_64".to_owned(),
                cpus: 4,
                memory: 1 << 30,
            })
        })
    }
    fn ping(&self) -> BoxFuture<'_, Result<()>> {
        self.answer(|_| Ok(()))
    }
    fn test(&self) -> BoxFuture<'_, HostTested> {
        Box::pin(async {
            HostTested {
                ok: true,
                message: "ok".to_owned(),
                version: "1".to_owned(),
                api_version: "1.41".to_owned(),
                latency_ms: Some(0.1),
                steps: Vec::new(),
            }
        })
    }
    fn events(
        &self,
        since: Option<i64>,
    ) -> BoxFuture<'_, Result<BoxStream<'static, Result<EngineEvent>>>> {
        self.answer(move |state| {
            state.subscribed.push(since);
            let (sender, receiver) = mpsc::channel(50_000);
            let replay = state.ring.iter().filter(|e| since.is_some_and(|s| e.time_nano >= s));
            for event in replay.cloned() {
                sender.try_send(Ok(event)).unwrap();
            }
            state.listeners.push(sender);
            let events = stream::unfold(receiver, |mut receiver| async move {
                receiver.recv().await.map(|event| (event, receiver))
            });
            Ok(events.boxed())
        })
    }
    fn containers(&self, ids: Option<Vec<String>>) -> BoxFuture<'_, Result<Vec<ContainerFacts>>> {
        self.answer(move |state| {
            state.asked.push(ids.clone());
            let wanted = |id: &String| ids.as_ref().is_none_or(|ids| ids.contains(id));
            let all = state.containers.values();
            Ok(all.filter(|facts| wanted(&facts.id)).cloned().collect())
        })
    }
    fn stats(&self, id: &str, with_before: bool) -> BoxFuture<'_, Result<StatsSample>> {
        let id = id.to_owned();
        self.answer(move |state| {
            let sample = state.samples.get_mut(&id);
            let sample = sample.ok_or_else(|| RuntimeError::NotFound(id.clone()))?;
            let before = (sample.cpu_total, sample.cpu_system);
            sample.cpu_total += 500;
            sample.cpu_system += 4_000;
            Ok(StatsSample { before: with_before.then_some(before), ..sample.clone() })
        })
    }
    fn stats_stream(
        &self,
        id: &str,
    ) -> BoxFuture<'_, Result<BoxStream<'static, Result<StatsSample>>>> {
        let id = id.to_owned();
        self.answer(move |state| {
            let sample = state.samples.get(&id).cloned();
            let sample = sample.ok_or_else(|| RuntimeError::NotFound(id.clone()))?;
            let samples = stream::unfold(sample, |mut sample| async move {
                tokio::time::sleep(std::time::Duration::from_secs(1)).await;
                sample.before = Some((sample.cpu_total, sample.cpu_system));
                sample.cpu_total += 1_000;
                sample.cpu_system += 4_000;
                Some((Ok(sample.clone()), sample))
            });
            Ok(samples.boxed())
        })
    }
    fn inspect(&self, _: &str) -> BoxFuture<'_, Result<Inspect>> {
        self.not_scripted()
    }
    fn create(&self, _: ContainerSpec) -> BoxFuture<'_, Result<Made>> {
        self.not_scripted()
    }
    fn start(&self, _: &str) -> BoxFuture<'_, Result<()>> {
        self.not_scripted()
    }
    fn stop(&self, _: &str, _: Option<u64>) -> BoxFuture<'_, Result<()>> {
        self.not_scripted()
    }
    fn restart(&self, _: &str, _: Option<u64>) -> BoxFuture<'_, Result<()>> {
        self.not_scripted()
    }
    fn pause(&self, _: &str) -> BoxFuture<'_, Result<()>> {
        self.not_scripted()
    }
    fn unpause(&self, _: &str) -> BoxFuture<'_, Result<()>> {
        self.not_scripted()
    }
    fn kill(&self, _: &str, _: Option<&str>) -> BoxFuture<'_, Result<()>> {
        self.not_scripted()
    }
    fn rename(&self, _: &str, _: &str) -> BoxFuture<'_, Result<()>> {
        self.not_scripted()
    }
    fn remove(&self, _: &str, _: bool, _: bool) -> BoxFuture<'_, Result<()>> {
        self.not_scripted()
    }
    fn top(&self, _: &str) -> BoxFuture<'_, Result<Top>> {
        self.not_scripted()
    }
    fn logs(
        &self,
        _: &str,
        _: LogQuery,
    ) -> BoxFuture<'_, Result<BoxStream<'static, Result<LogLine>>>> {
        Box::pin(async { Ok(stream::pending().boxed()) })
    }
    fn files(&self, _: &str, _: &str) -> BoxFuture<'_, Result<Vec<FileEntry>>> {
        self.not_scripted()
    }
    fn upload(&self, _: &str, _: &str, _: ByteStream) -> BoxFuture<'_, Result<()>> {
        self.not_scripted()
    }
    fn download(&self, _: &str, _: &str) -> BoxFuture<'_, Result<ByteStream>> {
        self.not_scripted()
    }
    fn terminal(&self, _: &str, spec: TerminalSpec) -> BoxFuture<'_, Result<TerminalSource>> {
        self.answer(move |state| {
            if matches!(&spec.program, RealProgram::Exec { user: Some(user), .. } if user == "nobody") {
                return Err(RuntimeError::Failed("no such user".to_owned()));
            }
            let (program, source) = program(spec);
            state.programs.push(program);
            Ok(source)
        })
    }

    fn terminal_sweep(&self, left: &Leftover) -> BoxFuture<'_, Result<Option<String>>> {
        let left = left.clone();
        self.answer(move |state| {
            state.swept.push(left);
            if state.sweeps.is_empty() { Ok(None) } else { state.sweeps.remove(0) }
        })
    }

    fn images(&self) -> BoxFuture<'_, Result<Vec<Image>>> {
        self.not_scripted()
    }
    fn pull(
        &self,
        _: &str,
        _: Option<RegistryLogin>,
    ) -> BoxFuture<'_, Result<BoxStream<'static, Result<PullStep>>>> {
        self.not_scripted()
    }
    fn image_id(&self, _: &str) -> BoxFuture<'_, Result<Option<String>>> {
        self.not_scripted()
    }
    fn image_remove(&self, _: &str, _: bool) -> BoxFuture<'_, Result<()>> {
        self.not_scripted()
    }
    fn disk_use(&self) -> BoxFuture<'_, Result<DiskUse>> {
        self.not_scripted()
    }
    fn labels_of(
        &self,
        _: Labelled<'_>,
    ) -> BoxFuture<'_, Result<Option<BTreeMap<String, String>>>> {
        self.not_scripted()
    }
    fn volume_create(&self, _: &str, _: BTreeMap<String, String>) -> BoxFuture<'_, Result<()>> {
        self.not_scripted()
    }
    fn published(&self, _: &str) -> BoxFuture<'_, Result<BTreeMap<String, Vec<HostPort>>>> {
        self.not_scripted()
    }
}
