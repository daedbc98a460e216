//! Looking around: at all live blocks, at the footprint, and at what the target may have done to
//! the process it lives in.

use super::{Hands, Log};
use crate::capability::Capability;
use crate::observe::{Answer, flag};
use crate::target::footprint;

/// At most so many bytes of other blocks are verified after one refused request.
const LOOK_LIMIT: usize = 1 << 20;

/// Signals are numbered from 1 to this on Linux, the real-time ones included.
const SIGNALS: usize = 64;

/// What an allocator has no business with: signal dispositions, and descriptors that others
/// opened. Recorded before the target is loaded; compared at every checkpoint.
#[derive(Clone, Copy, Debug, Default)]
pub struct ProcessState {
    handlers: Option<[usize; SIGNALS + 1]>,
    /// Descriptors that must stay open, as a range.
    fds: (i32, i32),
}

impl ProcessState {
    /// The dispositions as they are now, and descriptors `first .. first + count`, which the
    /// caller has just opened.
    pub fn record(first: i32, count: i32) -> ProcessState {
        ProcessState { handlers: Some(handlers()), fds: (first, first + count) }
    }

    /// Flags of what has changed since.
    fn changes(&self) -> u32 {
        let moved = self.handlers.is_some_and(|then| then != handlers());
        // SAFETY: asking for a descriptor's flags changes nothing.
        let open = |fd| unsafe { libc::fcntl(fd, libc::F_GETFD) } >= 0;
        let lost = !(self.fds.0..self.fds.1).all(open);
        (if moved { flag::SIGNALS_CHANGED } else { 0 }) | (if lost { flag::FD_LOST } else { 0 })
    }
}

/// The address of each signal's handler.
fn handlers() -> [usize; SIGNALS + 1] {
    std::array::from_fn(|signal| {
        if signal == 0 {
            return 0;
        }
        // SAFETY: all-zero is a valid `sigaction`; with a null new action the call only reads.
        unsafe {
            let mut now: libc::sigaction = std::mem::zeroed();
            libc::sigaction(signal as i32, std::ptr::null(), &raw mut now);
            now.sa_sigaction
        }
    })
}

impl Hands<'_> {
    /// Verifies every live block; samples footprint, statistics and the process state.
    pub(super) fn checkpoint(&self, log: &Log) -> Answer {
        let mut shown = Answer { flags: self.state.changes(), ..Answer::default() };
        for (_, block) in self.table.live() {
            log.looking(block.held.address as u64);
            let lost = block.damaged();
            if lost > 0 && shown.damaged_elsewhere == 0 {
                shown.given = block.held.address as u64;
                shown.given_serial = block.serial;
            }
            shown.damaged_elsewhere += lost;
        }
        if self.offers.has(Capability::Footprint) {
            let now = footprint::own();
            shown.resident = now.resident;
            shown.mapped = now.mapped;
        }
        if self.offers.has(Capability::Stats) {
            log.calling(0, 0);
            let now = self.heap.stats();
            shown.stats = [now.mallocs, now.frees, now.total_bytes, now.in_use];
            shown.flags |= flag::HAS_STATS;
        }
        shown
    }

    /// After a refused request: whether other live blocks are as they were. Looks at no more than
    /// [`LOOK_LIMIT`] bytes; a checkpoint looks at all.
    pub(super) fn look_elsewhere(&self, shown: &mut Answer, log: &Log, shared: bool) {
        if shared {
            return;
        }
        let ask_usable = self.offers.has(Capability::UsableSize);
        let mut budget = LOOK_LIMIT;
        for (_, block) in self.table.live() {
            if block.written > budget {
                continue;
            }
            budget -= block.written;
            log.looking(block.held.address as u64);
            shown.damaged_elsewhere += block.damaged();
            let asked = ask_usable && block.usable != 0;
            if asked && self.usable_of(&block, log) != block.usable {
                shown.flags |= flag::USABLE_CHANGED;
            }
        }
    }
}
