//! The hub's disk: events appended, writes answered when they are durable, and a start with a full store.

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;

use crate::clock;
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

/// Fills a store by the way users and events come into it, and starts on it.
pub(crate) fn full(run: &Run) -> Outcome<Vec<Line>> {
    let dir = run.shop.dir.join("full");
    let mut rig = run.shop.hub(Form::Sse, &dir, 1, 5, false)?;
    let writes = write_users(&rig)?;
    let bare = bare_writes(&run.shop.dir.join("bare-writes"))?;
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
    let told = Told::new(median(starts), "ms").with(&format!("{events} events, {USERS} users"));
    let work = "start with 1,000,000 events and 10,000 users";
    let start = Line::against(work, Bar::AtMost(1.0), told, 300.0, "≤ 300 ms");
    let work = "answered writes (durable), 64 clients at once";
    let (ours, theirs) = (Told::new(writes, "writes/s"), Told::new(bare, "writes/s"));
    let durable = Line::beside(work, Bar::AtLeast(0.7), ours, ("bare sled loop", theirs));
    Ok(vec![durable, start])
}

/// Makes accounts from 64 connections, each the next when the last is answered; answers a second.
fn write_users(rig: &Rig) -> Outcome<f64> {
    let token = &rig.hub.as_ref().said("no hub")?.token;
    let (next, failed) = (AtomicU64::new(0), AtomicBool::new(false));
    let client = || -> Outcome<()> {
        let mut http = Http::tcp(rig.address())?.bearer(token);
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= USERS || failed.load(Ordering::Relaxed) {
                return Ok(());
            }
            let data = json!({ "opt": "create", "username": format!("user{number:05}") });
            hub::packet(&mut http, "user", &data)?;
        }
    };
    let begun = Instant::now();
    std::thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS)
            .map(|_| {
                scope.spawn(|| client().inspect_err(|_| failed.store(true, Ordering::Relaxed)))
            })
            .collect();
        clients.into_iter().try_for_each(|client| {
            client.join().map_err(|_| "a client fell over".to_owned()).and_then(|done| done)
        })
    })?;
    Ok(USERS as f64 / begun.elapsed().as_secs_f64())
}

/// The same records (an account, the counter of accounts, an entry of the audit) straight into the database, one
/// flush for 64 of them; writes a second.
fn bare_writes(dir: &Path) -> Outcome<f64> {
    let db: sled::Db<LEAF_FANOUT> = sled::Config::new()
        .path(dir)
        .cache_capacity_bytes(64 << 20)
        .flush_every_ms(Some(NEVER_MS))
        .open()
        .said("the bare database")?;
    let tree = db.open_tree("records").said("the bare database")?;
    let begun = Instant::now();
    let mut written = 0;
    while written < USERS {
        for number in written..(written + CLIENTS).min(USERS) {
            let user = format!(
                r#"{{"v":1,"id":{number},"username":"user{number:05}","password":null,"full_name":null,"nickname":null,"email":null,"phone":null,"role":"user","disabled":false,"created_at":"2026-01-28T21:33:51.123456789Z","password_changed_at":null}}"#
            );
            let audit = format!(
                r#"{{"v":1,"time":"2026-01-28T21:33:51.123456789Z","username":"admin","address":"127.0.0.1","action":"user_create","target":"user{number:05}","result":"ok","detail":null}}"#
            );
            let count = format!(r#"{{"v":1,"last":{number}}}"#);
            let at = clock::wall();
            for (key, value) in [
                (format!("user/user{number:05}"), user),
                ("counter/user".to_owned(), count),
                (format!("audit/{at:016x}"), audit),
            ] {
                tree.insert(key.as_bytes(), value.as_bytes()).said("a bare write")?;
            }
        }
        tree.flush().said("a bare flush")?;
        written += CLIENTS;
    }
    let rate = USERS as f64 / begun.elapsed().as_secs_f64();
    // Handles that are dropped flush again, and would wait for a flusher thread that sleeps.
    std::mem::forget((tree, db));
    Ok(rate)
}
