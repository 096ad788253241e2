//! What this backend promises beyond the conformance suite: its files, a failing disk, a full one, and a damaged
//! database.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};

use bytes::Bytes;
use futures::executor::block_on;
use quayside_protocol::position::Position;

use super::*;
use crate::store::command::StoreCommand;
use crate::store::keys;
use crate::store::scratch::Scratch;
use crate::store::{Expect, Store};

fn options(data: &Path) -> Options {
    Options::new(data, Box::new(|error| panic!("{error}")))
}

fn open(data: &Path) -> SledStore {
    SledStore::open(options(data)).unwrap()
}

fn write(store: &SledStore, name: &str) -> Result<Vec<Revision>, StoreError> {
    let (key, value) = (keys::user(name), Bytes::from_static(b"{\"v\":1}"));
    block_on(store.commit(vec![Write::Put { key, value, expect: Expect::Any }]))
}

fn delete(store: &SledStore, name: &str) -> Result<Vec<Revision>, StoreError> {
    block_on(store.commit(vec![Write::Delete { key: keys::user(name), expect: Expect::Any }]))
}

fn has(store: &SledStore, name: &str) -> bool {
    store.get(&keys::user(name)).unwrap().is_some()
}

fn append(store: &SledStore, positions: std::ops::RangeInclusive<u64>) {
    let event = |at| StoredEvent { position: Position(at), value: Bytes::from_static(b"{}") };
    block_on(store.append_events(positions.map(event).collect())).unwrap();
}

fn copy(data: &Path, from: &str, to: &str) {
    let (from, to) = (data.join(from), data.join(to));
    let done = std::process::Command::new("cp").arg("-a").args([from, to]).status().unwrap();
    assert!(done.success());
}

fn wreck(data: &Path) {
    for entry in fs::read_dir(data.join("store/metadata")).unwrap() {
        let path = entry.unwrap().path();
        let mut bytes = fs::read(&path).unwrap();
        let middle = bytes.len() / 2;
        bytes.iter_mut().skip(middle).for_each(|byte| *byte = !*byte);
        fs::write(path, bytes).unwrap();
    }
}

#[test]
fn what_was_written_is_there_after_a_restart() {
    let scratch = Scratch::new("restart");
    let store = open(scratch.path());
    let first = write(&store, "ann").unwrap()[0];
    append(&store, 1..=10);
    block_on(store.trim_events(4, Position(0))).unwrap();
    let bounds = store.event_bounds().unwrap();
    drop(store);
    let store = open(scratch.path());
    assert!(has(&store, "ann") && store.recovery().is_none());
    assert_eq!(store.event_bounds().unwrap(), bounds);
    assert!(write(&store, "ann").unwrap()[0] > first);
}

#[test]
fn a_kill_between_the_databases_snapshot_and_its_next_log_loses_nothing() {
    let scratch = Scratch::new("snapshot");
    let store = open(scratch.path());
    write(&store, "ann").unwrap();
    drop(store);
    // Opening folds everything into the snapshot; then the kill comes before the next log is there.
    let tables = tables::Tables::open(&scratch.path().join("store")).unwrap();
    copy(scratch.path(), "store", "killed");
    drop(tables);
    fs::remove_dir_all(scratch.path().join("store")).unwrap();
    copy(scratch.path(), "killed", "store");
    for entry in fs::read_dir(scratch.path().join("store/metadata")).unwrap() {
        let path = entry.unwrap().path();
        if path.file_name().unwrap().to_string_lossy().starts_with("log_") {
            assert_eq!(fs::metadata(&path).unwrap().len(), 0);
            fs::remove_file(path).unwrap();
        }
    }
    for _ in 0..3 {
        let store = open(scratch.path());
        assert!(store.recovery().is_none());
        assert!(has(&store, "ann"));
    }
}

#[test]
fn a_second_hub_is_refused_until_the_first_is_gone() {
    let scratch = Scratch::new("second");
    let store = open(scratch.path());
    let refused = SledStore::open(options(scratch.path())).map(drop);
    assert!(matches!(refused, Err(StoreError::Locked { .. })));
    assert!(matches!(StoreCommand::Check.run(scratch.path()), Err(StoreError::Locked { .. })));
    drop(store);
    open(scratch.path());
}

/// Fails while the flag is up.
struct Failing(Arc<AtomicBool>);

impl Flush for Failing {
    fn flush(&mut self, store: &mut dyn FnMut() -> io::Result<()>) -> io::Result<()> {
        if self.0.load(Ordering::SeqCst) { Err(io::Error::other("no disk")) } else { store() }
    }
}

#[test]
fn a_failed_flush_answers_everyone_asks_to_exit_and_ends_the_store() {
    let scratch = Scratch::new("failed");
    let failing = Arc::new(AtomicBool::new(false));
    let (told, failure) = mpsc::channel();
    let store = SledStore::open(Options {
        flush: Box::new(Failing(Arc::clone(&failing))),
        on_failure: Box::new(move |error| told.send(error.to_string()).unwrap()),
        ..options(scratch.path())
    })
    .unwrap();
    write(&store, "ann").unwrap();
    failing.store(true, Ordering::SeqCst);
    assert!(matches!(write(&store, "bob"), Err(StoreError::Io { .. } | StoreError::Closed)));
    assert!(failure.recv().unwrap().contains("no disk"));
    assert!(matches!(write(&store, "cid"), Err(StoreError::Closed)));
    assert!(failure.try_recv().is_err());
}

#[test]
fn a_full_disk_takes_deletions_only() {
    let scratch = Scratch::new("full");
    let store = open(scratch.path());
    write(&store, "ann").unwrap();
    drop(store);
    let space: Probe = Box::new(|| Ok(Usage { used: 880, free: 99, size: 1000 }));
    let store = SledStore::open(Options { space, ..options(scratch.path()) }).unwrap();
    assert!(matches!(store.room(), Err(StoreError::Full { used: 880, size: 1000 })));
    assert!(matches!(write(&store, "bob"), Err(StoreError::Full { used: 880, size: 1000 })));
    let event = StoredEvent { position: Position(1), value: Bytes::new() };
    let refused = block_on(store.append_events(vec![event]));
    assert!(matches!(refused, Err(StoreError::Full { .. })));
    assert!(!has(&store, "bob"));
    delete(&store, "ann").unwrap();
    assert!(!has(&store, "ann"));
}

#[test]
fn a_large_disk_is_full_below_half_a_gibibyte() {
    let of_free = |free: u64| -> Probe {
        let size = 252_000_000_000;
        Box::new(move || Ok(Usage { used: size - free, free, size }))
    };
    for (free, full) in [(26_000_000_000, false), (512 << 20, false), ((512 << 20) - 1, true)] {
        let scratch = Scratch::new("large");
        let options = Options { space: of_free(free), ..options(scratch.path()) };
        let store = SledStore::open(options).unwrap();
        assert_eq!(matches!(write(&store, "ann"), Err(StoreError::Full { .. })), full, "{free}");
    }
}

#[test]
fn nothing_is_flushed_when_nothing_changed() {
    struct Counting(mpsc::Sender<()>);
    impl Flush for Counting {
        fn flush(&mut self, store: &mut dyn FnMut() -> io::Result<()>) -> io::Result<()> {
            self.0.send(()).unwrap();
            store()
        }
    }
    let scratch = Scratch::new("idle");
    let (sender, flushes) = mpsc::channel();
    let flush = Box::new(Counting(sender));
    let store = SledStore::open(Options { flush, ..options(scratch.path()) }).unwrap();
    block_on(store.trim_events(0, Position(0))).unwrap();
    block_on(store.commit(Vec::new())).unwrap();
    drop(store);
    assert_eq!(flushes.iter().count(), 0);
}

#[test]
fn three_dumps_are_kept_and_the_newest_takes_the_place_of_a_damaged_database() {
    let scratch = Scratch::new("damaged");
    let store = open(scratch.path());
    append(&store, 1..=3);
    for name in ["a", "b", "c", "d"] {
        write(&store, name).unwrap();
        store.dump().unwrap();
    }
    write(&store, "after the dump").unwrap();
    drop(store);
    assert_eq!(dump::newest_first(scratch.path()).unwrap().len(), 3);
    wreck(scratch.path());
    assert!(matches!(StoreCommand::Check.run(scratch.path()), Err(StoreError::Corrupt(_))));
    let store = open(scratch.path());
    let recovery = store.recovery().unwrap();
    assert!(recovery.aside.exists() && recovery.dump.is_some());
    assert!(["a", "b", "c", "d"].iter().all(|name| has(&store, name)));
    assert!(!has(&store, "after the dump"));
    let bounds = store.event_bounds().unwrap();
    assert_eq!((bounds.span, bounds.count), (None, 0));
    assert!(bounds.trimmed.unwrap() > Position(3), "readers must be told of the loss");
    drop(store);
    assert!(open(scratch.path()).recovery().is_none());
}

#[test]
fn an_unfinished_dump_is_passed_over() {
    let scratch = Scratch::new("unfinished");
    let store = open(scratch.path());
    write(&store, "a").unwrap();
    let good = store.dump().unwrap();
    write(&store, "b").unwrap();
    let cut = store.dump().unwrap();
    drop(store);
    let bytes = fs::read(&cut).unwrap();
    fs::write(&cut, &bytes[..bytes.len() - 20]).unwrap();
    wreck(scratch.path());
    let store = open(scratch.path());
    assert_eq!(store.recovery().unwrap().dump.as_deref(), Some(good.as_path()));
}

#[test]
fn a_damaged_database_without_a_dump_is_not_thrown_away() {
    let scratch = Scratch::new("no-dump");
    drop(open(scratch.path()));
    wreck(scratch.path());
    let refused = SledStore::open(options(scratch.path())).map(drop).unwrap_err();
    assert!(refused.to_string().contains("quayside store restore"), "{refused}");
    assert!(scratch.path().join("store").exists());
}

#[test]
fn an_empty_or_older_database_is_not_taken_for_the_last_one() {
    let scratch = Scratch::new("older");
    let data = scratch.path();
    drop(open(data));
    copy(data, "store", "old");
    let store = open(data);
    write(&store, "ann").unwrap();
    store.dump().unwrap();
    drop(store);

    fs::remove_dir_all(data.join("store")).unwrap();
    copy(data, "old", "store");
    let store = open(data);
    assert!(store.recovery().unwrap().reason.contains("older"));
    assert!(has(&store, "ann"));
    drop(store);

    fs::remove_dir_all(data.join("store")).unwrap();
    let store = open(data);
    assert!(store.recovery().unwrap().reason.contains("gone"));
    assert!(has(&store, "ann"));
    drop(store);

    fs::remove_dir_all(data.join("store")).unwrap();
    fs::create_dir(data.join("store")).unwrap();
    let store = open(data);
    assert!(store.recovery().unwrap().reason.contains("empty"));
    assert!(has(&store, "ann"));
}

#[test]
fn a_dump_file_restores_everything_elsewhere() {
    let (one, two) = (Scratch::new("dump"), Scratch::new("restore"));
    let store = open(one.path());
    let revision = write(&store, "ann").unwrap()[0];
    append(&store, 1..=10);
    block_on(store.trim_events(4, Position(0))).unwrap();
    drop(store);
    let file = one.path().join("all.jsonl");
    let said = StoreCommand::Dump { file: file.clone() }.run(one.path()).unwrap();
    assert!(said.contains("1 records and 4 events"), "{said}");
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);

    let store = open(two.path());
    write(&store, "bob").unwrap();
    drop(store);
    StoreCommand::Restore { file: file.clone() }.run(two.path()).unwrap();
    assert!(StoreCommand::Check.run(two.path()).unwrap().contains("1 records, 4 events"));
    let store = open(two.path());
    assert!(store.recovery().is_none() && has(&store, "ann") && !has(&store, "bob"));
    assert_eq!(store.get(&keys::user("ann")).unwrap().unwrap().revision, revision);
    assert!(write(&store, "ann").unwrap()[0] > revision);
    assert_eq!(store.read_events(Position(0), 10).unwrap().len(), 4);
    drop(store);

    let bytes = fs::read(&file).unwrap();
    fs::write(&file, &bytes[..bytes.len() / 2]).unwrap();
    assert!(StoreCommand::Restore { file }.run(two.path()).is_err());
    assert!(has(&open(two.path()), "ann"), "a bad dump must change nothing");
}

#[test]
fn there_is_nothing_to_check_in_an_empty_directory() {
    let scratch = Scratch::new("nothing");
    let absent = scratch.path().join("absent");
    let error = StoreCommand::Check.run(&absent).unwrap_err();
    assert_eq!(error.to_string(), format!("there is no store in {}", absent.display()));
    assert!(!absent.exists());
}
