//! What each role may do. A right that was proved is a value, [`Authorized`], which only this file makes.

use std::ops::Deref;

use quayside_protocol::command::account::Role;

use super::principal::Principal;
use crate::error::{Error, Result};

/// Something its bearer was allowed to do something with.
#[derive(Debug, Clone)]
pub struct Authorized<T>(T);

impl<T> Deref for Authorized<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

/// What is to be done with a container or its like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Right {
    /// Look at it.
    Read,
    /// Change it, enter it, or see its secrets.
    Change,
}

/// Something that belongs to an account, or to nobody.
pub trait Owned {
    /// The account.
    fn owner(&self) -> Option<&str>;
}

/// Lets `principal` do `right` with `thing`.
///
/// # Errors
/// `not_found` (the words of `missing`) where it may not know of it, `forbidden` where it may only look.
pub fn authorize<T: Owned>(
    principal: &Principal,
    right: Right,
    thing: T,
    missing: impl FnOnce() -> Error,
) -> Result<Authorized<T>> {
    let owns = principal.owns(thing.owner()) && principal.role != Role::Viewer;
    if owns || principal.is_operator() {
        return Ok(Authorized(thing));
    }
    if !principal.sees_all() && !principal.owns(thing.owner()) {
        return Err(missing());
    }
    match right {
        Right::Read => Ok(Authorized(thing)),
        Right::Change => Err(refused(principal)),
    }
}

/// Whether `role` may ever do `noun` `opt`, whatever the object: asked before the fields are looked at.
#[must_use]
pub fn may_ever(role: Role, noun: &str, opt: &str) -> bool {
    match (noun, opt) {
        ("auth" | "session" | "token" | "event", _)
        | ("user", "get" | "update" | "password" | "register") => true,
        ("host", "list" | "get" | "df") | ("image", "list") => true,
        ("container", "list" | "inspect" | "top" | "logs" | "stats" | "stats_all") => true,
        ("container", _) => role != Role::Viewer,
        ("terminal", _) => role != Role::Viewer,
        ("image", _) => matches!(role, Role::Operator | Role::Admin),
        ("host" | "setting" | "user" | "invite" | "audit", _) => role == Role::Admin,
        _ => false,
    }
}

/// Refuses `principal` unless its role may ever do `noun` `opt`.
///
/// # Errors
/// `forbidden`, naming the role and what it may not.
pub fn require(principal: &Principal, noun: &str, opt: &str) -> Result<()> {
    if may_ever(principal.role, noun, opt) {
        Ok(())
    } else {
        let role = principal.role.as_str();
        Err(Error::forbidden(format!("the role {role} may not do {noun} {opt}: ask an admin")))
    }
}

/// What a token of role `token` may do for an account of role `owner`; none: nothing. A viewer sees what a user
/// does not, so a viewer's token of a user would lend a right that the user has not.
#[must_use]
pub fn lent(token: Role, owner: Role) -> Option<Role> {
    match (token, owner) {
        (Role::Viewer, Role::User | Role::Teacher) => None,
        (token, owner) => Some(token.min(owner)),
    }
}

fn refused(principal: &Principal) -> Error {
    Error::forbidden(format!(
        "the role {} may look at this, not change it",
        principal.role.as_str()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::Credential;

    struct Thing(Option<&'static str>);

    impl Owned for Thing {
        fn owner(&self) -> Option<&str> {
            self.0
        }
    }

    fn who(role: Role) -> Principal {
        Principal {
            username: "ann".into(),
            role,
            credential: Credential::Session("s".into()),
            expires_at: None,
        }
    }

    #[test]
    fn each_role_with_ones_own_anothers_and_nobodys() {
        use quayside_protocol::ErrorCode::{Forbidden, NotFound};
        let cases = [
            (Role::Viewer, Right::Read, [None, None, None]),
            (Role::Viewer, Right::Change, [Some(Forbidden); 3]),
            (Role::User, Right::Read, [None, Some(NotFound), Some(NotFound)]),
            (Role::User, Right::Change, [None, Some(NotFound), Some(NotFound)]),
            (Role::Teacher, Right::Change, [None, Some(NotFound), Some(NotFound)]),
            (Role::Operator, Right::Change, [None; 3]),
            (Role::Admin, Right::Change, [None; 3]),
        ];
        for (role, right, expected) in cases {
            let things = [Thing(Some("ann")), Thing(Some("bob")), Thing(None)];
            for (thing, expected) in things.into_iter().zip(expected) {
                let owner = thing.0;
                let got = authorize(&who(role), right, thing, || Error::not_found("none"));
                assert_eq!(got.err().map(|e| e.code()), expected, "{role:?} {right:?} {owner:?}");
            }
        }
    }

    #[test]
    fn a_token_lends_nothing_that_its_owner_has_not() {
        assert_eq!(lent(Role::Viewer, Role::User), None);
        assert_eq!(lent(Role::Viewer, Role::Teacher), None);
        assert_eq!(lent(Role::Viewer, Role::Operator), Some(Role::Viewer));
        assert_eq!(lent(Role::Admin, Role::Viewer), Some(Role::Viewer));
        assert_eq!(lent(Role::User, Role::Operator), Some(Role::User));
    }

    #[test]
    fn an_anonymous_caller_owns_nothing() {
        let mut nobody = who(Role::User);
        nobody.credential = Credential::Anonymous;
        nobody.username = "".into();
        assert!(
            authorize(&nobody, Right::Read, Thing(Some("")), || Error::not_found("none")).is_err()
        );
    }
}
