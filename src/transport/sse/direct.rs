//! An event stream that has left hyper: events are written by the fan-out, all else here.

use std::sync::Arc;

use tokio::time::timeout;

use super::feed::{Feed, still_here};
use super::last_words;
use crate::transport::fanout::{Framing, Lane, Outlet, chunk_of};
use crate::transport::respond;

/// Runs a stream to its end.
pub(super) async fn run(mut feed: Feed, outlet: Arc<Outlet>, chunked: bool) {
    let framing = Framing::Blocks { form: feed.form, chunked };
    let put = |text: &[u8]| match chunked {
        true => outlet.put(&chunk_of(text)),
        false => outlet.put(text),
    };
    let edge = feed.edge.clone();
    let mut lane = Lane::new(framing, feed.rights.verified(), feed.written.clone());
    for (sub, cursor) in feed.cursors.take_events() {
        lane.add(sub, cursor);
    }
    let joined = edge.fanout.join(&outlet, lane);
    outlet.catch_up(edge.fanout.now());
    let end = loop {
        let dirty = outlet.is_dirty();
        if !dirty && feed.cursors.len() + outlet.len() == 0 {
            break End::Over;
        }
        tokio::select! {
            biased;
            holds = feed.rights.looked_at() => {
                if !holds {
                    break End::Over;
                }
                outlet.verified(feed.rights.verified());
                outlet.catch_up(edge.fanout.now());
            }
            () = edge.drain.cancelled() => break End::Draining,
            () = outlet.gone() => break End::Gone,
            flushed = outlet.flushed(), if dirty => {
                if flushed.is_err() {
                    break End::Gone;
                }
                outlet.catch_up(edge.fanout.now());
            }
            tended = outlet.tend(|| edge.fanout.now()), if !dirty => {
                if let Err(error) = tended {
                    respond::log_of(&feed.request, &error);
                    break End::Over;
                }
            }
            ready = feed.cursors.ready(), if !dirty => {
                if let Err(error) = ready {
                    respond::log_of(&feed.request, &error);
                    break End::Over;
                }
                let blocks: Vec<_> = feed.take().collect();
                if !blocks.is_empty() {
                    put(&blocks.concat());
                }
            }
            _ = feed.keep_alive.tick(), if !dirty => {
                put(still_here(outlet.position().map(|p| p.to_string())).as_bytes());
            }
        }
    };
    drop(joined);
    if matches!(end, End::Gone) {
        return;
    }
    // Behind what was begun: nothing is cut in two.
    _ = timeout(edge.drain.deadline(), outlet.flushed()).await;
    if matches!(end, End::Draining) {
        put(&last_words(&edge));
    }
    if chunked {
        outlet.put(b"0\r\n\r\n");
    }
    _ = timeout(edge.drain.deadline(), outlet.flushed()).await;
    _ = outlet.shut();
}

/// Why a stream ends.
enum End {
    /// There is no more, or it may not be seen any more.
    Over,
    /// The hub goes down.
    Draining,
    /// The other side is gone.
    Gone,
}
