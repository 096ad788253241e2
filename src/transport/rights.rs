//! How long what was proved stays true: a stream or socket ends when its token does.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use chrono::Utc;
use tokio::sync::watch;
use tokio::time::{Instant, Sleep, sleep_until};

use super::edge::Edge;
use super::limit::Place;
use crate::auth::{Credential, Principal};

/// Furthest end of a token that is waited for; what ends later is looked at again then.
const FAR: Duration = Duration::from_secs(86_400 * 30);

/// Someone who may go on until told otherwise.
pub(super) struct Rights {
    edge: Arc<Edge>,
    principal: Principal,
    revocations: watch::Receiver<u64>,
    expiry: Pin<Box<Sleep>>,
    /// Its place among the streams and sockets of the account.
    _place: Option<Place>,
}

impl Rights {
    /// Rights that were proved after `revocations` was taken, so that none in between is overlooked. None: the
    /// account has as many streams and sockets as it may.
    pub(super) fn new(
        edge: &Arc<Edge>,
        principal: Principal,
        revocations: watch::Receiver<u64>,
    ) -> Option<Self> {
        let place = match principal.credential {
            Credential::Anonymous => None,
            Credential::Session(_) | Credential::Token(_) => {
                let place = edge.limits.user(&principal.username);
                if place.is_none() {
                    edge.metrics.refused("per_user");
                }
                Some(place?)
            }
        };
        let expiry = Box::pin(sleep_until(end_of(&principal)));
        Some(Self { edge: edge.clone(), principal, revocations, expiry, _place: place })
    }

    /// Who it is.
    pub(super) fn principal(&self) -> &Principal {
        &self.principal
    }

    /// Returns when the token has ended, was revoked, or is of another role than it was. Nothing is lost when
    /// this is given up and called again.
    pub(super) async fn lost(&mut self) {
        loop {
            tokio::select! {
                () = &mut self.expiry => {}
                changed = self.revocations.changed() => {
                    if changed.is_err() {
                        return;
                    }
                }
            }
            match self.edge.broker.still(&self.principal) {
                Some(now) if now.role == self.principal.role && !ended(&now) => {
                    self.expiry.as_mut().reset(end_of(&now));
                    self.principal = now;
                }
                _ => return,
            }
        }
    }
}

fn ended(principal: &Principal) -> bool {
    principal.expires_at.is_some_and(|end| end <= Utc::now())
}

fn end_of(principal: &Principal) -> Instant {
    let left = principal.expires_at.map(|end| (end - Utc::now()).to_std().unwrap_or_default());
    Instant::now() + left.unwrap_or(FAR).min(FAR)
}
