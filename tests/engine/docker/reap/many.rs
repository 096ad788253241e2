//! Terminals as the hub itself opens them.

use futures::future::join_all;
use quayside::runtime::{Program, Runtime, Size, TerminalSource, TerminalSpec};
use tokio::io::AsyncWriteExt;

use super::case::World;
use crate::real::{docker, until};

/// At one time.
const MANY: usize = 12;

const TYPED: &[u8] = b"sleep 9101 & setsid sleep 9102 & trap '' HUP; sleep 9103\r";

async fn open(world: &World) -> TerminalSource {
    let spec = TerminalSpec {
        session: world.session(),
        program: Program::Exec { cmd: Some(vec!["sh".to_owned()]), user: None },
        size: Size { cols: 80, rows: 24 },
    };
    let mut terminal = world.engine().terminal(world.id(), spec).await.unwrap();
    terminal.input.write_all(TYPED).await.unwrap();
    terminal
}

#[tokio::test(flavor = "multi_thread")]
async fn terminals_that_end_together_leave_nothing() {
    let world = World::new(&[]);
    let other = open(&world).await;
    world.runs(&[9101, 9102, 9103]).await;
    let others = world.count();
    let ours = join_all((0..MANY).map(|_| open(&world))).await;
    until("all of them run", async || world.count() == others * (MANY + 1)).await;
    let left = join_all(ours.iter().map(|terminal| terminal.control.end())).await;
    assert_eq!(left, vec![None; MANY]);
    assert_eq!(world.count(), others, "the other terminal stays");
    assert_eq!(other.control.end().await, None);
    assert_eq!(world.count(), 0);
    // An exec that the engine thinks to be running stands in its list.
    assert_eq!(docker(&["inspect", "-f", "{{.ExecIDs}}", world.id()]), "[]");
    world.no_file_is_left();
}
