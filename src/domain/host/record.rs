//! A host as it is stored. Its name is its key.

use quayside_protocol::command::host::Kind;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::seal::{Place, Seal};
use crate::domain::fleet::HostSettings;
use crate::domain::fleet::settings::{SshSettings, TlsSettings};
use crate::error::{Error, Result};
use crate::runtime::address::Address;
use crate::store::collection::Record;

/// A host as it is stored.
#[derive(Serialize, Deserialize)]
pub(super) struct StoredHost {
    addr: String,
    kind: Kind,
    tls: Option<StoredTls>,
    ssh: Option<StoredSsh>,
}

#[derive(Serialize, Deserialize)]
struct StoredTls {
    ca: String,
    cert: String,
    sealed_key: String,
}

#[derive(Serialize, Deserialize)]
struct StoredSsh {
    sealed_key: String,
    known_hosts: String,
}

impl Record for StoredHost {
    const VERSION: u32 = 1;

    fn migrate(_: u32, _: &mut Map<String, Value>) -> Result<(), String> {
        Err("there was no version before the first".into())
    }
}

impl StoredHost {
    /// For the store.
    pub(super) fn seal(settings: &HostSettings, seal: &Seal) -> Result<Self> {
        let HostSettings { name, addr, kind, tls, ssh, .. } = settings;
        let place = |field| Place { host: name, addr, field };
        let tls = tls.as_ref().map(|tls| {
            let sealed_key = seal.close(&place("tls.key"), &tls.key)?;
            Ok::<_, Error>(StoredTls { ca: tls.ca.clone(), cert: tls.cert.clone(), sealed_key })
        });
        let ssh = ssh.as_ref().map(|ssh| {
            let sealed_key = seal.close(&place("ssh.key"), &ssh.key)?;
            Ok::<_, Error>(StoredSsh { sealed_key, known_hosts: ssh.known_hosts.clone() })
        });
        Ok(Self { addr: addr.clone(), kind: *kind, tls: tls.transpose()?, ssh: ssh.transpose()? })
    }

    /// From the store.
    pub(super) fn open(&self, name: &str, seal: &Seal) -> Result<HostSettings> {
        let mut settings = self.bare(name)?;
        let place = |field| Place { host: name, addr: &self.addr, field };
        if let Some(StoredTls { ca, cert, sealed_key }) = &self.tls {
            let key = seal.open(&place("tls.key"), sealed_key)?;
            settings.tls = Some(TlsSettings { ca: ca.clone(), cert: cert.clone(), key });
        }
        if let Some(StoredSsh { sealed_key, known_hosts }) = &self.ssh {
            let key = seal.open(&place("ssh.key"), sealed_key)?;
            settings.ssh = Some(SshSettings { key, known_hosts: known_hosts.clone() });
        }
        Ok(settings)
    }

    /// Without its keys: good for being shown, not for connecting.
    pub(super) fn bare(&self, name: &str) -> Result<HostSettings> {
        let address = Address::parse(&self.addr)
            .map_err(|wrong| Error::internal(format!("the stored address of {name}: {wrong}")))?;
        let (addr, kind) = (self.addr.clone(), self.kind);
        Ok(HostSettings { name: name.into(), addr, address, kind, tls: None, ssh: None })
    }
}
