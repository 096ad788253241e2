//! Named volumes.

use std::collections::{BTreeMap, HashMap};

use bollard::models::VolumeCreateRequest;

use super::client::{CALL, Client};
use crate::runtime::Result;

/// Makes a volume with the engine's default driver; one that is there already stays as it is.
pub(super) async fn create(
    client: &Client,
    name: String,
    labels: BTreeMap<String, String>,
) -> Result<()> {
    let labels: HashMap<_, _> = labels.into_iter().collect();
    let request =
        VolumeCreateRequest { name: Some(name), labels: Some(labels), ..Default::default() };
    let work = async |docker: bollard::Docker| docker.create_volume(request).await.map(drop);
    client.command("volume_create", CALL, work).await
}
