//! Forking: the child goes on allocating.

use super::table::Block;
use super::{Hands, Log};
use crate::capability::Capability;
use crate::observe::{Answer, flag};
use crate::target::disturb::undisturbed;
use crate::target::heap::{Held, natural_align};
use crate::target::memory;
use rustix::process::{Signal, set_parent_process_death_signal};
use std::ptr;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// What the child found, as its exit status.
mod finding {
    /// Everything was as it must be.
    pub(super) const FINE: i32 = 0;
    /// A modest request was refused, and the parent had refused none.
    pub(super) const REFUSED: i32 = 1;
    /// A block that it inherited, or its own, had lost bytes.
    pub(super) const DAMAGED: i32 = 2;
    /// A new block shared bytes with a live one.
    pub(super) const OVERLAPPED: i32 = 3;
    /// Zeroed memory did not read zero.
    pub(super) const NOT_ZERO: i32 = 4;
}

/// The child is given up when its processor time stands still for so many looks in a row.
const STILL_LOOKS: u32 = 80;

/// Time between two looks.
const LOOK_EVERY: Duration = Duration::from_millis(10);

/// The child is also given up after so much processor time, in seconds.
const CPU_LIMIT: i64 = 10;

/// Blocks that the child allocates, at most: what asks for more is meant to hang the judge.
const MOST: u64 = 1 << 16;

/// Bytes of a request that a heap which can serve anything can serve.
const SMALL: usize = 16;

/// Blocks that the child holds at once.
const HELD: usize = 64;

impl Hands<'_> {
    /// Forks; waits for the child; shows its exit status (negative: the signal that ended it).
    /// `None` where a child got stuck before.
    pub(super) fn fork(&self, blocks: u64, log: &Log, shared: bool) -> Option<Answer> {
        if self.child_stuck.load(Ordering::Relaxed) {
            return None;
        }
        log.calling(0, 0);
        // SAFETY: the child calls nothing but the target, `waitpid`'s peers and `_exit`.
        let child = undisturbed(|| unsafe { libc::fork() });
        if child == 0 {
            // A worker that is given up must not leave a child behind that runs without end.
            let _ = set_parent_process_death_signal(Some(Signal::KILL));
            let found = self.child(blocks, shared);
            // SAFETY: ends the child without running anyone's exit handlers.
            unsafe { libc::_exit(found) }
        }
        if child < 0 {
            return Some(Answer { result: finding::REFUSED, ..Answer::default() });
        }
        let (result, stuck) = wait_for(child);
        self.child_stuck.fetch_or(stuck, Ordering::Relaxed);
        let flags = if stuck { flag::CHILD_STUCK } else { 0 };
        Some(Answer { result, flags, ..Answer::default() })
    }

    /// The child's work: look at what it inherited, then allocate, write, verify and free.
    fn child(&self, blocks: u64, shared: bool) -> i32 {
        // Beside other threads, inherited cells may be in the middle of a change.
        if !shared && self.table.live().any(|(_, block)| block.damaged() > 0) {
            return finding::DAMAGED;
        }
        let blocks = blocks.min(MOST);
        let mut held = [Held { address: ptr::null_mut(), size: 0, align: 0 }; HELD];
        for i in 0..blocks {
            let place = i as usize % HELD;
            let size = child_size(i);
            if !held[place].address.is_null() {
                if let Err(found) = self.child_free(held[place], i - HELD as u64) {
                    return found;
                }
                held[place].address = ptr::null_mut();
            }
            match self.child_allocate(i, size, &held, shared) {
                Ok(block) => held[place] = block,
                Err(found) => return found,
            }
        }
        let first = blocks.saturating_sub(HELD as u64);
        let mut freed = (first..blocks).map(|i| self.child_free(held[i as usize % HELD], i));
        freed.find_map(Result::err).unwrap_or(finding::FINE)
    }

    fn child_allocate(
        &self,
        i: u64,
        size: usize,
        held: &[Held],
        shared: bool,
    ) -> Result<Held, i32> {
        let zeroed = i % 4 == 3 && self.offers.has(Capability::Calloc);
        // SAFETY: modest sizes, and `calloc` only where it is offered.
        let address =
            unsafe { if zeroed { self.heap.calloc(1, size) } else { self.heap.malloc(size) } };
        if address.is_null() {
            // Memory may be used up in the parent, too: then nothing is said of the child.
            // SAFETY: a small size.
            let spent = self.refused.load(Ordering::Relaxed) > 0
                || !unsafe { self.heap.malloc(SMALL) }.is_null();
            let nothing = Held { address, size: 0, align: 0 };
            return if spent { Ok(nothing) } else { Err(finding::REFUSED) };
        }
        let meets = |at: *mut u8, len: usize| {
            (address as usize) < at as usize + len && (at as usize) < address as usize + size
        };
        let own = held.iter().any(|h| !h.address.is_null() && meets(h.address, h.size));
        let met = |b: &Block| b.held.size > 0 && meets(b.held.address, b.held.size);
        if own || !shared && self.table.live().any(|(_, block)| met(&block)) {
            return Err(finding::OVERLAPPED);
        }
        // SAFETY: the block has `size` bytes, as the target says.
        if zeroed && unsafe { memory::zero_prefix(address, size) } < size {
            return Err(finding::NOT_ZERO);
        }
        // SAFETY: as above.
        unsafe { memory::fill(address, size, memory::seed_of(u64::MAX - i)) };
        Ok(Held { address, size, align: natural_align(size as u64) as usize })
    }

    fn child_free(&self, block: Held, i: u64) -> Result<(), i32> {
        if block.address.is_null() {
            return Ok(());
        }
        let seed = memory::seed_of(u64::MAX - i);
        // SAFETY: the block is live and was filled with this seed.
        unsafe {
            if memory::damaged(block.address, block.size, seed, block.size) > 0 {
                return Err(finding::DAMAGED);
            }
            self.heap.free(block);
        }
        Ok(())
    }
}

/// Sizes that reach every part of an allocator: small classes, a page, and beyond.
fn child_size(i: u64) -> usize {
    const SIZES: [usize; 12] = [24, 70_000, 64, 100, 16, 1000, 40, 4096, 300_000, 9000, 48, 20_000];
    SIZES[i as usize % SIZES.len()]
}

/// Waits for `child` to end; kills it when it has stopped using the processor for good.
///
/// A runnable child gets the processor within the eight tenths of a second that this takes, so one
/// whose processor time stands still for so long is waiting for something, and there is nobody left
/// in it to wait for.
fn wait_for(child: libc::pid_t) -> (i32, bool) {
    let (mut still, mut last) = (0, -1i64);
    loop {
        let mut status = 0;
        // SAFETY: waits for our own child.
        if unsafe { libc::waitpid(child, &raw mut status, libc::WNOHANG) } == child {
            return (exit_result(status), false);
        }
        let used = cpu_nanos(child);
        still = if used == last { still + 1 } else { 0 };
        last = used;
        if still >= STILL_LOOKS || used > CPU_LIMIT * 1_000_000_000 {
            // SAFETY: our own child, not yet waited for.
            unsafe {
                libc::kill(child, libc::SIGKILL);
                libc::waitpid(child, &raw mut status, 0);
            }
            return (-libc::SIGKILL, true);
        }
        // The first looks come quickly: most children are done in less than a millisecond.
        let pause = if still < 5 { Duration::from_micros(200) } else { LOOK_EVERY };
        std::thread::sleep(pause);
    }
}

fn exit_result(status: i32) -> i32 {
    if libc::WIFEXITED(status) { libc::WEXITSTATUS(status) } else { -libc::WTERMSIG(status) }
}

/// Processor time that process `pid` has used, in ns; -1 where it cannot be read.
fn cpu_nanos(pid: libc::pid_t) -> i64 {
    let mut clock = 0;
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: both calls only write to the locals that they are given.
    unsafe {
        if libc::clock_getcpuclockid(pid, &raw mut clock) != 0
            || libc::clock_gettime(clock, &raw mut time) != 0
        {
            return -1;
        }
    }
    time.tv_sec * 1_000_000_000 + time.tv_nsec
}
