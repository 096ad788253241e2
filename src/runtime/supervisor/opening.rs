//! The beginning of a subscription: list, find out whether it continues the one before, and if not, what to say.

use std::collections::HashSet;
use std::pin::pin;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};

use super::diff::infer;
use super::link::BUFFER;
use super::mirror::Containers;
use super::resume::{Identity, Resume};
use super::{Supervisor, within};
use crate::runtime::{EngineEvent, Result, RuntimeError};

/// How long the list of all containers may take.
const LIST: Duration = Duration::from_secs(60);
/// By when the replay has shown the last known event, if it ever will: an engine sends it with the first bytes.
const PROOF: Duration = Duration::from_secs(1);
/// After an unproved list, events that were on the way when it was made are waited for, so that none is inferred
/// that comes by itself.
const STRAGGLERS: Duration = Duration::from_millis(200);

/// What goes out before the live events.
pub(super) struct Opening {
    /// From when to when events may be missing.
    pub(super) gap: Option<(DateTime<Utc>, DateTime<Utc>)>,
    /// What the list shows of that time.
    pub(super) inferred: Vec<EngineEvent>,
    /// The list.
    pub(super) now: Containers,
    /// Events that came meanwhile, repetitions among them.
    pub(super) held: Vec<EngineEvent>,
}

impl Supervisor {
    /// Lists while events are collected. Fails when the list does or the stream ends.
    pub(super) async fn opening(
        &self,
        buffer: &mut mpsc::Receiver<EngineEvent>,
        resume: &Resume,
    ) -> Result<Opening> {
        let mut list = pin!(within(LIST, "list of containers", self.mirror.list()));
        let mut late = pin!(sleep(PROOF));
        let (mut listed, mut held) = (None, Vec::new());
        let (mut proved, mut waiting) = (false, resume.has_anchor());
        while listed.is_none() || waiting {
            tokio::select! {
                now = &mut list, if listed.is_none() => listed = Some(now?),
                event = buffer.recv(), if held.len() < BUFFER => {
                    let event = event.ok_or_else(ended)?;
                    proved |= resume.is_anchor(&event);
                    waiting &= !proved;
                    held.push(event);
                }
                () = &mut late, if waiting => waiting = false,
            }
        }
        let now = listed.unwrap_or_default();
        let mut opening = Opening { gap: None, inferred: Vec::new(), now, held };
        if proved || resume.is_first_contact() {
            return Ok(opening);
        }
        let more = async {
            while opening.held.len() < BUFFER {
                let Some(event) = buffer.recv().await else { break };
                opening.held.push(event);
            }
        };
        // Ends by its time, unless the buffer is full or the stream ended, which the next read finds.
        let _ = timeout(STRAGGLERS, more).await;
        let at = Utc::now();
        opening.gap = Some((resume.contact().unwrap_or(at), at));
        if let Some(told) = self.mirror.told() {
            let coming: HashSet<_> = opening
                .held
                .iter()
                .filter(|event| !resume.knows(&Identity::of(event)))
                .map(|event| (event.actor_id.clone(), event.action.clone()))
                .collect();
            opening.inferred = infer(&told, &opening.now, at);
            opening
                .inferred
                .retain(|event| !coming.contains(&(event.actor_id.clone(), event.action.clone())));
        }
        Ok(opening)
    }
}

fn ended() -> RuntimeError {
    RuntimeError::Unavailable("the event stream ended".to_owned())
}
