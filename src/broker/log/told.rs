//! What a scope judges an entry by, and what a count knows it by.

use super::entry::Entry;
use super::options::Payload;

/// An entry that is whole, or one that was only glanced at.
pub(super) trait Told {
    /// Whose; none: of all.
    fn host(&self) -> Option<&str>;
    /// The account whose thing it is about.
    fn owner(&self) -> Option<&str>;
    /// The name of the container it is about, where that is known.
    fn container(&self) -> Option<&str>;
    /// Whether it is a gap, which has nothing of what follows.
    fn is_gap(&self) -> bool;
    /// The event's type.
    fn kind(&self) -> &str;
    fn action(&self) -> &str;
    fn actor_id(&self) -> &str;
    fn attr(&self, key: &str) -> Option<&str>;

    /// Whether it is for everybody: a gap, or an event of the hub's own about a host.
    fn is_public(&self) -> bool {
        self.is_gap() || self.kind() == "host"
    }

    /// Whether it tells of something that went wrong.
    fn is_failure(&self) -> bool {
        match self.action() {
            "die" => self.attr("exitCode") != Some("0"),
            action => {
                matches!(action, "oom" | "kill" | "offline" | "health_status: unhealthy")
            }
        }
    }
}

impl Told for Entry {
    fn host(&self) -> Option<&str> {
        self.host()
    }

    fn owner(&self) -> Option<&str> {
        self.owner()
    }

    fn container(&self) -> Option<&str> {
        self.container()
    }

    fn is_gap(&self) -> bool {
        matches!(self.payload(), Payload::Gap(_))
    }

    fn kind(&self) -> &str {
        match self.payload() {
            Payload::Event(event) => &event.r#type,
            Payload::Gap(_) => "",
        }
    }

    fn action(&self) -> &str {
        match self.payload() {
            Payload::Event(event) => &event.action,
            Payload::Gap(_) => "",
        }
    }

    fn actor_id(&self) -> &str {
        match self.payload() {
            Payload::Event(event) => &event.actor_id,
            Payload::Gap(_) => "",
        }
    }

    fn attr(&self, key: &str) -> Option<&str> {
        match self.payload() {
            Payload::Event(event) => event.attrs.get(key).map(String::as_str),
            Payload::Gap(_) => None,
        }
    }
}
