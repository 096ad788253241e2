//! Table handles for readers. A handle belongs to one thread at a time, so idle ones are kept to be lent out.

use std::io;
use std::sync::{Mutex, PoisonError};

use super::tables::Tables;
use crate::store::StoreError;

/// Idle handles that are kept; more than this many reads at once are rare on the machines a hub runs on.
const IDLE: usize = 16;

pub(super) struct Readers {
    pool: Mutex<Pool>,
}

/// Boxed, for a handle is kilobytes long and is passed back and forth.
struct Pool {
    original: Box<Tables>,
    idle: Vec<Box<Tables>>,
}

impl Readers {
    pub(super) fn new(original: Tables) -> Readers {
        Readers { pool: Mutex::new(Pool { original: Box::new(original), idle: Vec::new() }) }
    }

    /// Reads on the calling thread; the lock is not held meanwhile.
    pub(super) fn with<T>(
        &self,
        read: impl FnOnce(&Tables) -> io::Result<T>,
    ) -> Result<T, StoreError> {
        let tables = self.lend();
        let found = read(&tables).map_err(StoreError::io("reading the store"));
        self.give_back(tables);
        found
    }

    fn lend(&self) -> Box<Tables> {
        let mut pool = self.pool.lock().unwrap_or_else(PoisonError::into_inner);
        pool.idle.pop().unwrap_or_else(|| pool.original.clone())
    }

    fn give_back(&self, tables: Box<Tables>) {
        let mut pool = self.pool.lock().unwrap_or_else(PoisonError::into_inner);
        if pool.idle.len() < IDLE {
            pool.idle.push(tables);
        }
    }
}
