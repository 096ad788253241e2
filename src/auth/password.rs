//! Passwords: argon2id with 19 MiB, two passes, one lane (RFC 9106's second recommendation made smaller, as OWASP's
//! cheat sheet has it).

use std::sync::Arc;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::Semaphore;

use crate::error::{Error, Result};

/// Hashes at once: each takes 19 MiB and a core for 30 ms, so a flood of logins must queue here, not in memory.
const AT_ONCE: usize = 2;

/// Hashes and verifies, a few at a time, off the event loop.
#[derive(Clone)]
pub struct Passwords {
    permits: Arc<Semaphore>,
    /// Verified for unknown names, so that they take as long as known ones.
    dummy: Arc<str>,
}

fn argon() -> Result<Argon2<'static>> {
    let params = Params::new(19_456, 2, 1, None).map_err(Error::internal)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn hash(password: &str) -> Result<String> {
    argon()?
        .hash_password(password.as_bytes())
        .map(|hash| hash.to_string())
        .map_err(Error::internal)
}

impl Passwords {
    /// Ready to work; computes one hash.
    ///
    /// # Errors
    /// The system has no randomness to give.
    pub fn new() -> Result<Self> {
        let dummy = hash("no account has this password")?.into();
        Ok(Self { permits: Arc::new(Semaphore::new(AT_ONCE)), dummy })
    }

    /// The PHC text of a password.
    ///
    /// # Errors
    /// Internal only.
    pub async fn hash(&self, password: String) -> Result<String> {
        let _permit = self.permits.acquire().await.map_err(Error::internal)?;
        tokio::task::spawn_blocking(move || hash(&password)).await.map_err(Error::internal)?
    }

    /// Whether the password fits `stored`; without one it takes as long and does not fit. `begin` is asked when it
    /// is this one's turn, which may be long after the call.
    ///
    /// # Errors
    /// Those of `begin`; else internal only: a stored text that is no hash.
    pub async fn verify(
        &self,
        password: String,
        stored: Option<String>,
        begin: impl FnOnce() -> Result<()> + Send,
    ) -> Result<bool> {
        let known = stored.is_some();
        let stored = stored.unwrap_or_else(|| self.dummy.to_string());
        let _permit = self.permits.acquire().await.map_err(Error::internal)?;
        begin()?;
        let fits = tokio::task::spawn_blocking(move || -> Result<bool> {
            let stored = PasswordHash::new(&stored).map_err(Error::internal)?;
            Ok(argon()?.verify_password(password.as_bytes(), &stored).is_ok())
        });
        Ok(fits.await.map_err(Error::internal)?? && known)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_password_fits_its_hash() {
        let passwords = Passwords::new().unwrap();
        let stored = passwords.hash("123123".into()).await.unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        let fits = async |password: &str, stored: Option<&String>| {
            passwords.verify(password.into(), stored.cloned(), || Ok(())).await.unwrap()
        };
        assert!(fits("123123", Some(&stored)).await);
        assert!(!fits("123124", Some(&stored)).await);
        assert!(!fits("no account has this password", None).await);
        let limited = || Err(Error::limited("too many", 1));
        assert!(passwords.verify("123123".into(), Some(stored), limited).await.is_err());
    }
}
