//! Output as text.

use serde_json::json;

use super::{Scene, program};

#[tokio::test(flavor = "multi_thread")]
async fn text_has_whole_code_points_and_counts_bytes() {
    let scene = Scene::new().await;
    let mut desk = scene.desk().await;
    let mut data = program(&["sh"]);
    data["encoding"] = "text".into();
    let (number, _) = desk.terminal(&data).await;
    let exec = scene.program().id;
    let mut written = 0;
    // Byte by byte, each back before the next is typed.
    for byte in "aä世👩\u{301}z".bytes() {
        desk.types(number, &[byte]).await;
        written += 1;
        scene.until("the echo", &exec, |exec| exec.written == written).await;
    }
    desk.shows(number, "z").await;
    assert_eq!(desk.screen(number).text, "aä世👩\u{301}z");
    assert_eq!(desk.screen(number).end, written);
    assert_eq!(desk.screen(number).frames, 6);
    assert!(desk.screen(number).bytes.is_empty(), "no binary frames");

    desk.types(number, b"\xff\xc3(").await;
    desk.until("the rest", |desk| desk.screen(number).end == written + 3).await;
    assert!(desk.screen(number).text.ends_with("z\u{fffd}\u{fffd}("));
    // What has begun and does not end, comes with the exit.
    desk.types(number, b"\xe4\xb8").await;
    scene.until("the echo", &exec, |exec| exec.written == written + 5).await;
    scene.engine.change("box", "kill");
    assert_eq!(desk.exit(number).await, 137);
    assert!(desk.screen(number).text.ends_with("(\u{fffd}"), "{}", desk.screen(number).text);
    assert_eq!(desk.screen(number).end, written + 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_viewer_of_bytes_and_one_of_text_see_the_same() {
    let scene = Scene::new().await;
    let mut desk = scene.desk().await;
    let hex: String = "\u{0}\u{1}\u{2}é\r\n".bytes().map(|byte| format!("{byte:02x}")).collect();
    let (number, session) = desk.terminal(&program(&["say", &hex])).await;
    let wanted = "\u{0}\u{1}\u{2}é\r\n";
    desk.shows(number, wanted).await;
    assert_eq!(desk.screen(number).bytes, wanted.as_bytes());
    let data = json!({ "opt": "attach", "session": session, "offset": 0, "encoding": "text" });
    let reply = desk.reply("terminal", &data).await;
    let other = reply["terminal"].as_u64().unwrap();
    assert_eq!((&reply["offset"], &reply["redraw"]), (&json!(0), &json!(null)));
    desk.shows(other, wanted).await;
    assert_eq!(desk.screen(other).text, wanted);
}
