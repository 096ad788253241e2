//! Many terminals at once, all busy.

use std::time::{Duration, Instant};

use serde_json::json;

use super::Room;
use crate::support::hub::Plan;

/// What each must have shown before it is looked who has how much.
const EACH: u64 = 512 << 10;

#[tokio::test(flavor = "multi_thread")]
async fn twenty_floods_on_one_connection_are_fair_to_each_other_and_to_a_shell() {
    let room = Room::with("twenty", Plan::new().set("limits", "terminals", "20")).await;
    let mut desk = room.desk().await;
    for _ in 0..19 {
        desk.terminal(&room.program(&["yes", "a line of a flood"])).await;
    }
    let (shell, _) = desk.terminal(&room.raw("exec cat")).await;
    let mut open = room.program(&["true"]);
    open["opt"] = "open".into();
    assert_eq!(desk.refused(&open).await["code"], "limited");
    desk.shows(shell, "ready").await;
    let mut waits = Vec::new();
    for turn in 0..30 {
        let word = format!("<{turn}>");
        let begun = Instant::now();
        desk.types(shell, word.as_bytes()).await;
        desk.shows(shell, &word).await;
        waits.push(begun.elapsed());
    }
    waits.sort();
    desk.until("the floods", |desk| (1..=19).all(|n| desk.screen(n).end > EACH)).await;
    let ends: Vec<_> = (1..=19).map(|n| desk.screen(n).end).collect();
    let (least, most) = (ends.iter().min().unwrap(), ends.iter().max().unwrap());
    eprintln!(
        "20 on one connection: an echo {:?} half of the time, {:?} at most; floods {least} to {most}",
        waits[15], waits[29]
    );
    // Some began before others.
    assert!(most < &(3 * least), "{ends:?}");
    assert!(waits[27] < Duration::from_secs(1), "{waits:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_on_one_hub_are_fair_to_each_other() {
    let room = Room::with("hundred", Plan::new()).await;
    let mut desks = Vec::new();
    for _ in 0..10 {
        let mut desk = room.desk().await;
        for _ in 0..10 {
            desk.terminal(&room.program(&["yes", "a line of a flood"])).await;
        }
        desks.push(desk);
    }
    // From here on, so that who was opened last is not behind.
    for desk in &mut desks {
        for number in 1..=10 {
            desk.taken(number);
        }
    }
    let read = desks.into_iter().map(|mut desk| async move {
        desk.until("floods", |desk| (1..=10).all(|n| desk.screen(n).end > EACH)).await;
        (1..=10).map(|n| desk.screen(n).end).collect::<Vec<_>>()
    });
    let ends: Vec<u64> = futures::future::join_all(read).await.concat();
    let (least, most) = (ends.iter().min().unwrap(), ends.iter().max().unwrap());
    eprintln!("100 on one hub: {least} to {most}");
    assert!(most < &(8 * least), "{ends:?}");
    let list = room.hub.reply(&room.admin, "terminal", &json!({ "opt": "list" })).await;
    assert!(list["items"].as_array().unwrap().len() <= 100);
}
