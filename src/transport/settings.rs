//! The part of the configuration that the edge goes by.

use std::net::SocketAddr;
use std::time::Duration;

use ipnet::IpNet;

use crate::auth::Secret;
use crate::config::{Config, PublicUrl, WebOrigin};

/// What the edge was told.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where it listens; how URLs begin where a request names no host.
    pub listen: SocketAddr,
    /// How URLs that are handed out begin, without a `/` at the end; none: as the request was addressed.
    pub public_url: Option<String>,
    /// Origins, as browsers write them, that may change things and open sockets beside the hub's own.
    pub origins: Vec<String>,
    /// Whose `X-Forwarded-*` are believed.
    pub trusted_proxies: Vec<IpNet>,
    /// Connections at once.
    pub connections: usize,
    /// Connections at once from one address; 0: no limit of its own.
    pub per_address: usize,
    /// Streams and sockets at once of one account; 0: no limit of its own.
    pub per_user: usize,
    /// Subscriptions of one connection.
    pub subscriptions: usize,
    /// Terminals of one connection.
    pub terminals: usize,
    /// The only key to `/metrics`; none: everybody may read it.
    pub metrics_token: Option<Secret<String>>,
    /// How long the session cookie lives.
    pub refresh_ttl: Duration,
    /// Whether the listener speaks TLS.
    pub tls: bool,
}

impl From<&Config> for Settings {
    fn from(config: &Config) -> Self {
        Self {
            listen: config.server.listen,
            public_url: config.server.public_url.as_ref().map(PublicUrl::as_str).map(str::to_owned),
            origins: config
                .server
                .origins
                .iter()
                .map(WebOrigin::as_str)
                .map(str::to_owned)
                .collect(),
            trusted_proxies: config.server.trusted_proxies.clone(),
            connections: config.limits.connections,
            per_address: config.limits.per_address,
            per_user: config.limits.per_user,
            subscriptions: config.limits.subscriptions,
            terminals: config.limits.terminals,
            metrics_token: config.metrics.token.clone(),
            refresh_ttl: config.auth.refresh_ttl,
            tls: config.tls.is_some(),
        }
    }
}
