//! A socket of another machine, carried by this machine's OpenSSH: one `ssh` process an engine, started when
//! somebody wants to connect, started again when it died. No shell is involved on either side.

use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::net::UnixStream;
use tokio::process::{Child, ChildStderr, Command};
use tokio::sync::{Notify, watch};
use tokio::time::{sleep, timeout};
use tokio_util::task::AbortOnDropHandle;

use super::config::DockerConfig;
use super::room::Room;
use crate::runtime::address::{Address, MAX_SOCKET_PATH};

/// OpenSSH gives up connecting after 5 s; the key exchange and the login may take as long again.
const START: Duration = Duration::from_secs(12);

/// How often the socket is looked for while OpenSSH logs in; it cannot tell when it is there.
const LOOK: Duration = Duration::from_millis(20);

/// The forwarded socket, in the room.
const SOCKET: &str = "sock";

/// What `ssh` gets to see of the hub's environment: no secret of the hub's is among it.
const ENVIRONMENT: [&str; 5] = ["HOME", "LOGNAME", "PATH", "SSH_AUTH_SOCK", "USER"];

/// A line of OpenSSH's own that is longer is cut.
const MAX_WORDS: u64 = 1_024;

/// Where the process stands. The number counts attempts, so that who waits can tell a new failure from an old.
#[derive(Debug, Clone, PartialEq, Eq)]
enum State {
    Down { attempt: u64, why: String },
    Up,
}

/// A forwarded socket. The process ends when this is dropped.
pub(super) struct Tunnel {
    socket: String,
    state: watch::Receiver<State>,
    wanted: Arc<Notify>,
    words: Arc<Mutex<Option<String>>>,
    _keeper: AbortOnDropHandle<()>,
}

impl Tunnel {
    /// Writes the keys and begins to wait for somebody who wants to connect. Runs within tokio.
    ///
    /// # Errors
    /// The directory or a file in it cannot be written.
    pub(super) fn new(config: &DockerConfig) -> Result<Self, String> {
        let room = Room::make(&config.run_dir)
            .map_err(|error| format!("cannot write below {}: {error}", config.run_dir.display()))?;
        let socket = room.path(SOCKET);
        if socket.len() > MAX_SOCKET_PATH {
            return Err(format!(
                "{socket} is too long for a socket: {MAX_SOCKET_PATH} bytes at most"
            ));
        }
        let args = arguments(config, &room)?;
        let (sender, state) = watch::channel(State::Down { attempt: 0, why: String::new() });
        let (wanted, words) = (Arc::new(Notify::new()), Arc::new(Mutex::new(None)));
        let keeper =
            Keeper { args, room, state: sender, wanted: wanted.clone(), words: words.clone() };
        let _keeper = AbortOnDropHandle::new(tokio::spawn(keeper.run()));
        Ok(Self { socket, state, wanted, words, _keeper })
    }

    /// The path of a socket that leads to the engine, once it does.
    ///
    /// # Errors
    /// OpenSSH's own last words on why it does not.
    pub(super) async fn ready(&self) -> Result<String, String> {
        let mut state = self.state.clone();
        let before = match &*state.borrow_and_update() {
            State::Up => return Ok(self.socket.clone()),
            State::Down { attempt, .. } => *attempt,
        };
        self.wanted.notify_one();
        let settled = state.wait_for(|state| match state {
            State::Up => true,
            State::Down { attempt, .. } => *attempt > before,
        });
        match settled.await.as_deref() {
            Ok(State::Up) => Ok(self.socket.clone()),
            Ok(State::Down { why, .. }) => Err(why.clone()),
            Err(_) => Err("ssh is no longer kept running".to_owned()),
        }
    }

    /// What OpenSSH said last, such as that the socket over there cannot be opened.
    pub(super) fn last_words(&self) -> Option<String> {
        self.words.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// What `ssh` is started with in its room. Paths are relative to that, so that nothing in the room's own path
/// can be misread.
fn arguments(config: &DockerConfig, room: &Room) -> Result<Vec<String>, String> {
    let Address::Ssh { user, host, port, socket: remote } = &config.address else {
        return Err("no ssh address".to_owned());
    };
    let mut args = vec!["-N".to_owned(), "-T".to_owned()];
    let mut option = |text: String| args.extend(["-o".to_owned(), text]);
    for text in [
        "BatchMode=yes",
        "ExitOnForwardFailure=yes",
        "StrictHostKeyChecking=yes",
        "ConnectTimeout=5",
        "ServerAliveInterval=5",
        "ServerAliveCountMax=2",
        // The user's own configuration may ask for these; here they would end or widen the connection.
        "ControlMaster=no",
        "ControlPath=none",
        "ForwardAgent=no",
        "ForwardX11=no",
        "PermitLocalCommand=no",
        "StreamLocalBindUnlink=yes",
    ] {
        option(text.to_owned());
    }
    if let Some(files) = &config.ssh {
        let failed = |error| format!("cannot write the keys of ssh: {error}");
        room.write("key", files.key.expose()).map_err(failed)?;
        room.write("known_hosts", &files.known_hosts).map_err(failed)?;
        for text in [
            "IdentityFile=key",
            "IdentitiesOnly=yes",
            "IdentityAgent=none",
            "UserKnownHostsFile=known_hosts",
            "GlobalKnownHostsFile=/dev/null",
        ] {
            option(text.to_owned());
        }
    }
    if let Some(port) = port {
        args.extend(["-p".to_owned(), port.to_string()]);
    }
    if let Some(user) = user {
        args.extend(["-l".to_owned(), user.clone()]);
    }
    args.extend(["-L".to_owned(), format!("./{SOCKET}:{remote}"), "--".to_owned(), host.clone()]);
    Ok(args)
}

/// Keeps one `ssh` running while it is wanted.
struct Keeper {
    args: Vec<String>,
    room: Room,
    state: watch::Sender<State>,
    wanted: Arc<Notify>,
    words: Arc<Mutex<Option<String>>>,
}

impl Keeper {
    async fn run(self) {
        for attempt in 1.. {
            self.wanted.notified().await;
            let why = self.hold().await;
            self.state.send_replace(State::Down { attempt, why });
        }
    }

    /// Starts `ssh` and stays until it ends; the answer is why it did.
    async fn hold(&self) -> String {
        *self.words.lock().unwrap_or_else(PoisonError::into_inner) = None;
        let mut child = match self.spawn() {
            Ok(child) => child,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return "this machine has no `ssh`: install openssh-client".to_owned();
            }
            Err(error) => return format!("ssh could not be started: {error}"),
        };
        // Read as it comes, so that a full pipe never stops the process.
        let reader = child
            .stderr
            .take()
            .map(|stderr| AbortOnDropHandle::new(tokio::spawn(listen(stderr, self.words.clone()))));
        let socket = self.room.path(SOCKET);
        let up = async {
            while UnixStream::connect(&socket).await.is_err() {
                sleep(LOOK).await;
            }
        };
        tokio::select! {
            _ = child.wait() => {}
            reached = timeout(START, up) => {
                if reached.is_err() {
                    return "no login over ssh within 12 s".to_owned();
                }
                self.state.send_replace(State::Up);
                let _ = child.wait().await;
            }
        }
        // Its last words are in the pipe when it has ended, but perhaps not read yet.
        if let Some(reader) = reader {
            let _ = timeout(Duration::from_secs(1), reader).await;
        }
        let words = self.words.lock().unwrap_or_else(PoisonError::into_inner).clone();
        words.unwrap_or_else(|| "ssh ended without a word".to_owned())
    }

    fn spawn(&self) -> std::io::Result<Child> {
        // What an earlier process left there would look like a socket that is ready.
        let _ = std::fs::remove_file(self.room.path(SOCKET));
        let environment =
            ENVIRONMENT.iter().filter_map(|name| Some((name, std::env::var_os(name)?)));
        let child = Command::new("ssh")
            .args(&self.args)
            .current_dir(self.room.dir())
            .env_clear()
            .envs(environment)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        self.room.lives(child.id())?;
        Ok(child)
    }
}

/// Remembers the last line.
async fn listen(stderr: ChildStderr, words: Arc<Mutex<Option<String>>>) {
    let mut reader = BufReader::new(stderr);
    let mut line = Vec::new();
    loop {
        line.clear();
        match (&mut reader).take(MAX_WORDS).read_until(b'\n', &mut line).await {
            Ok(0) | Err(_) => return,
            Ok(_) => {
                let text = String::from_utf8_lossy(&line);
                // Some of ssh's lines begin with its name, some do not.
                let text = text.trim().trim_start_matches("ssh: ");
                if !text.is_empty() {
                    *words.lock().unwrap_or_else(PoisonError::into_inner) =
                        Some(format!("ssh: {text}"));
                }
            }
        }
    }
}
