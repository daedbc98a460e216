//! Counting blocks and bytes.

use crate::target::heap::HeapStats;
use std::sync::atomic::{AtomicU64, Ordering};

/// Running totals of one thread, or of all threads without a cache. They never fall.
///
/// Bytes are slot bytes, or mapped bytes of a large block without its header. All zero bytes are
/// an empty tally.
pub(crate) struct Tally {
    /// Blocks handed out.
    pub(crate) mallocs: AtomicU64,
    /// Blocks taken back.
    pub(crate) frees: AtomicU64,
    /// Bytes handed out.
    pub(crate) out: AtomicU64,
    /// Bytes taken back.
    pub(crate) back: AtomicU64,
}

impl Tally {
    /// Counts one block of `bytes` handed out.
    pub(crate) fn count_malloc(&self, bytes: usize) {
        self.mallocs.fetch_add(1, Ordering::Relaxed);
        self.out.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    /// Counts one block of `bytes` taken back.
    ///
    /// Releases, so that who sees the block come back also sees that it went out, perhaps counted
    /// by another thread.
    pub(crate) fn count_free(&self, bytes: usize) {
        self.frees.fetch_add(1, Ordering::Release);
        self.back.fetch_add(bytes as u64, Ordering::Release);
    }
}

/// Adds up `tallies`.
///
/// What came back is read before what went out: a block is counted out first, so the sum in use is
/// never below zero.
pub(crate) fn sum<'a>(tallies: &(impl Iterator<Item = &'a Tally> + Clone)) -> HeapStats {
    let total = |of: fn(&Tally) -> &AtomicU64| -> u64 {
        tallies.clone().map(|tally| of(tally).load(Ordering::Acquire)).sum()
    };
    let frees = total(|tally| &tally.frees);
    let back = total(|tally| &tally.back);
    let mallocs = total(|tally| &tally.mallocs);
    let out = total(|tally| &tally.out);
    HeapStats { mallocs, frees, total_bytes: out, in_use: out.wrapping_sub(back) }
}
