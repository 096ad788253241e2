//! The certificate that is served, and its replacement while serving.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::sync::watch;

use crate::config::TlsFiles;

/// Time between two looks at the files: changed ones serve within 10 s.
const LOOK: Duration = Duration::from_secs(5);
/// Largest file that is read: chains and keys are a few kilobytes.
const MAX_FILE: u64 = 1 << 20;

/// The certificate in use, followed as its files change.
#[derive(Debug)]
pub struct Tls {
    files: TlsFiles,
    /// What was read last, so that only a change is tried.
    read: (Vec<u8>, Vec<u8>),
    current: watch::Sender<Arc<ServerConfig>>,
}

impl Tls {
    /// Reads the pair.
    ///
    /// # Errors
    /// Words for the person at the console: a file that cannot be read, or a pair that does not fit.
    pub fn open(files: TlsFiles) -> Result<Self, String> {
        let read = read(&files).map_err(|error| error.to_string())?;
        let config = config(&read).map_err(|why| format!("{}: {why}", files.cert.display()))?;
        Ok(Self { files, read, current: watch::Sender::new(config) })
    }

    /// The pair in use, now and later.
    #[must_use]
    pub(super) fn current(&self) -> watch::Receiver<Arc<ServerConfig>> {
        self.current.subscribe()
    }

    /// Looks at the files for ever. A pair that does not fit is told to the log once, and the old one stays.
    pub(super) async fn follow(mut self) {
        loop {
            tokio::time::sleep(LOOK).await;
            let files = self.files.clone();
            let Ok(seen) = tokio::task::spawn_blocking(move || read(&files)).await else {
                continue;
            };
            match seen {
                Ok(seen) if seen == self.read => {}
                Ok(seen) => {
                    match config(&seen) {
                        Ok(config) => {
                            self.current.send_replace(config);
                            tracing::info!("the certificate was changed and is served from now on");
                        }
                        Err(why) => {
                            let cert = self.files.cert.display();
                            tracing::error!(%cert, "the changed certificate stays unused: {why}");
                        }
                    }
                    self.read = seen;
                }
                Err(error) => {
                    tracing::warn!(
                        "the certificate's files cannot be read, the old one stays: {error}"
                    );
                }
            }
        }
    }
}

fn read(files: &TlsFiles) -> io::Result<(Vec<u8>, Vec<u8>)> {
    let read = |path: &PathBuf| {
        let told =
            |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", path.display()));
        if std::fs::metadata(path).map_err(told)?.len() > MAX_FILE {
            return Err(told(io::Error::other("is over 1 MiB")));
        }
        std::fs::read(path).map_err(told)
    };
    Ok((read(&files.cert)?, read(&files.key)?))
}

fn config((cert, key): &(Vec<u8>, Vec<u8>)) -> Result<Arc<ServerConfig>, String> {
    let chain: Vec<_> = CertificateDer::pem_slice_iter(cert)
        .collect::<Result<_, _>>()
        .map_err(|error| format!("the certificate is no PEM: {error}"))?;
    if chain.is_empty() {
        return Err("there is no certificate in it".to_owned());
    }
    let key = PrivateKeyDer::from_pem_slice(key)
        .map_err(|error| format!("the key is no PEM: {error}"))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(|error| format!("certificate and key do not fit: {error}"))?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair() -> (Vec<u8>, Vec<u8>) {
        let made = rcgen::generate_simple_self_signed(["hub.example".to_owned()]).expect("a pair");
        (made.cert.pem().into_bytes(), made.signing_key.serialize_pem().into_bytes())
    }

    #[test]
    fn only_a_pair_that_fits_is_served() {
        let (one, other) = (pair(), pair());
        assert!(config(&one).is_ok());
        assert!(config(&(one.0.clone(), other.1)).is_err());
        assert!(config(&(b"".to_vec(), one.1.clone())).is_err());
        assert!(config(&(one.0, b"garbage".to_vec())).is_err());
    }

    #[test]
    fn a_missing_file_is_named() {
        let files =
            TlsFiles { cert: "/nonexistent/cert.pem".into(), key: "/nonexistent/key.pem".into() };
        let why = Tls::open(files).expect_err("there is no such file");
        assert!(why.contains("/nonexistent/cert.pem"), "{why}");
    }
}
