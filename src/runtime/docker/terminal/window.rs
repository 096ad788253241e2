//! Window sizes on their way to an engine: one at a time, always the latest.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hyper::Method;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

use super::super::client::Client;
use crate::runtime::{Result, RuntimeError, Size};

/// An engine takes up to 10 s to say that a program does not start.
const RESIZE: Duration = Duration::from_secs(15);

/// The window of one exec or container.
pub(super) struct Window {
    client: Client,
    /// Of the exec or container.
    path: String,
    wanted: Mutex<Option<Size>>,
    turn: Semaphore,
}

impl Window {
    pub(super) fn new(client: Client, path: String) -> Self {
        Self { client, path, wanted: Mutex::new(None), turn: Semaphore::new(1) }
    }

    /// Sets the first size, unless another comes before; what is given back ends when the engine has answered.
    pub(super) fn begin_with(self: &Arc<Self>, size: Size) -> JoinHandle<()> {
        self.want(size);
        let window = self.clone();
        // Ends within the time of one call, or two.
        tokio::spawn(async move {
            if let Err(error) = window.pass_on().await {
                tracing::debug!(path = window.path, %error, "the first size was not taken");
            }
        })
    }

    /// Sets a size. A program that is not there, or does not run, has no window: that is no error.
    pub(super) async fn set(&self, size: Size) -> Result<()> {
        self.want(size);
        self.pass_on().await
    }

    fn want(&self, size: Size) {
        *self.wanted.lock().unwrap_or_else(PoisonError::into_inner) = Some(size);
    }

    async fn pass_on(&self) -> Result<()> {
        // Never closed.
        let _turn = self.turn.acquire().await;
        let wanted = self.wanted.lock().unwrap_or_else(PoisonError::into_inner).take();
        // None: who was before has taken this one along.
        let Some(Size { cols, rows }) = wanted else { return Ok(()) };
        let path = format!("{}/resize?h={rows}&w={cols}", self.path);
        let work = async { self.client.open(Method::POST, &path, &[]).await.map(drop) };
        match self.client.observed("resize", RESIZE, work).await {
            Err(RuntimeError::NotFound(_) | RuntimeError::Conflict(_)) => Ok(()),
            result => result,
        }
    }
}
