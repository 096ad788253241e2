//! Every key of the store. A key is `noun/name` in the alphabet `-/_=.a-zA-Z0-9`, which a JetStream bucket takes too.
//!
//! Nobody else builds a key from text. Names of any script are escaped: whatever is not a letter or digit of ASCII,
//! `-` or `_` becomes `=` and two hex digits for each byte.

use std::fmt;

use quayside_protocol::position::Position;

/// Where a record stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(String);

impl Key {
    /// The key as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A key read back from a backend; none if it is not in the alphabet.
    pub(super) fn from_stored(text: &[u8]) -> Option<Key> {
        let legal = |b: &u8| b.is_ascii_alphanumeric() || b"-/_=.".contains(b);
        let text = std::str::from_utf8(text).ok()?;
        (!text.is_empty() && text.as_bytes().iter().all(legal)).then(|| Key(text.to_owned()))
    }

    /// The name that the key was built from: what follows the last `/`, unescaped. None if it is not text.
    pub fn name(&self) -> Option<String> {
        let escaped = self.0.rsplit('/').next()?;
        let mut bytes = Vec::with_capacity(escaped.len());
        let mut rest = escaped.bytes();
        while let Some(byte) = rest.next() {
            if byte == b'=' {
                let digits = [rest.next()?, rest.next()?];
                bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?);
            } else {
                bytes.push(byte);
            }
        }
        String::from_utf8(bytes).ok()
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// All keys of one noun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Prefix(&'static str);

impl Prefix {
    /// The beginning that its keys share; ends with `/`.
    pub fn as_str(&self) -> &'static str {
        self.0
    }

    /// Whether the key is one of them.
    pub fn covers(&self, key: &Key) -> bool {
        key.0.starts_with(self.0)
    }

    fn key(self, name: &str) -> Key {
        let mut key = String::with_capacity(self.0.len() + name.len());
        key.push_str(self.0);
        for byte in name.bytes() {
            if byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_' {
                key.push(byte as char);
            } else {
                key.push_str(&format!("={byte:02x}"));
            }
        }
        Key(key)
    }
}

/// Accounts.
pub const USERS: Prefix = Prefix("user/");
/// Sign-in sessions.
pub const SESSIONS: Prefix = Prefix("session/");
/// Invitations.
pub const INVITES: Prefix = Prefix("invite/");
/// API tokens.
pub const TOKENS: Prefix = Prefix("token/");
/// Hosts added at run time.
pub const HOSTS: Prefix = Prefix("host/");
/// The audit, oldest first.
pub const AUDIT: Prefix = Prefix("audit/");
const COUNTERS: Prefix = Prefix("counter/");
/// Terminals whose programs run, or may still run after the hub has ended without ending them.
pub const TERMINALS: Prefix = Prefix("terminal/");
/// What the hub knows of itself.
pub const HUB: Prefix = Prefix("hub/");

/// The account of this name.
pub fn user(name: &str) -> Key {
    USERS.key(name)
}

/// The last number given to an account.
pub fn user_counter() -> Key {
    COUNTERS.key("user")
}

/// One sign-in session.
pub fn session(id: &str) -> Key {
    SESSIONS.key(id)
}

/// One invitation.
pub fn invite(id: &str) -> Key {
    INVITES.key(id)
}

/// One API token.
pub fn token(id: &str) -> Key {
    TOKENS.key(id)
}

/// A host added at run time.
pub fn host(name: &str) -> Key {
    HOSTS.key(name)
}

/// One terminal, by its session.
pub fn terminal(session: &str) -> Key {
    TERMINALS.key(session)
}

/// An entry of the audit; its id is a position, so that key order is time order.
pub fn audit(id: Position) -> Key {
    AUDIT.key(&id.to_string())
}

/// What the hub knows of itself: its id and the like.
pub fn hub_meta() -> Key {
    HUB.key("meta")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_any_script_come_back() {
        for name in ["alice", "Алиса", "张伟", "a/b", "a=b", "..", "a b", "x_y-Z", ""] {
            let key = user(name);
            assert_eq!(key.name().as_deref(), Some(name));
            assert_eq!(Key::from_stored(key.as_str().as_bytes()), Some(key.clone()));
            assert!(USERS.covers(&key) && !HOSTS.covers(&key));
        }
    }

    #[test]
    fn different_names_have_different_keys() {
        assert_ne!(user("a=2fb"), user("a/b"));
        assert_eq!(user("a/b").as_str(), "user/a=2fb");
    }

    #[test]
    fn the_audit_is_in_time_order() {
        assert!(audit(Position(9)) < audit(Position(10)));
    }

    #[test]
    fn a_foreign_key_is_not_taken() {
        assert_eq!(Key::from_stored(b"user/a b"), None);
        assert_eq!(Key::from_stored(b""), None);
        assert_eq!(Key::from_stored(&[0xff]), None);
    }
}
