//! Bytes that must arrive as they were sent, however many and whatever they are.

use super::{Room, noise, open_raw};

#[tokio::test(flavor = "multi_thread")]
async fn output_that_begins_with_bytes_0_to_2_arrives() {
    let room = Room::new("low").await;
    let mut desk = room.desk().await;
    for (script, wanted) in [
        (r"printf '\001hello world'", b"\x01hello world".to_vec()),
        (r"printf '\000'; printf after", b"\0after".to_vec()),
        (
            r"printf '\002\000\000\000\177\377\377\377long'",
            b"\x02\0\0\0\x7f\xff\xff\xfflong".to_vec(),
        ),
        ("head -c 100000 /dev/zero", vec![0; 100_000]),
        ("head -c 100000 /dev/zero | tr '\\000' '\\001'", vec![1; 100_000]),
    ] {
        let (number, _) =
            open_raw(&room, &mut desk, &format!("head -c 1 >/dev/null; {script}")).await;
        let start = desk.screen(number).end;
        desk.taken(number);
        desk.types(number, b"x").await;
        assert_eq!(desk.exit(number).await, 0, "{script}");
        assert_eq!(desk.screen(number).end - start, wanted.len() as u64, "{script}");
        assert!(desk.taken(number) == wanted, "{script}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paste_of_1_mib_arrives_whole() {
    let room = Room::new("paste").await;
    let mut desk = room.desk().await;
    let (number, _) = open_raw(&room, &mut desk, "head -c 1048576 > /tmp/pasted; echo done").await;
    let paste = noise(7, 1 << 20);
    // One frame holds almost all of it.
    for piece in paste.chunks((1 << 20) - 1_000) {
        desk.types(number, piece).await;
    }
    desk.shows(number, "done").await;
    assert_eq!(desk.exit(number).await, 0);
    assert!(desk.errors.is_empty(), "{:?}", desk.errors);
    room.put("/tmp/wanted", &paste).await;
    assert_eq!(room.inside("cmp /tmp/pasted /tmp/wanted && echo same").await, "same");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_megabytes_arrive_byte_for_byte_while_the_window_changes() {
    const SIZE: usize = 100_000_000;
    let room = Room::new("large").await;
    let wanted = noise(42, SIZE);
    room.put("/tmp/large", &wanted).await;
    let mut desk = room.desk().await;
    let (number, _) = open_raw(&room, &mut desk, "cat /tmp/large").await;
    let begun = std::time::Instant::now();
    let (mut at, mut resized) = (0, 0_u16);
    // `ready` and its line end come before.
    let mut head = 6;
    while at < SIZE {
        let next = desk.screen(number).end + 1;
        desk.until("more", |desk| desk.screen(number).end >= next).await;
        let taken = desk.taken(number);
        let shown = &taken[std::mem::take(&mut head).min(taken.len())..];
        assert!(shown == &wanted[at..at + shown.len()], "different after {at}");
        at += shown.len();
        let due = (at / 1_000_000) as u16;
        if due > resized {
            resized = due;
            let data = serde_json::json!({ "opt": "resize", "terminal": number, "cols": 40 + due, "rows": 20 + due % 7 });
            desk.send("terminal", &data).await;
        }
    }
    assert_eq!(desk.exit(number).await, 0);
    assert!(desk.taken(number).is_empty());
    eprintln!(
        "100 MB through a terminal: {:.1} MB/s",
        SIZE as f64 / 1e6 / begun.elapsed().as_secs_f64()
    );
}
