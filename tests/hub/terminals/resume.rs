//! Connections that are lost in the middle of a flood.

use super::{Scene, program};
use crate::support::dice::Dice;
use crate::support::engine::exec::flood;

#[tokio::test(flavor = "multi_thread")]
async fn fifty_connections_lost_at_random_moments_lose_and_double_nothing() {
    const TOTAL: u64 = 24 << 20;
    let scene = Scene::new().await;
    let mut dice = Dice::announced("reconnects");
    let mut desk = scene.desk().await;
    let (mut number, session) = desk.terminal(&program(&["flood", &TOTAL.to_string()])).await;
    let (mut at, mut losses) = (0, 0);
    while losses < 50 {
        let stop = at + 1 + dice.below((TOTAL / 60) as usize) as u64;
        desk.until("some more", |desk| desk.screen(number).end >= stop).await;
        let shown = desk.taken(number);
        assert!(shown == flood(at, shown.len()), "not what was written after {at}");
        at += shown.len() as u64;
        // The last of what was shown may not have been drawn.
        let drawn = at - dice.below(shown.len().min(64 << 10)) as u64;
        drop(desk);
        losses += 1;
        desk = scene.desk().await;
        let reply = desk.attach(&session, Some(drawn)).await;
        assert_eq!(reply["offset"], drawn, "{reply}");
        assert!(reply["redraw"].is_null(), "{reply}");
        (number, at) = (reply["terminal"].as_u64().unwrap(), drawn);
    }
    assert_eq!(desk.exit(number).await, 0);
    let shown = desk.taken(number);
    assert!(shown == flood(at, shown.len()), "not what was written after {at}");
    assert_eq!(at + shown.len() as u64, TOTAL);
}
