//! Images that an engine has.

use std::collections::HashMap;
use std::time::Duration;

use bollard::query_parameters::RemoveImageOptions;
use chrono::{DateTime, SecondsFormat};
use quayside_protocol::reply::Image;

use super::client::{CALL, Client};
use super::wire::{Summary, answer, or_default};
use crate::runtime::{Result, RuntimeError};

/// Layers of gigabytes take a while to go.
const REMOVE: Duration = Duration::from_secs(120);

answer! {
    /// An item of `GET /images/json`.
    Listed {
        id: String = "Id",
        tags: Vec<String> = "RepoTags",
        size: i64 = "Size",
        created: i64 = "Created",
    }
    /// `GET /images/{name}/json`.
    Found {
        id: String = "Id",
    }
}

/// All of them, newest first; containers are counted here, because engines leave that out.
pub(super) async fn images(client: &Client) -> Result<Vec<Image>> {
    let work = async {
        let listed: Vec<Listed> = client.get("/images/json").await?;
        let containers: Vec<Summary> = client.get("/containers/json?all=1").await?;
        Ok((listed, containers))
    };
    let (listed, containers) = client.call("images", CALL, work).await?;
    let mut counts: HashMap<String, u64> = HashMap::new();
    for container in containers {
        *counts.entry(container.image_id).or_default() += 1;
    }
    let mut images: Vec<_> = listed
        .into_iter()
        .map(|mut image| {
            image.tags.retain(|tag| tag != "<none>:<none>");
            (image.created, shown(image, &counts))
        })
        .collect();
    images.sort_by(|a, b| (b.0, &a.1.id).cmp(&(a.0, &b.1.id)));
    Ok(images.into_iter().map(|(_, image)| image).collect())
}

fn shown(image: Listed, counts: &HashMap<String, u64>) -> Image {
    let created = DateTime::from_timestamp(image.created, 0).unwrap_or_default();
    Image {
        host: String::new(),
        containers: counts.get(&image.id).copied().unwrap_or(0),
        id: image.id,
        tags: image.tags,
        size: u64::try_from(image.size).unwrap_or(0),
        created: created.to_rfc3339_opts(SecondsFormat::Secs, true),
    }
}

/// None where the engine has no such image.
pub(super) async fn id(client: &Client, image: &str) -> Result<Option<String>> {
    let path = format!("/images/{image}/json");
    match client.call("image", CALL, client.get::<Found>(&path)).await {
        Ok(found) => Ok(Some(found.id)),
        Err(RuntimeError::NotFound(_)) => Ok(None),
        Err(other) => Err(other),
    }
}

pub(super) async fn remove(client: &Client, image: &str, force: bool) -> Result<()> {
    let options = RemoveImageOptions { force, ..Default::default() };
    let work = async |docker: bollard::Docker| {
        docker.remove_image(image, Some(options), None).await.map(drop)
    };
    client.command("image_remove", REMOVE, work).await
}
