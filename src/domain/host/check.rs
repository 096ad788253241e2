//! From what was sent to how a host is reached, with the field that is wrong named.

use quayside_protocol::command::auth::Hidden;
use quayside_protocol::command::host::{Create, Ssh, Tls, Update};
use quayside_protocol::id::is_name;

use super::ssh;
use crate::auth::Secret;
use crate::domain::fleet::HostSettings;
use crate::domain::fleet::settings::{SshSettings, TlsSettings};
use crate::error::{Error, Result};
use crate::runtime::address::Address;

/// How a secret that is stored is shown, and sent to say that it stays.
const HIDDEN: &str = "******";
/// Longest certificate, key or list of known hosts, in bytes; a record with all of them fits the store.
const MAX_TEXT: usize = 16 * 1024;

/// A new host.
pub(super) fn create(create: &Create) -> Result<HostSettings> {
    if !is_name(&create.host) {
        let rule = "a letter or digit and up to 127 more of A-Z a-z 0-9 _ . -";
        return Err(Error::invalid("host", rule));
    }
    let mut settings = HostSettings {
        name: create.host.as_str().into(),
        addr: create.addr.clone(),
        address: address(&create.addr)?,
        kind: create.kind,
        tls: None,
        ssh: None,
    };
    keys(&mut settings, create.tls.as_ref(), create.ssh.as_ref())?;
    Ok(settings)
}

/// A host with other settings. Keys stay only with their address.
pub(super) fn update(before: &HostSettings, update: &Update) -> Result<HostSettings> {
    let mut settings = before.clone();
    if let Some(addr) = &update.addr {
        settings.address = address(addr)?;
        settings.addr.clone_from(addr);
        if settings.address != before.address {
            (settings.tls, settings.ssh) = (None, None);
        }
    }
    keys(&mut settings, update.tls.as_ref(), update.ssh.as_ref())?;
    Ok(settings)
}

fn address(text: &str) -> Result<Address> {
    Address::parse(text).map_err(|wrong| Error::invalid("addr", wrong))
}

/// Puts in the keys that were sent.
fn keys(settings: &mut HostSettings, tls: Option<&Tls>, ssh: Option<&Ssh>) -> Result<()> {
    if let Some(tls) = tls {
        if !matches!(settings.address, Address::Tcp { .. }) {
            return Err(Error::invalid("tls", "only a tcp:// address takes certificates"));
        }
        let kept = settings.tls.take().map(|kept| kept.key);
        settings.tls = Some(TlsSettings {
            ca: text("tls.ca", &tls.ca)?,
            cert: text("tls.cert", &tls.cert)?,
            key: secret("tls.key", &tls.key, kept)?,
        });
    }
    if let Some(ssh) = ssh {
        if !matches!(settings.address, Address::Ssh { .. }) {
            return Err(Error::invalid("ssh", "only an ssh:// address takes keys"));
        }
        let kept = settings.ssh.take().map(|kept| kept.key);
        let key = secret("ssh.key", &ssh.key, kept)?;
        ssh::check_key(key.expose())?;
        let known_hosts = text("ssh.known_hosts", &ssh.known_hosts)?;
        ssh::check_known_hosts(&known_hosts)?;
        settings.ssh = Some(SshSettings { key, known_hosts });
    }
    Ok(())
}

fn text(field: &str, text: &str) -> Result<String> {
    match text.len() {
        0 => Err(Error::invalid(field, "must not be empty")),
        1..=MAX_TEXT => Ok(text.to_owned()),
        _ => Err(Error::invalid(field, "is longer than 16 KiB")),
    }
}

fn secret(field: &str, sent: &Hidden, kept: Option<Secret<String>>) -> Result<Secret<String>> {
    match (sent.0.as_str(), kept) {
        (HIDDEN, Some(kept)) => Ok(kept),
        (HIDDEN, None) => Err(Error::invalid(field, "none is stored for this address: send it")),
        (sent, _) => text(field, sent).map(Secret::new),
    }
}
