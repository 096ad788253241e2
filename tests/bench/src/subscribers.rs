//! Thousands of subscribers on one thread: connected, counted, and timed where that is asked for. What they receive
//! is looked through for marks and otherwise dropped.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use mio::Waker;
use socket2::{Domain, Socket, Type};

use crate::clock;
use crate::dial::Step;
use crate::said::{Outcome, Said};
use crate::source::Progress;

mod crowd;
mod delay;

use crowd::Crowd;

/// Addresses of the machine that they come from: one alone has 28,000 ports.
const ADDRESSES: usize = 4;

/// What is known of them from outside.
#[derive(Default)]
pub(crate) struct Tally {
    /// Subscribers that are heard.
    pub(crate) ready: AtomicU64,
    /// Connections that ended.
    pub(crate) closed: AtomicU64,
    /// Events received, by all of them.
    pub(crate) events: AtomicU64,
    pub(crate) bytes: AtomicU64,
    /// Events of the one that has the fewest.
    pub(crate) least: AtomicU64,
    /// Whether delays are kept.
    pub(crate) timed: AtomicBool,
    end: AtomicBool,
    delays: Mutex<Vec<u64>>,
}

/// A crowd of subscribers.
pub(crate) struct Subscribers {
    pub(crate) tally: Arc<Tally>,
    pub(crate) count: usize,
    thread: Option<JoinHandle<()>>,
    waker: Arc<Waker>,
}

/// Whom to connect to.
pub(crate) struct Plan {
    pub(crate) address: SocketAddr,
    pub(crate) count: usize,
    /// How the subscriber of this number introduces itself.
    pub(crate) greet: Box<dyn Fn(usize) -> Vec<Step> + Send>,
    /// Whom the slowest is told to.
    pub(crate) progress: Option<Progress>,
}

impl Subscribers {
    /// Connects them all, and returns when all are heard.
    pub(crate) fn connect(plan: Plan) -> Outcome<Self> {
        let all = Self::begin(plan)?;
        let heard = || {
            let ready = all.tally.ready.load(Ordering::Relaxed);
            (ready >= all.count as u64 || all.closed() > 0).then_some(())
        };
        let limit = Duration::from_secs(60);
        clock::until(limit, Duration::from_millis(5), "subscribers", heard)
            .map_err(|error| format!("{error}: {} are heard", all.ready()))?;
        match all.closed() {
            0 => Ok(all),
            closed => Err(format!("{closed} subscribers were turned away")),
        }
    }

    /// Connects them without waiting.
    pub(crate) fn begin(plan: Plan) -> Outcome<Self> {
        let tally = Arc::new(Tally::default());
        let count = plan.count;
        let mut crowd = Crowd::new(plan, tally.clone()).said("subscribers")?;
        let waker = crowd.waker();
        let run = move || {
            if let Err(error) = crowd.run() {
                eprintln!("the subscribers ended: {error}");
            }
        };
        let thread = std::thread::Builder::new().name("load".into()).spawn(run).said("load")?;
        Ok(Self { tally, count, thread: Some(thread), waker })
    }

    pub(crate) fn ready(&self) -> u64 {
        self.tally.ready.load(Ordering::Relaxed)
    }

    pub(crate) fn closed(&self) -> u64 {
        self.tally.closed.load(Ordering::Relaxed)
    }

    pub(crate) fn events(&self) -> u64 {
        self.tally.events.load(Ordering::Relaxed)
    }

    pub(crate) fn bytes(&self) -> u64 {
        self.tally.bytes.load(Ordering::Relaxed)
    }

    pub(crate) fn least(&self) -> u64 {
        self.tally.least.load(Ordering::Relaxed)
    }

    /// Has the delays of the last of all kept from now on; gives those of before, in nanoseconds.
    pub(crate) fn timed(&self, timed: bool) -> Vec<u64> {
        self.tally.timed.store(timed, Ordering::Relaxed);
        std::mem::take(&mut *self.tally.delays.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Waits until each has so many events.
    pub(crate) fn wait_for(&self, events: u64, limit: Duration) -> Outcome<Duration> {
        let begun = Instant::now();
        let look = || (self.least() >= events).then(|| begun.elapsed());
        clock::until(limit, Duration::from_millis(1), "the last event", look).map_err(|error| {
            let (least, closed) = (self.least(), self.closed());
            format!("{error}: the slowest has {least} of {events}, {closed} were closed")
        })
    }

    /// Waits until nothing more comes.
    pub(crate) fn settle(&self) {
        let mut before = (u64::MAX, Instant::now());
        _ = clock::until(Duration::from_secs(30), Duration::from_millis(5), "rest", || {
            let now = self.events();
            if now != before.0 {
                before = (now, Instant::now());
            }
            (before.1.elapsed() > Duration::from_millis(500)).then_some(())
        });
    }
}

impl Drop for Subscribers {
    fn drop(&mut self) {
        self.tally.end.store(true, Ordering::Relaxed);
        _ = self.waker.wake();
        if let Some(thread) = self.thread.take() {
            _ = thread.join();
        }
    }
}

fn dial(address: SocketAddr, number: usize) -> std::io::Result<mio::net::TcpStream> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    let last = 2 + u8::try_from(number % ADDRESSES).unwrap_or(0);
    socket.bind(&SocketAddr::from((Ipv4Addr::new(127, 0, 0, last), 0)).into())?;
    socket.set_nonblocking(true)?;
    socket.set_tcp_nodelay(true)?;
    match socket.connect(&address.into()) {
        Err(error) if error.raw_os_error() != Some(115) => return Err(error),
        _ => {}
    }
    Ok(mio::net::TcpStream::from_std(socket.into()))
}
