//! Shells on the hub's own machine.

use serde_json::json;

use super::Room;
use crate::support::desk::Desk;
use crate::support::hub::{PASSWORD, Plan};

#[tokio::test(flavor = "multi_thread")]
async fn it_is_refused_unless_switched_on_and_the_caller_is_an_admin() {
    let room = Room::new("local-off").await;
    let open = json!({ "opt": "open", "local": true });
    let error = room.desk().await.refused(&open).await;
    assert_eq!(error["code"], "forbidden", "{error}");
    assert!(error["message"].as_str().unwrap().contains("terminal.local_shell"), "{error}");

    let plan = Plan::new().set("terminal", "local_shell", "true");
    let room = Room::with("local-on", plan).await;
    let operator = room.hub.account(&room.admin, "operator", "operator").await;
    let error = Desk::open(room.hub.address, &operator).await.refused(&open).await;
    assert_eq!(error["code"], "forbidden", "{error}");

    let mut desk = room.desk().await;
    let data = json!({ "local": true, "cols": 93, "rows": 29, "cmd": ["/bin/sh"] });
    let (number, session) = desk.terminal(&data).await;
    desk.types(number, b"stty size; env; echo e''nd\r").await;
    desk.shows(number, "29 93").await;
    desk.shows(number, "end\r\n").await;
    let shown = String::from_utf8_lossy(&desk.taken(number)).into_owned();
    assert!(shown.contains("TERM=xterm-256color"), "{shown}");
    assert!(!shown.contains(PASSWORD) && !shown.contains("QUAYSIDE_ADMIN"), "{shown}");
    // Nobody but an admin may look at it.
    let mut other = Desk::open(room.hub.address, &operator).await;
    let error = other.refused(&json!({ "opt": "attach", "session": session })).await;
    assert_eq!(error["code"], "not_found", "{error}");
    desk.types(number, b"exit 6\r").await;
    assert_eq!(desk.exit(number).await, 6);
}
