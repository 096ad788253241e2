//! How terminals end that do not end by themselves, and those that cannot begin.

use serde_json::json;

use super::Room;
use crate::away::Own;
use crate::record::SECOND_ENGINE;
use crate::support::hub::Plan;
use crate::support::scratch::Scratch;
use crate::support::wait;

#[tokio::test(flavor = "multi_thread")]
async fn a_container_that_goes_away_ends_its_terminals_with_137() {
    for verb in [&["kill"][..], &["stop", "-t", "1"], &["rm", "-f"], &["restart", "-t", "1"]] {
        let room = Room::new(&format!("away-{}", verb[0])).await;
        let mut desk = room.desk().await;
        let (number, _) = desk.terminal(&room.program(&["sh"])).await;
        desk.types(number, b"echo rea''dy\r").await;
        desk.shows(number, "ready").await;
        room.docker.run(&[verb, &[room.name.as_str()]].concat()).await;
        assert_eq!(desk.exit(number).await, 137, "{verb:?}: {:?}", desk.screen(number).exit);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_begin_is_refused_in_words() {
    let room = Room::new("refused").await;
    let mut desk = room.desk().await;
    let open = |more: serde_json::Value| {
        let mut data = json!({ "opt": "open", "host": "a", "container": room.name });
        data.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        data
    };
    // Where the engine knows at once, an error in its words; where it knows later, its words as output.
    for (data, word) in [
        (open(json!({ "cmd": ["/no/such/program"] })), "/no/such/program"),
        (open(json!({ "cmd": ["sh"], "user": "nobody-of-this-name" })), "nobody-of-this-name"),
    ] {
        let answer = desk.ask("terminal", &data).await;
        if answer["type"] == "error" {
            assert_eq!(answer["data"]["code"], "engine", "{answer}");
            assert!(answer["data"]["message"].as_str().unwrap().contains(word), "{answer}");
        } else {
            let number = answer["data"]["terminal"].as_u64().unwrap();
            let code = desk.exit(number).await;
            assert!(matches!(code, 126 | 127), "{code}");
            assert!(desk.screen(number).shows(word), "{data}");
        }
    }
    room.docker.run(&["pause", &room.name]).await;
    let error = desk.refused(&open(json!({}))).await;
    assert_eq!(error["code"], "conflict", "{error}");
    assert!(error["message"].as_str().unwrap().contains("paused"), "{error}");
    room.docker.run(&["unpause", &room.name]).await;
    room.docker.run(&["stop", "-t", "0", &room.name]).await;
    let error = desk.refused(&open(json!({}))).await;
    assert_eq!(error["code"], "conflict", "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_image_without_a_shell_is_told_what_was_tried() {
    let room = Room::new("scratch").await;
    let scratch = Scratch::new();
    let archive = scratch.join("image.tar");
    let program =
        room.docker.run(&["exec", &room.name, "sh", "-c", "readlink -f /bin/busybox"]).await;
    let copied = scratch.join("program");
    room.docker.run(&["cp", &format!("{}:{program}", room.name), copied.to_str().unwrap()]).await;
    let mut tar = tar::Builder::new(std::fs::File::create(&archive).unwrap());
    tar.append_path_with_name(&copied, "sleep").unwrap();
    tar.finish().unwrap();
    drop(tar);
    let image = format!("{}-image", room.name);
    room.docker.run(&["import", archive.to_str().unwrap(), &image]).await;
    let bare = format!("{}-bare", room.name);
    room.docker
        .run(&["run", "-d", "--name", &bare, "--network", "none", &image, "/sleep", "100000"])
        .await;
    room.knows(&bare).await;
    let mut desk = room.desk().await;
    let error = desk.refused(&json!({ "opt": "open", "host": "a", "container": bare })).await;
    assert_eq!(error["code"], "not_found", "{error}");
    let message = error["message"].as_str().unwrap();
    assert!(["bash", "ash", "sh"].iter().all(|shell| message.contains(shell)), "{message}");
    // What it has, runs.
    let data = json!({ "host": "a", "container": bare, "cmd": ["/sleep", "0"] });
    let (number, _) = desk.terminal(&data).await;
    assert_eq!(desk.exit(number).await, 0);
    room.docker.run(&["rm", "-f", &bare]).await;
    room.docker.run(&["rmi", &image]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paused_container_is_silent_and_goes_on() {
    let room = Room::new("paused").await;
    let mut desk = room.desk().await;
    let (number, _) = desk.terminal(&room.program(&["sh"])).await;
    desk.types(number, b"echo be''fore\r").await;
    desk.shows(number, "before").await;
    room.docker.run(&["pause", &room.name]).await;
    desk.types(number, b"echo af''ter\r").await;
    desk.reply("ping", &json!({})).await;
    room.docker.run(&["unpause", &room.name]).await;
    desk.shows(number, "after").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_engine_that_is_killed_ends_its_terminals_with_a_reason() {
    let _alone = SECOND_ENGINE.lock().await;
    let own = Own::start().await;
    let docker = own.docker.clone();
    let room = Room::over(docker.clone(), "engine", Plan::new()).await;
    let mut desk = room.desk().await;
    let (number, _) = desk.terminal(&room.program(&["sh"])).await;
    desk.types(number, b"echo rea''dy\r").await;
    desk.shows(number, "ready").await;
    docker.engine("kill").await;
    assert_eq!(desk.exit(number).await, -1);
    assert!(desk.screen(number).exit.as_ref().unwrap()["reason"].is_string());
    let error = desk.refused(&json!({ "opt": "open", "host": "a", "container": room.name })).await;
    assert!(matches!(error["code"].as_str(), Some("unavailable" | "engine")), "{error}");
    docker.engine("start").await;
    room.hub.wait_for_host(&room.admin, "a", "online").await;
    wait::until("a terminal again", async || {
        let mut desk = room.desk().await;
        let data = json!({ "opt": "open", "host": "a", "container": room.name, "cmd": ["true"] });
        let answer = desk.ask("terminal", &data).await;
        // The container died with the engine, or lives on.
        (answer["type"] == "reply" || answer["data"]["code"] == "conflict").then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hub_that_goes_down_tells_how_its_programs_ended() {
    let mut room = Room::new("down").await;
    let mut desk = room.desk().await;
    let (number, _) = desk.terminal(&room.program(&["sh"])).await;
    desk.types(number, b"echo rea''dy\r").await;
    desk.shows(number, "ready").await;
    let (status, closed) = tokio::join!(room.hub.terminate(), desk.end());
    assert_eq!((status.code(), closed.code), (Some(0), 4001));
    let exit = desk.screen(number).exit.clone().expect("no word of its end");
    assert_eq!(exit["reason"], "the hub is going down");
}
