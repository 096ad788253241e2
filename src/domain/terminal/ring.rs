//! The newest output of a session, by offset. It knows no viewer.

use std::collections::VecDeque;

use bytes::{Bytes, BytesMut};

/// What is kept: the 256 KiB that whoever types may leave unacknowledged, and as much again for onlookers whose line
/// stutters. A thousand sessions in full flood keep half a GiB.
pub(super) const RING: u64 = 512 * 1024;
/// Reads shorter than this are gathered: a chunk of its own costs 32 bytes and keeps its buffer alive.
pub(super) const SMALL: usize = 2 * 1024;
/// Where what was gathered becomes a chunk.
const GATHERED: usize = 8 * 1024;
/// Short chunks are put together for one reader up to this; longer ones are shared without a copy.
const MERGED: usize = 16 * 1024;

/// Output from `base` to `head`.
#[derive(Default)]
pub(super) struct Ring {
    chunks: VecDeque<Bytes>,
    /// The newest bytes, after the chunks.
    gathered: BytesMut,
    base: u64,
    head: u64,
}

impl Ring {
    /// Where the oldest kept byte stands.
    pub(super) fn base(&self) -> u64 {
        self.base
    }

    /// Where the next byte will stand.
    pub(super) fn head(&self) -> u64 {
        self.head
    }

    /// Adds output that is worth a chunk of its own.
    pub(super) fn push(&mut self, chunk: Bytes) {
        self.settle();
        self.head += chunk.len() as u64;
        self.chunks.push_back(chunk);
        self.trim();
    }

    /// Adds a little output.
    pub(super) fn gather(&mut self, bytes: &[u8]) {
        if self.gathered.len() + bytes.len() > GATHERED {
            self.settle();
        }
        self.gathered.extend_from_slice(bytes);
        self.head += bytes.len() as u64;
        self.trim();
    }

    /// Output from `offset` on, at most `most` bytes; none where there is none, or it is not kept any more.
    pub(super) fn read(&self, offset: u64, most: usize) -> Option<Bytes> {
        if offset < self.base || offset >= self.head || most == 0 {
            return None;
        }
        let mut skip = usize::try_from(offset - self.base).unwrap_or(usize::MAX);
        let mut merged = BytesMut::new();
        for chunk in &self.chunks {
            if skip >= chunk.len() {
                skip -= chunk.len();
                continue;
            }
            let end = chunk.len().min(skip.saturating_add(most - merged.len()));
            if merged.is_empty() && (end - skip >= MERGED || end - skip == most) {
                return Some(chunk.slice(skip..end));
            }
            merged.extend_from_slice(chunk.get(skip..end).unwrap_or_default());
            skip = 0;
            if merged.len() >= most.min(MERGED) {
                return Some(merged.freeze());
            }
        }
        let rest = self.gathered.get(skip..).unwrap_or_default();
        let rest = rest.get(..rest.len().min(most - merged.len())).unwrap_or_default();
        merged.extend_from_slice(rest);
        Some(merged.freeze())
    }

    /// All output from `offset` on that is kept.
    pub(super) fn since(&self, offset: u64) -> Vec<Bytes> {
        let mut skip = usize::try_from(offset.saturating_sub(self.base)).unwrap_or(usize::MAX);
        let mut all = Vec::new();
        for chunk in &self.chunks {
            if skip < chunk.len() {
                all.push(chunk.slice(skip..));
            }
            skip = skip.saturating_sub(chunk.len());
        }
        all.extend(self.gathered.get(skip..).map(Bytes::copy_from_slice));
        all
    }

    fn settle(&mut self) {
        if !self.gathered.is_empty() {
            self.chunks.push_back(self.gathered.split().freeze());
        }
    }

    /// Drops whole chunks that are older than what is kept.
    fn trim(&mut self) {
        while let Some(oldest) = self.chunks.front() {
            let next = self.base + oldest.len() as u64;
            if self.head - next < RING {
                break;
            }
            self.base = next;
            self.chunks.pop_front();
        }
    }
}
