//! Files into and out of a container, through the engine's archive of it: no process inside is needed.

use quayside_protocol::reply::{FileEntry, List};

use super::Containers;
use crate::auth::Caller;
use crate::auth::policy::Right;
use crate::error::{Error, Result};
use crate::runtime::{ByteStream, RuntimeError};

impl Containers {
    /// `container files`.
    ///
    /// # Errors
    /// `not_found` for a path that is not there.
    pub async fn files(
        &self,
        caller: &Caller,
        host: &str,
        container: &str,
        path: &str,
    ) -> Result<List<FileEntry>> {
        check_path(path)?;
        let target = self.target(caller, host, container, Right::Change).await?;
        Ok(List::whole(target.runtime.files(target.id(), path).await?))
    }

    /// Whether `caller` may move files of the container at all: asked before a URL for it is handed out.
    ///
    /// # Errors
    /// `invalid` with the field; `not_found`; `forbidden`.
    pub async fn files_allowed(
        &self,
        caller: &Caller,
        host: &str,
        container: &str,
        path: &str,
    ) -> Result<()> {
        check_path(path)?;
        self.target(caller, host, container, Right::Change).await.map(drop)
    }

    /// Unpacks a tar into the directory `path`.
    ///
    /// # Errors
    /// `not_found` for a directory that is not there; `invalid` for a `path` that is none, or a body that is no
    /// tar; the engine's.
    pub async fn upload(
        &self,
        caller: &Caller,
        host: &str,
        container: &str,
        path: &str,
        tar: ByteStream,
    ) -> Result<()> {
        check_path(path)?;
        let target = self.to_change(caller, host, container).await?;
        target.runtime.upload(target.id(), path, tar).await.map_err(not_put)
    }

    /// A tar of `path`.
    ///
    /// # Errors
    /// `not_found` for a path that is not there; the engine's.
    pub async fn download(
        &self,
        caller: &Caller,
        host: &str,
        container: &str,
        path: &str,
    ) -> Result<ByteStream> {
        check_path(path)?;
        let target = self.target(caller, host, container, Right::Change).await?;
        Ok(target.runtime.download(target.id(), path).await?)
    }
}

/// Inside a container any absolute path is its owner's own affair; the engine resolves it within the container.
fn check_path(path: &str) -> Result<()> {
    if path.starts_with('/') && path.len() <= 4_096 && !path.contains('\0') {
        Ok(())
    } else {
        Err(Error::invalid("path", "must be an absolute path inside the container"))
    }
}

/// What the engine says of an upload that is the caller's mistake; old and new engines give it another status.
fn not_put(error: RuntimeError) -> Error {
    match error {
        RuntimeError::Invalid(why) | RuntimeError::Failed(why)
            if why.ends_with("not a directory") || why.contains("cannot overwrite") =>
        {
            Error::invalid("path", why)
        }
        RuntimeError::Invalid(why) => Error::invalid("body", why),
        other => other.into(),
    }
}

#[cfg(test)]
mod tests {
    use quayside_protocol::ErrorCode;

    use super::*;

    #[test]
    fn an_upload_that_cannot_be_put_there_names_what_is_wrong() {
        let why = "extraction point is not a directory".to_owned();
        for error in [RuntimeError::Invalid(why.clone()), RuntimeError::Failed(why)] {
            assert_eq!(not_put(error).body().field.as_deref(), Some("path"));
        }
        let no_tar = RuntimeError::Invalid("Error processing tar file".to_owned());
        assert_eq!(not_put(no_tar).body().field.as_deref(), Some("body"));
        let full = RuntimeError::Failed("no space left on device".to_owned());
        assert_eq!(not_put(full).code(), ErrorCode::Engine);
    }
}
