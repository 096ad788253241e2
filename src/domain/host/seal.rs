//! Encryption of hosts' keys in the store: XChaCha20-Poly1305, a fresh nonce each time, bound to host, address and
//! field, so that no stored text is good in another's place.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};

use crate::auth::Secret;
use crate::error::{Error, Result};

const NONCE: usize = 24;

/// Closes and opens what is stored.
pub(super) struct Seal(XChaCha20Poly1305);

/// What a sealed text belongs to.
pub(super) struct Place<'a> {
    /// The host's name.
    pub(super) host: &'a str,
    /// Its address.
    pub(super) addr: &'a str,
    /// Such as `tls.key`.
    pub(super) field: &'a str,
}

impl Place<'_> {
    /// No part can hold a line break but the address, which stands last.
    fn bytes(&self) -> Vec<u8> {
        format!("{}\n{}\n{}", self.host, self.field, self.addr).into_bytes()
    }
}

impl Seal {
    pub(super) fn new(key: &Secret<[u8; 32]>) -> Self {
        Self(XChaCha20Poly1305::new(key.expose().into()))
    }

    pub(super) fn close(&self, place: &Place<'_>, secret: &Secret<String>) -> Result<String> {
        let mut nonce = [0; NONCE];
        getrandom::fill(&mut nonce).map_err(Error::internal)?;
        let payload = Payload { msg: secret.expose().as_bytes(), aad: &place.bytes() };
        let closed = self.0.encrypt(&XNonce::from(nonce), payload).map_err(Error::internal)?;
        Ok(STANDARD.encode([&nonce[..], &closed].concat()))
    }

    pub(super) fn open(&self, place: &Place<'_>, closed: &str) -> Result<Secret<String>> {
        self.try_open(place, closed).map(Secret::new).ok_or_else(|| {
            Error::internal(format!("{} of host {} cannot be opened", place.field, place.host))
        })
    }

    fn try_open(&self, place: &Place<'_>, closed: &str) -> Option<String> {
        let bytes = STANDARD.decode(closed).ok()?;
        let (nonce, closed) = bytes.split_first_chunk::<NONCE>()?;
        let payload = Payload { msg: closed, aad: &place.bytes() };
        String::from_utf8(self.0.decrypt(&XNonce::from(*nonce), payload).ok()?).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_closed_opens_in_its_own_place_only() {
        let seal = Seal::new(&Secret::new([7; 32]));
        let place = Place { host: "a", addr: "tcp://a:1", field: "tls.key" };
        let closed = seal.close(&place, &Secret::new("the key".into())).unwrap();
        assert!(!closed.contains("the key"));
        assert_eq!(seal.open(&place, &closed).unwrap().expose(), "the key");
        for other in [
            Place { host: "b", addr: "tcp://a:1", field: "tls.key" },
            Place { host: "a", addr: "tcp://b:1", field: "tls.key" },
            Place { host: "a", addr: "tcp://a:1", field: "ssh.key" },
        ] {
            assert!(seal.open(&other, &closed).is_err());
        }
        assert!(Seal::new(&Secret::new([8; 32])).open(&place, &closed).is_err());
        assert_ne!(closed, seal.close(&place, &Secret::new("the key".into())).unwrap());
    }
}
