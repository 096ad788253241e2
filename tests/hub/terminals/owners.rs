//! Whose terminals are whose, on the connection that has them and on others.

use serde_json::json;

use super::{Scene, program};
use crate::support::desk::Desk;
use crate::support::hub::PASSWORD;
use crate::support::wait;

#[tokio::test(flavor = "multi_thread")]
async fn each_role_reaches_what_it_may() {
    let scene = Scene::new().await;
    let viewer = scene.hub.account(&scene.admin, "viewer", "viewer").await;
    let user = scene.hub.account(&scene.admin, "user", "user").await;
    let other = scene.hub.account(&scene.admin, "other", "user").await;
    let operator = scene.hub.account(&scene.admin, "operator", "operator").await;
    scene.engine.add("hers", &[("quayside.owner", "user")], true);
    scene.knows("hers", "running").await;
    let hers = json!({ "host": "a", "container": "hers", "cmd": ["sh"] });
    let mut owner = Desk::open(scene.hub.address, &user).await;
    let (_, session) = owner.terminal(&hers).await;

    for (token, enters, attaches) in [
        (&viewer, "forbidden", "forbidden"),
        (&other, "not_found", "not_found"),
        (&operator, "", ""),
        (&scene.admin, "", ""),
    ] {
        let mut desk = Desk::open(scene.hub.address, token).await;
        let mut open = hers.clone();
        open["opt"] = "open".into();
        for (data, code) in
            [(open, enters), (json!({ "opt": "attach", "session": session }), attaches)]
        {
            let answer = desk.ask("terminal", &data).await;
            assert_eq!(answer["data"]["code"].as_str().unwrap_or(""), code, "{data}: {answer}");
        }
        let items = desk.ask("terminal", &json!({ "opt": "list" })).await["data"]["items"].clone();
        let seen = items.as_array().is_some_and(|i| i.iter().any(|i| i["session"] == session));
        assert_eq!(seen, attaches.is_empty());
    }
    // What is nobody's is not hers; what a viewer may never do is said before what is wrong with it.
    let mut data = program(&["sh"]);
    data["opt"] = "open".into();
    assert_eq!(owner.refused(&data).await["code"], "not_found");
    let mut desk = Desk::open(scene.hub.address, &viewer).await;
    for opt in ["input", "resize", "ack", "close"] {
        let data =
            json!({ "opt": opt, "terminal": 1, "text": "", "cols": 1, "rows": 1, "offset": 0 });
        assert_eq!(desk.refused(&data).await["code"], "forbidden", "{opt}");
    }
    let audit = scene.hub.reply(&scene.admin, "audit", &json!({ "opt": "list" })).await;
    let entries = audit["items"].as_array().unwrap();
    let refused = |entry: &&serde_json::Value| {
        entry["username"] == "viewer" && entry["action"] == "terminal_open"
    };
    assert_eq!(entries.iter().filter(refused).count(), 1, "{audit}");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_account_on_the_same_socket_does_not_type_on() {
    let scene = Scene::new().await;
    let operator = scene.hub.account(&scene.admin, "operator", "operator").await;
    let mut desk = scene.desk().await;
    let login = json!({ "opt": "login", "username": "admin", "password": PASSWORD });
    let login = desk.reply("auth", &login).await;
    let (number, session) = desk.terminal(&program(&["sh"])).await;
    // Its own renewed proof changes nothing.
    let renew = json!({ "opt": "renew", "refresh_token": login["refresh_token"] });
    desk.reply("auth", &renew).await;
    desk.types(number, b"mine").await;
    desk.shows(number, "mine").await;
    desk.reply("auth", &json!({ "token": operator })).await;
    desk.types(number, b"not mine").await;
    assert_eq!(desk.error().await["code"], "not_found");
    // It lingers for whom it belongs to.
    let mut again = scene.desk().await;
    assert_eq!(again.attach(&session, Some(4)).await["offset"], 4);
    assert_eq!(scene.program().typed, b"mine");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_ends_takes_the_viewer_along() {
    let scene = Scene::new().await;
    let token = json!({ "opt": "create", "name": "short" });
    let token = scene.hub.reply(&scene.admin, "token", &token).await;
    let mut desk = Desk::open(scene.hub.address, token["token"].as_str().unwrap()).await;
    let (number, session) = desk.terminal(&program(&["flood"])).await;
    desk.until("output", |desk| desk.screen(number).end > 0).await;
    let remove = json!({ "opt": "remove", "id": token["id"] });
    scene.hub.reply(&scene.admin, "token", &remove).await;
    assert_eq!(desk.end().await.code, 4401);
    wait::until("the viewer to be gone", async || {
        let sessions = scene.sessions(&scene.admin).await;
        let one = sessions.iter().find(|one| one["session"] == session.as_str())?;
        (one["viewers"] == 0).then_some(())
    })
    .await;
}
