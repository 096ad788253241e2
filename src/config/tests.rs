//! The configuration as a whole: what goes before what, what is told, what is shown.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use super::*;

/// A configuration file `hub.toml` and variables; flags and terminal are set by the test.
fn sources(file: &str, variables: &[(&str, &str)]) -> Sources {
    Sources {
        flags: Flags::default(),
        variables: variables.iter().map(|(k, v)| ((*k).to_owned(), (*v).into())).collect(),
        file: Some(("hub.toml".into(), file.into())),
        terminal: false,
    }
}

fn read(sources: &Sources) -> Config {
    Config::read(sources).expect("a configuration without mistakes")
}

fn errors(file: &str, variables: &[(&str, &str)]) -> Vec<String> {
    match Config::read(&sources(file, variables)) {
        Ok(_) => Vec::new(),
        Err(error) => error.to_string().lines().map(str::to_owned).collect(),
    }
}

fn listen(port: u16) -> SocketAddr {
    SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port)
}

#[test]
fn nothing_set_is_the_documented_defaults() {
    let config = read(&Sources::default());
    assert_eq!(config.server.listen, listen(9083));
    assert_eq!(config.server.data, PathBuf::from("./quayside-data"));
    assert_eq!(config.auth.registration, Registration::Invite);
    assert_eq!(config.auth.anonymous_role.0, None);
    assert_eq!(config.auth.access_ttl, Duration::from_secs(900));
    assert_eq!(config.auth.refresh_ttl, Duration::from_secs(86_400));
    assert_eq!(config.drain.deadline, Duration::from_secs(10));
    assert_eq!(config.events.retention, Duration::from_secs(7 * 86_400));
    assert_eq!(config.events.retention_count, 1_000_000);
    assert_eq!(config.limits.connections, 50_000);
    assert_eq!(config.workload.memory, Bytes(2 << 30));
    assert_eq!(config.log.format, LogFormat::Json);
    assert!(config.tls.is_none() && config.admin.password.is_none());
    let hosts: Vec<_> =
        config.hosts.iter().map(|h| (h.name.as_str(), h.address.to_string())).collect();
    assert_eq!(hosts, [("local", "unix:///var/run/docker.sock".to_owned())]);
    assert_eq!(config.hosts.first().map(|h| h.origin.clone()), Some(Origin::Default));
}

#[test]
fn flags_go_before_variables_before_the_file_before_defaults() {
    let mut all = sources("[server]\nlisten = \"127.0.0.1:3\"\n", &[]);
    assert_eq!(read(&all).server.listen, listen(3));
    all.variables.insert("QUAYSIDE_SERVER_LISTEN".into(), "127.0.0.1:2".into());
    assert_eq!(read(&all).server.listen, listen(2));
    all.flags.listen = Some("127.0.0.1:1".into());
    assert_eq!(read(&all).server.listen, listen(1));
}

#[test]
fn every_key_can_be_set_by_its_variable() {
    let config = read(&Sources::default());
    for shown in config.settings() {
        let variable = format!("QUAYSIDE_{}", shown.key.replace('.', "_").to_uppercase());
        // A blank and a comma fit no single value; what complains has been found.
        let wrong = errors("", &[(&variable, " ,")]);
        let free =
            ["server.data", "tls.cert", "tls.key", "admin.password"].contains(&shown.key.as_str());
        assert!(free || wrong.iter().any(|e| e.starts_with(&format!("{variable}: "))), "{wrong:?}");
        assert!(!wrong.iter().any(|e| e.contains("unknown")), "{wrong:?}");
    }
}

#[test]
fn all_mistakes_are_told_at_once_with_their_places() {
    let file = "\
[server]
lisen = \"127.0.0.1:1\"
origins = [\"lab.example\"]

[auth]
anonymous_role = \"admin\"
access_ttl = 0

[log]
level = \"inof\"

[evnts]
retention = \"7d\"

[[host]]
name = \"a b\"
adress = \"unix:///x\"
";
    let variables = [
        ("QUAYSIDE_DRAIN_DEADLINE", "soon"),
        ("QUAYSIDE_SERVER_LISTN", "x"),
        ("QUAYSIDE_ADMIN_PASSWORD", "short"),
        ("UNRELATED", "x"),
    ];
    let expected = [
        "hub.toml:2: unknown key `server.lisen`; the nearest is `server.listen`",
        "hub.toml:12: unknown section `evnts`; the nearest is `[events]`",
        "hub.toml:17: unknown key `host.adress`; the nearest is `host.address`",
        "QUAYSIDE_SERVER_LISTN: unknown variable; the nearest is QUAYSIDE_SERVER_LISTEN",
        "hub.toml:3: server.origins: expected an origin such as \"https://lab.example\" or \
         \"http://10.0.0.4:8080\", not this text",
        "QUAYSIDE_ADMIN_PASSWORD: must have 6 to 1024 bytes",
        "hub.toml:6: auth.anonymous_role: expected \"none\", \"viewer\" or \"operator\", not this text",
        "hub.toml:7: auth.access_ttl: must be at least one second",
        "QUAYSIDE_DRAIN_DEADLINE: expected a duration such as \"90s\", \"10m\" or \"7d\", or seconds, \
         up to 3650d",
        "hub.toml:10: log.level: expected a level or a filter such as \"info,quayside::broker=debug\", \
         not this text",
    ];
    let told = errors(file, &variables);
    for line in expected {
        assert!(told.iter().any(|t| t == line), "{line} is missing in {told:#?}");
    }
    assert!(told.iter().any(|t| t.starts_with("hub.toml:16: host.name: ")), "{told:#?}");
    assert!(told.iter().any(|t| t == "hub.toml:15: host.address is missing"), "{told:#?}");
    assert_eq!(told.len(), expected.len() + 2, "{told:#?}");
}

#[test]
fn the_right_word_in_the_wrong_section_is_found() {
    for (file, hint) in [
        ("listen = \"127.0.0.1:1\"", "unknown key `listen`; the nearest is `server.listen`"),
        ("[server]\ntoken = \"x\"", "unknown key `server.token`; the nearest is `metrics.token`"),
        ("[proxy]\nlisten = 1", "unknown section `proxy`"),
        ("[host]\nname = \"a\"", "hosts are a list: write `[[host]]`"),
        ("[[server]]\ndata = \"x\"", "`server` is a section: write `[server]`"),
    ] {
        let told = errors(file, &[]);
        assert!(told.len() == 1 && told.iter().all(|t| t.contains(hint)), "{file}: {told:?}");
    }
}

#[test]
fn broken_toml_is_told_with_its_lines_and_without_values() {
    let told = errors("[server]\nlisten = \n[admin]\npassword = \"hunter2222\n", &[]);
    assert!(told.iter().any(|t| t.starts_with("hub.toml:2: ")), "{told:?}");
    assert!(told.iter().any(|t| t.starts_with("hub.toml:4: ")), "{told:?}");
    assert!(!told.iter().any(|t| t.contains("hunter")), "{told:?}");
    let told = errors("[server]\ndata = \"a\"\ndata = \"b\"\n", &[]);
    assert!(told.iter().any(|t| t.starts_with("hub.toml:3: ")), "{told:?}");
}

#[test]
fn what_is_in_force_is_printed_with_its_origins_and_without_secrets() {
    let file = "\
[server]
origins = [\"https://a.example\", \"https://b.example\"]
[metrics]
token = \"metricstoken\"
[workload]
cpus = 1.5
[[host]]
name = \"lab\"
address = \"tcp://10.0.0.4:2376\"
tls_ca = \"-----BEGIN CERTIFICATE-----\\nAA\"
tls_cert = \"-----BEGIN CERTIFICATE-----\\nBB\"
tls_key = \"-----BEGIN PRIVATE KEY-----\\nhostkey\"
";
    let variables =
        [("QUAYSIDE_ADMIN_PASSWORD", "adminpassword"), ("QUAYSIDE_LIMITS_PER_USER", "7")];
    let mut all = sources(file, &variables);
    all.flags.listen = Some("0.0.0.0:80".into());
    all.flags.hosts = vec!["here=unix:///run/docker.sock".into()];
    all.terminal = true;
    let config = read(&all);
    assert_eq!(config.to_toml(), include_str!("golden.toml"));
    for told in [config.to_toml(), format!("{config:?}"), format!("{:?}", config.settings())] {
        for secret in ["metricstoken", "adminpassword", "hostkey"] {
            assert!(!told.contains(secret), "{told}");
        }
    }
}

#[test]
fn what_is_printed_reads_back_the_same() {
    let first = read(&sources("[stats]\ninterval = 0\n[workload]\nmemory = \"10GB\"\n", &[]));
    let printed = first.to_toml();
    let second = read(&sources(&printed, &[]));
    let values = |config: &Config| -> Vec<_> {
        config.settings().iter().map(|s| (s.key.clone(), s.value.clone())).collect()
    };
    assert_eq!(values(&first), values(&second), "{printed}");
}

#[test]
fn hosts_of_flags_go_before_those_of_the_file() {
    let mut all = sources(
        "[[host]]\nname = \"lab\"\naddress = \"tcp://a:1\"\n[[host]]\nname = \"b\"\naddress = \"ssh://b\"\n",
        &[("DOCKER_HOST", "unix:///elsewhere.sock")],
    );
    all.flags.hosts = vec!["lab=unix:///lab.sock".into()];
    let hosts: Vec<_> =
        read(&all).hosts.iter().map(|h| (h.name.clone(), h.address.to_string())).collect();
    assert_eq!(
        hosts,
        [("lab".into(), "unix:///lab.sock".into()), ("b".into(), "ssh://b".to_owned())]
    );
    all.flags.hosts.push("lab=unix:///lab.sock".into());
    assert!(
        Config::read(&all).is_err_and(|e| e.to_string() == "--host: the name lab is used twice")
    );
}

#[test]
fn without_a_host_it_is_the_one_of_dockers_own_client() {
    let config = read(&sources("", &[("DOCKER_HOST", "tcp://10.0.0.4:2375")]));
    let host =
        config.hosts.first().map(|h| (h.name.clone(), h.address.to_string(), h.origin.clone()));
    assert_eq!(host, Some(("local".into(), "tcp://10.0.0.4:2375".into(), Origin::Variable)));
    let told = errors("", &[("DOCKER_HOST", "10.0.0.4")]);
    assert!(
        told.len() == 1 && told.iter().all(|t| t.starts_with("DOCKER_HOST: expected ")),
        "{told:?}"
    );
}

#[test]
fn keys_of_a_host_must_fit_its_address_and_each_other() {
    let file = "\
[[host]]
name = \"a\"
address = \"ssh://a\"
tls_ca = \"-----BEGIN X\"
[[host]]
name = \"b\"
address = \"tcp://b:1\"
tls_key = \"-----BEGIN X\"
[[host]]
name = \"c\"
address = \"tcp://c:1\"
[[host]]
name = \"c\"
address = \"tcp://c:2\"
[[host]]
name = \"d\"
address = \"ssh://d\"
ssh_key = \"-----BEGIN X\"
";
    assert_eq!(
        errors(file, &[]),
        [
            "hub.toml:1: host.tls_cert is missing beside host.tls_ca",
            "hub.toml:1: host.tls_key is missing beside host.tls_ca",
            "hub.toml:4: host.tls_ca is for addresses of tcp:// only",
            "hub.toml:5: host.tls_ca is missing beside host.tls_key",
            "hub.toml:5: host.tls_cert is missing beside host.tls_key",
            "hub.toml:12: host.name: the name c is used twice",
            "hub.toml:15: host.known_hosts is missing beside host.ssh_key",
        ]
    );
}

#[test]
fn files_that_cannot_be_read_are_a_failure_and_not_a_mistake() {
    let unreadable =
        Config::read(&sources("[tls]\ncert = \"/nowhere/c\"\nkey = \"/nowhere/k\"\n", &[]));
    let unreadable = unreadable.err().unwrap_or_default();
    assert_eq!(unreadable.problems().len(), 2, "{unreadable}");
    assert_eq!(
        format!("{:?}", unreadable.exit_code()),
        format!("{:?}", std::process::ExitCode::from(1))
    );
    let half =
        Config::read(&sources("[tls]\ncert = \"/nowhere/c\"\n", &[])).err().unwrap_or_default();
    assert_eq!(half.to_string(), "hub.toml:2: tls.cert: tls.key must be set too");
    assert_eq!(format!("{:?}", half.exit_code()), format!("{:?}", std::process::ExitCode::from(2)));
}

#[test]
fn keys_of_hosts_are_texts_or_files_with_them() {
    let path = std::env::temp_dir().join(format!("quayside-config-{}", std::process::id()));
    std::fs::write(&path, "keys of a file").expect("a temporary file");
    let file = format!(
        "[[host]]\nname = \"lab\"\naddress = \"ssh://lab\"\nssh_key = \"{}\"\n\
         known_hosts = \"lab ssh-ed25519 AAAA\"\n",
        path.display()
    );
    let config = read(&sources(&file, &[]));
    let gone = std::fs::remove_file(&path);
    let ssh = config.hosts.first().and_then(|host| host.ssh.as_ref());
    let ssh = ssh.map(|ssh| (ssh.key.expose().as_str(), ssh.known_hosts.as_str()));
    assert_eq!(ssh, Some(("keys of a file", "lab ssh-ed25519 AAAA")));
    assert!(gone.is_ok() && !config.to_toml().contains("keys of a file"));
    let missing = errors(&file, &[]);
    assert_eq!(
        missing,
        [
            "hub.toml:4: host.ssh_key: the file cannot be read: No such file or directory (os error 2)"
        ]
    );
}

#[test]
fn dockers_own_tls_is_used_where_its_variables_say_so() {
    let told = errors(
        "",
        &[
            ("DOCKER_HOST", "tcp://10.0.0.4:2376"),
            ("DOCKER_TLS_VERIFY", "1"),
            ("DOCKER_CERT_PATH", "/nowhere"),
        ],
    );
    assert_eq!(told.len(), 3, "{told:?}");
    assert!(told.iter().all(|t| t.starts_with("DOCKER_CERT_PATH: /nowhere/")), "{told:?}");
}
