//! What is started, as whom, and what cannot be.

use quayside::runtime::Program;

use super::screen::{exec, open, script};
use crate::real::Container;

#[tokio::test(flavor = "multi_thread")]
async fn a_shell_is_found_answers_and_ends_with_its_own_status() {
    let container = Container::idle();
    let mut screen = open(&container.0, Program::Exec { cmd: None, user: None }).await.unwrap();
    assert_eq!(screen.cmd, ["/bin/ash"]);
    screen.type_in("echo $((40+2)) $TERM $COLORTERM\r").await;
    screen.until("42 xterm-256color truecolor\r\n").await;
    screen.type_in("exit 7\r").await;
    assert_eq!(screen.end().await.code, 7);
}
