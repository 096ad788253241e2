//! Who holds up whom, and exact replay.

use rand::{RngExt, SeedableRng};

use super::*;
use crate::domain::terminal::ring::RING;
use crate::domain::terminal::seats::WINDOW;
use crate::domain::terminal::typed::MAX_WAITING;

/// A program that floods as fast as it is read, from a task of its own.
fn pour(mut program: Program, len: usize) -> tokio::task::JoinHandle<Program> {
    tokio::spawn(async move {
        let mut at = 0;
        while at < len {
            let part = flood(at as u64, 10_007.min(len - at));
            program.output.write_all(&part).await.unwrap();
            at += part.len();
        }
        program
    })
}

/// How far the program has come once it stands still.
async fn stands_still(hub: &Hub) -> u64 {
    let mut seen = u64::MAX;
    loop {
        // Time is the test's own: it moves once nothing else does.
        tokio::time::sleep(Duration::from_millis(1)).await;
        let now = hub.terminals.counts().bytes_out;
        if now == seen {
            return now;
        }
        seen = now;
    }
}

#[tokio::test(start_paused = true)]
async fn fifty_lost_connections_in_a_flood_lose_and_double_nothing() {
    const LEN: usize = 4 << 20;
    let hub = hub();
    let (opened, program) = hub.open().await;
    let session = opened.viewer.session().to_owned();
    let mut viewer = Some(opened.viewer);
    let poured = pour(program, LEN);
    let mut dice = rand::rngs::StdRng::seed_from_u64(7);
    let mut seen = 0;
    for _ in 0..50 {
        let mut old = viewer.take().unwrap();
        let until = seen + dice.random_range(1..(LEN / 51) as u64);
        while seen < until {
            let most = dice.random_range(1..100_000);
            match old.next(most) {
                None => soon(old.ready()).await,
                Some(Step::State { .. }) => {}
                Some(Step::Output { offset, bytes }) => {
                    assert_eq!(offset, seen);
                    assert!(bytes.len() <= most);
                    assert_eq!(bytes, flood(seen, bytes.len()));
                    seen += bytes.len() as u64;
                    if dice.random_bool(0.8) || seen % WINDOW > WINDOW / 2 {
                        old.ack(seen);
                    }
                }
                Some(step) => panic!("{step:?}"),
            }
        }
        // Sometimes the new connection is there before the old one is known to be lost.
        let early = dice.random_bool(0.3);
        if !early {
            drop(old);
        }
        let attached = hub.attach(&session, Some(seen)).await;
        assert_eq!((attached.offset, attached.redraw), (seen, None));
        viewer = Some(attached.viewer);
    }
    let mut viewer = viewer.unwrap();
    let rest = viewer.read(seen, LEN - usize::try_from(seen).unwrap()).await;
    assert_eq!(rest, flood(seen, rest.len()));
    soon(poured).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn the_source_stops_at_what_is_not_acknowledged() {
    let hub = hub();
    let (mut opened, program) = hub.open().await;
    let poured = pour(program, 4 << 20);
    assert_eq!(stands_still(&hub).await, WINDOW);
    // Sending without acknowledgement changes nothing.
    let sent: usize = (opened.viewer.now().iter())
        .map(|step| if let Step::Output { bytes, .. } = step { bytes.len() } else { 0 })
        .sum();
    assert_eq!(sent as u64, WINDOW);
    assert_eq!(stands_still(&hub).await, WINDOW);
    opened.viewer.ack(1_000);
    assert_eq!(stands_still(&hub).await, WINDOW + 1_000);
    // What was never sent cannot have been drawn.
    opened.viewer.ack(u64::MAX);
    assert_eq!(stands_still(&hub).await, 2 * WINDOW);
    // Nobody is there: the last acknowledgement holds.
    let session = opened.viewer.session().to_owned();
    drop(opened);
    assert_eq!(stands_still(&hub).await, 2 * WINDOW);
    let mut back = hub.attach(&session, Some(WINDOW)).await.viewer;
    let rest = back.read(WINDOW, (4 << 20) - WINDOW as usize).await;
    assert_eq!(rest, flood(WINDOW, rest.len()));
    soon(poured).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_viewer_that_never_reads_holds_up_nobody() {
    const LEN: usize = 2 << 20;
    let hub = hub();
    let (mut opened, program) = hub.open().await;
    let session = opened.viewer.session().to_owned();
    let idle = soon(hub.terminals.attach(&root(), &attach(&session, Some(0)))).await;
    let mut idle = idle.unwrap().viewer;
    let poured = pour(program, LEN);
    let all = opened.viewer.read(0, LEN).await;
    assert_eq!(all, flood(0, LEN));
    let _program = soon(poured).await.unwrap();
    let kept = hub.terminals.inner.find(&session).unwrap();
    assert!(kept.kept() <= RING + PIPE as u64, "{} bytes are kept", kept.kept());
    // At its first turn it is redrawn, since what it missed is gone; then it goes on.
    let Step::Redraw { offset, .. } = idle.news().await else { panic!("no redraw") };
    // A character that is not complete comes after it.
    assert!(LEN as u64 - offset < 4, "{offset}");
    let rest = flood(offset, LEN - offset as usize);
    assert_eq!(idle.read(offset, rest.len()).await, rest);
    assert_eq!(idle.now(), []);
}

#[tokio::test(start_paused = true)]
async fn an_onlooker_with_a_full_window_is_redrawn_once_it_has_acknowledged() {
    const LEN: usize = 2 << 20;
    let hub = hub();
    let (mut opened, mut program) = hub.open().await;
    let slow = attach(opened.viewer.session(), Some(0));
    let mut slow = soon(hub.terminals.attach(&root(), &slow)).await.unwrap().viewer;
    program.output.write_all(&flood(0, 100)).await.unwrap();
    opened.viewer.read(0, 100).await;
    slow.now();
    let mut poured = pour(program, LEN);
    let mut got = 100;
    while got < 100 + LEN as u64 {
        if let Step::Output { offset, bytes } = opened.viewer.news().await {
            got = offset + bytes.len() as u64;
            opened.viewer.ack(got);
        }
        // It reads what it may, and draws nothing.
        for step in slow.now() {
            assert!(matches!(step, Step::Output { .. } | Step::State { .. }), "{step:?}");
        }
    }
    let mut program = soon(&mut poured).await.unwrap();
    slow.ack(10);
    let Step::Redraw { offset, .. } = slow.news().await else { panic!("no redraw") };
    assert!(got - offset < 4, "{offset} of {got}");
    let rest = slow.read(offset, (got - offset) as usize).await;
    slow.ack(20);
    assert_eq!((rest.len() as u64, slow.now()), (got - offset, vec![]));
    program.output.write_all(b"live").await.unwrap();
    assert_eq!(slow.read(got, 4).await, b"live");
}

#[tokio::test(start_paused = true)]
async fn the_pace_is_that_of_whoever_types() {
    let hub = hub();
    let (mut first, program) = hub.open().await;
    let session = first.viewer.session().to_owned();
    let second = soon(hub.terminals.attach(&root(), &attach(&session, Some(0)))).await;
    let mut second = second.unwrap().viewer;
    let mut look = attach(&session, Some(0));
    look.readonly = true;
    let mut third = hub.terminals.attach(&ann(), &look).await.unwrap().viewer;
    let _poured = pour(program, 64 << 20);
    let ack = |viewer: &mut Viewer, offset| {
        viewer.now();
        viewer.ack(offset);
    };
    assert_eq!(stands_still(&hub).await, WINDOW);
    ack(&mut second, 100);
    ack(&mut third, 200);
    assert_eq!(stands_still(&hub).await, WINDOW, "the opener sets the pace");
    second.input(Bytes::from_static(b"x")).unwrap();
    assert_eq!(stands_still(&hub).await, WINDOW + 100, "whoever typed last sets it");
    ack(&mut first.viewer, 150);
    // The one who types goes for good: the next who may type.
    second.close().await;
    assert_eq!(stands_still(&hub).await, WINDOW + 150);
    assert_eq!(code(third.input(Bytes::new())).unwrap().0, ErrorCode::Forbidden);
    // Lost is not gone: its place is kept.
    drop(first);
    assert_eq!(stands_still(&hub).await, WINDOW + 150);
    // In time it is, and the fastest of those who look sets the pace.
    tokio::time::sleep(LINGER).await;
    assert_eq!(stands_still(&hub).await, WINDOW + 200);
    // The first who may type is waited for again.
    let mut fourth = hub.attach(&session, Some(170)).await.viewer;
    assert_eq!(stands_still(&hub).await, WINDOW + 200);
    ack(&mut fourth, 300);
    assert_eq!(stands_still(&hub).await, WINDOW + 300);
    // Whoever comes back with an offset need not wait until the old connection is known to be lost; and one that is
    // lost leaves the pace to the same account's other.
    let mut fifth = hub.attach(&session, Some(300)).await.viewer;
    ack(&mut fifth, 400);
    assert_eq!(stands_still(&hub).await, WINDOW + 400);
    ack(&mut fourth, 500);
    drop(fifth);
    assert_eq!(stands_still(&hub).await, WINDOW + 500);
}

#[tokio::test(start_paused = true)]
async fn what_is_typed_is_taken_whole_or_refused_whole() {
    let hub = hub();
    let (opened, mut program) = hub.open().await;
    let paste = Bytes::from(flood(0, 1 << 20));
    opened.viewer.input(paste.clone()).unwrap();
    let mut typed = vec![0; paste.len()];
    soon(program.input.read_exact(&mut typed)).await.unwrap();
    assert_eq!(typed, paste);
    // The program does not read.
    let mut taken = 0;
    let refused = loop {
        match opened.viewer.input(paste.clone()) {
            Ok(()) => taken += paste.len(),
            refused => break refused,
        }
    };
    assert_eq!(code(refused).unwrap().0, ErrorCode::Limited);
    assert!(taken <= MAX_WAITING + PIPE && taken >= MAX_WAITING - paste.len(), "{taken}");
    opened.viewer.input(Bytes::new()).unwrap();
    let mut typed = vec![0; taken];
    soon(program.input.read_exact(&mut typed)).await.unwrap();
    let whole = typed.chunks(paste.len()).all(|part| part == paste);
    assert!(whole, "something was lost");
    opened.viewer.input(Bytes::from_static(b"y")).unwrap();
    let mut next = [0];
    soon(program.input.read_exact(&mut next)).await.unwrap();
    assert_eq!(&next, b"y");
    assert_eq!(hub.terminals.counts().bytes_in, ((1 << 20) + taken + 1) as u64);
}
