//! Tars into and out of containers, streamed both ways.

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bollard::query_parameters::UploadToContainerOptions;
use futures::StreamExt;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::{Method, Response};
use tokio::sync::watch;
use tokio::time::timeout;

use super::client::{CALL, Client, escape};
use super::error;
use crate::runtime::{ByteStream, Result, RuntimeError};

/// Between two pieces, either way.
const IDLE: Duration = Duration::from_secs(60);

/// No upload is bigger than what takes this long.
const UPLOAD: Duration = Duration::from_secs(24 * 3_600);

/// Opens a tar of `path`.
pub(super) async fn open(client: &Client, id: &str, path: &str) -> Result<Response<Incoming>> {
    let path = format!("/containers/{id}/archive?path={}", escape(path));
    client.open(Method::GET, &path, &[]).await
}

pub(super) async fn download(client: &Client, id: &str, path: &str) -> Result<ByteStream> {
    let response = client.observed("download", CALL, open(client, id, path)).await?;
    let body = response.into_body();
    Ok(futures::stream::unfold(Some(body), async |body| {
        let mut body = body?;
        loop {
            match timeout(IDLE, body.frame()).await {
                Ok(None) => return None,
                Ok(Some(Ok(frame))) => {
                    if let Ok(data) = frame.into_data() {
                        return Some((Ok(data), Some(body)));
                    }
                }
                Ok(Some(Err(error))) => {
                    let error = error::from_connection(&error, None);
                    return Some((Err(io::Error::other(error)), None));
                }
                Err(_) => {
                    let error =
                        io::Error::new(io::ErrorKind::TimedOut, "the engine sent nothing for 60 s");
                    return Some((Err(error), None));
                }
            }
        }
    })
    .boxed())
}

pub(super) async fn upload(client: &Client, id: &str, path: String, tar: ByteStream) -> Result<()> {
    // Without it a file takes the place of a directory of its name, with all that is in there.
    let no_overwrite_dir_non_dir = Some("true".to_owned());
    let options = UploadToContainerOptions { path, no_overwrite_dir_non_dir, ..Default::default() };
    let moved = Arc::new(watch::Sender::new(Instant::now()));
    let mut last = moved.subscribe();
    let counted = tar.inspect(move |_| {
        moved.send_replace(Instant::now());
    });
    let work = async |docker: bollard::Docker| {
        let body = bollard::body_try_stream(counted);
        docker.upload_to_container(id, Some(options), body).await
    };
    let stalled = async {
        // The sender goes when the whole tar has been sent; the engine may then take as long again.
        while timeout(IDLE, last.changed()).await.is_ok_and(|changed| changed.is_ok()) {}
        if last.has_changed().is_err() {
            tokio::time::sleep(IDLE).await;
        }
    };
    tokio::select! {
        result = client.command("upload", UPLOAD, work) => result.map_err(no_tar),
        () = stalled => Err(RuntimeError::Timeout("the upload stood still for 60 s".to_owned())),
    }
}

/// The engine takes its own failure to read a tar for a fault of its own.
fn no_tar(error: RuntimeError) -> RuntimeError {
    match error {
        RuntimeError::Failed(why)
            if why.contains("rror processing tar file") || why.contains("archive/tar") =>
        {
            RuntimeError::Invalid(why)
        }
        other => other,
    }
}
