//! The size of its window.

use quayside::runtime::Size;

use super::screen::{SIZE, script};
use crate::real::{Container, docker, until};

#[tokio::test(flavor = "multi_thread")]
async fn a_program_has_the_size_it_was_opened_with_and_is_told_of_the_next() {
    let container = Container::idle();
    let mut screen = script(
        &container.0,
        "trap 'echo now $(stty size)' WINCH; echo first $(stty size); while :; do sleep 0.05; done",
    )
    .await;
    // An engine before API 1.42 sets it once the program runs, which then is told of it.
    screen.until(&format!(" {} {}\r\n", SIZE.rows, SIZE.cols)).await;
    screen.control.resize(Size { cols: 77, rows: 22 }).await.unwrap();
    screen.until("now 22 77\r\n").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_of_many_sizes_stays() {
    let container = Container::idle();
    let mut screen = script(&container.0, "while read line; do stty size; done").await;
    let sizes = (1..=40).map(|n| Size { cols: 100 + n, rows: 30 + n });
    let set = futures::future::join_all(sizes.map(|size| screen.control.resize(size))).await;
    assert!(set.iter().all(Result::is_ok), "{set:?}");
    screen.type_in("\r").await;
    screen.until("70 140\r\n").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_has_ended_has_no_window_and_that_is_no_error() {
    let container = Container::idle();
    let mut screen = script(&container.0, "true").await;
    assert_eq!(screen.end().await.code, 0);
    screen.control.resize(SIZE).await.unwrap();
    let other = script(&container.0, "sleep 1000").await;
    docker(&["rm", "-f", &container.0]);
    until("its end is known", async || other.control.resize(SIZE).await.is_ok()).await;
}
