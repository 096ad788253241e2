//! The hub's disk: events appended, writes answered when they are durable, and a start with a full store.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;

use crate::figure::{Bar, Line, Told, median};
use crate::http::Http;
use crate::hub::{self, Hub};
use crate::limit::Form;
use crate::rig::Rig;
use crate::said::{Outcome, Said};
use crate::source::Pace;
use crate::work::Run;

const EVENTS: u64 = 1_000_000;
const USERS: u64 = 10_000;
const CLIENTS: u64 = 64;

/// Events between the source and the one subscriber: below what the hub lets wait.
const AHEAD: u64 = 8_192;

/// A hundred years: nothing but the loop flushes.
const NEVER_MS: usize = 100 * 365 * 24 * 3600 * 1000;

/// Leaves of the hub's own database.
const LEAF_FANOUT: usize = 128;

pub(crate) fn append(run: &Run) -> Outcome<Vec<Line>> {
    let mut rig = run.shop.hub(Form::Sse, &run.shop.dir.join("append"), 1, 5, false)?;
    rig.connect(1)?;
    let mut rates = Vec::new();
    for _ in 0..run.samples {
        rates.push(rig.sample(Pace::Window(AHEAD), 2 * run.span(), false)?.rate());
    }
    let rate = Told::new(median(rates), "events/s");
    let work = "event log: sustained append, seen by a subscriber";
    Ok(vec![Line::against(work, Bar::AtLeast(1.0), rate, 50_000.0, "≥ 50,000")])
}

/// 64 clients at once make a token and remove it, again and again: each is one commit with its entry in the audit.
pub(crate) fn durable(run: &Run) -> Outcome<Vec<Line>> {
    let rig = run.shop.hub(Form::Sse, &run.shop.dir.join("durable"), 1, 5, false)?;
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for number in 0..run.samples {
        let until = Instant::now() + run.span();
        let writes = AtomicU64::new(0);
        let begun = Instant::now();
        clients(&rig, |http| {
            while Instant::now() < until {
                let data = json!({ "opt": "create", "name": "of the benchmark" });
                let made = hub::packet(http, "token", &data)?;
                hub::packet(http, "token", &json!({ "opt": "remove", "id": made["id"] }))?;
                writes.fetch_add(2, Ordering::Relaxed);
            }
            Ok(())
        })?;
        ours.push(writes.into_inner() as f64 / begun.elapsed().as_secs_f64());
        theirs.push(bare_writes(&run.shop.dir.join(format!("bare-{number}")), run.span())?);
    }
    let work = "answered writes (durable), 64 clients at once";
    let told = |rates: Vec<f64>| Told::new(median(rates), "writes/s");
    let peer = ("bare sled loop", told(theirs));
    Ok(vec![Line::beside(work, Bar::AtLeast(0.7), told(ours), peer)])
}

/// Fills a store by the way accounts and events come into it, and starts on it.
pub(crate) fn full(run: &Run) -> Outcome<Vec<Line>> {
    let dir = run.shop.dir.join("full");
    let mut rig = run.shop.hub(Form::Sse, &dir, 1, 5, false)?;
    let (next, begun) = (AtomicU64::new(0), Instant::now());
    clients(&rig, |http| {
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= USERS {
                return Ok(());
            }
            let data = json!({ "opt": "create", "username": format!("user{number:05}") });
            hub::packet(http, "user", &data)?;
        }
    })?;
    let made = USERS as f64 / begun.elapsed().as_secs_f64();
    rig.connect(1)?;
    while rig.source.sent() < EVENTS {
        rig.sample(Pace::Window(AHEAD), Duration::from_secs(5), false)?;
    }
    let events = rig.source.sent();
    let engine = rig.hub.as_ref().and_then(|hub| hub.engines.all().first().cloned());
    let engine = engine.said("an engine")?;
    // The hub ends; its engines are played on.
    let side = rig.end();
    let mut starts = Vec::new();
    for _ in 0..run.samples {
        let host = (engine.name.clone(), engine.socket.clone());
        let mut hub = Hub::start(&run.shop.program, &dir, &[host])?;
        starts.push(hub.started_in.as_secs_f64() * 1_000.0);
        hub.server.end();
    }
    drop(side);
    let told = Told::new(median(starts), "ms")
        .with(&format!("{events} events; the accounts were made at {made:.0} a second"));
    let work = "start with 1,000,000 events and 10,000 users";
    Ok(vec![Line::against(work, Bar::AtMost(1.0), told, 300.0, "≤ 300 ms")])
}

/// Does something on 64 connections at once.
fn clients(rig: &Rig, work: impl Fn(&mut Http) -> Outcome<()> + Sync) -> Outcome<()> {
    let token = &rig.hub.as_ref().said("no hub")?.token;
    let client = || work(&mut Http::tcp(rig.address())?.bearer(token));
    std::thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS).map(|_| scope.spawn(client)).collect();
        clients.into_iter().try_for_each(|client| {
            client.join().map_err(|_| "a client fell over".to_owned()).and_then(|done| done)
        })
    })
}

/// The same records straight into the database, one flush for 64 writes; writes a second.
fn bare_writes(dir: &Path, span: Duration) -> Outcome<f64> {
    let db: sled::Db<LEAF_FANOUT> = sled::Config::new()
        .path(dir)
        .cache_capacity_bytes(64 << 20)
        .flush_every_ms(Some(NEVER_MS))
        .open()
        .said("the bare database")?;
    let tree = db.open_tree("records").said("the bare database")?;
    let begun = Instant::now();
    let (mut written, mut entries) = (0, 0);
    let entry = |number: u64, action: &str| {
        format!(
            r#"{{"v":1,"time":"2026-01-28T21:33:51.123456789Z","username":"admin","address":"127.0.0.1","action":"{action}","target":"{number:08}-0000-4000-8000-000000000000","result":"ok","detail":"of the benchmark (admin)"}}"#
        )
    };
    while begun.elapsed() < span {
        // As clients do it: all make theirs, then all remove them.
        let removes = (written / CLIENTS) % 2 == 1;
        for client in 0..CLIENTS {
            let key = format!("token/{client:08}-0000-4000-8000-000000000000");
            let action = if removes {
                tree.remove(key.as_bytes()).said("a bare write")?;
                "token_remove"
            } else {
                let token = format!(
                    r#"{{"v":1,"id":"{client:08}-0000-4000-8000-000000000000","username":"admin","user_id":1,"name":"of the benchmark","role":"admin","expires_at":null}}"#
                );
                tree.insert(key.as_bytes(), token.as_bytes()).said("a bare write")?;
                "token_create"
            };
            entries += 1;
            let key = format!("audit/{entries:016x}");
            tree.insert(key.as_bytes(), entry(client, action).as_bytes()).said("a bare write")?;
        }
        tree.flush().said("a bare flush")?;
        written += CLIENTS;
    }
    let rate = written as f64 / begun.elapsed().as_secs_f64();
    // Handles that are dropped flush again, and would wait for a flusher thread that sleeps.
    std::mem::forget((tree, db));
    Ok(rate)
}
