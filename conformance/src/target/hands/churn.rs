//! Many allocations and frees in one step: as fast as a thread can, so that threads get into each
//! other's way.
//!
//! What the shadow sees of other ops, a single answer cannot say for thousands of calls. So the
//! hands themselves look for the one fault that matters here: each block is stamped at both ends
//! while it is held, and must still carry the stamps when it is freed.

use super::{Hands, Log};
use crate::observe::Answer;
use crate::target::heap::{Held, natural_align};
use crate::target::memory;
use std::ptr;

/// Blocks held at a time.
const HELD: usize = 8;

/// Blocks of a step, at most: what asks for more is meant to hang the judge.
pub(super) const MOST: u64 = 1 << 20;

/// Largest block, in bytes.
const LARGEST: u64 = 4 << 20;

/// Bytes stamped at either end of a block.
const STAMP: usize = 16;

impl Hands<'_> {
    /// Allocates and frees `times` blocks of `size` bytes; `None` where the size is out of range.
    pub(super) fn churn(&self, size: u64, times: u64, log: &Log) -> Option<Answer> {
        if size == 0 || size > LARGEST {
            return None;
        }
        let (len, times) = (size as usize, times.min(MOST));
        let align = natural_align(size) as usize;
        let nothing = Held { address: ptr::null_mut(), size: len, align };
        let (mut held, mut seeds) = ([nothing; HELD], [0u64; HELD]);
        let mut damaged = 0;
        log.calling(0, 0);
        for i in 0..times + HELD as u64 {
            let place = i as usize % HELD;
            if !held[place].address.is_null() {
                // SAFETY: the block is live, has `len` bytes, and was stamped with this seed.
                unsafe {
                    damaged += memory::unstamped(held[place].address, len, STAMP, seeds[place]);
                    self.heap.free(held[place]);
                }
            }
            if i >= times {
                continue;
            }
            // SAFETY: a modest size that is not 0.
            held[place].address = unsafe { self.heap.malloc(len) };
            if !held[place].address.is_null() {
                seeds[place] = memory::seed_of(u64::MAX - self.fresh_serial());
                // SAFETY: a block of `len` bytes, as the target says.
                unsafe { memory::stamp(held[place].address, len, STAMP, seeds[place]) };
            }
        }
        Some(Answer { damaged: damaged as u64, ..Answer::default() })
    }
}
