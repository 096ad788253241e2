//! The hub's own id: by it the hub knows the containers it made, also after its data was lost.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Failure;
use crate::config::HubConfig;
use crate::store::collection::{Collection, Record};
use crate::store::{Expect, Store, keys};

#[derive(Serialize, Deserialize)]
struct Meta {
    id: String,
}

impl Record for Meta {
    const VERSION: u32 = 1;

    fn migrate(_: u32, _: &mut Map<String, Value>) -> Result<(), String> {
        Err("there was no version before the first".into())
    }
}

/// `hub.id` where it is set, else the stored one, else a new one.
pub(super) async fn hub_id(store: &Arc<dyn Store>, config: &HubConfig) -> Result<String, Failure> {
    let records = Collection::<Meta>::new(store.clone(), keys::HUB);
    let stored = records.get(&keys::hub_meta())?.map(|stored| stored.value.id);
    let wanted = config.id.clone().or_else(|| stored.clone());
    let id = wanted.unwrap_or_else(|| uuid::Uuid::new_v4().to_string());
    if stored.as_ref() != Some(&id) {
        records.put(keys::hub_meta(), &Meta { id: id.clone() }, Expect::Any).await?;
    }
    Ok(id)
}
