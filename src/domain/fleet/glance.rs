//! What an answer about all containers of a host depends on, so that one can be kept. It holds no answer.

use chrono::Utc;

use super::Fleet;
use crate::auth::Principal;

/// Equal ones of a host mean equal lists and values of its containers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Glance {
    containers: u64,
    usage: u64,
    /// Times are told in words, by the second.
    second: i64,
}

impl Glance {
    #[cfg(test)]
    pub(crate) fn of(containers: u64, usage: u64, second: i64) -> Self {
        Self { containers, usage, second }
    }
}

impl Fleet {
    /// What answers about `host` are as of now; none where they are not the same for all, because `principal` sees
    /// only its own, or where the host is unknown or not online.
    #[must_use]
    pub fn glance(&self, principal: &Principal, host: &str) -> Option<Glance> {
        if !principal.sees_all() {
            return None;
        }
        Some(Glance {
            containers: self.handle(host).ok()?.mirror.revision()?,
            usage: self.usage.live().revision(),
            second: Utc::now().timestamp(),
        })
    }
}
