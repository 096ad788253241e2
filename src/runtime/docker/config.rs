//! What a Docker host is reached by. It holds secrets and prints none.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::auth::Secret;
use crate::runtime::address::Address;

/// Told of every call to the engine when it is over: what was called (a word of a closed set, such as
/// `containers` or `start`), how it ended (`ok`, `not_modified` or an error code's word), and how long it took.
/// For a stream that is the time until its first byte could come.
pub type Observer = Arc<dyn Fn(&'static str, &'static str, Duration) + Send + Sync>;

/// Certificates of a `tcp://` host, PEM text.
#[derive(Debug, Clone)]
pub struct TlsFiles {
    /// The authority that signed the engine's certificate. No other is trusted.
    pub ca: String,
    /// The hub's client certificate, and what stands between it and its authority.
    pub cert: String,
    /// Its private key.
    pub key: Secret<String>,
}

/// Keys of an `ssh://` host, OpenSSH text.
#[derive(Debug, Clone)]
pub struct SshFiles {
    /// The hub's private key, without a passphrase.
    pub key: Secret<String>,
    /// Lines of a known_hosts file; a host whose key is not there is refused.
    pub known_hosts: String,
}

/// A Docker host.
#[derive(Clone)]
pub struct DockerConfig {
    /// Where it is.
    pub address: Address,
    /// `tcp://` only; without it the connection is not encrypted.
    pub tls: Option<TlsFiles>,
    /// `ssh://` only; without it the keys and known hosts of the hub's own user serve.
    pub ssh: Option<SshFiles>,
    /// For private sockets and keys; made with mode 0700 where it is absent, and its path short enough for the
    /// name of a socket (60 bytes).
    pub run_dir: PathBuf,
    /// Counts calls.
    pub observer: Option<Observer>,
}
