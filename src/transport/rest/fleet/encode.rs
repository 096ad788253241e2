//! Reply to body; pure.

use bytes::Bytes;
use chrono::{DateTime, Local, TimeZone};
use quayside_protocol::Reply;
use quayside_protocol::reply;
use serde::Serialize;

use super::model::{Access, Container, Host, Session, SessionUser, Stat, Stats, Success, User};
use super::unit::{memory, traffic};
use crate::error::{Error, Result};

/// The record that belongs to a reply which does not name its container.
type Record<'a> = Option<&'a reply::Container>;

fn data(data: impl Serialize) -> Result<Bytes> {
    bare(&Success { success: true, data })
}

fn bare(value: &impl Serialize) -> Result<Bytes> {
    serde_json::to_vec(value).map(Bytes::from).map_err(Error::internal)
}

fn other<T>() -> Result<T> {
    Err(Error::internal("a command was answered with the reply of another"))
}

pub(super) fn user(reply: &Reply, _: Record<'_>) -> Result<Bytes> {
    let Reply::User(user) = reply else { return other() };
    data(User {
        username: &user.username,
        full_name: user.full_name.as_deref().unwrap_or(""),
        email: user.email.as_deref().unwrap_or(""),
        created_at: in_zone(&user.created_at, &Local)?,
    })
}

/// `2026-01-28 21:33:51` in a zone's time.
fn in_zone<Z: TimeZone<Offset: std::fmt::Display>>(rfc3339: &str, zone: &Z) -> Result<String> {
    let time = DateTime::parse_from_rfc3339(rfc3339).map_err(Error::internal)?;
    Ok(time.with_timezone(zone).format("%Y-%m-%d %H:%M:%S").to_string())
}

pub(super) fn login(reply: &Reply, _: Record<'_>) -> Result<Bytes> {
    let Reply::LoggedIn(session) = reply else { return other() };
    let user = &session.user;
    bare(&Session {
        session_id: &session.session_id,
        access_token: &session.access_token,
        access_token_expires_at: &session.access_token_expires_at,
        refresh_token: &session.refresh_token,
        refresh_token_expires_at: &session.refresh_token_expires_at,
        user: SessionUser {
            username: &user.username,
            email: &user.email,
            password_changed_at: &user.password_changed_at,
            created_at: &user.created_at,
        },
    })
}

pub(super) fn logout(_: &Reply, _: Record<'_>) -> Result<Bytes> {
    data("logged out successfully")
}

pub(super) fn renewed(reply: &Reply, _: Record<'_>) -> Result<Bytes> {
    let Reply::Renewed(session) = reply else { return other() };
    bare(&Access {
        access_token: &session.access_token,
        access_token_expires_at: &session.access_token_expires_at,
    })
}

pub(super) fn hosts(reply: &Reply, _: Record<'_>) -> Result<Bytes> {
    let Reply::Hosts(list) = reply else { return other() };
    let hosts = list.items.iter().map(|host| Host { host: &host.host, addr: &host.addr });
    data(hosts.collect::<Vec<_>>())
}

pub(super) fn containers(reply: &Reply, _: Record<'_>) -> Result<Bytes> {
    let Reply::Containers(list) = reply else { return other() };
    let containers = list.items.iter().map(|container| Container {
        id: &container.id,
        name: &container.name,
        image: &container.image,
        state: &container.state,
        status: &container.status,
    });
    data(containers.collect::<Vec<_>>())
}

pub(super) fn inspect(reply: &Reply, _: Record<'_>) -> Result<Bytes> {
    let Reply::Inspect(inspect) = reply else { return other() };
    data(inspect)
}

pub(super) fn done(_: &Reply, _: Record<'_>) -> Result<Bytes> {
    bare(&"")
}

pub(super) fn stat(reply: &Reply, record: Record<'_>) -> Result<Bytes> {
    let (Reply::Stats(stats), Some(record)) = (reply, record) else { return other() };
    data(in_words(&record.id, &record.name, Some(stats)))
}

pub(super) fn stat_all(reply: &Reply, _: Record<'_>) -> Result<Bytes> {
    let Reply::StatsAll(all) = reply else { return other() };
    let stats = all.containers.iter().map(|(id, container)| {
        (id.as_str(), in_words(id, &container.name, container.stats.as_ref()))
    });
    data(stats.collect::<Stats<'_>>())
}

/// Zeros for a container that does not run.
fn in_words<'a>(id: &'a str, name: &'a str, stats: Option<&reply::Stats>) -> Stat<'a> {
    let bytes = |of: fn(&reply::Stats) -> u64| stats.map_or(0, of);
    Stat {
        id,
        name,
        cpu_percent: stats.map_or(0.0, |stats| stats.cpu_percent),
        memory_usage: memory(bytes(|stats| stats.memory_usage)),
        memory_limit: memory(bytes(|stats| stats.memory_limit)),
        memory_percent: stats.map_or(0.0, |stats| stats.memory_percent),
        network_rx: traffic(bytes(|stats| stats.network_rx)),
        network_tx: traffic(bytes(|stats| stats.network_tx)),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use chrono::FixedOffset;
    use quayside_protocol::reply::{List, NamedStats, StatsAll};

    use super::*;

    fn text(body: Result<Bytes>) -> String {
        body.map_or_else(|e| format!("{e:?}"), |b| String::from_utf8_lossy(&b).into_owned())
    }

    fn some_stats() -> reply::Stats {
        reply::Stats {
            cpu_percent: 2.3512,
            memory_usage: 134_742_016,
            memory_limit: 4 << 30,
            memory_percent: 3.137,
            network_rx: 1_250_000,
            network_tx: 512_000,
            block_read: 1,
            block_write: 1,
            pids: 1,
        }
    }

    #[test]
    fn times_are_the_servers_own() {
        let zone = FixedOffset::east_opt(9 * 3600).expect("nine hours are an offset");
        let time = in_zone("2026-01-28T12:33:51.5Z", &zone);
        assert_eq!(time.ok().as_deref(), Some("2026-01-28 21:33:51"));
    }

    #[test]
    fn stats_are_words() {
        let stat = text(data(in_words("58287566f213", "web", Some(&some_stats()))));
        let wanted = r#"{"success":true,"data":{"id":"58287566f213","name":"web","cpu_percent":2.35,"memory_usage":"128.50 MiB","memory_limit":"4.00 GiB","memory_percent":3.14,"network_rx":"1.25 MB","network_tx":"512.00 KB"}}"#;
        assert_eq!(stat, wanted);
    }

    #[test]
    fn a_stopped_container_has_zeros() {
        let stopped = NamedStats { name: "web".into(), stats: None };
        let containers = BTreeMap::from([("7adb406b3f36".to_owned(), stopped)]);
        let all = text(stat_all(&Reply::StatsAll(StatsAll { containers }), None));
        let wanted = r#"{"success":true,"data":{"7adb406b3f36":{"id":"7adb406b3f36","name":"web","cpu_percent":0,"memory_usage":"0.00 B","memory_limit":"0.00 B","memory_percent":0,"network_rx":"0 B","network_tx":"0 B"}}}"#;
        assert_eq!(all, wanted);
    }

    #[test]
    fn done_is_an_empty_json_text() {
        assert_eq!(text(done(&Reply::done(), None)), "\"\"");
        let wanted = r#"{"success":true,"data":"logged out successfully"}"#;
        assert_eq!(text(logout(&Reply::done(), None)), wanted);
        let empty = Reply::Hosts(List::whole(Vec::new()));
        assert_eq!(text(hosts(&empty, None)), r#"{"success":true,"data":[]}"#);
    }

    #[test]
    fn the_wrong_reply_is_a_fault_of_the_hub() {
        assert!(user(&Reply::done(), None).is_err());
        assert!(stat(&Reply::Stats(some_stats()), None).is_err());
    }
}
