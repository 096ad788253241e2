//! A server with its source and its subscribers, ready to be measured again and again.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::clock;
use crate::dial::{self, Step};
use crate::engine::Engines;
use crate::hub::{Host, Hub};
use crate::limit::Form;
use crate::peer::{self, Peer};
use crate::said::Outcome;
use crate::server::Server;
use crate::sink::Docker;
use crate::source::{Pace, Source};
use crate::subscribers::{Plan, Subscribers};
use crate::usage::Usage;

/// How long the last event may take to reach everybody after the source has come to rest.
const DRAIN: Duration = Duration::from_secs(30);

/// Passes before what is measured, at the same pace.
const WARM: Duration = Duration::from_millis(400);

/// Which server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Quayside,
    Nchan,
    Bun,
    Nats,
    /// The loop with one write for each event and socket.
    One,
    /// The loop that writes what is ready.
    Batch,
}

impl Kind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Quayside => "Quayside",
            Self::Nchan => "nchan",
            Self::Bun => "Bun",
            Self::Nats => "NATS",
            Self::One => "bare loop",
            Self::Batch => "batching loop",
        }
    }
}

/// What rigs are made of.
pub(crate) struct Shop {
    /// The hub's program.
    pub(crate) program: PathBuf,
    /// Where Bun and its server are.
    pub(crate) modules: PathBuf,
    /// For sockets, data and logs.
    pub(crate) dir: PathBuf,
}

/// A running server, its source, and after `connect` its subscribers.
pub(crate) struct Rig {
    pub(crate) kind: Kind,
    pub(crate) form: Form,
    // In the order in which they end: subscribers first, what they hang on last.
    subscribers: Option<Subscribers>,
    server: Server,
    pub(crate) hub: Option<HubSide>,
    pub(crate) source: Source,
    address: std::net::SocketAddr,
}

/// What only Quayside has.
pub(crate) struct HubSide {
    pub(crate) bearer: String,
    pub(crate) token: String,
    /// Kept as long as the hub lives.
    pub(crate) engines: Arc<Engines>,
}

/// One measurement.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sample {
    pub(crate) events: u64,
    pub(crate) deliveries: u64,
    /// The server's CPU seconds.
    pub(crate) cpu: f64,
    /// The load's.
    pub(crate) load: f64,
    pub(crate) wall: f64,
    pub(crate) bytes: u64,
    /// Until the last of all had it, in nanoseconds, if it was timed.
    pub(crate) delays: Vec<u64>,
}

impl Sample {
    /// Deliveries per second of the server's CPU.
    pub(crate) fn per_cpu(&self) -> f64 {
        self.deliveries as f64 / self.cpu.max(0.01)
    }

    /// Events per second that passed.
    pub(crate) fn rate(&self) -> f64 {
        self.events as f64 / self.wall.max(0.001)
    }
}

impl Shop {
    /// A server of a kind, with one host where it is Quayside.
    pub(crate) fn rig(&self, kind: Kind, form: Form, name: &str) -> Outcome<Rig> {
        let dir = self.dir.join(format!("{name}-{kind:?}-{form:?}"));
        // So that each makes as many bytes on the wire as Quayside's, which are some 300: what surrounds a line is
        // what its own protocol says beside it.
        let line = match (form, kind) {
            (Form::Sse, Kind::Nchan) => 339 - 26,
            (Form::Sse, _) => 339 - 42,
            (Form::Ws, Kind::Nats) => 302 - 25,
            (Form::Ws, _) => 302 - 4,
        };
        let Peer { server, address, source } = match kind {
            Kind::Quayside => return self.hub(form, &dir, 1, 5, false),
            Kind::Nchan => peer::nchan(&dir, line)?,
            Kind::Bun => peer::bun(&dir, &self.modules, line)?,
            Kind::Nats => peer::nats(&dir, line)?,
            Kind::One => peer::limit(&dir, form, false, line)?,
            Kind::Batch => peer::limit(&dir, form, true, line)?,
        };
        Ok(Rig { kind, form, subscribers: None, server, hub: None, source, address })
    }

    /// Quayside before played engines.
    pub(crate) fn hub(
        &self,
        form: Form,
        dir: &Path,
        hosts: usize,
        containers: usize,
        kinds: bool,
    ) -> Outcome<Rig> {
        std::fs::create_dir_all(dir).map_err(|error| error.to_string())?;
        let engines = Engines::start(dir, hosts, containers)?;
        let named = |engine: &Arc<crate::engine::Engine>| -> Host {
            (engine.name.clone(), engine.socket.clone())
        };
        let named: Vec<_> = engines.all().iter().map(named).collect();
        let hub = Hub::start(&self.program, dir, &named)?;
        let source = Source::start(Box::new(Docker::new(engines.clone(), kinds)))?;
        let bearer = hub.bearer();
        let Hub { server, address, token, .. } = hub;
        let side = HubSide { bearer, token, engines };
        Ok(Rig {
            kind: Kind::Quayside,
            form,
            subscribers: None,
            server,
            hub: Some(side),
            source,
            address,
        })
    }
}

impl Rig {
    /// How a subscriber introduces itself; `query` narrows Quayside's.
    pub(crate) fn greeting(&self, query: &str) -> Vec<Step> {
        let bearer = self.hub.as_ref().map_or("", |hub| &hub.bearer);
        let address = self.address;
        match (self.kind, self.form) {
            (Kind::Quayside, Form::Sse) => {
                let path = format!("/stream?topic=events{query}");
                dial::sse(address, &path, bearer, "\nretry: ")
            }
            (Kind::Quayside, Form::Ws) => {
                let subscribe = r#"{"type":"subscribe","id":1,"data":{"topic":"events"}}"#;
                dial::ws(address, "/ws", bearer, &[(subscribe, r#""sub":1"#)])
            }
            (Kind::Nats, _) => {
                let hello = "CONNECT {\"verbose\":false}\r\nSUB events 1\r\nPING\r\n";
                dial::ws(address, "/", "", &[(hello, "PONG")])
            }
            (Kind::Bun, _) => {
                let mut steps = dial::ws(address, "/", "", &[]);
                steps.iter_mut().for_each(|step| step.expect = b"ready".to_vec());
                steps
            }
            (Kind::Nchan, Form::Sse) => dial::sse(address, "/sub", "", "\r\n\r\n"),
            (Kind::Nchan, Form::Ws) => dial::ws(address, "/sub", "", &[]),
            (_, Form::Sse) => dial::sse(address, &format!("/{query}"), "", ": ready"),
            (_, Form::Ws) => dial::ws(address, "/", "", &[]),
        }
    }

    /// More subscribers, beside those that are measured.
    pub(crate) fn others(&self, count: usize, query: impl Fn(usize) -> String) -> Plan {
        let greetings: Vec<_> = (0..count).map(|number| self.greeting(&query(number))).collect();
        let greet = move |number: usize| greetings.get(number).cloned().unwrap_or_default();
        Plan { address: self.address, count, greet: Box::new(greet), progress: None }
    }

    /// Connects so many subscribers without a filter.
    pub(crate) fn connect(&mut self, count: usize) -> Outcome<()> {
        let greeting = self.greeting("");
        self.subscribers = Some(Subscribers::connect(Plan {
            address: self.address,
            count,
            greet: Box::new(move |_| greeting.clone()),
            progress: Some(self.source.progress()),
        })?);
        Ok(())
    }

    /// Connects subscribers with filters of their own.
    pub(crate) fn connect_filtered(
        &mut self,
        count: usize,
        query: impl Fn(usize) -> String,
    ) -> Outcome<()> {
        self.subscribers = Some(Subscribers::connect(self.others(count, query))?);
        Ok(())
    }

    pub(crate) fn address(&self) -> std::net::SocketAddr {
        self.address
    }

    /// Does something while those that are connected go on receiving 100 events a second; with their delays.
    pub(crate) fn listen_on<T>(&self, work: impl FnOnce() -> Outcome<T>) -> Outcome<(T, Vec<u64>)> {
        let Some(all) = &self.subscribers else { return Err("nobody is connected".to_owned()) };
        all.timed(true);
        self.source.pace(Pace::Rate(100));
        let done = work();
        self.source.pace(Pace::Rest);
        self.publish(Pace::Rest, Duration::ZERO, all)?;
        Ok((done?, all.timed(false)))
    }

    /// Ends the server and its subscribers; gives what it was before, which lives on as long as it is held.
    pub(crate) fn end(mut self) -> Option<HubSide> {
        self.subscribers = None;
        self.server.end();
        self.hub.take()
    }

    pub(crate) fn usage(&self) -> Usage {
        self.server.usage()
    }

    /// Publishes at that pace for so long and waits until all have all of it.
    pub(crate) fn sample(&self, pace: Pace, time: Duration, timed: bool) -> Outcome<Sample> {
        let Some(all) = &self.subscribers else { return Err("nobody is connected".to_owned()) };
        self.publish(pace, WARM, all)?;
        all.timed(timed);
        let (sent, events, bytes) = (self.source.sent(), all.events(), all.bytes());
        let (cpu, load, begun) = (self.usage().cpu, clock::own_cpu(), Instant::now());
        self.publish(pace, time, all)?;
        let wall = begun.elapsed().as_secs_f64();
        Ok(Sample {
            events: self.source.sent() - sent,
            deliveries: all.events() - events,
            cpu: self.usage().cpu - cpu,
            load: clock::own_cpu() - load,
            wall,
            bytes: all.bytes() - bytes,
            delays: all.timed(false),
        })
    }

    fn publish(&self, pace: Pace, time: Duration, all: &Subscribers) -> Outcome<()> {
        self.source.pace(pace);
        clock::pass(time);
        self.source.pace(Pace::Rest);
        loop {
            let sent = self.source.sent();
            all.wait_for(sent, DRAIN).map_err(|error| format!("{}: {error}", self.kind.name()))?;
            // What was on its way out when it was told to rest.
            clock::pass(Duration::from_millis(3));
            if self.source.failed() {
                return Err(format!("{} went away", self.kind.name()));
            }
            if self.source.sent() == sent {
                return Ok(());
            }
        }
    }

    /// Publishes as [`Self::sample`] does where subscribers have filters: all is there when nothing more comes.
    pub(crate) fn sample_filtered(&self, pace: Pace, time: Duration) -> Outcome<Sample> {
        let Some(all) = &self.subscribers else { return Err("nobody is connected".to_owned()) };
        let (sent, events) = (self.source.sent(), all.events());
        let (cpu, load, begun) = (self.usage().cpu, clock::own_cpu(), Instant::now());
        self.source.pace(pace);
        clock::pass(time);
        self.source.pace(Pace::Rest);
        all.settle();
        Ok(Sample {
            events: self.source.sent() - sent,
            deliveries: all.events() - events,
            cpu: self.usage().cpu - cpu,
            load: clock::own_cpu() - load,
            wall: begun.elapsed().as_secs_f64(),
            ..Sample::default()
        })
    }
}
