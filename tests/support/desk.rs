//! A client with terminals: one socket, and a screen for each.

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::time::Duration;

use futures::{SinkExt, StreamExt};
use quayside_protocol::frame;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use super::wait;
use super::ws::{Closed, Ws};

/// Longer than anything may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// A socket with terminals.
pub(crate) struct Desk {
    ws: Ws,
    next: u64,
    pub(crate) screens: BTreeMap<u64, Screen>,
    replies: BTreeMap<u64, Value>,
    /// Errors that answer no packet.
    pub(crate) errors: VecDeque<Value>,
    /// Whether what is shown is acknowledged.
    pub(crate) acks: bool,
    ended: Option<Closed>,
}

/// What a terminal showed.
#[derive(Default)]
pub(crate) struct Screen {
    /// The offset of the first byte of `bytes`.
    pub(crate) start: u64,
    /// Output since `start`, or since it was last taken.
    pub(crate) bytes: Vec<u8>,
    /// Output that came as text.
    pub(crate) text: String,
    /// After the last byte.
    pub(crate) end: u64,
    acked: u64,
    pub(crate) states: Vec<Value>,
    pub(crate) redraws: Vec<String>,
    pub(crate) exit: Option<Value>,
    /// Frames of output so far.
    pub(crate) frames: usize,
}

impl std::fmt::Debug for Screen {
    /// In short: what it ended with.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { start, end, acked, frames, redraws, exit, .. } = self;
        let last = self.bytes.get(self.bytes.len().saturating_sub(300)..).unwrap_or(&self.bytes);
        let last = last.escape_ascii();
        let redraws = redraws.len();
        write!(
            f,
            "{start}..{end}, {acked} acked, {frames} frames, {redraws} redraws, exit {exit:?}: {last}"
        )
    }
}

impl Screen {
    /// Whether `wanted` is in what was shown.
    pub(crate) fn shows(&self, wanted: &str) -> bool {
        let bytes = wanted.as_bytes();
        self.text.contains(wanted) || self.bytes.windows(bytes.len()).any(|w| w == bytes)
    }

    fn code(&self) -> Option<i64> {
        self.exit.as_ref().map(|exit| exit["code"].as_i64().unwrap())
    }
}

impl Desk {
    pub(crate) async fn open(address: SocketAddr, token: &str) -> Self {
        Self::over(Ws::open(address, token).await.unwrap())
    }

    /// Over a socket that is there.
    pub(crate) fn over(ws: Ws) -> Self {
        Self {
            ws,
            next: 0,
            screens: BTreeMap::new(),
            replies: BTreeMap::new(),
            errors: VecDeque::new(),
            acks: true,
            ended: None,
        }
    }

    /// Opens a terminal; its number and session.
    pub(crate) async fn terminal(&mut self, data: &Value) -> (u64, String) {
        let mut data = data.clone();
        data["opt"] = "open".into();
        let reply = self.reply("terminal", &data).await;
        (reply["terminal"].as_u64().unwrap(), reply["session"].as_str().unwrap().to_owned())
    }

    /// Attaches to a session; the reply.
    pub(crate) async fn attach(&mut self, session: &str, offset: Option<u64>) -> Value {
        let data = json!({ "opt": "attach", "session": session, "offset": offset });
        self.reply("terminal", &data).await
    }

    /// Sends a packet; its id.
    pub(crate) async fn send(&mut self, noun: &str, data: &Value) -> u64 {
        self.next += 1;
        let packet = json!({ "type": noun, "id": self.next, "data": data });
        // What became of it shows in what is read.
        let _ = self.ws.send(&packet).await;
        self.next
    }

    /// The answer to a packet, whatever comes before it.
    pub(crate) async fn ask(&mut self, noun: &str, data: &Value) -> Value {
        let id = self.send(noun, data).await;
        self.answer(noun, id).await
    }

    /// The answer to the packet of that id.
    pub(crate) async fn answer(&mut self, what: &str, id: u64) -> Value {
        self.until(what, |desk| desk.replies.contains_key(&id)).await;
        self.replies.remove(&id).unwrap()
    }

    /// The data of the reply to a packet.
    pub(crate) async fn reply(&mut self, noun: &str, data: &Value) -> Value {
        let answer = self.ask(noun, data).await;
        assert_eq!(answer["type"], "reply", "{noun} {data}: {answer}");
        answer["data"].clone()
    }

    /// The error that answers a packet.
    pub(crate) async fn refused(&mut self, data: &Value) -> Value {
        let answer = self.ask("terminal", data).await;
        assert_eq!(answer["type"], "error", "{data}: {answer}");
        answer["data"].clone()
    }

    /// Types, as a binary frame.
    pub(crate) async fn types(&mut self, terminal: u64, bytes: &[u8]) {
        let mut frame = vec![0];
        frame.extend_from_slice(&u32::try_from(terminal).unwrap().to_be_bytes());
        frame.extend_from_slice(bytes);
        self.frame(frame).await;
    }

    /// Sends any binary frame.
    pub(crate) async fn frame(&mut self, frame: Vec<u8>) {
        // What became of it shows in what is read.
        let _ = self.ws.line.send(Message::binary(frame)).await;
    }

    pub(crate) fn screen(&self, terminal: u64) -> &Screen {
        static NONE: std::sync::LazyLock<Screen> = std::sync::LazyLock::new(Screen::default);
        self.screens.get(&terminal).unwrap_or(&NONE)
    }

    /// What was shown since the last time.
    pub(crate) fn taken(&mut self, terminal: u64) -> Vec<u8> {
        let Some(screen) = self.screens.get_mut(&terminal) else { return Vec::new() };
        screen.start = screen.end;
        std::mem::take(&mut screen.bytes)
    }

    /// Reads until `holds`.
    ///
    /// # Panics
    /// When the socket ends or a minute passes before that.
    pub(crate) async fn until(&mut self, what: &str, mut holds: impl FnMut(&Self) -> bool) {
        let read = async {
            while !holds(self) {
                self.step().await.unwrap_or_else(|closed| panic!("{what}: {closed:?}"));
            }
        };
        if tokio::time::timeout(PATIENCE, read).await.is_err() {
            panic!("{what}: not within {PATIENCE:?}, but {:#?}", self.screens);
        }
    }

    /// Reads until `wanted` is on the screen.
    pub(crate) async fn shows(&mut self, terminal: u64, wanted: &str) {
        self.until(wanted, |desk| desk.screen(terminal).shows(wanted)).await;
    }

    /// Reads until it has ended; its exit code.
    pub(crate) async fn exit(&mut self, terminal: u64) -> i64 {
        self.until("an exit", |desk| desk.screen(terminal).exit.is_some()).await;
        self.screen(terminal).code().unwrap()
    }

    /// The next error that answers no packet.
    pub(crate) async fn error(&mut self) -> Value {
        self.until("an error without an id", |desk| !desk.errors.is_empty()).await;
        self.errors.pop_front().unwrap()
    }

    /// Reads until the socket ends.
    pub(crate) async fn end(&mut self) -> Closed {
        let end = async {
            loop {
                if let Err(closed) = self.step().await {
                    return closed;
                }
            }
        };
        wait::bounded(PATIENCE, "the end of the socket", end).await
    }

    /// Reads one frame and puts it where it belongs.
    pub(crate) async fn step(&mut self) -> Result<(), Closed> {
        if let Some(closed) = &self.ended {
            return Err(closed.clone());
        }
        let closed = match self.ws.line.next().await {
            Some(Ok(Message::Binary(bytes))) => {
                self.output(&bytes).await;
                return Ok(());
            }
            Some(Ok(Message::Text(text))) => {
                self.packet(serde_json::from_str(&text).unwrap()).await;
                return Ok(());
            }
            Some(Ok(Message::Close(frame))) => {
                let (code, reason) =
                    frame.map_or((0, String::new()), |f| (f.code.into(), f.reason.to_string()));
                Closed { code, reason }
            }
            Some(Ok(_)) => return Ok(()),
            Some(Err(error)) => Closed { code: 0, reason: error.to_string() },
            None => Closed { code: 0, reason: "end".to_owned() },
        };
        self.ended = Some(closed.clone());
        Err(closed)
    }

    async fn output(&mut self, bytes: &[u8]) {
        assert_eq!(bytes[0], 0, "the kind");
        let terminal = u64::from(u32::from_be_bytes(bytes[1..5].try_into().unwrap()));
        let offset = u64::from_be_bytes(bytes[5..13].try_into().unwrap());
        let output = &bytes[frame::OUTPUT_HEAD..];
        assert!((1..=64 << 10).contains(&output.len()), "{} bytes at once", output.len());
        let screen = self.screens.entry(terminal).or_default();
        assert!(screen.exit.is_none(), "output after the exit");
        if screen.frames == 0 && screen.bytes.is_empty() && screen.end == 0 {
            (screen.start, screen.end, screen.acked) = (offset, offset, offset);
        }
        assert_eq!(offset, screen.end, "the offset of terminal {terminal}");
        screen.bytes.extend_from_slice(output);
        screen.end += output.len() as u64;
        screen.frames += 1;
        self.acknowledge(terminal).await;
    }

    async fn packet(&mut self, packet: Value) {
        let data = &packet["data"];
        match packet["type"].as_str().unwrap() {
            "reply" | "error" if packet.get("id").is_some() => {
                if packet["type"] == "reply" && data["offset"].is_u64() {
                    let screen =
                        self.screens.entry(data["terminal"].as_u64().unwrap()).or_default();
                    let offset = data["offset"].as_u64().unwrap();
                    (screen.start, screen.end, screen.acked) = (offset, offset, offset);
                    screen.redraws.extend(data["redraw"].as_str().map(str::to_owned));
                }
                self.replies.insert(packet["id"].as_u64().unwrap(), packet);
            }
            "error" => self.errors.push_back(packet["data"].clone()),
            "terminal" => {
                let terminal = data["terminal"].as_u64().unwrap();
                let screen = self.screens.entry(terminal).or_default();
                assert!(screen.exit.is_none(), "{packet} after the exit");
                match data["opt"].as_str().unwrap() {
                    "output" => {
                        let next = data["next"].as_u64().unwrap();
                        let offset = data["offset"].as_u64().unwrap();
                        if screen.frames == 0 && screen.end == 0 {
                            (screen.start, screen.end, screen.acked) = (offset, offset, offset);
                        }
                        assert_eq!(offset, screen.end, "{packet}");
                        assert!(next > offset, "{packet}");
                        screen.end = next;
                        screen.frames += 1;
                        screen.text.push_str(data["text"].as_str().unwrap());
                        self.acknowledge(terminal).await;
                    }
                    "redraw" => {
                        screen.redraws.push(data["text"].as_str().unwrap().to_owned());
                        screen.end = data["offset"].as_u64().unwrap();
                        (screen.start, screen.acked) = (screen.end, screen.end);
                        screen.bytes.clear();
                    }
                    "state" => screen.states.push(data.clone()),
                    "exit" => screen.exit = Some(data.clone()),
                    opt => panic!("{opt}"),
                }
            }
            _ => {}
        }
    }

    /// As a screen does: each 32 KiB.
    async fn acknowledge(&mut self, terminal: u64) {
        let screen = self.screens.get_mut(&terminal).unwrap();
        if !self.acks || screen.end - screen.acked < 32 << 10 {
            return;
        }
        screen.acked = screen.end;
        let offset = screen.end;
        // Its reply is not waited for.
        let packet = json!({ "type": "terminal", "data": { "opt": "ack", "terminal": terminal, "offset": offset } });
        let _ = self.ws.send(&packet).await;
    }

    /// Acknowledges all that was shown.
    pub(crate) async fn acknowledge_all(&mut self, terminal: u64) {
        let offset = self.screen(terminal).end;
        let data = json!({ "opt": "ack", "terminal": terminal, "offset": offset });
        self.reply("terminal", &data).await;
    }

    /// The socket itself, for a client that does something else with it.
    pub(crate) fn into_socket(self) -> Ws {
        self.ws
    }
}
