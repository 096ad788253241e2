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
    /// The state of revocations for which it was proved.
    verified: u64,
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
        let state = *revocations.borrow();
        // Of what came meanwhile it is not known yet whether it was this.
        let changed = revocations.has_changed().unwrap_or(true);
        let verified = if changed { state.saturating_sub(1) } else { state };
        Some(Self { edge: edge.clone(), principal, revocations, verified, expiry, _place: place })
    }

    /// Who it is.
    pub(super) fn principal(&self) -> &Principal {
        &self.principal
    }

    /// The state of revocations for which it is known to hold.
    pub(super) fn verified(&self) -> u64 {
        self.verified
    }

    /// Returns when the token has ended, was revoked, or is of another role than it was. Nothing is lost when
    /// this is given up and called again.
    pub(super) async fn lost(&mut self) {
        while self.looked_at().await {}
    }

    /// Returns when it had to be looked at again: whether it still holds. Nothing is lost when this is given up and
    /// called again.
    pub(super) async fn looked_at(&mut self) -> bool {
        tokio::select! {
            () = &mut self.expiry => {}
            changed = self.revocations.changed() => {
                if changed.is_err() {
                    return false;
                }
            }
        }
        let state = *self.revocations.borrow_and_update();
        match self.edge.broker.still(&self.principal) {
            Some(now) if now.role == self.principal.role && !ended(&now) => {
                self.expiry.as_mut().reset(end_of(&now));
                self.principal = now;
                self.verified = state;
                true
            }
            _ => false,
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
