//! How a program's end is told, whichever way it comes.

use quayside::runtime::docker::DockerEngine;
use quayside::runtime::{Program, Runtime, TerminalSpec};
use tokio::io::AsyncReadExt;
use tokio::net::{UnixListener, UnixStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

use super::screen::{SIZE, Screen, script};
use crate::real::{Container, DEADLINE, config, docker, name, socket};
use crate::support::wait::bounded;

const FOREVER: &str = "echo ready; sleep 1000";

#[tokio::test(flavor = "multi_thread")]
async fn a_status_is_the_programs_own() {
    let container = Container::idle();
    for (ending, expected) in
        [("exit 0", 0), ("exit 255", 255), ("kill -9 $$", 137), ("kill $$", 143)]
    {
        let mut screen = script(&container.0, &format!("echo last words; {ending}")).await;
        let exit = screen.end().await;
        assert_eq!((exit.code, exit.reason), (expected, None), "{ending}");
        assert_eq!(screen.text(), "last words\r\n");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_goes_with_its_container_ends_with_137() {
    for way in [&["kill"][..], &["rm", "-f"], &["stop", "-t", "0"], &["restart", "-t", "0"]] {
        let container = Container::idle();
        let mut screen = script(&container.0, FOREVER).await;
        screen.until("ready").await;
        docker(&[way, &[container.0.as_str()]].concat());
        assert_eq!(screen.end().await.code, 137, "{way:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_runs_in_the_background_does_not_hold_the_end_up() {
    let container = Container::idle();
    for job in ["sleep 1000 &", "setsid sleep 1000 &"] {
        let mut screen = script(&container.0, &format!("trap '' HUP; {job} exit 5")).await;
        assert_eq!(screen.end().await.code, 5, "{job}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_engine_that_is_gone_leaves_the_end_unknown() {
    let (container, between) = (Container::idle(), Between::start());
    let engine = DockerEngine::new(config(&format!("unix://{}", between.path))).unwrap();
    let cmd = Some(["sh", "-c", FOREVER].map(str::to_owned).to_vec());
    let program = Program::Exec { cmd, user: None };
    let spec = TerminalSpec { session: name("session"), program, size: SIZE };
    let mut screen = Screen::of(engine.terminal(&container.0, spec).await.unwrap());
    screen.until("ready").await;
    between.cut();
    let mut rest = Vec::new();
    // The end, or an error: both are the end.
    let _ = bounded(DEADLINE, "the end", screen.output.read_to_end(&mut rest)).await;
    let exit = bounded(DEADLINE, "the exit", screen.control.exit()).await;
    assert_eq!(exit.code, -1);
    assert!(exit.reason.is_some_and(|reason| !reason.is_empty()));
}

/// A way to the engine that can be cut.
struct Between {
    path: String,
    cut: CancellationToken,
    _server: AbortOnDropHandle<()>,
}

impl Between {
    fn start() -> Self {
        let path = std::env::temp_dir().join(name("between")).display().to_string();
        let listener = UnixListener::bind(&path).unwrap();
        let cut = CancellationToken::new();
        let token = cut.clone();
        let server = tokio::spawn(async move {
            while let Ok((mut near, _)) = listener.accept().await {
                let token = token.clone();
                tokio::spawn(token.run_until_cancelled_owned(async move {
                    let mut far = UnixStream::connect(socket()).await.unwrap();
                    let _ = tokio::io::copy_bidirectional(&mut near, &mut far).await;
                }));
            }
        });
        Self { path, cut, _server: AbortOnDropHandle::new(server) }
    }

    fn cut(&self) {
        std::fs::remove_file(&self.path).unwrap();
        self.cut.cancel();
    }
}
