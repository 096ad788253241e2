//! What is started, as whom, and what cannot be.

use std::path::Path;
use std::process::Command;

use quayside::runtime::{Program, RuntimeError};

use super::screen::{exec, open, script};
use crate::docker::scratch::Scratch;
use crate::real::{Container, docker, inspect, name, try_docker};

const SHELL: Program = Program::Exec { cmd: None, user: None };

#[tokio::test(flavor = "multi_thread")]
async fn a_shell_is_found_answers_and_ends_with_its_own_status() {
    let container = Container::idle();
    let mut screen = open(&container.0, SHELL).await.unwrap();
    assert_eq!(screen.cmd, ["/bin/ash"]);
    screen.type_in("echo $((40+2)) $TERM $COLORTERM ${QUAYSIDE_SESSION%%-*}\r").await;
    screen.until("42 xterm-256color truecolor t\r\n").await;
    screen.type_in("exit 7\r").await;
    assert_eq!(screen.end().await.code, 7);
    // What leads nowhere, is no file or cannot be executed is no shell; the next one is.
    docker(&[
        "exec",
        &container.0,
        "/bin/busybox",
        "sh",
        "-c",
        "cd /bin && rm ash && ln -s nowhere ash && mkdir bash && rm sh && cp busybox /usr/bin/sh",
    ]);
    assert_eq!(open(&container.0, SHELL).await.unwrap().cmd, ["/usr/bin/sh"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_terminal_takes_utf8_unless_its_container_says_something_else() {
    let plain = Container::idle();
    let named = Container(name("locale"));
    docker(&["run", "-d", "--name", &named.0, "-e", "LC_ALL=C", "busybox", "sleep", "1000"]);
    for (container, lang) in [(&plain, "C.UTF-8"), (&named, "")] {
        let sh = Program::Exec { cmd: Some(vec!["sh".to_owned()]), user: None };
        for program in [SHELL, sh] {
            let mut screen = open(&container.0, program).await.unwrap();
            screen.type_in("echo [$LANG] $((40+2))\r").await;
            screen.until(&format!("[{lang}] 42\r\n")).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_image_without_a_shell_is_told_and_its_own_program_runs() {
    let image = Shellless::new();
    let container = Container(name("shellless"));
    docker(&["run", "-d", "--name", &container.0, &image.0, "/sleep", "1000"]);
    let error = open(&container.0, SHELL).await.map(|screen| screen.cmd).unwrap_err();
    let RuntimeError::NotFound(why) = error else { panic!("{error:?}") };
    assert!(why.contains("bash, ash or sh") && why.contains(&container.0), "{why}");
    let (said, code) = exec(&container.0, &["/sleep", "0"], None).await.unwrap().whole().await;
    assert_eq!((String::from_utf8_lossy(&said).as_ref(), code), ("", 0));
    docker(&["stop", "-t", "0", &container.0]);
    let error = open(&container.0, SHELL).await.map(|screen| screen.cmd).unwrap_err();
    assert!(
        matches!(&error, RuntimeError::Conflict(why) if why.ends_with("is not running")),
        "{error:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_started_says_so_in_the_engines_words() {
    let container = Container::idle();
    let missing = exec(&container.0, &["no-such-program"], None).await.unwrap();
    let (said, code) = missing.whole().await;
    let said = String::from_utf8(said).unwrap();
    assert!(matches!(code, 126 | 127), "{code}");
    assert!(said.contains("no-such-program") && said.contains("not found"), "{said}");
    match exec(&container.0, &["sh"], Some("stranger")).await {
        Ok(screen) => {
            let (said, code) = screen.whole().await;
            let said = String::from_utf8(said).unwrap();
            assert!(said.contains("unable to find user stranger"), "{said}");
            assert_eq!(code, 126);
        }
        // As newer engines have it.
        Err(error) => {
            assert!(error.to_string().contains("unable to find user stranger"), "{error}")
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_runs_as_who_was_asked_for() {
    let container = Container::idle();
    for (user, expected) in
        [(None, "0:0"), (Some("nobody"), "65534:65534"), (Some("12:34"), "12:34")]
    {
        let ids = exec(&container.0, &["sh", "-c", "echo $(id -u):$(id -g)"], user).await.unwrap();
        let (said, code) = ids.whole().await;
        assert_eq!((String::from_utf8(said).unwrap().trim(), code), (expected, 0));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_container_that_does_not_run_is_a_conflict() {
    let container = Container::idle();
    let id = container.0.as_str();
    let programs = || {
        let cmd = Some(vec!["true".to_owned()]);
        [SHELL, Program::Exec { cmd, user: None }, Program::Attach]
    };
    for (verb, words) in [("pause", "is paused"), ("unpause", ""), ("kill", "is not running")] {
        docker(&[verb, id]);
        if words.is_empty() {
            continue;
        }
        for program in programs() {
            let what = format!("{program:?} after {verb}");
            let error = open(id, program).await.map(|screen| screen.cmd).unwrap_err();
            assert!(
                matches!(&error, RuntimeError::Conflict(why) if why.contains(words)),
                "{what}: {error:?}"
            );
        }
    }
    docker(&["rm", id]);
    for program in programs() {
        let error = open(id, program).await.map(|screen| screen.cmd).unwrap_err();
        let expected = RuntimeError::NotFound(format!("No such container: {id}"));
        assert_eq!(error, expected);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_a_program_that_ended_stays_with_the_engine() {
    let container = Container::idle();
    for _ in 0..5 {
        assert_eq!(script(&container.0, "echo done").await.whole().await.1, 0);
    }
    assert_eq!(inspect(&container.0, "{{json .ExecIDs}}"), "null");
}

/// An image that has one static program.
struct Shellless(String);

impl Shellless {
    fn new() -> Self {
        let (image, files) = (name("one-program"), Scratch::new());
        let (program, tar) = (files.0.join("sleep"), files.0.join("image.tar"));
        let busybox = Container::idle();
        let from = format!("{}:/bin/busybox", busybox.0);
        docker(&["cp", &from, program.to_str().unwrap()]);
        pack(&files.0, "sleep", &tar);
        docker(&["import", tar.to_str().unwrap(), &image]);
        Self(image)
    }
}

fn pack(directory: &Path, file: &str, tar: &Path) {
    let packed =
        Command::new("tar").arg("-C").arg(directory).arg("-cf").arg(tar).arg(file).status();
    assert!(packed.unwrap().success());
}

impl Drop for Shellless {
    fn drop(&mut self) {
        let _ = try_docker(&["rmi", "-f", &self.0]);
    }
}
