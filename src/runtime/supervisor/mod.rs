//! One task a host: it connects, follows the engine's events, sees it go and come back, and says what it missed.
//! It knows neither the log that its events go to nor the records that the domain makes of containers.
//!
//! **Subscribe, then list.** What happens while the list is made is in the stream already, so nothing falls between
//! the two.
//!
//! **Continuity is proved, not assumed.** A new subscription begins a little before the last event that was passed
//! on. If the engine replays exactly that event, then all that came after it follows, and nothing was lost. If it
//! does not (it was restarted, or forgot), there is a `gap`, and what the list shows against what events had told is
//! sent as inferred events, but for those the replay itself holds. The first contact ever is no gap.
//!
//! **After a restart of the hub** the last events and their identities come from the log. What containers were like
//! before is not kept: it would have to be written with each event, to serve only a restart during which more than
//! 256 events passed or the engine was restarted too. So an unproved restart gives the `gap` alone.
//!
//! **The reader never waits.** An engine drops events to a listener that is slower than 100 ms, so they go into a
//! buffer at once; should that overflow, the subscription is made anew from the last event that was passed on.

mod backoff;
mod diff;
mod event;
mod link;
mod mirror;
mod opening;
mod resume;
mod subject;

use std::sync::Arc;
use std::time::Duration;

use chrono::Utc;
use quayside_protocol::reply::{Engine, HostState};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::{Result, Runtime, RuntimeError};
use backoff::Backoff;
pub(crate) use diff::is_up;
pub(crate) use event::rfc3339;
pub use event::{HOST, HostEvent, INFERRED, OWNER, Payload};
use link::End;
pub use mirror::{Containers, Mirror, Standing};
pub use resume::{Identity, Resume};
pub use subject::Subject;

/// How long one try to reach an engine may take. With the longest wait between tries an engine that is back is
/// online within 5 s, even where a try was under way that never ends.
const TRY: Duration = Duration::from_secs(3);
/// Every so many tries one is patient, for a line on which a connection takes longer.
const PATIENT_EVERY: u32 = 4;
/// How long a patient try may take. TCP knocks after 1, 3 and 7 s, so here too an engine that is back is soon heard.
const PATIENT_TRY: Duration = Duration::from_secs(8);

/// Everything one host's task needs.
pub struct Supervisor {
    /// The host's name.
    pub host: Arc<str>,
    /// Its engine.
    pub runtime: Arc<dyn Runtime>,
    /// Its containers in memory.
    pub mirror: Arc<dyn Mirror>,
    /// Where events go; bounded. While it is full the events wait in this task's own buffer.
    pub events: mpsc::Sender<HostEvent>,
    /// Ends the task.
    pub stop: CancellationToken,
}

/// What everybody sees of the host, and whether the log was told that it is offline.
struct Shown {
    now: Standing,
    told: bool,
}

impl Supervisor {
    /// Runs until it is stopped; gives back where the stream stands, so that another can go on from there.
    pub async fn run(self, mut resume: Resume) -> Resume {
        let stop = self.stop.clone();
        tokio::select! {
            () = stop.cancelled() => {}
            () = self.supervise(&mut resume) => {}
        }
        resume
    }

    async fn supervise(&self, resume: &mut Resume) {
        let mut backoff = Backoff::default();
        let mut standing = Shown { now: Standing::connecting(), told: false };
        self.mirror.stand(standing.now.clone());
        loop {
            if let End::Lost(why) = self.follow(resume, &mut standing, &mut backoff).await {
                self.fall(&mut standing, why).await;
            }
            tokio::time::sleep(backoff.next()).await;
        }
    }

    /// The host is away, for this reason.
    async fn fall(&self, standing: &mut Shown, why: String) {
        self.show_offline(standing, &why);
        if !standing.told {
            standing.told = true;
            tracing::warn!(host = &*self.host, why, "host is offline");
            self.send(HostEvent::of_hub(&self.host, "offline", &why)).await;
        }
    }

    fn show_offline(&self, standing: &mut Shown, why: &str) {
        if standing.now.state != HostState::Offline {
            standing.now.state = HostState::Offline;
            standing.now.since = Utc::now();
            standing.told = false;
        } else if standing.now.error.as_deref() == Some(why) {
            return;
        }
        standing.now.error = Some(why.to_owned());
        self.mirror.stand(standing.now.clone());
    }

    /// Events flow and the list is in. Whether that is news.
    fn show_online(&self, standing: &mut Shown, engine: Engine) -> bool {
        let rose = standing.now.state != HostState::Online;
        if rose {
            standing.now.state = HostState::Online;
            standing.now.since = Utc::now();
            tracing::info!(host = &*self.host, version = engine.version, "host is online");
        }
        standing.now.error = None;
        standing.now.engine = Some(engine);
        self.mirror.stand(standing.now.clone());
        rose
    }

    /// Hands an entry on, waiting for room. A receiver that is gone means that the hub ends.
    async fn send(&self, event: HostEvent) {
        if self.events.send(event).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

/// Runs a call with a limit of its own: an implementation's may be longer than a supervisor can wait.
async fn within<T>(
    limit: Duration,
    what: &str,
    call: impl Future<Output = Result<T>>,
) -> Result<T> {
    match tokio::time::timeout(limit, call).await {
        Ok(result) => result,
        Err(_) => Err(RuntimeError::Timeout(format!(
            "{what}: no answer within {} s",
            limit.as_secs_f32()
        ))),
    }
}
