//! Tries a host step by step, so that a person learns which one fails and what to do.

use std::time::Instant;

use hyper::Method;
use quayside_protocol::reply::{HostStep, HostTested, Step};

use super::client::{CALL, Client};
use super::connect::Dialer;
use super::engine;
use crate::runtime::RuntimeError;

/// The oldest API that has all that is asked of it (Docker 19.03).
const OLDEST: (u64, u64) = (1, 40);

/// How often more an engine with TLS is asked that only ended the connection.
const AGAIN: usize = 2;

/// Tries from the address to the permission.
pub(super) async fn test(client: &Client) -> HostTested {
    let mut tested = HostTested {
        ok: false,
        message: String::new(),
        version: String::new(),
        api_version: String::new(),
        latency_ms: None,
        steps: Vec::new(),
    };
    match steps(client, &mut tested).await {
        Ok(()) => {
            tested.ok = true;
            tested.message = format!("Docker {} answers", tested.version);
        }
        Err((step, why)) => {
            tested.message.clone_from(&why);
            tested.steps.push(HostStep { step, ok: false, message: why });
        }
    }
    tested
}

async fn steps(
    client: &Client,
    tested: &mut HostTested,
) -> std::result::Result<(), (Step, String)> {
    let mut passed =
        |step, message: String| tested.steps.push(HostStep { step, ok: true, message });
    let dialer = client.dialer();
    let encrypted = matches!(dialer, Dialer::Tcp { tls: Some(_), .. });
    match dialer.dial().await {
        Ok(_) => {
            passed(Step::Address, "the address can be read".to_owned());
            passed(Step::Connect, dialer.reached());
            if encrypted {
                passed(Step::Tls, "the certificates fit".to_owned());
            }
        }
        Err(failed) => {
            // What comes before the step that failed has passed.
            if failed.step != Step::Address {
                passed(Step::Address, "the address can be read".to_owned());
            }
            if failed.step == Step::Tls {
                passed(Step::Connect, dialer.reached());
            }
            return Err((failed.step, failed.reason));
        }
    }
    // Whether it takes our certificate an engine with TLS tells by an alert, which is lost where the end of the
    // connection is heard first.
    let asked = async || client.call("test", CALL, engine::version(client)).await;
    let mut version = asked().await;
    for _ in 0..AGAIN {
        match &version {
            Err(RuntimeError::Unavailable(why)) if encrypted && !why.contains("certificate") => {
                version = asked().await;
            }
            _ => break,
        }
    }
    let version = version.map_err(|error| {
        let step = if encrypted && matches!(error, RuntimeError::Unavailable(_)) {
            Step::Tls
        } else {
            Step::Version
        };
        (step, error.to_string())
    });
    let version = match version {
        Err((Step::Tls, why)) => {
            tested.steps.pop();
            return Err((Step::Tls, why));
        }
        other => other?,
    };
    if number(&version.api_version).is_none_or(|api| api < OLDEST) {
        let why = format!(
            "its API is {}, 1.40 is needed: install Docker 19.03 or newer there",
            if version.api_version.is_empty() { "unknown" } else { &version.api_version },
        );
        return Err((Step::Version, why));
    }
    tested.version.clone_from(&version.version);
    tested.api_version.clone_from(&version.api_version);
    let message = format!("Docker {}, API {}", version.version, version.api_version);
    tested.steps.push(HostStep { step: Step::Version, ok: true, message });
    let list = async { client.open(Method::GET, "/containers/json?limit=1", &[]).await.map(drop) };
    client.call("test", CALL, list).await.map_err(|error| {
        (Step::Permission, format!("the engine lets the hub list no containers: {error}"))
    })?;
    let message = "the hub may list its containers".to_owned();
    tested.steps.push(HostStep { step: Step::Permission, ok: true, message });
    let begun = Instant::now();
    if engine::ping(client).await.is_ok() {
        tested.latency_ms = Some((begun.elapsed().as_secs_f64() * 1e6).round() / 1e3);
    }
    Ok(())
}

fn number(version: &str) -> Option<(u64, u64)> {
    let (major, minor) = version.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}
