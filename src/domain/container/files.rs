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
        let target = self.target(caller, host, container, Right::Change).await?;
        target.runtime.upload(target.id(), path, tar).await.map_err(|error| match error {
            RuntimeError::Invalid(why) => {
                let field = if why.ends_with("not a directory") { "path" } else { "body" };
                Error::invalid(field, why)
            }
            other => other.into(),
        })
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
