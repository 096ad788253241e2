//! `event`: the log read backwards, and how many events there were when. Filters are those of topic `events`.

use serde::{Deserialize, Serialize};

use crate::topic::{Subscribe, Topic};
use crate::unit::{Filter, Seconds};

/// Declares a command about a part of the log: the fields that all of them have, and its own. They stand in one
/// struct, so that a wrong field is told by its name.
macro_rules! of_the_log {
    ($($(#[$doc:meta])* pub struct $name:ident { $($(#[$field_doc:meta])* pub $field:ident: $type:ty,)* })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        pub struct $name {
            /// Hosts by name.
            #[serde(default, skip_serializing_if = "Filter::is_empty")]
            pub host: Filter,
            /// Types, whole.
            #[serde(default, rename = "type", skip_serializing_if = "Filter::is_empty")]
            pub kind: Filter,
            /// Actions, whole or the part before `:`.
            #[serde(default, skip_serializing_if = "Filter::is_empty")]
            pub action: Filter,
            /// Ids (12 or 64 characters) or names, which need not exist any more.
            #[serde(default, skip_serializing_if = "Filter::is_empty")]
            pub container: Filter,
            /// `key` or `key=value`.
            #[serde(default, skip_serializing_if = "Filter::is_empty")]
            pub label: Filter,
            /// Accounts.
            #[serde(default, skip_serializing_if = "Filter::is_empty")]
            pub owner: Filter,
            /// Nothing after it: a position, or an RFC 3339 time by the hub's receipt.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub until: Option<String>,
            /// `next` of the answer before.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub after: Option<String>,
            $($(#[$field_doc])* pub $field: $type,)*
        }

        impl $name {
            /// The subscription with the same filters.
            #[must_use]
            pub fn wanted(&self) -> Subscribe {
                Subscribe {
                    host: self.host.clone(),
                    kind: self.kind.clone(),
                    action: self.action.clone(),
                    container: self.container.clone(),
                    label: self.label.clone(),
                    owner: self.owner.clone(),
                    ..Subscribe::to(Topic::Events)
                }
            }
        }
    )*};
}

of_the_log! {
    /// `event list`; values of one filter are alternatives, filters narrow together.
    pub struct ListEvents {
        /// Only what comes after it: a position, or an RFC 3339 time by the hub's receipt.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub since: Option<String>,
        /// At most so many: 1 to 1,000, 100 without it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub limit: Option<u64>,
    }

    /// `event count`; values of one filter are alternatives, filters narrow together.
    pub struct CountEvents {
        /// Only what comes after it: a position, or an RFC 3339 time by the hub's receipt.
        pub since: String,
        /// How long each step of the time is. From `since` to `until` there are at most 1,000 of them.
        pub step: Seconds,
    }
}
