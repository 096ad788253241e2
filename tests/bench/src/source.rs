//! Where events come from: one thread that publishes at a set rate, or as fast as the slowest subscriber follows.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{JoinHandle, Thread};
use std::time::{Duration, Instant};

use crate::said::{Outcome, Said};

/// Most events of one write while nothing but the window bounds them.
const BURST: u64 = 256;

/// What a source publishes to.
pub(crate) trait Sink: Send {
    /// Publishes events `first..first + count`, and returns when they are handed over.
    fn publish(&mut self, first: u64, count: u64) -> io::Result<()>;

    /// Most events it is given at once.
    fn most(&self) -> u64 {
        BURST
    }
}

/// How it publishes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pace {
    /// Not at all.
    Rest,
    /// So many a second, each by itself at its moment.
    Rate(u64),
    /// As many as there are, at most so many ahead of the slowest subscriber.
    Window(u64),
}

#[derive(Default)]
struct Shared {
    /// 0 or a rate.
    rate: AtomicU64,
    /// 0 or a window.
    window: AtomicU64,
    sent: AtomicU64,
    /// What the slowest subscriber has.
    progress: AtomicU64,
    end: AtomicBool,
    failed: AtomicBool,
}

/// A running source.
pub(crate) struct Source {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
    reporter: Thread,
}

/// By which subscribers tell how far they are.
#[derive(Clone)]
pub(crate) struct Progress {
    shared: Arc<Shared>,
    thread: Thread,
}

impl Progress {
    /// The slowest has received so many.
    pub(crate) fn tell(&self, least: u64) {
        self.shared.progress.store(least, Ordering::Relaxed);
        if self.shared.window.load(Ordering::Relaxed) > 0 {
            self.thread.unpark();
        }
    }

    /// Whether it matters.
    pub(crate) fn wanted(&self) -> bool {
        self.shared.window.load(Ordering::Relaxed) > 0
    }
}

impl Source {
    /// At rest.
    pub(crate) fn start(mut sink: Box<dyn Sink>) -> Outcome<Self> {
        let shared = Arc::new(Shared::default());
        let run = {
            let shared = shared.clone();
            move || {
                if let Err(error) = shared.run(&mut *sink) {
                    eprintln!("the source ended: {error}");
                    shared.failed.store(true, Ordering::Relaxed);
                }
            }
        };
        let thread = std::thread::Builder::new().name("source".into()).spawn(run).said("source")?;
        let reporter = thread.thread().clone();
        Ok(Self { shared, thread: Some(thread), reporter })
    }

    /// Changes the pace.
    pub(crate) fn pace(&self, pace: Pace) {
        let (rate, window) = match pace {
            Pace::Rest => (0, 0),
            Pace::Rate(rate) => (rate, 0),
            Pace::Window(window) => (0, window),
        };
        self.shared.rate.store(rate, Ordering::Relaxed);
        self.shared.window.store(window, Ordering::Relaxed);
        self.reporter.unpark();
    }

    /// Events so far.
    pub(crate) fn sent(&self) -> u64 {
        self.shared.sent.load(Ordering::Acquire)
    }

    /// Whether what it publishes to has gone away.
    pub(crate) fn failed(&self) -> bool {
        self.shared.failed.load(Ordering::Relaxed)
    }

    pub(crate) fn progress(&self) -> Progress {
        Progress { shared: self.shared.clone(), thread: self.reporter.clone() }
    }
}

impl Drop for Source {
    fn drop(&mut self) {
        self.shared.end.store(true, Ordering::Relaxed);
        self.reporter.unpark();
        if let Some(thread) = self.thread.take() {
            _ = thread.join();
        }
    }
}

impl Shared {
    fn run(&self, sink: &mut dyn Sink) -> io::Result<()> {
        let mut sent = 0;
        let most = sink.most();
        let mut publish = |count: u64| {
            sink.publish(sent, count)?;
            sent += count;
            self.sent.store(sent, Ordering::Release);
            io::Result::Ok(sent)
        };
        // Since when at which rate, and how many of those are out.
        let mut paced: Option<(u64, Instant, u64)> = None;
        let mut ahead = 0;
        while !self.end.load(Ordering::Relaxed) {
            let rate = self.rate.load(Ordering::Relaxed);
            let window = self.window.load(Ordering::Relaxed);
            if rate > 0 {
                let (_, begun, out) = match &mut paced {
                    Some(paced) if paced.0 == rate => paced,
                    other => other.insert((rate, Instant::now(), 0)),
                };
                let due = Duration::from_secs_f64((*out + 1) as f64 / rate as f64);
                let left = due.saturating_sub(begun.elapsed());
                if left.is_zero() {
                    ahead = publish(1)?;
                    *out += 1;
                } else {
                    std::thread::park_timeout(left);
                }
                continue;
            }
            paced = None;
            let progress = self.progress.load(Ordering::Relaxed);
            let room = (progress + window).saturating_sub(ahead).min(most);
            if window > 0 && room > 0 {
                ahead = publish(room)?;
            } else {
                std::thread::park_timeout(Duration::from_millis(if window > 0 { 1 } else { 100 }));
            }
        }
        Ok(())
    }
}
