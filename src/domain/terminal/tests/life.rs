//! How long sessions live, what ends them, and what is left of them.

use super::*;

#[tokio::test(start_paused = true)]
async fn closing_the_last_viewer_ends_the_program_at_once() {
    let hub = hub();
    let (opened, program) = hub.open().await;
    let second = hub.attach(opened.viewer.session(), Some(0)).await;
    assert_eq!(soon(opened.viewer.close()).await, None);
    assert_eq!(*program.control.ended.borrow(), 0);
    *program.control.left.lock().unwrap() = Some("sleep still runs".to_owned());
    assert_eq!(soon(second.viewer.close()).await.as_deref(), Some("sleep still runs"));
    assert_eq!(*program.control.ended.borrow(), 1);
    hub.empty().await;
    let last = hub.audited().remove(0);
    assert!(last.ends_with("ok: it was closed; status 0; left: sleep still runs"), "{last}");
}
