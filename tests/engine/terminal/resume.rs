//! Connections that are lost in the middle of real output.

use super::{Room, noise, open_raw};
use crate::support::dice::Dice;

#[tokio::test(flavor = "multi_thread")]
async fn fifty_reconnects_in_mid_flood_lose_and_double_nothing() {
    const SIZE: usize = 30_000_000;
    let room = Room::new("resume").await;
    let wanted = noise(9, SIZE);
    room.put("/tmp/flood", &wanted).await;
    let mut dice = Dice::announced("reconnects");
    let mut desk = room.desk().await;
    let (mut number, session) =
        open_raw(&room, &mut desk, "head -c 1 > /dev/null; cat /tmp/flood").await;
    let head = desk.screen(number).end;
    desk.taken(number);
    desk.types(number, b"x").await;
    let mut at = 0;
    for _ in 0..50 {
        let stop = head + (at + 1 + dice.below(SIZE / 60)) as u64;
        desk.until("some more", |desk| desk.screen(number).end >= stop).await;
        let shown = desk.taken(number);
        assert!(shown == wanted[at..at + shown.len()], "different after {at}");
        at += shown.len();
        // The last of what was shown may not have been drawn.
        let drawn = at - dice.below(shown.len().min(64 << 10));
        drop(desk);
        desk = room.desk().await;
        let offset = head + drawn as u64;
        let reply = desk.attach(&session, Some(offset)).await;
        assert_eq!(reply["offset"], offset, "{reply}");
        assert!(reply["redraw"].is_null(), "{reply}");
        (number, at) = (reply["terminal"].as_u64().unwrap(), drawn);
    }
    assert_eq!(desk.exit(number).await, 0);
    let shown = desk.taken(number);
    assert!(shown == wanted[at..at + shown.len()], "different after {at}");
    assert_eq!(at + shown.len(), SIZE);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_was_reloaded_is_redrawn_and_goes_on() {
    let room = Room::new("reload").await;
    let mut desk = room.desk().await;
    let (number, session) = desk.terminal(&room.program(&["sh"])).await;
    desk.types(number, b"seq 1 50; printf 'a question \\033[6n'; cat\r").await;
    desk.shows(number, "50\r\na question").await;
    drop(desk);
    let mut desk = room.desk().await;
    let reply = desk.attach(&session, None).await;
    let redraw = reply["redraw"].as_str().unwrap();
    assert!(redraw.contains("a question") && redraw.contains("17"), "{redraw}");
    assert!(!redraw.contains("\x1b[6n"), "the question is asked again");
    let number = reply["terminal"].as_u64().unwrap();
    desk.types(number, b"going on\r").await;
    desk.shows(number, "going on").await;
}
