//! Long polling, for clients that have neither sockets nor streams.

use std::sync::Arc;
use std::time::Duration;

use bytes::{BufMut, BytesMut};
use futures::FutureExt;
use quayside_protocol::Topic;
use tokio::time::{Instant, sleep_until};

use super::credential::InUrl;
use super::edge::Edge;
use super::filters;
use super::request::Request;
use super::respond::{self, Response, Shape};
use super::rights::Rights;
use crate::broker::{Delivery, Limit, Subscription};
use crate::error::Error;

/// The pushes of one answer.
const MOST: Limit = Limit { events: 1_000, bytes: 4 << 20 };

/// What lines an engine has come by a call to it: a poll of them waits this long at least for the first.
const FIRST_LINE: Duration = Duration::from_secs(1);

/// `GET /poll`.
pub(super) async fn answer(edge: Arc<Edge>, request: Request) -> Response {
    pushes(&edge, &request).await.unwrap_or_else(|error| respond::refuse(Shape::Packet, &error))
}

async fn pushes(edge: &Arc<Edge>, request: &Request) -> Result<Response, Error> {
    request.check_room(edge)?;
    let revocations = edge.broker.revocations();
    let caller = request.caller(edge, InUrl::Ticket).await?;
    let subscribe = filters::single(&request.query)?;
    let wait = wait(request.query.get("wait"))?;
    let too_many = || Error::limited("too many streams and polls at once: close some", 5);
    let _place = match request.facts.proxied {
        true => Some(edge.limits.address(request.facts.address).ok_or_else(too_many)?),
        false => None,
    };
    let rights = caller.principal.clone().and_then(|who| Rights::new(edge, who, revocations));
    let mut rights = rights.ok_or_else(too_many)?;
    let _counted = edge.metrics.connected("poll");
    // Without a place to begin a poll of events asks for nothing but where now is.
    let asks_for_now = subscribe.topic == Topic::Events && subscribe.since.is_none();
    let mut cursor = edge.broker.subscribe(&caller, &subscribe, None).await?;
    let wait = if subscribe.topic == Topic::Logs { wait.max(FIRST_LINE) } else { wait };
    let deadline = Instant::now() + if asks_for_now { Duration::ZERO } else { wait };
    let mut taken = Vec::new();
    while !asks_for_now && taken.is_empty() && !cursor.is_over() {
        tokio::select! {
            biased;
            () = rights.lost() => return Err(Error::unauthenticated()),
            ready = cursor.ready() => {
                ready?;
                taken = take(&mut cursor);
            }
            () = edge.drain.cancelled() => break,
            () = sleep_until(deadline) => break,
        }
    }
    edge.metrics.events_out("poll").inc_by(taken.len() as u64);
    Ok(body(&taken, &cursor.next()))
}

/// Takes what there is without waiting for more.
fn take(cursor: &mut Subscription) -> Vec<Delivery> {
    let (mut taken, mut left) = (Vec::new(), MOST);
    while left.events > 0 && left.bytes > 0 && !cursor.is_over() {
        let batch = cursor.take(left);
        let bytes = batch.iter().map(|delivery| delivery.push().len()).sum();
        left.events = left.events.saturating_sub(batch.len());
        left.bytes = left.bytes.saturating_sub(bytes);
        taken.extend(batch);
        if !matches!(cursor.ready().now_or_never(), Some(Ok(()))) {
            break;
        }
    }
    taken
}

fn body(taken: &[Delivery], next: &str) -> Response {
    let mut body = BytesMut::from(&b"{\"pushes\":["[..]);
    for (index, delivery) in taken.iter().enumerate() {
        if index > 0 {
            body.put_u8(b',');
        }
        body.extend_from_slice(&delivery.push());
    }
    body.extend_from_slice(b"],\"next\":");
    body.extend_from_slice(serde_json::Value::from(next).to_string().as_bytes());
    body.put_u8(b'}');
    let mut response = respond::bytes("application/json", body.freeze());
    respond::set(&mut response, hyper::header::CACHE_CONTROL, "no-store");
    response
}

/// 0 to 60 s; 25 without.
fn wait(given: Option<&str>) -> Result<Duration, Error> {
    let Some(text) = given.filter(|text| !text.is_empty()) else {
        return Ok(Duration::from_secs(25));
    };
    let seconds = text.parse().ok().filter(|seconds| *seconds <= 60);
    let wrong = || Error::invalid("wait", "must be a whole number of seconds, 0 to 60");
    seconds.map(Duration::from_secs).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_bounded() {
        assert_eq!(wait(None).map(|w| w.as_secs()).ok(), Some(25));
        assert_eq!(wait(Some("0")).map(|w| w.as_secs()).ok(), Some(0));
        for text in ["61", "-1", "1.5", "x"] {
            let field = wait(Some(text)).err().and_then(|error| error.body().field);
            assert_eq!(field.as_deref(), Some("wait"), "{text}");
        }
    }
}
