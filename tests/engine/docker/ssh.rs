//! Engines behind OpenSSH.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;
use std::sync::Arc;

use quayside::auth::Secret;
use quayside::runtime::docker::{DockerEngine, SshFiles};
use quayside::runtime::{Runtime, RuntimeError};

use super::scratch::{Process, Scratch, free_port};
use crate::real::{Container, config, docker, socket, until};

/// A private sshd, and what is needed to log in.
struct Sshd {
    scratch: Scratch,
    port: u16,
    process: Process,
}

impl Sshd {
    fn start() -> Self {
        let (scratch, port) = (Scratch::new(), free_port());
        for key in ["host", "user"] {
            let path = scratch.0.join(key);
            let status = Command::new("ssh-keygen")
                .args(["-q", "-t", "ed25519", "-N", "", "-f"])
                .arg(path)
                .status();
            assert!(status.unwrap().success());
        }
        let at = |name: &str| scratch.0.join(name).display().to_string();
        scratch.write("authorized", &fs::read_to_string(at("user.pub")).unwrap());
        let lines = [
            format!("Port {port}"),
            "ListenAddress 127.0.0.1".to_owned(),
            format!("HostKey {}", at("host")),
            format!("AuthorizedKeysFile {}", at("authorized")),
            format!("PidFile {}", at("sshd.pid")),
            "StrictModes no\nUsePAM no\nPasswordAuthentication no\nPermitRootLogin prohibit-password".to_owned(),
        ];
        let file = scratch.write("sshd_config", &lines.join("\n"));
        // Where it locks itself up; Debian makes it when the service starts.
        fs::create_dir_all("/run/sshd").unwrap();
        let process = Self::run(&scratch, &file);
        Self { scratch, port, process }
    }

    fn run(scratch: &Scratch, file: &str) -> Process {
        Process::start(
            Command::new("/usr/sbin/sshd").args(["-D", "-e", "-f", file]),
            &scratch.0.join("log"),
        )
    }

    fn files(&self) -> SshFiles {
        let read = |name: &str| fs::read_to_string(self.scratch.0.join(name)).unwrap();
        let known_hosts = format!("[127.0.0.1]:{} {}", self.port, read("host.pub"));
        SshFiles { key: Secret::new(read("user")), known_hosts }
    }

    fn reached(&self, remote: &str, files: SshFiles) -> Arc<DockerEngine> {
        let mut config = config(&format!("ssh://root@127.0.0.1:{}{remote}", self.port));
        config.ssh = Some(files);
        config.run_dir = self.scratch.0.join("run");
        DockerEngine::new(config).unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_engine_is_reached_over_ssh_and_again_when_the_connection_was_cut() {
    let mut sshd = Sshd::start();
    let engine = sshd.reached(&socket(), sshd.files());
    until("the engine answers over ssh", async || engine.engine().await.is_ok()).await;
    assert_eq!(engine.engine().await.unwrap().id, docker(&["info", "--format", "{{.ID}}"]));
    let run = sshd.scratch.0.join("run");
    assert_eq!(fs::metadata(&run).unwrap().permissions().mode() & 0o777, 0o700);
    let room = fs::read_dir(&run).unwrap().next().unwrap().unwrap().path();
    assert_eq!(fs::metadata(room.join("key")).unwrap().permissions().mode() & 0o777, 0o600);

    let container = Container::idle();
    engine.stop(&container.0, Some(5)).await.unwrap();
    assert_eq!(engine.stop(&container.0, Some(5)).await, Err(RuntimeError::NotModified));
    let tested = engine.test().await;
    assert!(tested.ok, "{tested:?}");

    let file = sshd.scratch.0.join("sshd_config").display().to_string();
    // The listener and the session.
    let _ = Command::new("pkill").args(["-P", &sshd.process.0.id().to_string()]).status();
    drop(std::mem::replace(&mut sshd.process, Sshd::run(&sshd.scratch, &file)));
    until("the new one is there", async || engine.ping().await.is_ok()).await;
    drop(engine);
    until("nothing stays behind", async || fs::read_dir(&run).unwrap().next().is_none()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_killed_hub_left_is_swept() {
    let scratch = Scratch::new();
    let run = scratch.0.join("run");
    let room = run.join("ssh-0badcafe");
    fs::create_dir_all(&room).unwrap();
    fs::write(room.join("key"), "x").unwrap();
    let mut ours = Command::new("sleep").arg("1000").current_dir(&room).spawn().unwrap();
    let mut other = Process(Command::new("sleep").arg("1000").spawn().unwrap());
    fs::write(room.join("pid"), ours.id().to_string()).unwrap();
    let reused = run.join("ssh-00000000");
    fs::create_dir(&reused).unwrap();
    fs::write(reused.join("pid"), other.0.id().to_string()).unwrap();
    quayside::runtime::docker::sweep(&run);
    assert_eq!(fs::read_dir(&run).unwrap().count(), 0);
    assert!(!ours.wait().unwrap().success());
    assert!(other.0.try_wait().unwrap().is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn ssh_says_why_it_leads_nowhere() {
    let sshd = Sshd::start();
    let good = sshd.files();
    until("sshd listens", async || std::net::TcpStream::connect(("127.0.0.1", sshd.port)).is_ok())
        .await;
    let why = async |remote: &str, files: SshFiles| match sshd.reached(remote, files).engine().await
    {
        Err(RuntimeError::Unavailable(why)) => why,
        other => panic!("{other:?}"),
    };
    let stranger = SshFiles { known_hosts: "# nobody".to_owned(), ..good.clone() };
    let said = why(&socket(), stranger).await;
    assert!(said.contains("Host key verification failed"), "{said}");
    let other = Sshd::start();
    let said = why(&socket(), SshFiles { key: other.files().key, ..good.clone() }).await;
    assert!(said.contains("Permission denied"), "{said}");
    let said = why("/nobody/docker.sock", good.clone()).await;
    assert!(said.contains("open failed"), "{said}");
    let said = why(&socket(), SshFiles { key: Secret::new("SENTINEL".to_owned()), ..good }).await;
    assert!(!said.contains("SENTINEL"), "{said}");
}
