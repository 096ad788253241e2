//! Clients that watch topic `events` over any transport and write down what they are given, also across
//! connections: what a user's dashboard or script would have seen.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::dice::Dice;
use super::poll::Poll;
use super::sse::Sse;
use super::wait;
use super::ws::Ws;

/// How a client is connected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum By {
    /// `/events`, the form of fleet.
    Sse,
    /// `/stream`, packets.
    Stream,
    Ws,
    Poll,
}

/// Something that was pushed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) position: String,
    /// The event's seven fields, or the gap's four.
    pub(crate) data: Arc<Value>,
    pub(crate) is_gap: bool,
}

/// A client's record so far.
#[derive(Debug, Default)]
pub(crate) struct Record {
    pub(crate) seen: Vec<Seen>,
    pub(crate) connections: u32,
    /// What it met that no client should.
    pub(crate) wrong: Vec<String>,
    /// Where it goes on from.
    last: Option<String>,
}

/// A client that watches until it is stopped.
pub(crate) struct Watch {
    pub(crate) by: By,
    pub(crate) record: Arc<Mutex<Record>>,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

/// What to watch, and where.
#[derive(Clone)]
pub(crate) struct View {
    pub(crate) address: SocketAddr,
    pub(crate) token: String,
    /// Where to begin; none: now.
    pub(crate) since: Option<String>,
    /// Whether to leave at random moments and come back.
    pub(crate) restless: bool,
}

/// The longest that a restless client stays.
const STAY: u64 = 4_000;

/// Before a client whose connection failed comes back.
const AGAIN: Duration = Duration::from_millis(50);

impl Watch {
    /// Begins to watch. To be sure that it does, wait for [`Watch::is_connected`].
    pub(crate) fn start(by: By, view: View, seed: u64) -> Self {
        let record = Arc::new(Mutex::new(Record { last: view.since.clone(), ..Record::default() }));
        let stop = CancellationToken::new();
        let client = Client { by, view, record: record.clone(), dice: Dice::new(seed) };
        let ended = stop.clone();
        let task = tokio::spawn(async move {
            tokio::select! {
                () = ended.cancelled() => {}
                () = client.watch() => {}
            }
        });
        Self { by, record, stop, task }
    }

    pub(crate) fn is_connected(&self) -> bool {
        self.record.lock().unwrap().connections > 0
    }

    /// How many events it has seen.
    pub(crate) fn count(&self) -> usize {
        self.record.lock().unwrap().seen.len()
    }

    /// Whether what it has seen so far is so.
    pub(crate) fn holds(&self, is: impl FnOnce(&Record) -> bool) -> bool {
        is(&self.record.lock().unwrap())
    }

    /// Stops watching; its record.
    pub(crate) async fn end(self) -> Record {
        self.stop.cancel();
        self.task.await.unwrap();
        std::mem::take(&mut *self.record.lock().unwrap())
    }
}

impl Record {
    /// Notes a push and whether it may come here: positions only grow.
    fn note(&mut self, position: &str, data: Value, is_gap: bool) {
        if let Some(before) = self.seen.last()
            && before.position.as_str() >= position
        {
            self.wrong.push(format!("{position} after {}", before.position));
        }
        self.seen.push(Seen { position: position.to_owned(), data: Arc::new(data), is_gap });
        self.last = Some(position.to_owned());
    }

    /// Events of each host, in the order they came.
    pub(crate) fn by_host(&self) -> BTreeMap<String, Vec<Arc<Value>>> {
        let mut hosts: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for seen in self.seen.iter().filter(|seen| !seen.is_gap) {
            let host = seen.data["host"].as_str().unwrap().to_owned();
            hosts.entry(host).or_default().push(seen.data.clone());
        }
        hosts
    }

    pub(crate) fn gaps(&self) -> Vec<Arc<Value>> {
        self.seen.iter().filter(|seen| seen.is_gap).map(|seen| seen.data.clone()).collect()
    }
}

struct Client {
    by: By,
    view: View,
    record: Arc<Mutex<Record>>,
    dice: Dice,
}

impl Client {
    async fn watch(mut self) {
        loop {
            let stay = if self.view.restless { self.dice.millis(STAY) } else { Duration::MAX };
            let visit = async {
                match self.by {
                    By::Sse => self.sse("/events").await,
                    By::Stream => self.sse("/stream?topic=events").await,
                    By::Ws => self.ws().await,
                    By::Poll => self.poll().await,
                }
            };
            // Left in the middle of whatever was being sent.
            if let Ok(Err(wrong)) = tokio::time::timeout(stay, visit).await {
                self.record.lock().unwrap().wrong.push(wrong);
            }
            wait::pass(AGAIN).await;
        }
    }

    fn last(&self) -> Option<String> {
        self.record.lock().unwrap().last.clone()
    }

    fn connected(&self) {
        self.record.lock().unwrap().connections += 1;
    }

    /// Reads until the connection ends. An error is something that must not happen; that the hub is away is none.
    async fn sse(&self, path: &str) -> Result<(), String> {
        let View { address, token, .. } = &self.view;
        let Ok(mut sse) = Sse::open(*address, path, token, self.last().as_deref()).await else {
            return Ok(());
        };
        if sse.status != 200 {
            let status = sse.status;
            return Err(format!("{path}: {status} {}", sse.text().await));
        }
        self.connected();
        while let Some(block) = sse.block().await {
            let mut record = self.record.lock().unwrap();
            if block.data.is_none() {
                // Keeps a quiet stream near its end.
                if block.id.is_some() {
                    record.last = block.id;
                }
                continue;
            }
            let Some(position) = &block.id else { return Err(format!("no id: {block:?}")) };
            let data = block.json();
            let data = if self.by == By::Stream { data["data"].clone() } else { data };
            record.note(position, data, block.event == "gap");
        }
        Ok(())
    }

    async fn ws(&self) -> Result<(), String> {
        let Ok(mut ws) = Ws::open(self.view.address, &self.view.token).await else { return Ok(()) };
        let mut data = json!({ "topic": "events" });
        if let Some(last) = self.last() {
            data["since"] = last.into();
        }
        let Ok(answer) = ws.ask("subscribe", &data).await else { return Ok(()) };
        if answer["type"] != "reply" {
            return Err(format!("subscribe: {answer}"));
        }
        self.connected();
        {
            let mut record = self.record.lock().unwrap();
            if record.last.is_none() {
                record.last = answer["data"]["position"].as_str().map(str::to_owned);
            }
        }
        while let Ok(push) = ws.packet().await {
            self.push(&push)?;
        }
        Ok(())
    }

    async fn poll(&self) -> Result<(), String> {
        let View { address, token, .. } = &self.view;
        let mut poll = Poll::new(*address, "topic=events", token, self.last());
        if poll.next.is_none() {
            // What comes before the first answer is not for this client: it is one only from then on.
            let Ok(pushes) = poll.turn(0).await else { return Ok(()) };
            pushes.iter().try_for_each(|push| self.push(push))?;
            self.record.lock().unwrap().last.clone_from(&poll.next);
        }
        self.connected();
        loop {
            // A hub that is away answers nothing; a wrong answer shows as a hole in the record.
            let Ok(pushes) = poll.turn(5).await else { return Ok(()) };
            for push in &pushes {
                self.push(push)?;
            }
            self.record.lock().unwrap().last.clone_from(&poll.next);
        }
    }

    fn push(&self, push: &Value) -> Result<(), String> {
        let kind = push["type"].as_str().unwrap_or_default();
        match kind {
            "event" | "gap" => {
                let Some(position) = push["position"].as_str() else {
                    return Err(format!("no position: {push}"));
                };
                self.record.lock().unwrap().note(position, push["data"].clone(), kind == "gap");
                Ok(())
            }
            "notice" => Ok(()),
            _ => Err(format!("not a push of topic events: {push}")),
        }
    }
}
