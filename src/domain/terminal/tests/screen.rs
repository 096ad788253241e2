//! The redraw shows what the whole output shows, and nothing in the output does harm.

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use super::*;
use crate::domain::terminal::redraw::Model;

const SIZE: Size = Size { cols: 40, rows: 10 };

fn fresh(size: Size) -> vt100::Parser {
    vt100::Parser::new(size.rows, size.cols, 1_000)
}

/// All that can be seen: the lines before the screen, the screen with its attributes, and the modes.
fn seen(parser: &mut vt100::Parser) -> (Vec<String>, Vec<u8>) {
    let screen = parser.screen_mut();
    screen.set_scrollback(usize::MAX);
    let (lines, rows) = (screen.scrollback(), screen.size().0);
    let mut all = Vec::new();
    for offset in (1..=lines).rev() {
        screen.set_scrollback(offset);
        all.push(screen.rows(0, SIZE.cols).next().unwrap().trim_end().to_owned());
    }
    screen.set_scrollback(0);
    assert!(rows > 0);
    (all, screen.state_formatted())
}

/// Feeds `before`, redraws, goes on with `after`; compares with whoever saw all of it.
fn check(before: &[u8], after: &[u8]) {
    let mut model = Model::new(SIZE);
    for part in before.chunks(7) {
        model.feed(part);
    }
    let redraw = model.redraw();
    assert_eq!(redraw, model.redraw(), "a redraw changed the model");
    let (redraw, behind) = redraw;
    assert_eq!(behind, 0);
    let (mut whole, mut late) = (fresh(SIZE), fresh(SIZE));
    whole.process(before);
    late.process(redraw.as_bytes());
    let split = String::from_utf8_lossy(before);
    assert_eq!(seen(&mut late), seen(&mut whole), "redraw after {split:?}");
    whole.process(after);
    late.process(after);
    assert_eq!(seen(&mut late), seen(&mut whole), "what follows {split:?}");
    // The model itself goes on as well.
    model.feed(after);
    let mut again = fresh(SIZE);
    again.process(model.redraw().0.as_bytes());
    assert_eq!(seen(&mut again), seen(&mut whole), "the model after {split:?}");
}

#[test]
fn a_redraw_and_the_rest_show_what_all_of_it_shows() {
    let lines: String =
        (0..60).map(|n| format!("line {n} \x1b[3{}mcolour\x1b[0m\r\n", n % 8)).collect();
    let long = "wrapped ".repeat(30);
    let wide = "日本語 e\u{301}\u{323} 👍 ｗｉｄｅ café 한국어 ".repeat(4);
    let alternate = "\x1b[?1049h\x1b[H\x1b[2J~\r\n~\r\n\x1b[7m status \x1b[0m\x1b[3;5H";
    let left = format!("{lines}{alternate}\x1b[?1049l$ after");
    check(left.as_bytes(), b"\r\n$ ");
    let modes = "\x1b[?2004h\x1b[?1h\x1b=\x1b[?1002h\x1b[?1006h\x1b[?25l";
    for before in [
        "",
        "$ ",
        "one\r\ntwo",
        &lines,
        &format!("{lines}{long}\r\n$ \x1b[1;4mbold"),
        &format!("{wide}\r\n{lines}{wide}"),
        &format!("{lines}$ vi{alternate}"),
        &format!("{lines}$ vi{modes}{alternate}{wide}"),
        &format!("{lines}{modes}\x1b]2;a title\x07$ "),
        "\x1b[48;5;17m\x1b[2J\x1b[38;2;1;2;3mon blue\r\n\r\n",
    ] {
        let leaves = if before.contains(alternate) { "\x1b[?1049l$ " } else { "" };
        for after in ["x", "\r\nnext\r\n", leaves, "\x1b[5;5Hhere\x1b[K"] {
            check(before.as_bytes(), after.as_bytes());
        }
    }
}

#[test]
fn a_redraw_amid_a_sequence_or_a_character_breaks_neither() {
    for whole in
        ["\x1b[?1049h\x1b[31;1mred\x1b[0m", "\x1b[?1049h日本👍", "\x1b[?1049h\x1b]2;title\x07x"]
    {
        for cut in 8..whole.len() {
            let (before, after) = whole.as_bytes().split_at(cut);
            let mut model = Model::new(SIZE);
            model.feed(b"shell\r\n");
            model.feed(before);
            let (redraw, behind) = model.redraw();
            model.feed(after);
            let mut all = fresh(SIZE);
            all.process(format!("shell\r\n{whole}").as_bytes());
            let mut late = fresh(SIZE);
            late.process(redraw.as_bytes());
            late.process(&whole.as_bytes()[cut - behind..]);
            assert_eq!(seen(&mut late), seen(&mut all), "{whole:?} cut at {cut}");
            let mut later = fresh(SIZE);
            later.process(model.redraw().0.as_bytes());
            assert_eq!(seen(&mut later), seen(&mut all), "{whole:?} drawn at {cut}");
        }
    }
}

#[test]
fn a_redraw_asks_nothing() {
    let mut model = Model::new(SIZE);
    model.feed(
        b"\x1b[6n\x1b[c\x1b[>c\x1b]10;?\x07\x1b]52;c;?\x07\x1bZ\x05\x1b[5n\x1bP$qm\x1b\\text",
    );
    model.feed(b"\x1b]2;a \x1b title\x07");
    let redraw = model.redraw().0;
    assert!(redraw.contains("text"), "{redraw:?}");
    for query in ["6n", "[c", ">c", "]10", "]52", "\x1bZ", "\x05", "5n", "$q"] {
        assert!(!redraw.contains(query), "{query:?} in {redraw:?}");
    }
}

#[test]
fn what_the_model_passes_over_is_set_again() {
    let mut model = Model::new(SIZE);
    model.feed(b"\x1b[?1004;25h\x1b[4 q\x1b[?7l\x1b]0;work\x07");
    let redraw = model.redraw().0;
    for part in ["\x1b[?1004h", "\x1b[4 q", "\x1b[?7l", "\x1b]2;work\x07"] {
        assert!(redraw.contains(part), "{part:?} in {redraw:?}");
    }
    model.feed(b"\x1b[?1004l");
    assert!(model.redraw().0.contains("\x1b[?1004l"));
}

#[test]
fn a_thousand_lines_are_kept() {
    let mut model = Model::new(SIZE);
    for line in 0..3_000 {
        model.feed(format!("{line}\r\n").as_bytes());
    }
    let redraw = model.redraw().0;
    let mut late = fresh(SIZE);
    late.process(redraw.as_bytes());
    let lines = seen(&mut late).0;
    assert_eq!(lines.len(), 1_000);
    assert_eq!(lines[0], format!("{}", 3_001 - 10 - 1_000));
}

#[test]
fn a_flood_that_is_passed_over_leaves_the_same() {
    let lines = |n: usize| (0..n).map(|n| format!("line {n} {}\r\n", "x".repeat(n % 70)));
    let plain: String = lines(9_000).collect();
    for flood in [
        plain.clone(),
        format!("\x1b[31mred {plain}$ \x1b[0mdone\r\n{plain}end"),
        format!("{}\x1b[2J\x1b[3;3H{plain}$ ", "\n".repeat(3_000)),
        plain.replace("\r\n", "\n"),
        format!("\x1b]2;{plain}\x07{plain}"),
        format!("\x1b[?1049h{plain}"),
    ] {
        for cut in [0, 5, 1_000, 100_000] {
            let (first, rest) = flood.as_bytes().split_at(cut);
            let mut model = Model::new(SIZE);
            model.feed(first);
            model.feed(rest);
            let (mut whole, mut late) = (fresh(SIZE), fresh(SIZE));
            whole.process(flood.as_bytes());
            late.process(model.redraw().0.as_bytes());
            let begins = &flood[..20];
            assert!(seen(&mut late) == seen(&mut whole), "{begins:?} cut at {cut}");
        }
    }
}

#[test]
fn arbitrary_bytes_and_sizes_do_no_harm() {
    let mut dice = StdRng::seed_from_u64(1);
    let pieces: [&[u8]; 16] = [
        b"\x1b[",
        b";",
        b"?",
        b"1049h",
        b"1049l",
        b"47h",
        b"r",
        b"99999",
        b"m",
        b"\xe6\x97\xa5",
        b"\xf0\x9f",
        b"\xcc\x81",
        b"\x1b8",
        b"\x1b7",
        b"\n",
        b"L",
    ];
    for round in 0..20 {
        let mut model = Model::new(SIZE);
        for _ in 0..60 {
            let bytes: Vec<u8> = match dice.random_range(0..3) {
                0 => (0..300).map(|_| dice.random()).collect(),
                _ => (0..100).flat_map(|_| pieces[dice.random_range(0..16)]).copied().collect(),
            };
            model.feed(&bytes);
            if dice.random_bool(0.3) {
                let most = if round % 10 == 0 { (1_000, 128) } else { (90, 40) };
                let (cols, rows) = (dice.random_range(1..=most.0), dice.random_range(1..=most.1));
                model.resize(Size { cols, rows });
            }
            if dice.random_bool(0.1) {
                model.redraw();
            }
        }
        model.feed(b"\x1bc\x18\x1b\\\x1bcalive");
        assert!(model.redraw().0.contains("ali"), "the model is dead");
    }
}

#[test]
fn a_screen_that_costs_too_much_is_begun_anew() {
    let mut model = Model::new(Size { cols: 500, rows: 256 });
    let begun = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    // Each is a pass over 128,000 characters: all of them take many seconds of a processor.
    model.feed(&b"\x1b[2J".repeat(64 << 10));
    let ended = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    assert!(ended.tv_sec - begun.tv_sec < 5, "{begun:?} to {ended:?}");
    model.feed(b"here");
    assert!(model.redraw().0.contains("here"));
}

#[test]
fn a_screen_that_cost_too_much_often_is_drawn_again_when_it_costs_less() {
    let mut model = Model::new(Size { cols: 500, rows: 256 });
    let costly = b"\x1b[2J".repeat(64 << 10);
    for _ in 0..20 {
        model.feed(&costly);
    }
    let mut last = costly.repeat(2);
    last.extend_from_slice(b"\r\nnear the end\r\n");
    last.extend_from_slice(&b"x".repeat(1_000));
    model.feed(&last);
    model.feed(b"\x1b[2J\x1b[Hlater");
    assert!(model.redraw().0.contains("later"));
}

#[test]
fn what_draws_the_most_colourful_screen_is_bounded() {
    let mut model = Model::new(Size { cols: 1_000, rows: 128 });
    let mut text = Vec::new();
    for line in 0..600_u32 {
        for col in 0..1_000_u32 {
            let [_, r, g, b] = (line * 1_000 + col).to_be_bytes();
            text.extend_from_slice(format!("\x1b[38;2;{r};{g};{b}mx").as_bytes());
        }
        text.extend_from_slice(b"\r\n");
        model.feed(&text);
        text.clear();
    }
    let (drawn, _) = model.redraw();
    assert!(drawn.len() < 4 << 20, "{}", drawn.len());
    assert!(drawn.matches('x').count() > 127 * 1_000, "the screen is not whole");
}

#[test]
fn a_wider_window_keeps_the_screen_and_fewer_lines() {
    let mut model = Model::new(Size { cols: 80, rows: 24 });
    for line in 0..2_000 {
        model.feed(format!("line {line}\r\n").as_bytes());
    }
    model.resize(Size { cols: 1_000, rows: 24 });
    model.feed(b"after");
    let (drawn, _) = model.redraw();
    assert!(drawn.contains("line 1999") && drawn.contains("after"));
    assert!(drawn.contains("line 1800") && !drawn.contains("line 1600"));
}
