//! One connection to an engine, from the first call to its end.

use std::pin::pin;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use chrono::{DateTime, Utc};
use futures::StreamExt;
use futures::stream::BoxStream;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep, timeout};

use super::backoff::Backoff;
use super::event::nanos;
use super::resume::{Identity, Resume};
use super::subject::Subjects;
use super::{HostEvent, PATIENT_EVERY, PATIENT_TRY, Shown, Supervisor, TRY, within};
use crate::runtime::{EngineEvent, Result};

/// Events between the reader and the log. About 16 MB when full; an engine that is asked again replays 256.
pub(super) const BUFFER: usize = 16_384;

/// Between two pings that were answered. Together with two that were not, that is 4.5 s: an engine that hangs is
/// seen to within 5.
const PING_EVERY: Duration = Duration::from_secs(1);
/// How long one ping may take.
const PING_LIMIT: Duration = Duration::from_millis(1_750);
/// Before a ping is tried again.
const PING_AGAIN: Duration = Duration::from_millis(250);

/// After so long without an event the subscription is made anew: some lines die without a word.
const IDLE: Duration = Duration::from_secs(120);

/// A connection that held so long was a good one: the next try follows at once.
const STEADY: Duration = Duration::from_secs(5);

/// Why a connection is given up.
#[derive(Debug)]
pub(super) enum End {
    /// The engine is away.
    Lost(String),
    /// The engine is there, the subscription is not to be trusted any more.
    Renew(&'static str),
}

type Events = BoxStream<'static, Result<EngineEvent>>;

impl Supervisor {
    /// One connection, as long as it holds.
    pub(super) async fn follow(
        &self,
        resume: &mut Resume,
        standing: &mut Shown,
        backoff: &mut Backoff,
    ) -> End {
        let patient = backoff.tries() % PATIENT_EVERY == PATIENT_EVERY - 1;
        let limit = if patient { PATIENT_TRY } else { TRY };
        let connect = async {
            let engine = self.runtime.engine().await?;
            Ok((engine, self.runtime.events(resume.since()).await?))
        };
        let (engine, events) = match within(limit, "connect", connect).await {
            Ok(connected) => connected,
            Err(error) => return End::Lost(error.to_string()),
        };
        let (sender, mut buffer) = mpsc::channel(BUFFER);
        let mut reader = Box::pin(read(events, sender, resume.has_anchor()));
        let contact = AtomicI64::new(nanos(Utc::now()));
        let mut pings = pin!(self.pings(&contact));

        let opening = tokio::select! {
            end = &mut reader => return end,
            why = &mut pings => return End::Lost(why),
            opening = self.opening(&mut buffer, resume) => match opening {
                Ok(opening) => opening,
                Err(error) => return End::Lost(error.to_string()),
            },
        };
        let rose = self.show_online(standing, engine);
        let opened = Instant::now();
        let end = {
            let mut passed = false;
            let mut pass = pin!(self.pass_on(opening, rose, &mut buffer, resume));
            let end = tokio::select! {
                end = &mut reader => end,
                why = &mut pings => End::Lost(why),
                () = self.mirror.doubt() => End::Renew("lists show what no event told"),
                () = &mut pass => {
                    passed = true;
                    End::Lost("the event stream ended".to_owned())
                }
            };
            match &end {
                End::Lost(why) => self.show_offline(standing, why),
                End::Renew(why) => tracing::info!(host = &*self.host, why, "subscribing anew"),
            }
            // With the reader its end of the buffer goes, so that what is in it is passed on and no more.
            drop(reader);
            if !passed {
                pass.await;
            }
            end
        };
        resume.touch(DateTime::from_timestamp_nanos(contact.load(Ordering::Relaxed)));
        if opened.elapsed() >= STEADY {
            backoff.reset();
        }
        end
    }

    /// Pings until two in a row are not answered; then, why.
    async fn pings(&self, contact: &AtomicI64) -> String {
        let mut failed = false;
        loop {
            sleep(if failed { PING_AGAIN } else { PING_EVERY }).await;
            match within(PING_LIMIT, "ping", self.runtime.ping()).await {
                Ok(()) => {
                    contact.store(nanos(Utc::now()), Ordering::Relaxed);
                    failed = false;
                }
                Err(error) if failed => return error.to_string(),
                Err(_) => failed = true,
            }
        }
    }

    /// Sends the opening, then every event until the buffer's other end is gone.
    async fn pass_on(
        &self,
        opening: super::opening::Opening,
        rose: bool,
        buffer: &mut mpsc::Receiver<EngineEvent>,
        resume: &mut Resume,
    ) {
        let mut subjects = Subjects::default();
        if rose {
            self.send(HostEvent::of_hub(&self.host, "online", "the engine answers")).await;
        }
        if let Some((from, to)) = opening.gap {
            self.send(HostEvent::gap(&self.host, from, to)).await;
        }
        for event in opening.inferred {
            let subject = subjects.of(&event, &*self.mirror);
            self.send(HostEvent::of_engine(&self.host, subject, event)).await;
        }
        resume.touch(Utc::now());
        self.mirror.tell(opening.now);
        for event in opening.held {
            self.pass(event, resume, &mut subjects).await;
        }
        while let Some(event) = buffer.recv().await {
            self.pass(event, resume, &mut subjects).await;
        }
    }

    /// Sends an event unless it was sent before.
    async fn pass(&self, event: EngineEvent, resume: &mut Resume, subjects: &mut Subjects) {
        let identity = Identity::of(&event);
        if resume.knows(&identity) {
            return;
        }
        self.mirror.heard(&event);
        let subject = subjects.of(&event, &*self.mirror);
        self.send(HostEvent::of_engine(&self.host, subject, event)).await;
        // Only now: were this task stopped while it waits, the event would come again, not be lost.
        resume.note(identity);
    }
}

/// Puts events into the buffer as they come, and never waits for room in it.
async fn read(mut events: Events, buffer: mpsc::Sender<EngineEvent>, anchored: bool) -> End {
    // Without any event there is nothing by which a new subscription could prove that it continues this one.
    let mut renewable = anchored;
    loop {
        match timeout(IDLE, events.next()).await {
            Ok(Some(Ok(event))) => {
                renewable = true;
                if buffer.try_send(event).is_err() {
                    return End::Renew("more events than could be passed on");
                }
            }
            Ok(Some(Err(error))) => return End::Lost(error.to_string()),
            Ok(None) => return End::Lost("the engine closed the event stream".to_owned()),
            Err(_) if renewable => return End::Renew("no event for two minutes"),
            Err(_) => {}
        }
    }
}
