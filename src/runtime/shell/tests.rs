//! Shells of this machine, for real.

use std::fs;
use std::time::{Duration, Instant};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};

use super::*;

const DEADLINE: Duration = Duration::from_secs(20);
const SIZE: Size = Size { cols: 90, rows: 33 };

fn run(script: &str) -> TerminalSource {
    let cmd = ["/bin/sh", "-c", script].map(str::to_owned).to_vec();
    open(uuid::Uuid::new_v4().to_string(), SIZE, Some(cmd)).unwrap()
}

async fn whole(mut source: TerminalSource) -> (Vec<u8>, Exit) {
    let mut said = Vec::new();
    timeout(DEADLINE, source.output.read_to_end(&mut said)).await.unwrap().unwrap();
    (said, source.control.exit().await)
}

async fn until(output: &mut (dyn AsyncRead + Send + Unpin), text: &str) -> String {
    let mut said = Vec::new();
    while !String::from_utf8_lossy(&said).contains(text) {
        let more = timeout(DEADLINE, output.read_buf(&mut said)).await;
        let more =
            more.unwrap_or_else(|_| panic!("{text:?} in {:?}", String::from_utf8_lossy(&said)));
        assert!(more.unwrap() > 0, "over before {text:?}");
    }
    String::from_utf8_lossy(&said).into_owned()
}

fn alive(pid: &str) -> bool {
    fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| !stat.contains(") Z "))
}

#[tokio::test]
async fn a_shell_answers_has_its_size_and_ends_with_its_status() {
    let mut source = open("s".to_owned(), SIZE, None).unwrap();
    assert!(source.cmd[0].starts_with('/'), "{:?}", source.cmd);
    source.input.write_all(b"stty size; echo $((40+2))\r").await.unwrap();
    let said = until(&mut source.output, "42\r\n").await;
    assert!(said.contains("33 90"), "{said}");
    source.control.resize(Size { cols: 101, rows: 21 }).await.unwrap();
    source.input.write_all(b"stty size; echo $((40+3))\r").await.unwrap();
    let said = until(&mut source.output, "43\r\n").await;
    assert!(said.contains("21 101"), "{said}");
    source.input.write_all(b"exit 7\r").await.unwrap();
    assert_eq!(whole(source).await.1, Exit { code: 7, reason: None });
}

#[tokio::test]
async fn the_environment_is_what_is_listed_and_nothing_of_the_hub_is_open() {
    let hidden = fs::File::open("/etc/passwd").unwrap();
    let (said, exit) = whole(run("env; echo; exec ls -l /proc/self/fd")).await;
    let said = String::from_utf8(said).unwrap();
    let (env, files) = said.split_once("\r\n\r\n").unwrap();
    assert_eq!(exit.code, 0);
    let mut allowed = PASSED_ON.to_vec();
    // What the shell itself sets.
    allowed.extend(["TERM", "QUAYSIDE_SESSION", "PWD", "OLDPWD", "SHLVL", "_"]);
    for line in env.lines() {
        let name = line.split_once('=').unwrap().0;
        assert!(allowed.contains(&name), "{line}");
    }
    assert!(env.contains("TERM=xterm-256color\r\n"), "{env}");
    assert!(!files.contains("/etc/passwd") && files.contains("/dev/pts/"), "{files}");
    // Its three ends, and the directory that `ls` reads.
    let (terminals, sockets) =
        (files.matches("/dev/pts/").count(), files.matches("socket:").count());
    assert_eq!((terminals, sockets, files.matches("ptmx").count()), (3, 0, 0), "{files}");
    drop(hidden);
}

#[tokio::test]
async fn every_byte_comes_through() {
    let all: String = (0..=255).map(|byte| format!("\\{byte:03o}")).collect();
    let (said, _) = whole(run(&format!("stty raw; printf '{all}'"))).await;
    assert_eq!(said, (0..=255).collect::<Vec<u8>>());
    let (said, exit) = whole(run("stty raw; head -c 20000000 /dev/zero; exit 3")).await;
    assert_eq!((said.len(), exit.code), (20_000_000, 3));
}

#[tokio::test]
async fn the_end_takes_along_what_is_stopped_deaf_or_in_a_session_of_its_own() {
    let script = "trap '' HUP; sleep 1001 & echo pid=$!; setsid sleep 1002 & echo pid=$!; \
                  sh -c 'kill -STOP $$' & echo pid=$!; sleep 0.1; echo ready; while :; do sleep 1003; done";
    let mut source = run(script);
    let said = until(&mut source.output, "ready").await;
    let pids: Vec<_> = said
        .lines()
        .filter_map(|line| line.trim().strip_prefix("pid="))
        .map(str::to_owned)
        .collect();
    assert_eq!(pids.len(), 3, "{said}");
    assert!(pids.iter().all(|pid| alive(pid)), "{pids:?}");
    let begun = Instant::now();
    assert_eq!(source.control.end().await, None);
    // Three, and as long for others that have the processors.
    assert!(begun.elapsed() < Duration::from_secs(6), "{:?}", begun.elapsed());
    assert!(pids.iter().all(|pid| !alive(pid)), "{pids:?}");
    assert_eq!(whole(source).await.1.code, 137);
}

#[tokio::test]
async fn what_runs_in_the_background_does_not_hold_the_end_up_and_goes_with_it() {
    let source = run("trap '' HUP; sleep 1004 & echo pid=$!; exit 5");
    let control = source.control;
    let source = TerminalSource { control: Box::new(Nothing), ..source };
    let begun = Instant::now();
    let (said, _) = whole(source).await;
    assert!(begun.elapsed() < Duration::from_secs(5));
    assert_eq!(control.exit().await.code, 5);
    let said = String::from_utf8(said).unwrap();
    let pid = said.trim().strip_prefix("pid=").unwrap();
    assert!(alive(pid));
    assert_eq!(control.end().await, None);
    assert!(!alive(pid));
}

#[tokio::test]
async fn an_obedient_shell_ends_at_once() {
    let mut source = open("obedient".to_owned(), SIZE, None).unwrap();
    source.input.write_all(b"sleep 1005\r").await.unwrap();
    until(&mut source.output, "1005").await;
    let begun = Instant::now();
    assert_eq!(source.control.end().await, None);
    assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
    assert_eq!(whole(source).await.1.code, 129);
}

#[tokio::test]
async fn what_cannot_be_started_is_said() {
    let cmd = Some(vec!["/no/such/program".to_owned()]);
    let error = open("s".to_owned(), SIZE, cmd).map(drop).unwrap_err();
    assert!(
        matches!(&error, RuntimeError::Failed(why) if why.starts_with("/no/such/program: ") && why.contains("No such file")),
        "{error:?}"
    );
    let error = open("s".to_owned(), SIZE, Some(Vec::new())).map(drop).unwrap_err();
    assert!(matches!(error, RuntimeError::Invalid(_)));
}

/// Takes the place of a control that is used apart.
struct Nothing;

impl TerminalControl for Nothing {
    fn resize(&self, _: Size) -> BoxFuture<'_, Result<()>> {
        Box::pin(std::future::ready(Ok(())))
    }

    fn exit(&self) -> BoxFuture<'_, Exit> {
        Box::pin(std::future::ready(Exit { code: 0, reason: None }))
    }

    fn end(&self) -> BoxFuture<'_, Option<String>> {
        Box::pin(std::future::ready(None))
    }
}
