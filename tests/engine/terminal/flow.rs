//! Floods of a real program.

use std::time::{Duration, Instant};

use serde_json::json;

use super::Room;
use crate::support::desk::Desk;
use crate::support::wait;
use crate::support::ws::Ws;

/// Within which an interrupt must be felt.
const FELT: Duration = Duration::from_millis(200);

/// How a slow client reads.
const PAUSE: Duration = Duration::from_millis(5);

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupt_in_yes_is_felt_while_the_client_reads_slowly_or_not_at_all() {
    let room = Room::new("interrupt").await;
    for reads in [true, false] {
        let mut desk = Desk::over(Ws::narrow(room.hub.address, &room.admin).await);
        let mark = format!("/tmp/felt-{reads}");
        let script = format!("trap 'echo > {mark}; exit 3' INT; while :; do yes; done");
        let (number, _) = desk.terminal(&room.program(&["sh", "-c", &script])).await;
        desk.until("a flood", |desk| desk.screen(number).end > 600_000).await;
        // Looking from another shell would take longer than what is measured.
        let eye = room.program(&[
            "sh",
            "-c",
            &format!("echo looking; while [ ! -e {mark} ]; do usleep 5000; done; echo seen"),
        ]);
        let mut watch = room.desk().await;
        let (eye, _) = watch.terminal(&eye).await;
        watch.shows(eye, "looking").await;
        let begun = Instant::now();
        desk.types(number, b"\x03").await;
        let slowly = async {
            loop {
                match reads {
                    true => desk.step().await.unwrap(),
                    false => std::future::pending().await,
                }
                // Its subject: a reader that is slow.
                wait::pass(PAUSE).await;
            }
        };
        tokio::select! {
            () = slowly => unreachable!(),
            () = watch.shows(eye, "seen") => {}
        }
        let took = begun.elapsed();
        eprintln!("an interrupt, reading {reads}: {took:?}");
        assert!(took < FELT, "{took:?}");
        assert_eq!(desk.exit(number).await, 3);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_onlooker_that_never_reads_holds_up_nobody_and_costs_little() {
    const CLIENTS: u64 = 20;
    let room = Room::new("onlooker").await;
    let mut desk = room.desk().await;
    let (number, session) =
        desk.terminal(&room.program(&["yes", "a line that is not short"])).await;
    desk.until("a flood", |desk| desk.screen(number).end > 2 << 20).await;
    desk.taken(number);
    let before = room.hub.memory();
    let mut stuck = Vec::new();
    for _ in 0..CLIENTS {
        let mut one = Desk::over(Ws::narrow(room.hub.address, &room.admin).await);
        let data = json!({ "opt": "attach", "session": session, "readonly": true });
        // Its answer is not read either.
        one.send("terminal", &data).await;
        stuck.push(one);
    }
    let from = desk.screen(number).end;
    let begun = Instant::now();
    desk.until("much more", |desk| desk.screen(number).end > from + (16 << 20)).await;
    let grown = room.hub.memory().saturating_sub(before);
    eprintln!(
        "16 MiB past {CLIENTS} onlookers in {:?}; {} KiB each",
        begun.elapsed(),
        grown / CLIENTS / 1_024
    );
    assert!(grown / CLIENTS < 1 << 20, "{grown} bytes");
}
