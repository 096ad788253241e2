//! What stands in the tail and not yet in the store. Its bound is what makes the writer wait, and through it the
//! hosts, when the disk does not keep up.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use quayside_protocol::position::Position;
use tokio::sync::Notify;

use super::entry::Entry;

/// Bytes (by [`Entry::cost`]) that may wait for the store: minutes of a busy hub. They stay in the ring too.
const MOST_BYTES: usize = 64 << 20;

#[derive(Default)]
pub(super) struct Backlog {
    state: Mutex<State>,
    room: Condvar,
    filled: Notify,
}

#[derive(Default)]
struct State {
    queue: VecDeque<Arc<Entry>>,
    bytes: usize,
    stored: Position,
    closed: bool,
}

impl Backlog {
    /// A backlog of what was found at start, of a store that has everything up to `stored`.
    pub(super) fn new(stored: Position, entries: Vec<Arc<Entry>>) -> Self {
        let backlog = Self::default();
        backlog.state().stored = stored;
        backlog.add(&entries);
        backlog
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Blocks the thread until less than [`MOST_BYTES`] wait.
    pub(super) fn wait_for_room(&self) {
        let full = |state: &mut State| state.bytes >= MOST_BYTES;
        drop(self.room.wait_while(self.state(), full).unwrap_or_else(PoisonError::into_inner));
    }

    pub(super) fn add(&self, entries: &[Arc<Entry>]) {
        let mut state = self.state();
        state.bytes += entries.iter().map(|entry| entry.cost()).sum::<usize>();
        state.queue.extend(entries.iter().cloned());
        drop(state);
        self.filled.notify_one();
    }

    /// Says that no more will come.
    pub(super) fn close(&self) {
        self.state().closed = true;
        self.filled.notify_one();
    }

    pub(super) fn is_closed(&self) -> bool {
        self.state().closed
    }

    pub(super) fn len(&self) -> usize {
        self.state().queue.len()
    }

    /// Resolves when something was added, or it was closed, since it last did.
    pub(super) async fn filled(&self) {
        self.filled.notified().await;
    }

    /// The oldest, within both bounds; at least one if there is one.
    pub(super) fn oldest(&self, most: usize, bytes: usize) -> Vec<Arc<Entry>> {
        let state = self.state();
        let mut room = bytes;
        let fits = |(n, entry): &(usize, &Arc<Entry>)| {
            let left = room.checked_sub(entry.cost());
            room = left.unwrap_or(0);
            *n == 0 || left.is_some()
        };
        state.queue.iter().take(most).enumerate().take_while(fits).map(|(_, e)| e.clone()).collect()
    }

    /// Lets go of all up to `stored`.
    pub(super) fn release(&self, stored: Position) {
        let mut state = self.state();
        while state.queue.front().is_some_and(|entry| entry.position() <= stored) {
            if let Some(entry) = state.queue.pop_front() {
                state.bytes -= entry.cost();
            }
        }
        state.stored = state.stored.max(stored);
        self.room.notify_all();
    }

    /// Gives up the older half for good where more than three quarters of the room are taken, and says how many
    /// entries that were. Readers find a gap there, because the entry after it names the one before it.
    pub(super) fn shed(&self) -> usize {
        let half = {
            let state = self.state();
            let half = state.queue.len() / 2;
            let last = state.queue.get(half).filter(|_| state.bytes > MOST_BYTES / 4 * 3);
            last.map(|entry| (half + 1, entry.position()))
        };
        let Some((count, last)) = half else { return 0 };
        self.release(last);
        count
    }

    /// The last position that the tail need not keep.
    pub(super) fn stored(&self) -> Position {
        self.state().stored
    }
}
