//! Only wrong passwords count as tries, and only where they come from.

use serde_json::json;

use crate::support::http::Ask;
use crate::support::hub::{PASSWORD, Plan};

#[tokio::test(flavor = "multi_thread")]
async fn ten_wrong_passwords_hold_up_one_address_and_one_account() {
    let hub = Plan::new()
        .host("a", "unix:///nowhere.sock")
        .set("server", "trusted_proxies", "[\"127.0.0.1\"]")
        .start()
        .await;
    let admin = hub.admin().await;
    hub.account(&admin, "ann", "user").await;
    let login = async |account: &str, password: &str, from: &str| {
        let body = json!({ "username": account, "password": password });
        hub.send(Ask::post("/login", &body).header("x-forwarded-for", from)).await
    };
    // What is no wrong password does not count.
    for _ in 0..15 {
        assert_eq!(
            hub.send(Ask::get("/hosts").token("garbage").header("x-forwarded-for", "10.0.0.1"))
                .await
                .status,
            401
        );
        assert_eq!(
            hub.send(
                Ask::post("/login", &json!({ "username": "ann" }))
                    .header("x-forwarded-for", "10.0.0.1")
            )
            .await
            .status,
            400
        );
    }
    let words: Vec<_> =
        [login("ann", "wrong", "10.0.0.1").await, login("nobody", "wrong", "10.0.0.1").await]
            .iter()
            .map(|answer| (answer.status, answer.text()))
            .collect();
    assert_eq!(words[0].0, 401);
    assert_eq!(words[0], words[1], "one message for a wrong password and an unknown name");
    for _ in 0..9 {
        assert_eq!(login("ann", "wrong", "10.0.0.1").await.status, 401);
    }
    let held = login("ann", PASSWORD, "10.0.0.1").await;
    assert_eq!(held.status, 429, "{}", held.text());
    let after: u64 = held.header("retry-after").parse().unwrap();
    assert!((1..=60).contains(&after), "{after}");
    assert_eq!(held.json()["success"], false);
    // Another address is not held up, nor is another account.
    assert_eq!(login("ann", PASSWORD, "10.0.0.2").await.status, 200);
    assert_eq!(login("admin", PASSWORD, "10.0.0.1").await.status, 200);
    let packet = json!({ "type": "auth", "data": { "opt": "login", "username": "ann", "password": PASSWORD } });
    let held = hub.send(Ask::post("/packet", &packet).header("x-forwarded-for", "10.0.0.1")).await;
    assert_eq!((held.status, held.json()["data"]["code"].as_str()), (429, Some("limited")));
    assert!(held.json()["data"]["retry_after"].as_u64().is_some_and(|after| after <= 60));
}
