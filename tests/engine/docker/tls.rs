//! Engines behind mutual TLS.

use std::process::Command;

use quayside::auth::Secret;
use quayside::runtime::docker::{DockerEngine, TlsFiles};
use quayside::runtime::{Runtime, RuntimeError};
use quayside_protocol::reply::Step;
use rcgen::{BasicConstraints, CertificateParams, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair};

use super::reach::reached;
use super::scratch::{Process, Scratch, free_port};
use crate::real::{config, dir, name, until};

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
