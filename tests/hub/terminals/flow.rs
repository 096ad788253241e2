//! Floods: where they stop, whom they hold up, and what is typed meanwhile.

use std::time::{Duration, Instant};

use serde_json::json;

use super::{Scene, program};
use crate::support::desk::Desk;
use crate::support::engine::exec::flood;
use crate::support::hub::Plan;
use crate::support::wait;
use crate::support::ws::Ws;

/// What a viewer may leave unacknowledged.
const WINDOW: u64 = 256 << 10;

/// What the sockets between the program and the hub may hold beside that, and one read.
const BETWEEN: u64 = 1 << 20;

/// Within which an interrupt must be felt.
const FELT: Duration = Duration::from_millis(200);

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_stops_at_the_window_and_goes_on_exactly() {
    let scene = Scene::new().await;
    let mut desk = scene.desk().await;
    desk.acks = false;
    let (number, _) = desk.terminal(&program(&["flood"])).await;
    desk.until("the window", |desk| desk.screen(number).end == WINDOW).await;
    // It stops there: what follows comes only after an acknowledgement, and then as much as was acknowledged.
    desk.reply("ping", &json!({})).await;
    for more in [1, 100_000, WINDOW] {
        let data = json!({ "opt": "ack", "terminal": number, "offset": more });
        desk.reply("terminal", &data).await;
        desk.until("what was acknowledged", |desk| desk.screen(number).end == WINDOW + more).await;
        desk.reply("ping", &json!({})).await;
        assert_eq!(desk.screen(number).end, WINDOW + more);
    }
    let written = scene.program().written;
    assert!(written <= 2 * WINDOW + WINDOW + BETWEEN, "{written}");
    let shown = desk.taken(number);
    assert!(shown == flood(0, shown.len()), "not what was written");
    // One who acknowledges what was never sent does not open the window further than what was sent.
    let data = json!({ "opt": "ack", "terminal": number, "offset": u64::MAX });
    desk.reply("terminal", &data).await;
    desk.until("one more window", |desk| desk.screen(number).end == 3 * WINDOW).await;
    desk.reply("ping", &json!({})).await;
    assert_eq!(desk.screen(number).end, 3 * WINDOW);
}

#[tokio::test(flavor = "multi_thread")]
async fn floods_of_one_connection_are_fair_to_each_other_and_to_an_echo() {
    const FLOODS: u64 = 8;
    const EACH: u64 = 1 << 20;
    let scene = Scene::new().await;
    let mut desk = Desk::over(Ws::narrow(scene.hub.address, &scene.admin).await);
    for _ in 0..FLOODS {
        desk.terminal(&program(&["flood"])).await;
    }
    let (shell, _) = desk.terminal(&program(&["sh"])).await;
    let shown = |desk: &Desk| (1..=FLOODS).map(|n| desk.screen(n).end).sum::<u64>();
    let mut behind = Vec::new();
    for turn in 0..40 {
        let word = format!("<{turn}>");
        let before = shown(&desk);
        desk.types(shell, word.as_bytes()).await;
        desk.shows(shell, &word).await;
        behind.push(shown(&desk) - before);
    }
    behind.sort();
    eprintln!(
        "an echo comes behind {} bytes of {FLOODS} floods half of the time, {} at most",
        behind[20], behind[39]
    );
    // A batch of the hub, what the system keeps of a line, and what came while the key was on its way.
    assert!(behind[36] < 2 * WINDOW, "{behind:?}");
    // From here on, because some began before others.
    let start: Vec<_> = (1..=FLOODS).map(|n| desk.screen(n).end).collect();
    let more = |desk: &Desk| -> Vec<_> {
        start.iter().zip(1..).map(|(start, n)| desk.screen(n).end - start).collect()
    };
    desk.until("the floods", |desk| more(desk).iter().all(|more| *more > EACH)).await;
    let more = more(&desk);
    let (least, most) = (more.iter().min().unwrap(), more.iter().max().unwrap());
    assert!(most < &(2 * least), "{more:?}");
    for number in 1..=FLOODS {
        let shown = desk.taken(number);
        assert!(shown == flood(0, shown.len()), "terminal {number} is not what was written");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupt_gets_through_while_the_client_reads_nothing() {
    const FLOODS: u64 = 4;
    // Their answers are many times what the system takes of them.
    const ASKED: usize = 8_000;
    let scene = Scene::new().await;
    let mut desk = Desk::over(Ws::narrow(scene.hub.address, &scene.admin).await);
    for _ in 0..FLOODS {
        desk.terminal(&program(&["flood"])).await;
    }
    desk.terminal(&program(&["quiet"])).await;
    desk.acks = false;
    // Nothing is read from here on. The programs are stopped, and the hub cannot get rid of what it has.
    let mut execs = scene.engine.execs();
    let quiet = execs.pop().unwrap().id;
    for exec in &execs {
        scene.until("a full window", &exec.id, |exec| exec.written >= WINDOW).await;
    }
    let begun = Instant::now();
    desk.types(FLOODS, b"\x03").await;
    let last = execs.last().unwrap().id.clone();
    scene.until("the interrupt", &last, |exec| exec.typed == b"\x03").await;
    assert!(begun.elapsed() < FELT, "{:?}", begun.elapsed());
    // So do some packets, but not without end: what the system does not take of their answers waits in the hub.
    let mut asked = Vec::new();
    for _ in 0..ASKED {
        let data = json!({ "opt": "input", "terminal": FLOODS + 1, "text": "x" });
        asked.push(desk.send("terminal", &data).await);
    }
    scene.until("as many as may wait", &quiet, |exec| exec.typed.len() >= 16).await;
    let mut taken = 0;
    while taken != scene.typed(&quiet) {
        taken = scene.typed(&quiet);
        wait::pass(Duration::from_millis(500)).await;
    }
    assert!(taken < ASKED / 2, "{taken} were taken");
    desk.acks = true;
    for id in asked {
        assert_eq!(desk.answer("an answer", id).await["type"], "reply");
    }
    scene.until("all of them", &quiet, |exec| exec.typed.len() == ASKED).await;
    desk.shows(FLOODS, "^C").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn viewers_that_never_read_cost_little_and_hold_up_nobody() {
    const CLIENTS: u64 = 20;
    const COST: u64 = 1 << 20;
    let scene = Scene::new().await;
    let mut desk = scene.desk().await;
    let (number, session) = desk.terminal(&program(&["flood"])).await;
    desk.until("a start", |desk| desk.screen(number).end > 4 * WINDOW).await;
    desk.taken(number);
    let before = scene.hub.memory();
    let mut stuck = Vec::new();
    for _ in 0..CLIENTS {
        let mut one = Desk::over(Ws::narrow(scene.hub.address, &scene.admin).await);
        let data = json!({ "opt": "attach", "session": session, "readonly": true });
        // Its answer is not read either.
        one.send("terminal", &data).await;
        stuck.push(one);
    }
    desk.until("all of them", |desk| {
        desk.screen(number)
            .states
            .last()
            .is_some_and(|state| state["viewers"].as_array().unwrap().len() as u64 == CLIENTS + 1)
    })
    .await;
    let from = desk.screen(number).end;
    desk.until("much more", |desk| desk.screen(number).end > from + (16 << 20)).await;
    let grown = scene.hub.memory().saturating_sub(before);
    eprintln!("{} KiB for each viewer that never reads", grown / CLIENTS / 1_024);
    assert!(grown / CLIENTS < COST, "{grown} bytes for {CLIENTS} clients");
    // Who reads again is redrawn and goes on.
    let mut one = stuck.pop().unwrap();
    one.until("the present", |one| one.screen(1).end > from + (15 << 20)).await;
    assert!(!one.screen(1).redraws.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paste_of_1_mib_arrives_whole_and_one_that_nobody_reads_is_refused() {
    let scene = Scene::new().await;
    let mut desk = scene.desk().await;
    let (number, _) = desk.terminal(&program(&["sh"])).await;
    let exec = scene.program().id;
    let paste = flood(0, 1 << 20);
    for piece in paste.chunks(60_000) {
        desk.types(number, piece).await;
    }
    desk.until("the echo", |desk| desk.screen(number).end == paste.len() as u64).await;
    assert!(desk.screen(number).bytes == paste, "not what was pasted");
    scene.until("the paste", &exec, |exec| exec.typed == paste).await;
    assert!(desk.errors.is_empty(), "{:?}", desk.errors);

    let (deaf, _) = desk.terminal(&program(&["deaf"])).await;
    let piece = vec![b'x'; 1 << 19];
    let refused = async {
        while desk.errors.is_empty() {
            desk.types(deaf, &piece).await;
            desk.reply("ping", &json!({})).await;
        }
        desk.errors.pop_front().unwrap()
    };
    let error = wait::bounded(wait::PATIENCE, "a refusal", refused).await;
    assert_eq!(error["code"], "limited", "{error}");
    assert!(error["message"].as_str().unwrap().contains(&format!("terminal {deaf}")), "{error}");
    // The other one is not held up.
    desk.types(number, b"<still here>").await;
    desk.shows(number, "<still here>").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hub_that_goes_down_ends_what_runs() {
    let mut scene = Scene::with(Plan::new().set("drain", "deadline", "\"8s\"")).await;
    let mut desk = scene.desk().await;
    desk.terminal(&program(&["flood"])).await;
    desk.terminal(&program(&["sh"])).await;
    let begun = Instant::now();
    let (status, closed) = tokio::join!(scene.hub.terminate(), desk.end());
    assert_eq!((status.code(), closed.code), (Some(0), 4001));
    assert!(begun.elapsed() < Duration::from_secs(12), "{:?}", begun.elapsed());
    for exec in scene.engine.execs() {
        scene.until("its end", &exec.id, |exec| exec.exit_code.is_some()).await;
    }
}
