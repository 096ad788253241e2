//! The thread that reads for all subscribers.

use std::io::{self, ErrorKind, Read, Write};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token, Waker};

use super::delay::Delays;
use super::{Plan, Tally, dial};
use crate::dial::{Step, frame};
use crate::event;

/// Connections that are being opened at once: below what servers let wait.
const OPENING: usize = 64;

/// What is read at once.
const BUFFER: usize = 256 << 10;

/// How a ping begins; no text and no length on these wires has this byte.
const PING: u8 = 0x89;

struct Member {
    stream: TcpStream,
    /// What is still to be said, the next one last; empty when it is heard.
    steps: Vec<Step>,
    said: bool,
    heard: Vec<u8>,
}

pub(super) struct Crowd {
    poll: Poll,
    waker: Arc<Waker>,
    plan: Plan,
    tally: Arc<Tally>,
    members: Vec<Option<Member>>,
    counts: Vec<u64>,
    opening: usize,
    buffer: Vec<u8>,
    delays: Option<Delays>,
    told: Instant,
}

impl Crowd {
    pub(super) fn new(plan: Plan, tally: Arc<Tally>) -> io::Result<Self> {
        let poll = Poll::new()?;
        let waker = Arc::new(Waker::new(poll.registry(), Token(usize::MAX))?);
        Ok(Self {
            poll,
            waker,
            plan,
            tally,
            members: Vec::new(),
            counts: Vec::new(),
            opening: 0,
            buffer: vec![0; BUFFER],
            delays: None,
            told: Instant::now(),
        })
    }

    pub(super) fn waker(&self) -> Arc<Waker> {
        self.waker.clone()
    }

    pub(super) fn run(&mut self) -> io::Result<()> {
        let mut events = Events::with_capacity(1_024);
        while !self.tally.end.load(Ordering::Relaxed) {
            while self.members.len() < self.plan.count && self.opening < OPENING {
                self.open()?;
            }
            let eager = self.plan.progress.as_ref().is_some_and(super::Progress::wanted);
            let wait = Duration::from_millis(if eager { 1 } else { 20 });
            match self.poll.poll(&mut events, Some(wait)) {
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                polled => polled?,
            }
            for ready in &events {
                let Token(number) = ready.token();
                if number != usize::MAX {
                    self.serve(number, ready.is_writable());
                }
            }
            self.tell(if eager { Duration::from_micros(300) } else { Duration::from_millis(2) });
        }
        Ok(())
    }

    fn open(&mut self) -> io::Result<()> {
        let number = self.members.len();
        let mut stream = dial(self.plan.address, number)?;
        let interest = Interest::READABLE | Interest::WRITABLE;
        self.poll.registry().register(&mut stream, Token(number), interest)?;
        let mut steps = (self.plan.greet)(number);
        steps.reverse();
        self.members.push(Some(Member { stream, steps, said: false, heard: Vec::new() }));
        self.counts.push(0);
        self.opening += 1;
        Ok(())
    }

    fn serve(&mut self, number: usize, writable: bool) {
        if self.work(number, writable).is_err() {
            // A connection that ends early leaves its place to the next.
            if self
                .members
                .get_mut(number)
                .is_some_and(|member| member.take().is_some_and(|member| !member.steps.is_empty()))
            {
                self.opening -= 1;
            }
            self.tally.closed.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn work(&mut self, number: usize, writable: bool) -> io::Result<()> {
        let Self { members, counts, buffer, tally, delays, opening, plan, .. } = self;
        let (Some(Some(member)), Some(count)) = (members.get_mut(number), counts.get_mut(number))
        else {
            return Ok(());
        };
        if writable && !member.said {
            member.say()?;
        }
        loop {
            let read = match member.stream.read(buffer) {
                Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
                Ok(read) => read,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                // A connection that is still being made.
                Err(error) if error.kind() == ErrorKind::NotConnected => return Ok(()),
                Err(error) => return Err(error),
            };
            let bytes = buffer.get(..read).unwrap_or_default();
            if !member.steps.is_empty() {
                member.listen(bytes)?;
                if member.steps.is_empty() {
                    *opening -= 1;
                    tally.ready.fetch_add(1, Ordering::Relaxed);
                }
            }
            let found = event::count(bytes);
            tally.bytes.fetch_add(read as u64, Ordering::Relaxed);
            if found > 0 {
                match delays {
                    _ if !tally.timed.load(Ordering::Relaxed) => *delays = None,
                    Some(delays) => delays.note(*count, bytes, tally),
                    // All have the same by now, so that their numbers tell which event it is.
                    None => {
                        delays.insert(Delays::new(*count, plan.count)).note(*count, bytes, tally)
                    }
                }
                *count += found;
                tally.events.fetch_add(found, Ordering::Relaxed);
            }
            if bytes.contains(&PING) {
                member.stream.write_all(&frame(0xa, &[]))?;
            }
            if read < buffer.len() {
                return Ok(());
            }
        }
    }

    fn tell(&mut self, every: Duration) {
        if self.told.elapsed() < every {
            return;
        }
        self.told = Instant::now();
        let least = self.counts.iter().copied().min().unwrap_or(0);
        let all = self.members.len() == self.plan.count;
        self.tally.least.store(if all { least } else { 0 }, Ordering::Relaxed);
        if let Some(progress) = &self.plan.progress {
            progress.tell(least);
        }
    }
}

impl Member {
    fn say(&mut self) -> io::Result<()> {
        let Some(step) = self.steps.last() else { return Ok(()) };
        match self.stream.write_all(&step.send) {
            Err(error) if error.kind() == ErrorKind::NotConnected => return Ok(()),
            sent => sent?,
        }
        self.said = true;
        Ok(())
    }

    fn listen(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.heard.extend_from_slice(bytes);
        while let Some(step) = self.steps.last() {
            let expect = &step.expect;
            if !self.heard.windows(expect.len()).any(|part| part == expect.as_slice()) {
                if !self.heard.starts_with(b"HTTP/1.1 ") && self.heard.len() > BUFFER {
                    return Err(ErrorKind::InvalidData.into());
                }
                return Ok(());
            }
            self.heard.clear();
            self.steps.pop();
            self.say()?;
        }
        self.heard = Vec::new();
        self.steps = Vec::new();
        Ok(())
    }
}

impl Drop for Crowd {
    fn drop(&mut self) {
        // Ends without a last word, so that no port stays taken.
        for member in self.members.drain(..).flatten() {
            let socket = socket2::SockRef::from(&member.stream);
            _ = socket.set_linger(Some(Duration::ZERO));
        }
    }
}
