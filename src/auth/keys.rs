//! The hub's own secrets: one file in the data directory, apart from the database, so that a dump of the
//! database opens nothing.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use super::Secret;

/// Two independent keys of 32 bytes.
#[derive(Clone)]
pub struct HubKeys {
    /// Signs tokens.
    pub signing: Secret<[u8; 32]>,
    /// Encrypts what is stored of hosts' keys.
    pub sealing: Secret<[u8; 32]>,
}

const LENGTH: usize = 64;

impl HubKeys {
    /// Reads `DIR/secret.key`, or makes it (mode 0600) at the first start.
    ///
    /// # Errors
    /// The file cannot be read or written, or has another length: it was damaged, and a new one would silently
    /// end every session.
    pub fn open(dir: &Path) -> io::Result<Self> {
        let path = dir.join("secret.key");
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => create(dir, &path)?,
            Err(error) => return Err(error),
        };
        let mut keys = bytes.chunks_exact(32).map(<[u8; 32]>::try_from);
        match (bytes.len(), keys.next(), keys.next()) {
            (LENGTH, Some(Ok(signing)), Some(Ok(sealing))) => {
                Ok(Self { signing: Secret::new(signing), sealing: Secret::new(sealing) })
            }
            _ => Err(io::Error::new(
                io::ErrorKind::InvalidData,
                format!(
                    "{} is damaged: it must have {LENGTH} bytes; restore it, or remove it to end all sessions and \
                     forget the keys of hosts",
                    path.display()
                ),
            )),
        }
    }
}

/// Written beside and renamed, so that a crash leaves the whole file or none.
fn create(dir: &Path, path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; LENGTH];
    getrandom::fill(&mut bytes).map_err(|error| io::Error::other(error.to_string()))?;
    let fresh = dir.join("secret.key.new");
    let mut file =
        OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&fresh)?;
    file.write_all(&bytes)?;
    file.sync_all()?;
    fs::rename(&fresh, path)?;
    fs::File::open(dir)?.sync_all()?;
    Ok(bytes)
}

/// `bytes` random bytes as text that is safe in URLs and headers.
///
/// # Errors
/// The system has no randomness to give.
pub fn random_text(bytes: usize) -> crate::error::Result<String> {
    use base64::Engine;
    let mut buffer = vec![0; bytes];
    getrandom::fill(&mut buffer).map_err(crate::error::Error::internal)?;
    Ok(base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(buffer))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_keys_stay_and_a_damaged_file_is_refused() {
        let dir = std::env::temp_dir().join(format!("quayside-keys-{}", uuid::Uuid::new_v4()));
        fs::create_dir(&dir).unwrap();
        let first = HubKeys::open(&dir).unwrap();
        let again = HubKeys::open(&dir).unwrap();
        assert_eq!(first.signing, again.signing);
        assert_ne!(first.signing.expose(), first.sealing.expose());
        fs::write(dir.join("secret.key"), b"short").unwrap();
        assert!(HubKeys::open(&dir).is_err());
        fs::remove_dir_all(&dir).unwrap();
    }
}
