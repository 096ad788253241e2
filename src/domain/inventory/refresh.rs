//! Asks the engine again for containers that changed: one call at a time and host, so that answers are taken over in
//! the order in which they were true.

use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior, interval_at, sleep, timeout};

use super::mirror::HostMirror;
use crate::runtime::{Result, RuntimeError};

/// Ids in one call: they travel in its URL.
const CHUNK: usize = 100;
/// How long one call may take.
const CALL: Duration = Duration::from_secs(60);
/// Events that come together are asked for together, unless somebody waits.
const GATHER: Duration = Duration::from_millis(20);
/// After a failed call.
const AGAIN: Duration = Duration::from_millis(500);
/// Everything is listed so often, whatever events say.
const FULL: Duration = Duration::from_secs(60);

/// How far requests were answered.
#[derive(Debug, Clone, Default)]
pub(super) struct Done {
    /// All requests up to this one.
    upto: u64,
    /// How the last call failed, if it did.
    error: Option<RuntimeError>,
}

/// What one round asks for.
struct Round {
    upto: u64,
    full: bool,
    ids: Vec<String>,
    heard: Vec<String>,
}

impl HostMirror {
    /// Answers requests for ever.
    pub(crate) async fn keep(&self) {
        let mut full = interval_at(Instant::now() + FULL, FULL);
        full.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = self.work.notified() => {
                    if !self.lock().hurry {
                        sleep(GATHER).await;
                    }
                    if !self.answer().await {
                        sleep(AGAIN).await;
                        self.work.notify_one();
                    }
                }
                _ = full.tick() => {
                    {
                        let mut state = self.lock();
                        state.full |= state.online;
                    }
                    if self.answer().await {
                        self.compare();
                    }
                }
            }
        }
    }

    /// Asks for what is to be asked for until nothing is left; whether all was answered.
    async fn answer(&self) -> bool {
        while let Some(round) = self.next_round() {
            let asked = tokio::select! {
                asked = self.ask(&round) => asked,
                () = self.gone.notified() => {
                    Err(RuntimeError::Unavailable("the host went away".to_owned()))
                }
            };
            let error = asked.err();
            let failed = error.is_some();
            if failed {
                self.put_back(round.heard);
            }
            self.done.send_replace(Done { upto: round.upto, error });
            if failed {
                return false;
            }
        }
        true
    }

    /// Has these containers asked for, and returns when the answer is in the mirror.
    pub(crate) async fn refresh(&self, ids: &[String]) -> Result<()> {
        let asked = {
            let mut state = self.lock();
            for id in ids {
                state.dirty.entry(id.clone()).or_insert(false);
            }
            state.hurry = true;
            state.asked += 1;
            state.asked
        };
        self.answered(asked).await
    }

    /// The same for all there are.
    pub(super) async fn refresh_all(&self) -> Result<()> {
        let asked = {
            let mut state = self.lock();
            (state.full, state.hurry) = (true, true);
            state.asked += 1;
            state.asked
        };
        self.answered(asked).await
    }

    /// Returns when the answers to all that was asked for until now are in the mirror; false: they were already.
    pub(crate) async fn catch_up(&self) -> bool {
        let asked = self.lock().asked;
        if self.done.borrow().upto >= asked {
            return false;
        }
        self.answered(asked).await.is_ok()
    }

    async fn answered(&self, asked: u64) -> Result<()> {
        let mut done = self.done.subscribe();
        self.work.notify_one();
        match timeout(CALL, done.wait_for(|done| done.upto >= asked)).await {
            Ok(Ok(done)) => done.error.clone().map_or(Ok(()), Err),
            _ => Err(RuntimeError::Timeout("list of containers: no answer".to_owned())),
        }
    }

    fn next_round(&self) -> Option<Round> {
        let mut state = self.lock();
        // Of a host that is away only a list is asked for, by its supervisor when it is back.
        if !state.full && (state.dirty.is_empty() || !state.online) {
            return None;
        }
        state.hurry = false;
        let dirty = std::mem::take(&mut state.dirty);
        let heard = dirty.iter().filter(|(_, heard)| **heard).map(|(id, _)| id.clone()).collect();
        let full = std::mem::take(&mut state.full);
        Some(Round { upto: state.asked, full, ids: dirty.into_keys().collect(), heard })
    }

    fn put_back(&self, heard: Vec<String>) {
        let mut state = self.lock();
        state.dirty.extend(heard.into_iter().map(|id| (id, true)));
    }

    async fn ask(&self, round: &Round) -> Result<()> {
        let runtime = self.runtime()?;
        if round.full {
            let found = runtime.containers(None).await?;
            self.take_over(None, &round.heard, found);
            return Ok(());
        }
        for ids in round.ids.chunks(CHUNK) {
            let found = runtime.containers(Some(ids.to_vec())).await?;
            self.take_over(Some(ids), &round.heard, found);
        }
        Ok(())
    }
}
