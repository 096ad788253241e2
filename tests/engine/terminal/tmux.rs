//! tmux, as people use it in a terminal: split, left, joined again, in a window that changes.

use std::path::{Path, PathBuf};

use serde_json::json;

use super::Room;
use super::dropped::{close, top};
use crate::support::desk::Desk;
use crate::support::hub::Plan;
use crate::support::scratch::Scratch;
use crate::support::wait;

const COLS: u16 = 100;
const ROWS: u16 = 30;

/// Where its terminals and character sets are described.
const TERMINFO: [&str; 3] = ["/usr/share/terminfo", "/lib/terminfo", "/etc/terminfo"];
const LOCALE: &str = "/usr/lib/locale/C.utf8";

/// This machine's tmux, and the libraries that it needs.
fn tmux() -> Vec<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let tmux = std::env::split_paths(&path).map(|place| place.join("tmux")).find(|p| p.exists());
    let tmux =
        tmux.expect("tmux is not installed: apt-get install tmux, or scripts/test, which does");
    let told = std::process::Command::new("ldd").arg(&tmux).output().unwrap();
    let told = String::from_utf8(told.stdout).unwrap();
    let libraries = told.split_whitespace().filter(|word| word.starts_with('/'));
    std::iter::once(tmux.clone()).chain(libraries.map(PathBuf::from)).collect()
}

/// An archive of a machine with tmux and the busybox of `room`.
async fn archive(room: &Room, scratch: &Scratch) -> PathBuf {
    let busybox = scratch.join("busybox");
    let inside = room.inside("readlink -f /bin/busybox").await;
    let from = format!("{}:{inside}", room.name);
    room.docker.run(&["cp", &from, busybox.to_str().unwrap()]).await;
    let file = scratch.join("image.tar");
    let mut tar = tar::Builder::new(std::fs::File::create(&file).unwrap());
    tar.append_path_with_name(&busybox, "bin/busybox").unwrap();
    for path in tmux() {
        // What links lead to, under the name by which it is looked for.
        tar.append_path_with_name(path.canonicalize().unwrap(), path.strip_prefix("/").unwrap())
            .unwrap();
    }
    for terminal in ["x/xterm-256color", "s/screen"] {
        let found = TERMINFO.map(|place| Path::new(place).join(terminal));
        let found =
            found.iter().find(|path| path.exists()).expect("a terminfo entry of ncurses-base");
        tar.append_path_with_name(found, Path::new("usr/share/terminfo").join(terminal)).unwrap();
    }
    tar.append_dir_all(&LOCALE[1..], LOCALE).expect("the locale C.UTF-8 of libc-bin");
    tar.finish().unwrap();
    file
}

/// What a screen shows after these bytes, without the ends of lines that are empty.
fn drawn(bytes: &[u8]) -> Vec<String> {
    let mut parser = vt100::Parser::new(ROWS, COLS, 0);
    parser.process(bytes);
    parser.screen().rows(0, COLS).map(|row| row.trim_end().to_owned()).collect()
}

/// Rows without those at both ends that are empty.
fn filled(rows: &[String]) -> &[String] {
    let first = rows.iter().position(|row| !row.is_empty()).unwrap_or(rows.len());
    let last = rows.iter().rposition(|row| !row.is_empty()).map_or(first, |last| last + 1);
    &rows[first..last]
}

/// A container with tmux, removed with its image.
struct Tmux {
    room: Room,
    image: String,
}

impl Tmux {
    async fn new(name: &str) -> Self {
        let mut room = Room::with(name, Plan::new()).await;
        let scratch = Scratch::new();
        let file = archive(&room, &scratch).await;
        let image = format!("{}-image", room.name);
        let import = ["import", "--change", "ENV LANG=C.UTF-8 PATH=/bin:/usr/bin"];
        room.docker.run(&[&import[..], &[file.to_str().unwrap(), &image]].concat()).await;
        room.docker.run(&["rm", "-f", &room.name]).await;
        room.name.push('x');
        let run = ["run", "-d", "--name", &room.name, "--network", "none", &image];
        let main = ["busybox", "sh", "-c", "busybox --install -s /bin; mkdir /tmp; sleep 100000"];
        room.docker.run(&[&run[..], &main].concat()).await;
        room.knows(&room.name).await;
        let tmux = Self { room, image };
        wait::until("its programs", async || {
            let look = ["exec", &tmux.room.name, "busybox", "ls", "/tmp"];
            tmux.room.docker.try_run(&look).await.ok()
        })
        .await;
        tmux
    }

    async fn open(&self, desk: &mut Desk, cmd: &[&str]) -> (u64, String) {
        let mut data = self.room.program(cmd);
        (data["cols"], data["rows"]) = (COLS.into(), ROWS.into());
        desk.terminal(&data).await
    }

    /// What tmux itself says is in a pane.
    async fn pane(&self, pane: &str) -> Vec<String> {
        let text = self.room.inside(&format!("tmux capture-pane -p -t {pane}")).await;
        text.lines().map(|line| line.trim_end().to_owned()).collect()
    }

    /// Waits until the screen is what tmux says is in its two panes, one above the other.
    async fn is_drawn(&self, desk: &mut Desk, before: &[u8], number: u64) {
        let (upper, lower) = (self.pane("0.0").await, self.pane("0.1").await);
        desk.until("the panes", |desk| {
            let shown = drawn(&[before, &desk.screen(number).bytes].concat());
            let status = shown.iter().rposition(|row| row.starts_with("[0] 0:"));
            let border = shown.iter().position(|row| row.starts_with('─'));
            matches!((border, status), (Some(border), Some(status))
                if filled(&shown[..border]) == filled(&upper)
                    && filled(&shown[border + 1..status]) == filled(&lower))
        })
        .await;
    }
}

impl Drop for Tmux {
    fn drop(&mut self) {
        for arguments in [["rm", "-f", &self.room.name], ["rmi", "-f", &self.image]] {
            let mut docker = std::process::Command::new("docker");
            // They may be gone already.
            let _ = docker.args(["-H", &self.room.docker.address()]).args(arguments).output();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tmux_is_split_left_joined_again_and_redrawn() {
    let tmux = Tmux::new("tmux-split").await;
    let mut desk = tmux.room.desk().await;
    let (number, session) = tmux.open(&mut desk, &["sh"]).await;
    desk.types(number, b"tmux\r").await;
    desk.shows(number, "[0] 0:").await;
    desk.types(number, b"echo in-o''ne $(stty size)\r").await;
    desk.shows(number, "in-one 29 100").await;
    desk.types(number, b"\x02\"").await;
    desk.shows(number, "─").await;
    desk.types(number, b"echo in-t''wo; echo wide: \xe4\xb8\x96\xe7\x95\x8c\r").await;
    desk.shows(number, "in-two").await;
    desk.shows(number, "wide: 世界").await;
    tmux.is_drawn(&mut desk, b"", number).await;

    // The page is loaded again: its screen is what tmux shows, without a key having been pressed.
    drop(desk);
    let mut desk = tmux.room.desk().await;
    let data = json!({ "opt": "attach", "session": session, "cols": COLS, "rows": ROWS });
    let reply = desk.reply("terminal", &data).await;
    let number = reply["terminal"].as_u64().unwrap();
    let redraw = reply["redraw"].as_str().unwrap().to_owned();
    let shown = drawn(redraw.as_bytes());
    assert!(
        ["in-one 29 100", "in-two", "wide: 世界"]
            .iter()
            .all(|line| shown.iter().any(|row| row == line)),
        "{shown:#?}"
    );
    tmux.is_drawn(&mut desk, redraw.as_bytes(), number).await;
    desk.types(number, b"echo go''ing on\r").await;
    desk.shows(number, "going on").await;

    // Left and joined again.
    desk.types(number, b"\x02d").await;
    desk.shows(number, "[detached (from session 0)]").await;
    desk.taken(number);
    desk.types(number, b"tmux attach\r").await;
    desk.shows(number, "in-one").await;
    desk.shows(number, "going on").await;
    desk.shows(number, "[0] 0:").await;
    // tmux draws anew all that it shows, from an empty screen on.
    tmux.is_drawn(&mut desk, b"", number).await;

    // Another window: tmux and its panes follow.
    desk.taken(number);
    let size = json!({ "opt": "resize", "terminal": number, "cols": 80, "rows": 20 });
    desk.reply("terminal", &size).await;
    desk.types(
        number,
        b"while [ \"$(stty size)\" != '9 80' ]; do :; done; echo now $(stty size)\r",
    )
    .await;
    desk.shows(number, "now 9 80").await;

    // With its terminal everything of it ends.
    close(&mut desk, number).await;
    let left = top(&tmux.room.docker, &tmux.room.name).await;
    assert!(!left.iter().any(|row| row.contains("tmux")), "{left:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn tmux_that_was_started_elsewhere_outlives_the_terminals_that_join_it() {
    let tmux = Tmux::new("tmux-elsewhere").await;
    let docker = &tmux.room.docker;
    docker.run(&["exec", &tmux.room.name, "/usr/bin/tmux", "new-session", "-d"]).await;
    let mut desk = tmux.room.desk().await;
    let (number, _) = tmux.open(&mut desk, &["tmux", "attach"]).await;
    desk.shows(number, "[0] 0:").await;
    desk.types(number, b"echo st''ays\r").await;
    desk.shows(number, "stays").await;
    desk.types(number, b"\x02d").await;
    assert_eq!(desk.exit(number).await, 0);
    let (number, _) = tmux.open(&mut desk, &["tmux", "attach"]).await;
    desk.shows(number, "stays").await;
    close(&mut desk, number).await;
    let (number, _) = tmux.open(&mut desk, &["tmux", "attach"]).await;
    desk.shows(number, "stays").await;
    desk.shows(number, "[0] 0:").await;
}
