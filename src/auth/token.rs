//! Signed tokens (JWT, HS256): what they claim, and whether they are ours. The only place that names
//! jsonwebtoken. Whether what they claim still lives is the accounts' affair.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};

use super::Secret;
use crate::error::{Error, Result};

/// What a token is for; one kind is never taken for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Use {
    /// Requests of a session, for `auth.access_ttl`.
    Access,
    /// Renewals of a session, for `auth.refresh_ttl`; also the session cookie.
    Refresh,
    /// Requests of a script, as long as its record says.
    Api,
    /// One registration.
    Invite,
}

/// What a token says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    iss: String,
    aud: String,
    exp: i64,
    iat: i64,
    /// Makes two tokens of one second differ.
    jti: String,
    /// The account's name.
    pub sub: String,
    /// What it is for.
    #[serde(rename = "use")]
    pub purpose: Use,
    /// The session, token or invite it belongs to.
    pub of: String,
    /// Which of the session's refresh tokens: they are counted.
    pub generation: u64,
}

impl Claims {
    /// When it ends.
    #[must_use]
    pub fn expires_at(&self) -> Option<DateTime<Utc>> {
        (self.exp < NEVER).then(|| DateTime::from_timestamp(self.exp, 0)).flatten()
    }
}

/// Every token has an end; one "for ever" has this (the year 9999).
const NEVER: i64 = 253_402_300_799;
/// Issuer and audience: a token of another program that shares the key by mistake is refused.
const NAME: &str = "quayside";

/// Makes and reads tokens.
pub struct Tokens {
    encoding: EncodingKey,
    decoding: DecodingKey,
    validation: Validation,
}

impl Tokens {
    /// Tokens signed with `key`.
    #[must_use]
    pub fn new(key: &Secret<[u8; 32]>) -> Self {
        let mut validation = Validation::new(Algorithm::HS256);
        // The hub both signs and checks: there is no other clock to be lenient with.
        validation.leeway = 0;
        validation.set_audience(&[NAME]);
        validation.set_issuer(&[NAME]);
        validation.required_spec_claims =
            ["exp", "aud", "iss", "sub"].map(String::from).into_iter().collect::<HashSet<_>>();
        Self {
            encoding: EncodingKey::from_secret(key.expose()),
            decoding: DecodingKey::from_secret(key.expose()),
            validation,
        }
    }

    /// A token for `purpose` of session, token or invite `of`; no end: for ever.
    ///
    /// # Errors
    /// Internal only.
    pub fn issue(
        &self,
        purpose: Use,
        username: &str,
        of: &str,
        generation: u64,
        expires_at: Option<DateTime<Utc>>,
    ) -> Result<String> {
        let claims = Claims {
            iss: NAME.into(),
            aud: NAME.into(),
            exp: expires_at.map_or(NEVER, |at| at.timestamp()),
            iat: Utc::now().timestamp(),
            jti: uuid::Uuid::new_v4().simple().to_string(),
            sub: username.into(),
            purpose,
            of: of.into(),
            generation,
        };
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &self.encoding)
            .map_err(Error::internal)
    }

    /// The claims of a token of ours for one of `purposes` that has not ended.
    ///
    /// # Errors
    /// `unauthenticated`, always with the same words.
    pub fn read(&self, token: &str, purposes: &[Use]) -> Result<Claims> {
        let claims = jsonwebtoken::decode::<Claims>(token, &self.decoding, &self.validation)
            .map_err(|error| Error::unauthenticated().with_internal(error))?
            .claims;
        // The library lets the last second pass; what hangs on the token ends when it begins.
        let ended = claims.exp <= Utc::now().timestamp();
        let good = !ended && purposes.contains(&claims.purpose);
        good.then_some(claims).ok_or_else(Error::unauthenticated)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;

    fn tokens(byte: u8) -> Tokens {
        Tokens::new(&Secret::new([byte; 32]))
    }

    #[test]
    fn a_token_is_good_for_its_use_until_its_end_and_under_its_key() {
        let ours = tokens(1);
        let end = Utc::now() + TimeDelta::seconds(60);
        let token = ours.issue(Use::Access, "ann", "s1", 0, Some(end)).unwrap();
        let claims = ours.read(&token, &[Use::Access]).unwrap();
        assert_eq!((claims.sub.as_str(), claims.of.as_str()), ("ann", "s1"));
        assert_eq!(claims.expires_at().map(|at| at.timestamp()), Some(end.timestamp()));
        assert!(ours.read(&token, &[Use::Refresh]).is_err());
        assert!(tokens(2).read(&token, &[Use::Access]).is_err());
        let ended = Utc::now() - TimeDelta::seconds(1);
        let old = ours.issue(Use::Access, "ann", "s1", 0, Some(ended)).unwrap();
        assert!(ours.read(&old, &[Use::Access]).is_err());
        assert_eq!(
            ours.read(&ours.issue(Use::Api, "a", "t", 0, None).unwrap(), &[Use::Api])
                .unwrap()
                .expires_at(),
            None
        );
    }

    #[test]
    fn a_token_without_signature_is_refused() {
        // {"alg":"none","typ":"JWT"} and the claims of an admin.
        let forged =
            "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.eyJzdWIiOiJhZG1pbiIsImV4cCI6OTk5OTk5OTk5OX0.";
        assert!(tokens(1).read(forged, &[Use::Access]).is_err());
        assert!(tokens(1).read("", &[Use::Access]).is_err());
    }
}
