//! The log read backwards, and counted.

use futures::future::BoxFuture;

use super::*;
use crate::broker::log::back::SCAN;
use crate::store::{EventBounds, StoredEvent, Trimmed};

const MOST: Limit = Limit { events: 70, bytes: 1 << 20 };

fn part(since: u64, until: u64) -> Part {
    Part { since: Position(since), until: Position(until), after: None }
}

fn of_all() -> Part {
    Part::new(None, None, None).unwrap()
}

/// All pages of a part, each asked for with what the one before said.
async fn pages(log: &EventLog, scope: &Scope, mut part: Part, limit: Limit) -> Vec<Arc<Entry>> {
    let mut all = Vec::new();
    for _ in 0..1_000 {
        let page = log.page(scope.clone(), part, limit).await.unwrap();
        assert!(page.entries.len() <= limit.events);
        all.extend(page.entries);
        match page.next {
            Some(next) => part.after = Some(next),
            None => return all,
        }
    }
    panic!("there is no end");
}

async fn counts(log: &EventLog, scope: &Scope, mut part: Part) -> Vec<Count> {
    let mut all = BTreeMap::<u64, Count>::new();
    loop {
        let tally = tally::count(&log.inner, scope.clone(), part, 1).unwrap();
        for (step, count) in tally.counts {
            let sum = all.entry(step).or_default();
            sum.events += count.events;
            sum.failures += count.failures;
            sum.gaps += count.gaps;
        }
        match tally.next {
            Some(next) => part.after = Some(next),
            None => return all.into_values().collect(),
        }
    }
}

fn gaps(entries: &[Arc<Entry>]) -> usize {
    entries.iter().filter(|entry| entry.is_gap()).count()
}

/// What is in a log as if it had been written in seconds 1, 2, 3 …; the rest of a position is its nanoseconds.
fn at(second: u64, incoming: Incoming, previous: &mut u64) -> StoredEvent {
    let position = Position(second * 1_000_000_000);
    let entry = Entry::new(position, Position(*previous), incoming);
    *previous = position.0;
    stored::to_stored(&entry)
}

#[tokio::test]
async fn it_is_what_a_cursor_reads_in_the_other_order_from_memory_and_from_disk() {
    let (dir, store) = (Dir::new(), MemoryStore::new());
    let (log, sender) = open(&dir, &store).await;
    assert!(pages(&log, &all(), of_all(), MOST).await.is_empty());
    fill(&log, &sender, 700).await;
    let mut forward = positions(&read_all(&log, all(), Start::After(Position(0))).await);
    forward.reverse();
    let back = pages(&log, &all(), of_all(), MOST).await;
    assert_eq!(positions(&back), forward);
    assert_eq!(gaps(&back), 0);
    for (since, until) in [(650, 5), (600, 500), (30, 10), (699, 0), (9, 9)] {
        let some = part(forward[since].0, forward[until].0);
        assert_eq!(positions(&pages(&log, &all(), some, MOST).await), forward[until..since]);
    }
    // From between two entries on, of which neither is missing.
    let between = part(0, forward[300].0 - 1);
    assert_eq!(positions(&pages(&log, &all(), between, MOST).await), forward[301..]);
    let little = Limit { events: 70, bytes: 1 };
    let page = log.page(all(), of_all(), little).await.unwrap();
    assert_eq!((page.entries.len(), page.head), (1, forward[0]));
}

#[tokio::test]
async fn a_filter_that_lets_nothing_through_ends_an_answer_and_not_the_list() {
    let (dir, store) = (Dir::new(), MemoryStore::new());
    let mut previous = 0;
    let mut events: Vec<_> = (1..=SCAN as u64 + 500)
        .map(|n| at(n, incoming(event("a", n), None), &mut previous))
        .collect();
    events[7] = at(8, incoming(event("b", 8), None), &mut 7_000_000_000);
    for events in events.chunks(4_000) {
        store.append_events(events.to_vec()).await.unwrap();
    }
    let (log, _sender) = open(&dir, &store).await;
    let mut wanted = Subscribe::to(Topic::Events);
    wanted.host = Filter(vec!["b".into()]);
    let scope = Scope::new(&admin(), &wanted);
    let page = log.page(scope.clone(), of_all(), MOST).await.unwrap();
    assert!(page.entries.is_empty());
    assert_eq!(page.next, Some(Position(500 * 1_000_000_000)));
    assert_eq!(positions(&pages(&log, &scope, of_all(), MOST).await), [Position(8_000_000_000)]);
    let tally = tally::count(&log.inner, all(), of_all(), 1).unwrap();
    assert_eq!((tally.counts.len(), tally.next), (SCAN, page.next));
    let counted = counts(&log, &all(), of_all()).await;
    assert_eq!(counted.iter().map(|count| count.events).sum::<u64>(), SCAN as u64 + 500);
}

#[tokio::test]
async fn what_is_missing_is_a_gap_where_it_was() {
    let (dir, store) = (Dir::new(), MemoryStore::new());
    let mut previous = 0;
    let events =
        (1..=20).map(|n| at(n, incoming(event("a", n), None), &mut previous)).collect::<Vec<_>>();
    let kept = |n: &usize| !(8..=11).contains(n);
    let some: Vec<_> = (0..20).filter(kept).map(|n| events[n].clone()).collect();
    store.append_events(some).await.unwrap();
    store.trim_events(u64::MAX, Position(4_000_000_000)).await.unwrap();
    let (log, _sender) = open(&dir, &store).await;
    for events in [1, 2, 3, 5, 100] {
        let limit = Limit { events, bytes: 1 << 20 };
        let back = pages(&log, &all(), of_all(), limit).await;
        let seconds: Vec<_> =
            back.iter().map(|e| (e.position().0 / 1_000_000_000, e.is_gap())).collect();
        let entry = |n| (n, false);
        let mut expected: Vec<_> = (13..=20).rev().map(entry).collect();
        expected.push((12, true));
        expected.extend((4..=8).rev().map(entry));
        expected.push((3, true));
        assert_eq!(seconds, expected, "{events} a page");
    }
    // The gap reaches no further than what was asked for.
    let of = |from: u64, to: u64| part(from * 1_000_000_000, to * 1_000_000_000);
    for (some, expected) in
        [(of(3, 8), (5, 0)), (of(10, 13), (1, 1)), (of(0, 2), (0, 1)), (of(12, 20), (8, 0))]
    {
        let back = pages(&log, &all(), some, MOST).await;
        let gaps = gaps(&back);
        assert_eq!((back.len() - gaps, gaps), expected, "{some:?}");
    }
    let Payload::Gap(gap) =
        pages(&log, &all(), of(2, 8), MOST).await.pop().unwrap().payload().clone()
    else {
        panic!("no gap at the end");
    };
    assert_eq!(
        (gap.from.as_str(), gap.to.as_str()),
        ("1970-01-01T00:00:02.000000000Z", "1970-01-01T00:00:03.000000000Z")
    );
    // Trimmed under one who was at 8 with the last page.
    let page = log.page(all(), of_all(), Limit { events: 9, ..MOST }).await.unwrap();
    store.trim_events(2, Position(0)).await.unwrap();
    let rest = pages(&log, &all(), Part { after: page.next, ..of_all() }, MOST).await;
    assert_eq!((rest.len(), gaps(&rest)), (1, 1));
    assert_eq!(rest[0].position(), page.next.unwrap());
}

/// A store that was restored from a dump: it knows that what came after that is lost.
struct Restored(MemoryStore, Position);

impl EventStore for Restored {
    fn append_events(
        &self,
        events: Vec<StoredEvent>,
    ) -> BoxFuture<'static, Result<(), StoreError>> {
        self.0.append_events(events)
    }

    fn read_events(&self, after: Position, limit: usize) -> Result<Vec<StoredEvent>, StoreError> {
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
        self.0.event_bounds().map(|bounds| EventBounds { trimmed: Some(self.1), ..bounds })
    }

    fn trim_events(
        &self,
        keep_count: u64,
        not_before: Position,
    ) -> BoxFuture<'static, Result<Trimmed, StoreError>> {
        self.0.trim_events(keep_count, not_before)
    }
}

#[tokio::test]
async fn what_a_dump_did_not_have_is_a_gap_after_it() {
    let store = MemoryStore::new();
    let mut previous = 0;
    let events = (1..=3).map(|n| at(n, incoming(event("a", n), None), &mut previous)).collect();
    store.append_events(events).await.unwrap();
    let store = Arc::new(Restored(store, Position(9_000_000_000)));
    let dir = Dir::new();
    let (log, sender) = EventLog::open(dir.path(), store, small()).await.unwrap();
    let seconds = async |part| {
        let back = pages(&log, &all(), part, MOST).await;
        back.iter().map(|e| (e.position().0 / 1_000_000_000, e.is_gap())).collect::<Vec<_>>()
    };
    let kept = [(3, false), (2, false), (1, false)];
    let with = |gap| [&[(gap, true)], &kept[..]].concat();
    assert_eq!(seconds(of_all()).await, with(9));
    assert_eq!(seconds(part(0, 7_000_000_000)).await, with(7));
    assert_eq!(seconds(part(0, 3_000_000_000)).await, kept);
    assert_eq!(seconds(part(5_000_000_000, 7_000_000_000)).await, [(7, true)]);
    fill(&log, &sender, 1).await;
    assert_eq!(seconds(of_all()).await[1..], with(9));
}

#[tokio::test]
async fn what_comes_meanwhile_is_in_no_page_and_follows_the_position_of_the_first() {
    let (dir, store) = (Dir::new(), MemoryStore::new());
    let (log, sender) = open(&dir, &store).await;
    fill(&log, &sender, 100).await;
    let first = log.page(all(), of_all(), MOST).await.unwrap();
    fill(&log, &sender, 200).await;
    let rest = pages(&log, &all(), Part { after: first.next, ..of_all() }, MOST).await;
    let live = read_all(&log, all(), Start::After(first.head)).await;
    let mut seen = positions(&live);
    seen.reverse();
    seen.extend(positions(&first.entries));
    seen.extend(positions(&rest));
    let mut forward = positions(&read_all(&log, all(), Start::After(Position(0))).await);
    forward.reverse();
    assert_eq!(seen, forward);
}

#[tokio::test]
async fn each_is_shown_and_counted_what_it_may_see_in_memory_and_on_disk() {
    let (dir, store) = (Dir::new(), MemoryStore::new());
    let (log, sender) = open(&dir, &store).await;
    let told = |kind: &str, action: &str, attrs: &[(&str, &str)]| {
        let mut event = event("a", 1);
        (event.r#type, event.action) = (kind.into(), action.into());
        event.attrs.extend(attrs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())));
        event
    };
    let gap =
        Gap { host: Some("a".into()), reason: GapReason::Engine, from: "x".into(), to: "y".into() };
    let anns = [
        told("container", "die", &[("exitCode", "0")]),
        told("container", "die", &[("exitCode", "3"), ("say", "\"quoted\" \u{e9}")]),
        told("container", "health_status: unhealthy", &[]),
    ];
    for event in anns {
        sender.send(incoming(event, Some("ann"))).await.unwrap();
    }
    sender.send(incoming(told("container", "oom", &[]), Some("b\"b"))).await.unwrap();
    sender.send(incoming(told("container", "start", &[]), None)).await.unwrap();
    sender.send(incoming(told("host", "offline", &[]), None)).await.unwrap();
    sender
        .send(Incoming { payload: Payload::Gap(gap), ..incoming(event("a", 1), None) })
        .await
        .unwrap();
    log.close().await.unwrap();
    let (disk, _sender) = open(&Dir::new(), &store).await;
    let narrowed = |narrow: fn(&mut Subscribe, Filter), values: &[&str]| {
        let mut wanted = Subscribe::to(Topic::Events);
        narrow(&mut wanted, Filter(values.iter().map(|v| (*v).to_owned()).collect()));
        wanted
    };
    let none = Subscribe::to(Topic::Events);
    let (ann, bob) = (person("ann", Role::User), person("b\"b", Role::Teacher));
    let mut nobody = person("ann", Role::User);
    nobody.credential = Credential::Anonymous;
    let cases = [
        (&admin(), none.clone(), (6, 4, 1)),
        (&person("eve", Role::Viewer), none.clone(), (6, 4, 1)),
        (&ann, none.clone(), (4, 3, 1)),
        (&bob, none.clone(), (2, 2, 1)),
        (&nobody, none, (1, 1, 1)),
        (&ann, narrowed(|w, f| w.owner = f, &["b\"b"]), (0, 0, 1)),
        (&admin(), narrowed(|w, f| w.host = f, &["b"]), (0, 0, 0)),
        (&admin(), narrowed(|w, f| w.action = f, &["health_status", "start"]), (2, 1, 1)),
        (&admin(), narrowed(|w, f| w.label = f, &["say=\"quoted\" \u{e9}"]), (1, 1, 1)),
        (&admin(), narrowed(|w, f| w.container = f, &["web"]), (5, 3, 1)),
        (&admin(), narrowed(|w, f| w.kind = f, &["host"]), (1, 1, 1)),
    ];
    for (who, wanted, expected) in cases {
        let scope = Scope::new(who, &wanted);
        for log in [&log, &disk] {
            let back = pages(log, &scope, of_all(), MOST).await;
            let failures = back.iter().filter(|entry| entry.is_failure()).count();
            let gaps = gaps(&back);
            let words = format!("{} {wanted:?}", who.username);
            assert_eq!((back.len() - gaps, failures, gaps), expected, "{words}");
            let sum = counts(log, &scope, of_all()).await.into_iter().fold((0, 0, 0), |sum, c| {
                (sum.0 + c.events as usize, sum.1 + c.failures as usize, sum.2 + c.gaps as usize)
            });
            assert_eq!(sum, expected, "{words}, counted");
        }
    }
}

#[tokio::test]
async fn too_many_steps_are_refused() {
    let log = open(&Dir::new(), &MemoryStore::new()).await.0;
    let (since, until) = ("2026-01-28T20:00:00Z", Some("2026-01-28T20:16:40Z"));
    let of = |since, until| Part::new(Some(since), until, None).unwrap();
    assert!(log.tally(all(), of(since, until), 1).await.is_ok());
    for (part, step) in [
        (of(since, Some("2026-01-28T20:16:41Z")), 1),
        (of(since, None), 60),
        (of(since, Some("2300-01-01T00:00:00Z")), 60),
        (of("1960-01-01T00:00:00Z", None), 3_600),
        (of(since, until), 0),
    ] {
        let refused = log.tally(all(), part, step).await.err().expect("it was counted");
        assert_eq!(refused.body().field.as_deref(), Some("step"));
    }
    assert!(log.tally(all(), of(since, None), u64::MAX).await.is_ok());
}
