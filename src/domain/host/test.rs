//! Trying whether an engine can be reached, without storing anything.

use std::sync::Arc;
use std::time::Duration;

use quayside_protocol::command::host::{Create, Test};
use quayside_protocol::reply::{HostStep, HostTested, Step};
use tokio::time::timeout;

use super::{Hosts, admin, check};
use crate::auth::Caller;
use crate::error::{Error, Result};
use crate::runtime::Runtime;
use crate::runtime::address::Address;

/// How long all steps may take.
const TEST: Duration = Duration::from_secs(20);

impl Hosts {
    /// Tries a known host, or the settings that are sent.
    ///
    /// # Errors
    /// `forbidden`; `not_found`: no such host; `invalid`. An engine that cannot be reached is no error but an answer.
    pub async fn test(&self, caller: &Caller, test: Test) -> Result<HostTested> {
        admin(caller)?;
        let Test { host, addr, kind, tls, ssh } = test;
        let runtime = match (addr, host) {
            (Some(addr), _) => {
                if let Err(wrong) = Address::parse(&addr) {
                    return Ok(failed(Step::Address, wrong));
                }
                let create = Create { host: "test".to_owned(), addr, kind, tls, ssh };
                self.fleet.make(&check::create(&create)?)?
            }
            (None, Some(host)) => self.known(&host)?,
            (None, None) => return Err(Error::invalid("host", "missing: a host, or an addr")),
        };
        Ok(match timeout(TEST, runtime.test()).await {
            Ok(tested) => tested,
            Err(_) => failed(Step::Connect, "no answer within 20 s".to_owned()),
        })
    }

    fn known(&self, host: &str) -> Result<Arc<dyn Runtime>> {
        let handle = self.fleet.handle(host)?;
        Ok(handle.mirror.runtime()?.clone())
    }
}

fn failed(step: Step, message: String) -> HostTested {
    HostTested {
        ok: false,
        message: message.clone(),
        version: String::new(),
        api_version: String::new(),
        latency_ms: None,
        steps: vec![HostStep { step, ok: false, message }],
    }
}
