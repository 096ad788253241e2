//! Making a container: judged, placed, its image there, made, started; undone where it could not be started.

use std::collections::BTreeMap;

use quayside_protocol::command::container::Create;
use quayside_protocol::reply::{Created, Mount};

use super::spec::plan;
use super::{Containers, proved};
use crate::auth::{Caller, Principal};
use crate::error::{Error, Result};
use crate::runtime::{ContainerSpec, Labelled, Runtime};

impl Containers {
    /// `container create`.
    ///
    /// # Errors
    /// `invalid` or `forbidden` with the field; `not_found` for an unknown host or image; the engine's.
    pub async fn create(&self, caller: &Caller, create: &Create) -> Result<Created> {
        let principal = proved(caller)?;
        let spec = plan(principal, create, &self.rules)?;
        self.images.allowed(&spec.image)?;
        let host = match &create.host {
            Some(host) => host.clone(),
            None => self.place(&spec.image).await?,
        };
        let runtime = self.fleet.runtime(&host).await?;
        self.judge_shared(principal, &*runtime, &spec).await?;
        self.images.audit().room()?;
        if runtime.image_id(&spec.image).await?.is_none() {
            self.images.fetch(&*runtime, &spec.image).await?;
        }
        make_volumes(&*runtime, &spec.mounts, &spec.labels).await?;
        let image = spec.image.clone();
        let made = runtime.create(spec).await?;
        if create.start
            && let Err(error) = runtime.start(&made.id).await
        {
            // Nothing is left behind of what the caller was told did not work.
            if let Err(left) = runtime.remove(&made.id, true, true).await {
                tracing::warn!(host, container = made.id, error = %left, "container_create: not undone");
            }
            self.seen(&host, &made.id).await;
            return Err(error.into());
        }
        self.seen(&host, &made.id).await;
        let name =
            self.fleet.find(principal, &host, &made.id).await.ok().map(|c| c.facts.name.clone());
        Ok(Created {
            ports: if create.start { runtime.published(&made.id).await? } else { BTreeMap::new() },
            host,
            name: name.or_else(|| create.name.clone()).unwrap_or_default(),
            id: made.id,
            image,
            warnings: made.warnings,
        })
    }

    /// A `user` may name only its own volumes and networks, and new volumes.
    async fn judge_shared(
        &self,
        principal: &Principal,
        runtime: &dyn Runtime,
        spec: &ContainerSpec,
    ) -> Result<()> {
        if principal.is_operator() {
            return Ok(());
        }
        let own = |labels: &BTreeMap<String, String>| {
            principal.owns(labels.get("quayside.owner").map(String::as_str))
        };
        for (n, mount) in spec.mounts.iter().enumerate().filter(|(_, m)| m.r#type == "volume") {
            let labels = runtime.labels_of(Labelled::Volume(&mount.name)).await?;
            if labels.is_some_and(|labels| !own(&labels)) {
                let field = format!("volumes[{n}].name");
                return Err(Error::forbidden(format!("{field}: not yours")).with_field(field));
            }
        }
        match spec.network.as_deref() {
            None | Some("bridge" | "none") => Ok(()),
            Some(network) => match runtime.labels_of(Labelled::Network(network)).await? {
                Some(labels) if own(&labels) => Ok(()),
                _ => Err(Error::forbidden("network: not yours").with_field("network")),
            },
        }
    }
}

/// New volumes carry the labels by which they are found again; an engine would make them without.
async fn make_volumes(
    runtime: &dyn Runtime,
    mounts: &[Mount],
    labels: &BTreeMap<String, String>,
) -> Result<()> {
    for mount in mounts.iter().filter(|m| m.r#type == "volume") {
        if runtime.labels_of(Labelled::Volume(&mount.name)).await?.is_none() {
            let ours = |key: &String| key == "quayside.owner" || key == "quayside.hub";
            let labels = labels.iter().filter(|(key, _)| ours(key));
            let labels = labels.map(|(k, v)| (k.clone(), v.clone())).collect();
            runtime.volume_create(&mount.name, labels).await?;
        }
    }
    Ok(())
}
