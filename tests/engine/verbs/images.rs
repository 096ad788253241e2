//! Images: listed, fetched and removed.

use serde_json::{Value, json};

use super::Bench;
use crate::docker::registry::Registry;
use crate::support::wait;
use crate::support::ws::Ws;

#[tokio::test(flavor = "multi_thread")]
async fn an_image_is_fetched_layer_by_layer_and_removed() {
    let bench = Bench::new().await;
    let registry = Registry::start(None).await;
    let image = format!("127.0.0.1:{}/lab/verbs:1", registry.port);
    let own = async || bench.docker.run(&["image", "inspect", "--format", "{{.Id}}", &image]).await;
    let listed = async || {
        let list = bench.ok("image", "list", &json!({})).await;
        let items = list["items"].as_array().unwrap();
        items.iter().find(|item| item["tags"].as_array().unwrap().contains(&json!(image))).cloned()
    };
    let mut socket = Ws::open(bench.hub.address, &bench.admin).await.unwrap();
    let packet = json!({ "type": "image", "id": "p", "data": { "opt": "pull", "host": "a", "image": image } });
    socket.send(&packet).await.unwrap();
    let mut layers = Vec::new();
    let reply = wait::bounded(wait::PATIENCE, "the pull", async {
        loop {
            let packet = socket.packet().await.unwrap();
            assert_eq!(packet["id"], "p", "{packet}");
            match packet["type"].as_str().unwrap() {
                "progress" => layers.push(packet["data"].clone()),
                _ => return packet,
            }
        }
    })
    .await;
    assert_eq!(
        (&reply["type"], &reply["data"]["id"]),
        (&json!("reply"), &json!(own().await)),
        "{reply}"
    );
    assert!(
        layers.iter().any(|step| step["layer"] != "" && step["status"] == "Pull complete"),
        "{layers:?}"
    );
    let shown: Value = listed().await.unwrap();
    assert_eq!((&shown["id"], &shown["containers"]), (&json!(own().await), &json!(0)));
    let size = bench.docker.run(&["image", "inspect", "--format", "{{.Size}}", &image]).await;
    assert_eq!(shown["size"].to_string(), size);

    // In use it stays, unless by force.
    let made = bench.docker.run(&["create", &image]).await;
    let (status, error) = bench.refused("image", "remove", &json!({ "image": image })).await;
    assert_eq!((status, &error["code"]), (409, &json!("conflict")), "{error}");
    bench.docker.run(&["rm", &made]).await;
    bench.ok("image", "remove", &json!({ "image": image })).await;
    assert_eq!(listed().await, None);
    assert!(bench.docker.try_run(&["image", "inspect", &image]).await.is_err());
    let (status, error) = bench.refused("image", "remove", &json!({ "image": image })).await;
    assert_eq!((status, &error["code"]), (404, &json!("not_found")), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_registry_refuses_fails_at_once() {
    let bench = Bench::new().await;
    let open = Registry::start(None).await;
    let missing = json!({ "image": format!("127.0.0.1:{}/lab/missing:1", open.port) });
    let (status, error) = bench.refused("image", "pull", &missing).await;
    assert_eq!((status, &error["code"]), (404, &json!("not_found")), "{error}");
    let closed = Registry::start(Some(("ann", "secret-word"))).await;
    let image = format!("127.0.0.1:{}/lab/closed:1", closed.port);
    let (status, error) = bench.refused("image", "pull", &json!({ "image": image })).await;
    assert_eq!((status, &error["code"]), (502, &json!("engine")), "{error}");
    let login = json!({ "image": image, "auth": { "username": "ann", "password": "secret-word" } });
    bench.ok("image", "pull", &login).await;
    bench.docker.run(&["rmi", &image]).await;
    assert!(!bench.hub.log().contains("secret-word"), "a password is in the log");
}
