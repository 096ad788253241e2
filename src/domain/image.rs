//! Images: which there are, fetching and removing them.

use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use quayside_protocol::command::image::{List as ListQuery, Pull, Remove};
use quayside_protocol::id::is_image;
use quayside_protocol::push::Progress;
use quayside_protocol::reply::{Image, List, Pulled};
use quayside_protocol::unit::Filter;
use tokio::sync::mpsc;

use super::account::Audit;
use super::fleet::Fleet;
use crate::auth::Secret;
use crate::config::Glob;
use crate::error::{Error, Result};
use crate::runtime::{PullStep, RegistryLogin, Runtime, RuntimeError};

/// Tries where a registry could not be connected to, and the time they share.
const TRIES: u32 = 3;
const TRY_FOR: Duration = Duration::from_secs(30);

/// How long a host may take to list its images.
const LIST: Duration = Duration::from_secs(10);

/// The verbs of `image`.
pub struct Images {
    fleet: Arc<Fleet>,
    allow: Vec<Glob>,
    audit: Arc<Audit>,
}

impl Images {
    /// The images of `fleet`; of references only those that match `allow`, if it says anything. Nothing is changed
    /// while `audit` has no room to tell of it.
    #[must_use]
    pub fn new(fleet: Arc<Fleet>, allow: Vec<Glob>, audit: Arc<Audit>) -> Self {
        Self { fleet, allow, audit }
    }

    /// Where changes on engines are recorded.
    #[must_use]
    pub fn audit(&self) -> &Audit {
        &self.audit
    }

    /// Whether `images.allow` lets `image` be used.
    ///
    /// # Errors
    /// `forbidden`, naming the setting.
    pub fn allowed(&self, image: &str) -> Result<()> {
        if self.allow.is_empty() || self.allow.iter().any(|glob| glob.matches(image)) {
            Ok(())
        } else {
            Err(Error::forbidden(format!("image {image} is not in images.allow")))
        }
    }

    /// `image list`.
    ///
    /// # Errors
    /// `not_found` for an unknown host.
    pub async fn list(&self, query: &ListQuery) -> Result<List<Image>> {
        let hosts = Filter(query.host.iter().cloned().collect());
        let ask = |host: Arc<str>, runtime: Arc<dyn Runtime>| async move {
            let images = runtime.images().await?;
            Ok(images.into_iter().map(move |image| Image { host: host.to_string(), ..image }))
        };
        let (found, failures) = self.fleet.ask_all(&hosts, LIST, ask).await?;
        let mut items: Vec<_> = found.into_iter().flatten().collect();
        items.sort_by(|a, b| (&a.host, &a.tags, &a.id).cmp(&(&b.host, &b.tags, &b.id)));
        Ok(List { items, failures, next: None })
    }

    /// `image pull`: fetches anew; how far it is goes to `progress` as long as somebody takes it.
    ///
    /// # Errors
    /// `invalid` with the field; `forbidden` by `images.allow`; the engine's.
    pub async fn pull(
        &self,
        pull: &Pull,
        progress: Option<mpsc::Sender<Progress>>,
    ) -> Result<Pulled> {
        if !is_image(&pull.image) {
            return Err(Error::invalid("image", "is no image reference"));
        }
        self.allowed(&pull.image)?;
        let runtime = self.fleet.runtime(&pull.host).await?;
        self.audit.room()?;
        let login = pull.auth.as_ref().map(|auth| RegistryLogin {
            username: auth.username.clone(),
            password: Secret::new(auth.password.0.clone()),
        });
        let id = tried(&*runtime, &pull.image, login, progress).await?;
        Ok(Pulled { id })
    }

    /// Fetches an image that an engine lacks.
    ///
    /// # Errors
    /// The engine's.
    pub async fn fetch(&self, runtime: &dyn Runtime, image: &str) -> Result<()> {
        tried(runtime, image, None, None).await.map(drop)
    }

    /// `image remove`.
    ///
    /// # Errors
    /// `conflict` for one that is in use.
    pub async fn remove(&self, remove: &Remove) -> Result<()> {
        if !is_image(&remove.image) {
            return Err(Error::invalid("image", "is no image reference"));
        }
        let runtime = self.fleet.runtime(&remove.host).await?;
        self.audit.room()?;
        Ok(runtime.image_remove(&remove.image, remove.force).await?)
    }
}

/// What is refused or not found fails at once; what could not connect is tried again.
async fn tried(
    runtime: &dyn Runtime,
    image: &str,
    login: Option<RegistryLogin>,
    progress: Option<mpsc::Sender<Progress>>,
) -> Result<String> {
    let end = tokio::time::Instant::now() + TRY_FOR;
    for attempt in 1.. {
        match once(runtime, image, login.clone(), progress.clone()).await {
            Err(RuntimeError::Unavailable(why)) if attempt < TRIES => {
                let wait = Duration::from_secs(2 * u64::from(attempt));
                if tokio::time::Instant::now() + wait >= end {
                    return Err(RuntimeError::Unavailable(why).into());
                }
                tokio::time::sleep(wait).await;
            }
            done => return done.map_err(Error::from),
        }
    }
    Err(Error::internal("a pull was neither done nor refused"))
}

async fn once(
    runtime: &dyn Runtime,
    image: &str,
    login: Option<RegistryLogin>,
    progress: Option<mpsc::Sender<Progress>>,
) -> Result<String, RuntimeError> {
    let mut steps = runtime.pull(image, login).await?;
    while let Some(step) = steps.next().await {
        match step? {
            PullStep::Done(id) => return Ok(id),
            PullStep::Progress(step) => {
                // A slow client misses steps of the bar, not the pull.
                if let Some(progress) = &progress {
                    progress.try_send(step).ok();
                }
            }
        }
    }
    Err(RuntimeError::Failed("the engine ended the pull without a result".into()))
}
