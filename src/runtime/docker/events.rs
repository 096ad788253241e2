//! The engine's events, read as fast as they come: an engine drops, without a word, what a reader has not
//! taken within 100 ms.

use std::collections::BTreeMap;

use futures::StreamExt;
use futures::stream::BoxStream;
use hyper::Method;
use serde::Deserialize;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tokio_util::task::AbortOnDropHandle;

use super::client::{CALL, Client};
use super::lines::Lines;
use crate::runtime::{EngineEvent, Result, RuntimeError};

/// Events that were read and not taken yet. At about 1 KB each this is 16 MB, and an engine that makes
/// thousands a second fills it within seconds; then the stream ends, so that the next shows what was missed.
const BUFFER: usize = 16_384;

#[derive(Deserialize)]
struct Message {
    #[serde(rename = "Type", default)]
    kind: String,
    #[serde(rename = "Action", default)]
    action: String,
    #[serde(rename = "Actor", default)]
    actor: Actor,
    #[serde(rename = "timeNano", default)]
    time_nano: i64,
    #[serde(default)]
    time: i64,
}

#[derive(Deserialize, Default)]
struct Actor {
    #[serde(rename = "ID", default)]
    id: String,
    #[serde(rename = "Attributes", default)]
    attributes: Option<BTreeMap<String, String>>,
}

impl From<Message> for EngineEvent {
    fn from(message: Message) -> Self {
        let nanos = match message.time_nano {
            0 => message.time.saturating_mul(1_000_000_000),
            nanos => nanos,
        };
        Self {
            kind: message.kind,
            action: message.action,
            actor_id: message.actor.id,
            attrs: message.actor.attributes.unwrap_or_default(),
            time_nano: nanos,
        }
    }
}

/// Subscribes, from `since` on (nanoseconds, inclusive).
pub(super) async fn events(
    client: &Client,
    since: Option<i64>,
) -> Result<BoxStream<'static, Result<EngineEvent>>> {
    let path = match since {
        Some(nanos) => format!("/events?since={}", stamp(nanos)),
        None => "/events".to_owned(),
    };
    let response = client.observed("events", CALL, client.open(Method::GET, &path, &[])).await?;
    let (sender, receiver) = mpsc::channel(BUFFER);
    let reader =
        AbortOnDropHandle::new(tokio::spawn(read(Lines::new(response.into_body()), sender)));
    Ok(ReceiverStream::new(receiver)
        .map(move |item| {
            // The reader ends with the stream.
            let _ = &reader;
            item
        })
        .boxed())
}

async fn read(mut lines: Lines<Message>, sender: mpsc::Sender<Result<EngineEvent>>) {
    loop {
        let item = match lines.next().await {
            Ok(Some(message)) => Ok(message.into()),
            Ok(None) => return,
            Err(error) => Err(error),
        };
        let last = item.is_err();
        match sender.try_send(item) {
            Ok(()) if !last => {}
            Err(mpsc::error::TrySendError::Full(_)) => {
                let why = "events came faster than they were taken".to_owned();
                // Waits until what is there has been taken: nothing more is read.
                let _ = sender.send(Err(RuntimeError::Failed(why))).await;
                return;
            }
            Ok(()) | Err(mpsc::error::TrySendError::Closed(_)) => return,
        }
    }
}

/// Seconds with nine decimals, as the engine takes a moment.
pub(super) fn stamp(nanos: i64) -> String {
    format!("{}.{:09}", nanos.div_euclid(1_000_000_000), nanos.rem_euclid(1_000_000_000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_taken_word_for_word() {
        let line = r#"{"status":"exec_start: sh -c true","id":"4dc9","from":"busybox","Type":"container",
            "Action":"exec_start: sh -c true","Actor":{"ID":"4dc9","Attributes":{"image":"busybox","name":"t1"}},
            "scope":"local","time":1795271222,"timeNano":1795271222421670043}"#;
        let event: EngineEvent = serde_json::from_str::<Message>(line).unwrap().into();
        assert_eq!(event.action, "exec_start: sh -c true");
        assert_eq!((event.kind.as_str(), event.actor_id.as_str()), ("container", "4dc9"));
        assert_eq!(event.attrs.get("name").map(String::as_str), Some("t1"));
        assert_eq!(event.time_nano, 1_795_271_222_421_670_043);
        assert_eq!(stamp(event.time_nano), "1795271222.421670043");
    }
}
