//! Terminals that are opened and left in every way: nothing of them stays, and nobody else's goes with them.
//! `QUAYSIDE_CRASH_RUNS` says how many: three times as many, up to 200.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::Room;
use crate::support::desk::Desk;
use crate::support::dice::Dice;
use crate::support::docker::Docker;
use crate::support::hub::Plan;
use crate::support::wait;
use crate::writer::ask;

/// Side by side; the hub is killed under the last of them each time.
const BATCH: usize = 10;

/// By when nothing is left: what lingers a second and ignores a hangup, ten at once, after a start of the hub.
const SETTLED: Duration = Duration::from_secs(60);

/// A main process that collects what is left to it, so that not even the dead stay.
const MAIN: [&str; 3] = ["sh", "-c", "trap 'exit 0' TERM; while :; do sleep 100000 & wait; done"];

/// What runs, what is typed into it, and what it shows then.
const PROGRAMS: [(&str, &[&str], &[u8], &str); 6] = [
    ("a shell", &["sh"], b"echo rea''dy\r", "ready"),
    (
        "a shell with jobs",
        &["sh"],
        b"sleep 4001 & sleep 4002 | sleep 4003 & echo rea''dy; sleep 4004\r",
        "ready\r\n",
    ),
    (
        "one that ignores hangups",
        &["sh", "-c", "trap '' HUP INT TERM; echo ready; while :; do sleep 1; done"],
        b"",
        "ready",
    ),
    (
        "one with a session beside it",
        &["sh", "-c", "setsid sh -c 'trap \"\" HUP; while :; do sleep 1; done' & echo ready; cat"],
        b"",
        "ready",
    ),
    ("top", &["top"], b"", "COMMAND"),
    ("a flood", &["yes", "ready"], b"", "ready"),
];

/// How one is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Way {
    /// By its own `close`.
    Closed,
    /// Its connection is cut, and nobody comes back.
    Cut,
    /// Its page is loaded again, and closes it.
    Reloaded,
    /// One of two viewers leaves, then the other.
    Left,
    /// It is there when the hub is killed.
    HubKilled,
}

const WAYS: [Way; 5] = [Way::Closed, Way::Cut, Way::Reloaded, Way::Left, Way::HubKilled];

/// When the hub is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Moment {
    /// Once it has ended what was left.
    Settled,
    /// In the middle of whatever they do.
    Busy,
    /// Once they were left.
    Soon,
}

const MOMENTS: [Moment; 3] = [Moment::Settled, Moment::Busy, Moment::Soon];

fn count() -> usize {
    let runs = std::env::var("QUAYSIDE_CRASH_RUNS").map_or(20, |runs| runs.parse().unwrap());
    (3_usize * runs).clamp(30, 200)
}

/// Leaves a terminal, which leaves nothing.
pub(super) async fn close(desk: &mut Desk, number: u64) {
    let data = json!({ "opt": "close", "terminal": number });
    let reply = desk.reply("terminal", &data).await;
    assert!(reply["left"].is_null(), "{reply}");
}

/// Opens one and leaves it; who still holds it, which the hub's end is to take away.
async fn live(room: &Room, program: usize, way: Way, patient: bool) -> Option<Desk> {
    let (_, cmd, typed, shown) = PROGRAMS[program];
    let mut desk = room.desk().await;
    let (number, session) = desk.terminal(&room.program(cmd)).await;
    desk.types(number, typed).await;
    if patient {
        desk.shows(number, shown).await;
    }
    match way {
        Way::Closed => close(&mut desk, number).await,
        Way::Cut => drop(desk),
        Way::Reloaded => {
            drop(desk);
            let mut desk = room.desk().await;
            let number = desk.attach(&session, None).await["terminal"].as_u64().unwrap();
            close(&mut desk, number).await;
        }
        Way::Left => {
            let mut second = room.desk().await;
            let there = second.attach(&session, None).await["terminal"].as_u64().unwrap();
            close(&mut desk, number).await;
            // It lives for who stays.
            let list = second.reply("terminal", &json!({ "opt": "list" })).await;
            let mut items = list["items"].as_array().unwrap().iter();
            assert!(items.any(|item| item["session"] == session && item["viewers"] == 1), "{list}");
            close(&mut second, there).await;
        }
        Way::HubKilled => return Some(desk),
    }
    None
}

/// What runs in the container, by number and command; without the ends of those that nobody has collected.
pub(super) async fn top(docker: &Docker, name: &str) -> Vec<String> {
    let shown = docker.run(&["top", name, "-o", "pid,stat,args"]).await;
    let rows = shown.lines().skip(1).map(|line| line.split_whitespace().collect::<Vec<_>>());
    rows.filter(|row| !row[1].starts_with('Z'))
        .map(|row| format!("{} {}", row[0], row[2..].join(" ")))
        .collect()
}

/// The same without numbers.
fn commands(rows: &[String]) -> Vec<&str> {
    let mut all: Vec<_> = rows.iter().map(|row| row.split_once(' ').unwrap().1).collect();
    all.sort_unstable();
    all
}

/// The container's execs that the engine counts.
async fn execs(docker: &Docker, name: &str) -> BTreeSet<String> {
    let ids = docker.inspect(name).await["ExecIDs"].clone();
    ids.as_array().into_iter().flatten().map(|id| id.as_str().unwrap().to_owned()).collect()
}

/// Which of these run.
async fn running(docker: &Docker, execs: &BTreeSet<String>) -> BTreeSet<String> {
    let mut running = BTreeSet::new();
    for id in execs {
        if ask(docker, "GET", &format!("/exec/{id}/json"), &Value::Null).await["Running"] == true {
            running.insert(id.clone());
        }
    }
    running
}

/// Types into a shell and reads its answer.
async fn echo(desk: &mut Desk, number: u64, word: &str) {
    let (head, tail) = word.split_at(2);
    desk.types(number, format!("echo {head}''{tail}\r").as_bytes()).await;
    desk.shows(number, word).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_stays_of_terminals_that_were_left_in_every_way() {
    let mut dice = Dice::announced("terminals that were left");
    let [docker, _] = Docker::both();
    let plan = Plan::new().set("terminal", "linger", "\"1s\"").set("auth", "access_ttl", "\"1h\"");
    let mut room = Room::running(docker, "dropped", plan, &MAIN).await;
    let (docker, name) = (room.docker.clone(), room.name.clone());
    // Another hub's, and one that no hub knows.
    let other = Plan::new().host("a", &docker.address()).start().await;
    let token = other.admin().await;
    other.wait_for_host(&token, "a", "online").await;
    let mut theirs = Desk::open(other.address, &token).await;
    let (shell, _) = theirs.terminal(&room.program(&["sh"])).await;
    echo(&mut theirs, shell, "theirs").await;
    docker.run(&["exec", "-d", &name, "sleep", "5000"]).await;
    let before = wait::until("what is there before", async || {
        let rows = top(&docker, &name).await;
        (commands(&rows)
            == [
                "sh",
                "sh -c trap 'exit 0' TERM; while :; do sleep 100000 & wait; done",
                "sleep 100000",
                "sleep 5000",
            ])
        .then_some(rows)
    })
    .await;
    let own = execs(&docker, &name).await;
    assert_eq!(own.len(), 2);

    let (begun, count) = (Instant::now(), count());
    let (opened, done) = (Mutex::new(BTreeMap::new()), Mutex::new(BTreeMap::new()));
    let (mut kills, mut alone, mut settled) = (0, Vec::new(), Vec::new());
    for batch in 0..count / BATCH {
        // One more of the same hub, held until it is killed.
        let mut mine = room.desk().await;
        let (number, _) = mine.terminal(&room.program(&["sh"])).await;
        let moment = MOMENTS[batch % MOMENTS.len()];
        // The hub has to see to all of them itself, and none is to be there at its end.
        let ways = &WAYS[..WAYS.len() - usize::from(moment == Moment::Settled)];
        let each: Vec<_> = (1..BATCH)
            .map(|one| {
                let number = batch * (BATCH - 1) + one;
                (
                    number % PROGRAMS.len(),
                    ways[(number + number / PROGRAMS.len()) % ways.len()],
                    !dice.once_in(3),
                )
            })
            .collect();
        let all = each.iter().map(|&(program, way, patient)| {
            let (room, opened, done) = (&room, &opened, &done);
            async move {
                *opened.lock().unwrap().entry((way, PROGRAMS[program].0)).or_insert(0) += 1;
                let held = live(room, program, way, patient).await;
                *done.lock().unwrap().entry(way).or_insert(0) += 1;
                held
            }
        });
        let all = futures::future::join_all(all);
        let held = if moment == Moment::Busy {
            tokio::select! {
                held = all => held,
                () = wait::pass(dice.millis(1_500)) => Vec::new(),
            }
        } else {
            let held = all.await;
            echo(&mut mine, number, "mine still").await;
            held
        };
        if moment == Moment::Settled {
            let look = async || {
                let rows = top(&docker, &name).await;
                let execs = running(&docker, &execs(&docker, &name).await).await;
                (rows.len() == before.len() + 1 && execs.len() == own.len() + 1).then_some(())
            };
            alone.push(wait::within(SETTLED, "nothing but what is held", look).await.1);
            echo(&mut mine, number, "mine alone").await;
        }
        let seen = execs(&docker, &name).await;
        room.hub.kill().await;
        kills += 1;
        drop((held, mine));
        room.hub.launch().await;
        room.hub.wait_for_host(&room.admin, "a", "online").await;
        room.knows(&name).await;
        let since = Instant::now();
        let mut last = String::new();
        while since.elapsed() < SETTLED {
            let rows = top(&docker, &name).await;
            // One that the hub was killed before it could start is none that runs.
            let left = running(&docker, &execs(&docker, &name).await).await;
            if rows == before && left == own {
                last.clear();
                break;
            }
            last = format!("{rows:#?}\nexecs that run {left:?}, at first {own:?}");
            wait::pass(Duration::from_millis(100)).await;
        }
        assert!(last.is_empty(), "after batch {batch} of {each:?} there is still {last}");
        settled.push(since.elapsed());
        let known: BTreeSet<_> = seen.union(&own).cloned().collect();
        assert_eq!(running(&docker, &known).await, own, "execs that run");
        echo(&mut theirs, shell, &format!("theirs {batch}")).await;
    }
    // Nothing comes to be after that.
    assert_eq!(top(&docker, &name).await, before);
    close(&mut theirs, shell).await;
    wait::until("the other hub's end", async || {
        (commands(&top(&docker, &name).await) == commands(&before)[1..]).then_some(())
    })
    .await;
    let (alone, settled) = (alone.iter().max().unwrap(), settled.iter().max().unwrap());
    eprintln!(
        "{count} terminals left in {:.1?}, the hub killed {kills} times; nothing was left {alone:.1?} after that at most, {settled:.1?} after a new start",
        begun.elapsed(),
    );
    eprintln!(
        "begun: {:?}\nleft before the hub was killed: {:?}",
        opened.lock().unwrap(),
        done.lock().unwrap()
    );
}
