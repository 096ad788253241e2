//! The ways to an engine, and what each says when it leads nowhere.

use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};

use quayside::auth::Secret;
use quayside::runtime::docker::{DockerEngine, SshFiles, TlsFiles};
use quayside::runtime::{Runtime, RuntimeError};
use quayside_protocol::reply::Step;
use rcgen::{BasicConstraints, CertificateParams, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair};

use crate::real::{Container, config, dir, docker, engine, name, socket, until};

/// A directory that goes with the test.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Self {
        let path = std::env::temp_dir().join(name("reach"));
        fs::create_dir(&path).unwrap();
        Self(path)
    }

    fn write(&self, file: &str, text: &str) -> String {
        let path = self.0.join(file);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        path.display().to_string()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A process that goes with the test.
struct Process(Child);

impl Process {
    fn start(command: &mut Command, log: &Path) -> Self {
        let log = fs::File::create(log).unwrap();
        let command = command.stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log);
        Self(command.spawn().unwrap())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let id = self.0.id().to_string();
        // An engine takes its leave of containerd at TERM.
        let _ = Command::new("kill").arg(id).status();
        let _ = self.0.wait();
    }
}

fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port()
}

struct Authority(Issuer<'static, KeyPair>, String);

impl Authority {
    fn new(name: &str) -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.distinguished_name.push(rcgen::DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let cert = params.self_signed(&key).unwrap();
        Self(Issuer::new(params, key), cert.pem())
    }

    /// Certificate and key.
    fn sign(&self, name: &str, usage: ExtendedKeyUsagePurpose) -> (String, String) {
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        params.extended_key_usages = vec![usage];
        let key = KeyPair::generate().unwrap();
        (params.signed_by(&key, &self.0).unwrap().pem(), key.serialize_pem())
    }

    fn client(&self) -> TlsFiles {
        let (cert, key) = self.sign("hub", ExtendedKeyUsagePurpose::ClientAuth);
        TlsFiles { ca: self.1.clone(), cert, key: Secret::new(key) }
    }
}

fn reached(address: &str, tls: Option<TlsFiles>) -> Arc<DockerEngine> {
    let mut config = config(address);
    config.tls = tls;
    DockerEngine::new(config).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_engine_with_tls_is_reached_by_those_its_authority_signed() {
    let (scratch, port, authority) = (Scratch::new(), free_port(), Authority::new("ours"));
    let (cert, key) = authority.sign("127.0.0.1", ExtendedKeyUsagePurpose::ServerAuth);
    let [ca, cert, key] = [("ca", &authority.1), ("cert", &cert), ("key", &key)]
        .map(|(name, pem)| scratch.write(name, pem));
    let at = |name: &str| scratch.0.join(name).display().to_string();
    let shared = dir().join("containerd.sock");
    let _engine = Process::start(
        Command::new("dockerd")
            .args([
                "--config-file",
                &scratch.write("daemon.json", "{}"),
                "--data-root",
                &at("root"),
                "--exec-root",
                &at("exec"),
            ])
            .args([
                "--pidfile",
                &at("pid"),
                "--containerd",
                &shared.display().to_string(),
                "--containerd-namespace",
                &name("tls"),
            ])
            .args([
                "--bridge",
                "none",
                "--iptables=false",
                "--ip6tables=false",
                "--storage-driver",
                "vfs",
            ])
            .args(["-H", &format!("tcp://127.0.0.1:{port}"), "--tlsverify"])
            .args(["--tlscacert", &ca, "--tlscert", &cert, "--tlskey", &key]),
        &scratch.0.join("log"),
    );
    let address = format!("tcp://127.0.0.1:{port}");
    let ours = reached(&address, Some(authority.client()));
    until("the engine answers over TLS", async || ours.ping().await.is_ok()).await;
    assert!(!ours.engine().await.unwrap().id.is_empty());
    let tested = ours.test().await;
    let steps: Vec<_> = tested.steps.iter().map(|step| (step.step, step.ok)).collect();
    assert_eq!(
        steps,
        [Step::Address, Step::Connect, Step::Tls, Step::Version, Step::Permission]
            .map(|s| (s, true))
    );
    assert!(tested.ok && tested.latency_ms.is_some(), "{tested:?}");

    let refused = |tested: &quayside_protocol::reply::HostTested| {
        let last = tested.steps.last().unwrap();
        assert!(!tested.ok && last.step == Step::Tls && !last.ok, "{tested:?}");
        last.message.clone()
    };
    // Signed by somebody else: the engine refuses us.
    let stranger = Authority::new("stranger");
    let files = TlsFiles { ca: authority.1.clone(), ..stranger.client() };
    let tested = reached(&address, Some(files)).test().await;
    assert!(refused(&tested).contains("refuses the hub's certificate"), "{tested:?}");
    // Another authority is trusted: we refuse the engine.
    let files = TlsFiles { ca: stranger.1.clone(), ..authority.client() };
    let tested = reached(&address, Some(files)).test().await;
    assert!(refused(&tested).contains("not signed by tls.ca"), "{tested:?}");
    // Without TLS.
    let plain = reached(&address, None).test().await;
    assert!(!plain.ok && plain.steps.last().unwrap().message.contains("HTTPS"), "{plain:?}");
    // Its certificate names 127.0.0.1 alone.
    let tested = reached(&format!("tcp://localhost:{port}"), Some(authority.client())).test().await;
    assert!(refused(&tested).contains("another name"), "{tested:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn certificates_that_cannot_be_used_are_named_and_not_shown() {
    let files = Authority::new("ours").client();
    for (field, wrong) in [
        ("tls.ca", TlsFiles { ca: "SENTINEL".to_owned(), ..files.clone() }),
        ("tls.cert", TlsFiles { cert: "SENTINEL".to_owned(), ..files.clone() }),
        ("tls.key", TlsFiles { key: Secret::new("SENTINEL".to_owned()), ..files.clone() }),
        ("tls.key", TlsFiles { key: Authority::new("other").client().key, ..files.clone() }),
    ] {
        let mut config = config("tcp://127.0.0.1:1");
        config.tls = Some(wrong);
        let Err(RuntimeError::Invalid(why)) = DockerEngine::new(config).map(drop) else {
            panic!("{field} was accepted");
        };
        assert!(why.contains(field) && !why.contains("SENTINEL"), "{why}");
    }
}

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

#[tokio::test(flavor = "multi_thread")]
async fn every_dead_end_is_said_in_plain_words() {
    let scratch = Scratch::new();
    let at = |name: &str| format!("unix://{}", scratch.0.join(name).display());
    fs::write(scratch.0.join("file"), "").unwrap();
    drop(std::os::unix::net::UnixListener::bind(scratch.0.join("dead")).unwrap());
    let silent = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let silent = format!("tcp://{}", silent.local_addr().unwrap());
    let _ = &silent;
    for (address, step, words) in [
        (at("none"), Step::Connect, "no such file"),
        (at("dead"), Step::Connect, "connection refused"),
        (at("file"), Step::Connect, "connection refused"),
        ("tcp://127.0.0.1:1".to_owned(), Step::Connect, "connection refused"),
        ("tcp://no-such-host.invalid:2375".to_owned(), Step::Address, "no such host"),
    ] {
        let engine = reached(&address, None);
        let tested = engine.test().await;
        let last = tested.steps.last().unwrap();
        assert!(
            !tested.ok && last.step == step && last.message.contains(words),
            "{address}: {tested:?}"
        );
        let said = engine.start("web").await;
        assert!(
            matches!(&said, Err(RuntimeError::Unavailable(why)) if why.contains(words)),
            "{said:?}"
        );
        let said = engine.events(None).await.map(drop);
        assert!(
            matches!(&said, Err(RuntimeError::Unavailable(why)) if why.contains(words)),
            "{said:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_is_no_engine_or_does_not_answer_is_told_apart() {
    let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let engine = reached(&format!("tcp://{}", listener.local_addr().unwrap()), None);
    // Accepts and says nothing.
    let begun = std::time::Instant::now();
    assert!(matches!(engine.ping().await, Err(RuntimeError::Timeout(_))));
    assert!(begun.elapsed() < std::time::Duration::from_secs(4));
    let garbage = tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let _ =
                tokio::io::AsyncWriteExt::write_all(&mut stream, b"SSH-2.0-OpenSSH_9.2\r\n").await;
        }
    });
    let mut said = String::new();
    until("it is no engine", async || {
        said = engine.engine().await.unwrap_err().to_string();
        said.contains("no Docker Engine")
    })
    .await;
    garbage.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_observer_counts_every_call_with_its_outcome() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let mut config = config(&format!("unix://{}", socket()));
    let writer = seen.clone();
    config.observer = Some(Arc::new(move |kind, result, took| {
        writer.lock().unwrap().push((kind, result));
        assert!(took < std::time::Duration::from_secs(30));
    }));
    let observed = DockerEngine::new(config).unwrap();
    let container = Container::idle();
    let _ =
        (observed.start(&container.0).await, observed.start("nobody").await, observed.ping().await);
    assert_eq!(
        *seen.lock().unwrap(),
        [("start", "not_modified"), ("start", "not_found"), ("ping", "ok")]
    );
    let tested = engine().test().await;
    assert!(
        tested.ok && tested.steps.iter().all(|step| step.ok && step.step != Step::Tls),
        "{tested:?}"
    );
}
