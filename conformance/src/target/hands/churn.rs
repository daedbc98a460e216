//! Many allocations and frees in one step: as fast as a thread can, so that threads get into each
//! other's way.
//!
//! Blocks come and go in bursts, because what allocators keep for each thread soaks up a block or
//! two: only a burst gets through to what threads share.
//!
//! What the shadow sees of other ops, a single answer cannot say for thousands of calls. So the
//! hands themselves look for the one fault that matters here: each block is stamped at both ends
//! while it is held, and must still carry the stamps when it is freed.

use super::{Hands, Log};
use crate::observe::Answer;
use crate::target::heap::{Held, natural_align};
use crate::target::memory;
use std::ptr;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// Blocks of a burst, at most.
const BURST: usize = 256;

/// Bytes of a burst, at most, unless its least number of blocks has more.
const BURST_BYTES: usize = 1 << 20;

/// Blocks of a step, at most: what asks for more is meant to hang the judge.
const MOST: u64 = 1 << 20;

/// Largest block, in bytes.
const LARGEST: u64 = 4 << 20;

/// A churn ends early after so long: it is pressure, not a count of calls, that is asked for, and
/// some allocators take microseconds for each.
const LONGEST: Duration = Duration::from_millis(400);

/// Bytes stamped at either end of a block.
const STAMP: usize = 16;

impl Hands<'_> {
    /// Allocates and frees at most `times` blocks of `size` bytes; `None` where the size is out of range.
    pub(super) fn churn(&self, size: u64, times: u64, log: &Log) -> Option<Answer> {
        if size == 0 || size > LARGEST {
            return None;
        }
        log.calling(0, 0);
        let len = size as usize;
        let burst = (BURST_BYTES / len).clamp(4, BURST) as u64;
        let (mut left, mut damaged) = (times.min(MOST), 0);
        let started = Instant::now();
        while left > 0 && started.elapsed() < LONGEST {
            let now = burst.min(left);
            damaged += self.burst(len, now as usize);
            left -= now;
        }
        Some(Answer { damaged, ..Answer::default() })
    }

    /// Allocates `count` blocks of `len` bytes and frees them, the oldest first; returns how many
    /// stamped bytes had changed by then.
    fn burst(&self, len: usize, count: usize) -> u64 {
        let mut held = [ptr::null_mut(); BURST];
        let align = natural_align(len as u64) as usize;
        let first = u64::MAX - self.fresh_serials(count as u64);
        for (i, address) in held.iter_mut().enumerate().take(count) {
            // SAFETY: a modest size that is not 0.
            *address = unsafe { self.heap.malloc(len) };
            if address.is_null() {
                self.refused.fetch_add(1, Ordering::Relaxed);
            } else {
                let seed = memory::seed_of(first - i as u64);
                // SAFETY: a block of `len` bytes, as the target says.
                unsafe { memory::stamp(*address, len, STAMP, seed) };
            }
        }
        let mut damaged = 0;
        for (i, &address) in held.iter().enumerate().take(count).filter(|(_, a)| !a.is_null()) {
            let seed = memory::seed_of(first - i as u64);
            // SAFETY: the block is live, has `len` bytes, and was stamped with this seed.
            unsafe {
                damaged += memory::unstamped(address, len, STAMP, seed) as u64;
                self.heap.free(Held { address, size: len, align });
            }
        }
        damaged
    }
}
