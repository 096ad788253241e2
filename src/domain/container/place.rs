//! Where a container goes when nobody says: of the online hosts that have its image (else of all), the one with the
//! fewest containers.

use std::time::Duration;

use quayside_protocol::unit::Filter;

use super::Containers;
use crate::error::{Error, Result};

/// How long a host may take to say whether it has an image; one that is slower is not asked to do more.
const ASK: Duration = Duration::from_secs(3);

impl Containers {
    pub(super) async fn place(&self, image: &str) -> Result<String> {
        let ask = |host, runtime: std::sync::Arc<dyn crate::runtime::Runtime>| async move {
            Ok((runtime.image_id(image).await?.is_none(), host))
        };
        let (answers, _) = self.fleet.ask_all(&Filter::default(), ASK, ask).await?;
        let sized = answers.into_iter().map(|(lacks, host)| {
            let containers = self.fleet.size(&host);
            (lacks, containers, host)
        });
        let best = sized.min().map(|(_, _, host)| host.to_string());
        best.ok_or_else(|| Error::unavailable("no host is online").with_field("host"))
    }
}
