//! Nothing that was started in a terminal stays running, and nothing else ends: with the container on this
//! machine, and again with the hub in a namespace of processes of its own, where it must go into the container.

mod case;
mod image;
mod many;
mod shellless;

use std::process::{Command, Stdio};
use std::time::Duration;

use crate::real::{docker, try_docker};
use case::{Way, World, way};

/// What a terminal may leave, with the numbers that its `sleep`s are known by.
const SCRIPTS: [(&str, &[u32]); 8] = [
    ("sleep 9001; true", &[9001]),
    ("sleep 9002 & sleep 9003 & wait", &[9002, 9003]),
    ("trap '' HUP; sleep 9004 & sleep 9005; true", &[9004, 9005]),
    ("setsid sleep 9006 & exit 0", &[9006]),
    ("trap '' HUP INT TERM QUIT; while :; do sleep 9007; done", &[9007]),
    // It stands still before it comes to its `sleep`.
    ("sh -c 'kill -STOP $$; sleep 9008'; true", &[]),
    ("env -i sleep 9009 & wait", &[9009]),
    ("setsid env -i sleep 9010 & wait", &[9010]),
];

/// What never stops starting more; begun last, because a container has a limit.
const FORKS: &str = "trap '' HUP; while :; do sleep 9011 & usleep 20000; done";

/// What only root can start.
const AS_OTHERS: [(&str, &[u32]); 1] =
    [("su -s /bin/sh nobody -c 'sleep 9021; true'; true", &[9021])];

/// What nothing but its environment tells, and that to its own user only.
const ORPHAN_OF_OTHERS: (&str, &[u32]) =
    ("setsid su -s /bin/sh nobody -c 'sleep 9022; true' & exit 0", &[9022]);

async fn every_one_ends(
    options: &[&str],
    user: Option<&str>,
    more: &[(&str, &[u32])],
    wanted: Way,
) {
    let world = World::new(options);
    let other = world.session();
    world.start(&other, user, "sleep 8001 & sleep 8002; true");
    let ours = world.session();
    let mut numbers = vec![8001, 8002];
    for (script, sleeps) in SCRIPTS.iter().chain(more) {
        world.start(&ours, user, script);
        numbers.extend_from_slice(sleeps);
    }
    world.runs(&numbers).await;
    world.start(&ours, user, FORKS);
    numbers.push(9011);
    world.runs(&numbers).await;
    let (left, took) = world.sweep(&ours, user).await;
    assert_eq!(left, None);
    assert_eq!(world.named(), [8001, 8002], "the other terminal's stay, ours are gone");
    assert_eq!(world.running(), [8001, 8002]);
    assert_eq!(world.way(), wanted);
    // HUP to KILL take 3 s; the rest is the engine's, which is slow to start a program on a busy machine.
    assert!(took < Duration::from_secs(15), "{took:?}");
    assert_eq!(docker(&["inspect", "-f", "{{.State.Running}}", world.id()]), "true");
    world.no_file_is_left();
}

#[tokio::test(flavor = "multi_thread")]
async fn of_root() {
    let more = [AS_OTHERS[0], ORPHAN_OF_OTHERS];
    every_one_ends(&[], None, &more, way(Way::Program)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_another_user() {
    every_one_ends(&[], Some("65534:65534"), &[], way(Way::Program)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_another_user_where_root_may_do_nothing() {
    every_one_ends(&["--cap-drop", "ALL"], Some("65534"), &[], way(Way::Program)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_root_on_a_read_only_file_system() {
    every_one_ends(&["--read-only"], None, &AS_OTHERS, way(Way::Shell)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_another_user_on_a_read_only_file_system() {
    every_one_ends(&["--read-only"], Some("65534"), &[], way(Way::Shell)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_container_that_shares_this_machines_processes() {
    every_one_ends(&["--pid", "host"], None, &AS_OTHERS, way(Way::Program)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paused_container_is_said_to_be_paused() {
    let world = World::new(&[]);
    let ours = world.session();
    world.start(&ours, None, "trap '' HUP; sleep 9001; true");
    world.runs(&[9001]).await;
    docker(&["pause", world.id()]);
    let (left, _) = world.sweep(&ours, None).await;
    if let Some(left) = &left {
        assert!(left.contains("the container is paused"), "{left}");
    }
    docker(&["unpause", world.id()]);
    let (left, _) = world.sweep(&ours, None).await;
    assert_eq!((left, world.running()), (None, Vec::new()));
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nothing_can_run_nothing_is_left() {
    let world = World::new(&[]);
    let ours = world.session();
    world.start(&ours, None, "sleep 9001; true");
    world.runs(&[9001]).await;
    docker(&["kill", world.id()]);
    docker(&["wait", world.id()]);
    assert_eq!(world.sweep(&ours, None).await.0, None);
    docker(&["rm", "-f", world.id()]);
    assert_eq!(world.sweep(&ours, None).await.0, None);
    assert!(try_docker(&["inspect", world.id()]).is_err());
}

/// Everything above once more, by a process that sees no process of the container.
#[test]
fn the_same_from_elsewhere() {
    if case::is_elsewhere() {
        return;
    }
    let status = Command::new("unshare")
        .args(["--pid", "--fork", "--kill-child", "--mount-proc"])
        .arg(std::env::current_exe().unwrap())
        .args(["docker::reap::", "--skip", "the_same_from_elsewhere"])
        .env(case::ELSEWHERE, "1")
        .stdin(Stdio::null())
        .status()
        .unwrap();
    assert!(status.success(), "{status}");
}
