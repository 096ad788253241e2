//! The log read backwards.

use serde::{Deserialize, Serialize};

use super::wire;
use crate::position::Position;
use crate::push::Push;

wire! {
    /// `event list`.
    pub struct EventPage {
        /// `event` and `gap` pushes, newest first; perhaps none although there is a `next`.
        pub items: Vec<Push>,
        /// The newest of the log when this was read: a subscription `since` it goes on after what is here.
        pub position: Position,
        /// What to send as `after` for older ones; absent at the end.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub next: Option<String>,
    }

    /// `event count`.
    pub struct EventCounts {
        /// Steps in which there was something, newest first.
        pub items: Vec<EventCount>,
        /// Down to this moment everything is counted, RFC 3339 UTC: `since`, or where the next answer goes on.
        pub from: String,
        /// The newest of the log when this was read: a subscription `since` it goes on after what was counted.
        pub position: Position,
        /// What to send as `after` to have older ones counted; absent at the end. The last step of an answer may
        /// come again as the first of the next one: the two are added.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub next: Option<String>,
    }

    /// What there was in one step of the time.
    pub struct EventCount {
        /// Where the step begins, RFC 3339 UTC: a whole number of steps since 1970.
        pub from: String,
        /// How many events.
        pub events: u64,
        /// How many of them tell of a failure: `die` with another exit code than 0, `oom`, `kill`, `offline`,
        /// `health_status: unhealthy`.
        pub failures: u64,
        /// How many gaps.
        pub gaps: u64,
    }
}
