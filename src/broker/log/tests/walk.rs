//! A hundred readers who are too slow for everything, over a log that is trimmed under them.

use std::sync::atomic::Ordering;

use futures::future::BoxFuture;

use super::*;
use crate::store::{EventBounds, StoredEvent, Trimmed};

/// A store that yields in the middle of everything, so that readers and trimming meet.
#[derive(Clone)]
struct Slow(MemoryStore);

impl EventStore for Slow {
    fn append_events(
        &self,
        events: Vec<StoredEvent>,
    ) -> BoxFuture<'static, Result<(), StoreError>> {
        let appended = self.0.append_events(events);
        Box::pin(async move {
            tokio::task::yield_now().await;
            appended.await
        })
    }

    fn read_events(&self, after: Position, limit: usize) -> Result<Vec<StoredEvent>, StoreError> {
        std::thread::yield_now();
        self.0.read_events(after, limit)
    }

    fn read_events_back(
        &self,
        from: Position,
        limit: usize,
    ) -> Result<Vec<StoredEvent>, StoreError> {
        self.0.read_events_back(from, limit)
    }

    fn event_bounds(&self) -> Result<EventBounds, StoreError> {
        self.0.event_bounds()
    }

    fn trim_events(
        &self,
        keep_count: u64,
        not_before: Position,
    ) -> BoxFuture<'static, Result<Trimmed, StoreError>> {
        self.0.trim_events(keep_count, not_before)
    }
}

const KEPT: u64 = 10_000;
const EVENTS: u64 = 25_000;
const READERS: u64 = 100;

/// These few the writer waits for when they are half the retention behind, so that some readers lose nothing
/// however busy the machine is.
const WAITED_FOR: usize = 10;

struct Walk {
    seen: Vec<u64>,
    gaps: u64,
}

/// Reads until the log has ended, as fast as its number says: the first ones keep up, the last ones do not look
/// again until the log is several times its retention further on.
async fn walk(
    log: EventLog,
    number: u64,
    mut written: watch::Receiver<u64>,
    reached: watch::Sender<u64>,
) -> Walk {
    let mut cursor = Cursor::new(&log, all(), Start::After(Position(0)));
    let (mut walk, mut last) = (Walk { seen: Vec::new(), gaps: 0 }, Position(0));
    let mut pause_until = 0;
    loop {
        written.wait_for(|written| *written >= pause_until.min(EVENTS)).await.unwrap();
        if walk.seen.last() == Some(&(EVENTS - 1)) {
            return walk;
        }
        let most = Limit { events: 1 + (number * 37 % 800) as usize, bytes: 1 << 20 };
        for entry in cursor.next(most).await.unwrap() {
            assert!(entry.position() > last, "{} comes again or out of order", entry.position());
            last = entry.position();
            match entry.payload() {
                Payload::Event(_) => walk.seen.push(entry.time_nano() as u64),
                Payload::Gap(_) => {
                    walk.gaps += 1;
                    walk.seen.push(u64::MAX);
                }
            }
        }
        reached.send_replace(walk.seen.last().copied().unwrap_or(0));
        let hurries = number < WAITED_FOR as u64;
        pause_until = if hurries { 0 } else { *written.borrow() + number * number * 4 };
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_cursors_walk_from_live_to_ring_to_disk_to_gap() {
    let dir = Dir::new();
    let mut options = small();
    options.retention_count = KEPT;
    let store = Arc::new(Slow(MemoryStore::new()));
    let (log, sender) = EventLog::open(dir.path(), store.clone(), options).await.unwrap();
    let written = watch::Sender::new(0);
    let (mut readers, mut reached) = (Vec::new(), Vec::new());
    for number in 0..READERS {
        let (sender, receiver) = watch::channel(0);
        reached.push(receiver);
        readers.push(tokio::spawn(walk(log.clone(), number, written.subscribe(), sender)));
    }
    for n in 0..EVENTS {
        sender.send(incoming(event("a", n), None)).await.unwrap();
        written.send_replace(n + 1);
        for reached in reached.iter_mut().take(WAITED_FOR) {
            reached.wait_for(|reached| reached + KEPT / 2 >= n).await.unwrap();
        }
    }
    log.close().await.unwrap();
    let (mut without_gap, mut with_gap) = (0, 0);
    for (number, reader) in readers.into_iter().enumerate() {
        let ended = tokio::time::timeout(Duration::from_secs(60), reader).await;
        let walk = ended.expect("a reader hangs").unwrap();
        if walk.gaps == 0 {
            without_gap += 1
        } else {
            with_gap += 1
        }
        assert_eq!(
            walk.seen.last(),
            Some(&(EVENTS - 1)),
            "reader {number} has not reached the end"
        );
        let holes = holes(&walk.seen);
        assert_eq!(holes, 0, "reader {number} misses events without being told");
    }
    let reads = log.counters().cold_reads.load(Ordering::Relaxed);
    // How many share a page is a matter of the machine's pace.
    assert!(
        without_gap >= WAITED_FOR && with_gap >= WAITED_FOR && reads > 10,
        "{without_gap} {with_gap} {reads}"
    );
    let kept = store.0.event_bounds().unwrap().count;
    assert!(kept <= KEPT + 2_000, "{kept} are kept");
}

/// How many times an event is followed by another than the next one; a gap (`u64::MAX`) may be followed by any.
fn holes(seen: &[u64]) -> usize {
    let whole = |pair: &[u64]| pair[0] == u64::MAX || pair[1] == u64::MAX || pair[1] == pair[0] + 1;
    let begins = seen.first().is_none_or(|first| *first == 0 || *first == u64::MAX);
    seen.windows(2).filter(|pair| !whole(pair)).count() + usize::from(!begins)
}

#[test]
fn the_check_finds_a_hole() {
    assert_eq!(holes(&[0, 1, 2]), 0);
    assert_eq!(holes(&[0, 1, u64::MAX, 7, 8]), 0);
    assert_eq!(holes(&[0, 2]), 1);
    assert_eq!(holes(&[1, 2]), 1);
}
