//! Programs that take the whole screen, and what people type into them.

use serde_json::json;

use super::{Room, open_raw};

#[tokio::test(flavor = "multi_thread")]
async fn a_shell_is_found_and_has_the_window_from_its_first_line_on() {
    let room = Room::new("shell").await;
    let mut desk = room.desk().await;
    let data =
        json!({ "opt": "open", "host": "a", "container": room.name, "cols": 97, "rows": 33 });
    let reply = desk.reply("terminal", &data).await;
    let cmd = reply["cmd"][0].as_str().unwrap().to_owned();
    assert!(cmd.ends_with("/ash") || cmd.ends_with("/sh"), "{reply}");
    desk.types(1, b"stty size; echo $TERM\r").await;
    desk.shows(1, "33 97").await;
    desk.shows(1, "xterm-256color").await;
    desk.reply("terminal", &json!({ "opt": "resize", "terminal": 1, "cols": 61, "rows": 17 }))
        .await;
    // The engine's answer comes after the hub's: asked until it is so.
    desk.types(1, b"while [ \"$(stty size)\" != '17 61' ]; do :; done; echo now $(stty size)\r")
        .await;
    desk.shows(1, "now 17 61").await;
    desk.types(1, b"exit 5\r").await;
    assert_eq!(desk.exit(1).await, 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn vi_top_and_less_are_used_as_at_a_screen() {
    let room = Room::new("screen").await;
    let mut desk = room.desk().await;
    let (vi, _) = desk.terminal(&room.program(&["vi", "/tmp/note"])).await;
    desk.shows(vi, "/tmp/note").await;
    desk.types(vi, "ihello, 世界".as_bytes()).await;
    desk.shows(vi, "hello").await;
    // An escape is one only if nothing follows it at once.
    desk.taken(vi);
    desk.types(vi, b"\x1b").await;
    desk.shows(vi, "- /tmp/note").await;
    desk.types(vi, b":wq\r").await;
    assert_eq!(desk.exit(vi).await, 0);
    assert_eq!(room.inside("cat /tmp/note").await, "hello, 世界");

    let (top, _) = desk.terminal(&room.program(&["top"])).await;
    desk.shows(top, "COMMAND").await;
    desk.shows(top, "sleep 100000").await;
    desk.types(top, b"q").await;
    assert_eq!(desk.exit(top).await, 0);

    room.inside("seq 1 3000 > /tmp/lines").await;
    let (less, _) = desk.terminal(&room.program(&["less", "/tmp/lines"])).await;
    desk.shows(less, "22").await;
    assert!(!desk.screen(less).shows("2999"));
    desk.types(less, b"G").await;
    desk.shows(less, "2999").await;
    desk.types(less, b"q").await;
    assert_eq!(desk.exit(less).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_typed_comes_back_as_it_was() {
    let room = Room::new("typed").await;
    let mut desk = room.desk().await;
    let (number, _) = open_raw(&room, &mut desk, "exec cat").await;
    desk.taken(number);
    for (what, typed) in [
        ("wide", "世界 한국어 ｆｕｌｌ".as_bytes()),
        ("combining", "e\u{301} n\u{303} ก็".as_bytes()),
        ("emoji", "👩‍🚀🏳️‍🌈👍🏽".as_bytes()),
        ("a bracketed paste", b"\x1b[200~two\nlines\x1b[201~"),
        ("the mouse, old", b"\x1b[M\x20\xff\xfe\x1b[M#\x80\x81"),
        ("the mouse, new", b"\x1b[<0;120;32M\x1b[<0;120;32m"),
        ("control keys", b"\x00\x01\x02\x03\x04\x10\x11\x1a\x1c\x7f"),
        ("no text at all", b"\xff\xfe\xc0\x80\xed\xa0\x80"),
    ] {
        desk.types(number, typed).await;
        let end = desk.screen(number).end + typed.len() as u64;
        desk.until(what, |desk| desk.screen(number).end >= end).await;
        assert_eq!(desk.taken(number), typed, "{what}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_main_process_can_be_joined() {
    let room = Room::new("main").await;
    let name = format!("{}-joined", room.name);
    let script = "stty -echo; while read line; do echo got $line; [ $line = stop ] && exit 4; done";
    room.docker
        .run(&["run", "-dit", "--name", &name, "--network", "none", "busybox", "sh", "-c", script])
        .await;
    room.knows(&name).await;
    let mut desk = room.desk().await;
    let data = json!({ "host": "a", "container": name, "attach": true });
    let (number, _) = desk.terminal(&data).await;
    desk.types(number, b"hello\r").await;
    desk.shows(number, "got hello").await;
    // Leaving it leaves it alone.
    desk.reply("terminal", &json!({ "opt": "close", "terminal": number })).await;
    assert_eq!(room.docker.inspect(&name).await["State"]["Running"], true);
    let (number, _) = desk.terminal(&data).await;
    desk.types(number, b"stop\r").await;
    desk.shows(number, "got stop").await;
    assert_eq!(desk.exit(number).await, 4);
    room.docker.run(&["rm", "-f", &name]).await;
}
