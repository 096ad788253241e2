//! Where a container goes when nobody says: of the online hosts that have its image (else of all), the one with the
//! fewest containers.

use futures::StreamExt;

use super::Containers;
use crate::error::{Error, Result};

/// Hosts that are asked for the image at once.
const AT_ONCE: usize = 16;

impl Containers {
    pub(super) async fn place(&self, image: &str) -> Result<String> {
        let online = self.fleet.online();
        let asked = futures::stream::iter(online)
            .map(|(host, runtime, containers)| async move {
                // A host that cannot tell is as one without it.
                let has = matches!(runtime.image_id(image).await, Ok(Some(_)));
                (!has, containers, host)
            })
            .buffer_unordered(AT_ONCE);
        let best = asked.collect::<Vec<_>>().await.into_iter().min();
        best.map(|(_, _, host)| host)
            .ok_or_else(|| Error::unavailable("no host is online").with_field("host"))
    }
}
