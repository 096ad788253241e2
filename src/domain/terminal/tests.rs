//! Terminals over a scripted engine whose programs are the test's own.

mod flow;
mod life;
mod rights;
mod screen;

use std::net::IpAddr;

use quayside_protocol::ErrorCode;
use quayside_protocol::command::account::Role;
use quayside_protocol::command::terminal::{Attach, Encoding, Open};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::*;
use crate::auth::keys::HubKeys;
use crate::auth::{Credential, Principal, Secret};
use crate::config::Registration;
use crate::domain::account::AccountSettings;
use crate::domain::container::Rules;
use crate::domain::fleet::{HostSettings, Wiring as FleetWiring};
use crate::domain::image::Images;
use crate::runtime::address::Address;
use crate::runtime::scripted::{Scripted, id_of, running};
use crate::runtime::scripted_terminal::{PIPE, Program, program as program_of};
use crate::runtime::supervisor::{HostEvent, OWNER};
use crate::store::memory::MemoryStore;

/// How long a lost connection is waited for.
const LINGER: Duration = Duration::from_secs(60);
/// The end of every wait of a test.
const DEADLINE: Duration = Duration::from_secs(600);

struct Hub {
    engine: Arc<Scripted>,
    accounts: Arc<Accounts>,
    audit: Arc<Audit>,
    store: MemoryStore,
    terminals: Arc<Terminals>,
    stop: CancellationToken,
    _events: mpsc::Receiver<HostEvent>,
}

/// A hub with host `a`, which has the container `web` of ann; local shells as said.
fn hub_with(store: MemoryStore, local: Option<LocalShell>) -> Hub {
    let engine = Scripted::new();
    let mut web = running("web");
    web.labels.insert(OWNER.to_owned(), "ann".to_owned());
    engine.set(web);
    let (sender, events) = mpsc::channel(10_000);
    let made = engine.clone();
    let wiring = FleetWiring {
        make: Arc::new(move |_| Ok(made.clone())),
        events: sender,
        recent: Arc::new(|_| Vec::new()),
        sweep: Duration::ZERO,
    };
    let stop = CancellationToken::new();
    let fleet = Arc::new(Fleet::new(wiring, stop.clone()));
    let addr = "unix:///run/docker.sock".to_owned();
    let address = Address::parse(&addr).unwrap();
    let kind = Default::default();
    fleet.open(HostSettings { name: "a".into(), addr, address, kind, tls: None, ssh: None }, true);
    let shared: Arc<dyn Store> = Arc::new(store.clone());
    let audit = Arc::new(Audit::new(shared.clone()).unwrap());
    let keys = HubKeys { signing: Secret::new([1; 32]), sealing: Secret::new([2; 32]) };
    let settings = AccountSettings {
        registration: Registration::Invite,
        default_role: Role::User,
        anonymous_role: None,
        access_ttl: LINGER,
        refresh_ttl: LINGER,
    };
    let accounts = Accounts::new(settings, shared.clone(), &keys, audit.clone()).unwrap();
    let accounts = Arc::new(accounts);
    let images = Arc::new(Images::new(fleet.clone(), Vec::new(), audit.clone()));
    let rules = Rules {
        hub: "h".into(),
        cpus: Default::default(),
        memory: Default::default(),
        pids: Default::default(),
        binds: Vec::new(),
    };
    let terminals = Arc::new(Terminals::new(Wiring {
        containers: Arc::new(Containers::new(fleet.clone(), images, rules)),
        fleet,
        accounts: accounts.clone(),
        audit: audit.clone(),
        store: shared,
        linger: LINGER,
        local,
        stop: stop.clone(),
    }));
    terminals.start();
    Hub { engine, accounts, audit, store, terminals, stop, _events: events }
}

fn hub() -> Hub {
    hub_with(MemoryStore::new(), None)
}

fn caller(name: &str, role: Role) -> Caller {
    Caller {
        principal: Some(Principal {
            username: name.into(),
            role,
            credential: Credential::Session("s".into()),
            expires_at: None,
        }),
        bearer: None,
        address: IpAddr::from([127, 0, 0, 1]),
        agent: "".into(),
        request_id: "".into(),
        base_url: "".into(),
    }
}

fn ann() -> Caller {
    caller("ann", Role::User)
}

fn root() -> Caller {
    caller("root", Role::Admin)
}

fn open() -> Open {
    Open {
        host: Some("a".into()),
        container: Some("web".into()),
        cmd: None,
        user: None,
        cols: 80,
        rows: 24,
        encoding: Encoding::Binary,
        attach: false,
        local: false,
    }
}

fn attach(session: &str, offset: Option<u64>) -> Attach {
    Attach {
        session: session.to_owned(),
        offset,
        readonly: false,
        cols: 80,
        rows: 24,
        encoding: Encoding::Binary,
    }
}

fn code<T>(result: Result<T>) -> Option<(ErrorCode, Option<String>)> {
    result.err().map(|error| (error.code(), error.body().field))
}

/// Within the deadline of a test.
async fn soon<F: Future>(what: F) -> F::Output {
    timeout(DEADLINE, what).await.expect("it did not come")
}

impl Hub {
    /// ann's terminal in `web`, and its program.
    async fn open(&self) -> (Opened, Program) {
        let opened = soon(self.terminals.open(&ann(), &open())).await.unwrap();
        let program = self.engine.programs().pop().unwrap();
        (opened, program)
    }

    /// ann's second connection.
    async fn attach(&self, session: &str, offset: Option<u64>) -> Opened {
        soon(self.terminals.attach(&ann(), &attach(session, offset))).await.unwrap()
    }

    /// `action target result`, newest first.
    fn audited(&self) -> Vec<String> {
        let entries = self.audit.list(&Default::default()).unwrap().items;
        entries
            .into_iter()
            .map(|e| format!("{} {} {} {}: {}", e.username, e.action, e.target, e.result, e.detail))
            .collect()
    }

    /// Waits until no session is there.
    async fn empty(&self) {
        soon(async {
            while !self.terminals.inner.all().is_empty() {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        })
        .await;
    }

    fn stored(&self) -> usize {
        let prefix = &crate::store::keys::TERMINALS;
        self.store.list(prefix, None, 100).unwrap().len()
    }
}

impl Viewer {
    async fn step(&mut self) -> Step {
        soon(async {
            loop {
                self.ready().await;
                if let Some(step) = self.next(64 * 1024) {
                    return step;
                }
            }
        })
        .await
    }

    /// The next step that is no state.
    async fn news(&mut self) -> Step {
        loop {
            match self.step().await {
                Step::State { .. } => {}
                step => return step,
            }
        }
    }

    /// Reads so much output from `offset` on, and acknowledges all of it.
    async fn read(&mut self, mut offset: u64, len: usize) -> Vec<u8> {
        let mut all = Vec::new();
        while all.len() < len {
            match self.news().await {
                Step::Output { offset: at, bytes } => {
                    assert_eq!(at, offset, "a hole or an overlap");
                    offset += bytes.len() as u64;
                    all.extend_from_slice(&bytes);
                    self.ack(offset);
                }
                step => panic!("{step:?} after {} bytes", all.len()),
            }
        }
        all
    }

    /// The steps there are now.
    fn now(&mut self) -> Vec<Step> {
        std::iter::from_fn(|| self.next(64 * 1024)).collect()
    }
}

/// Bytes that tell where they stand, of a pattern 65,521 bytes long.
fn flood(from: u64, len: usize) -> Vec<u8> {
    static PATTERN: std::sync::LazyLock<Vec<u8>> =
        std::sync::LazyLock::new(|| (0..65_521_u32).map(|at| (at ^ (at >> 8)) as u8).collect());
    let start = usize::try_from(from).unwrap() % PATTERN.len();
    let mut all = Vec::with_capacity(len + PATTERN.len());
    all.extend_from_slice(&PATTERN[start..]);
    while all.len() < len {
        all.extend_from_slice(&PATTERN);
    }
    all.truncate(len);
    all
}

#[tokio::test(start_paused = true)]
async fn a_program_puts_out_reads_and_exits() {
    let hub = hub();
    let (mut opened, mut program) = hub.open().await;
    assert_eq!((opened.offset, opened.redraw.as_deref()), (0, None));
    assert_eq!(opened.cmd, ["/bin/sh"]);
    let size = Size { cols: 80, rows: 24 };
    let viewers = vec![TerminalViewer { username: "ann".into(), readonly: false }];
    assert_eq!(opened.viewer.step().await, Step::State { size, viewers });

    program.output.write_all(b"\x00\x01\x02 $ ").await.unwrap();
    assert_eq!(opened.viewer.read(0, 6).await, b"\x00\x01\x02 $ ");
    opened.viewer.input(Bytes::from_static(b"exit 3\r")).unwrap();
    let mut typed = [0; 7];
    soon(program.input.read_exact(&mut typed)).await.unwrap();
    assert_eq!(&typed, b"exit 3\r");

    program.output.write_all(b"bye").await.unwrap();
    let control = program.exit(3);
    assert_eq!(opened.viewer.read(6, 3).await, b"bye");
    assert_eq!(opened.viewer.step().await, Step::Exit { code: 3, reason: None });
    assert_eq!(opened.viewer.now(), []);
    soon(control.ended.subscribe().wait_for(|ended| *ended == 1)).await.unwrap();
    assert_eq!(code(opened.viewer.input(Bytes::new())).unwrap().0, ErrorCode::Conflict);
    drop(opened);
    hub.empty().await;
    let audited = hub.audited();
    assert_eq!(
        audited[0],
        format!("ann terminal_close a/{} ok: its program ended; status 3", &id_of("web")[..12])
    );
    assert_eq!(
        audited[1],
        format!("ann terminal_open a/{} ok: /bin/sh as its own user", &id_of("web")[..12])
    );
    assert_eq!(audited.len(), 2);
}
