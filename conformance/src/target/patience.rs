//! The only place where time is looked at: when a process that makes no progress is given up.
//!
//! A process is *blocked* when its processor time stands still while it owes an answer, and
//! *spinning* when it uses much more processor time on one batch than any batch takes. Neither
//! depends on how busy the machine is: a runnable process gets some processor time within the
//! milliseconds that [`Patience`] names.

use super::How;
use std::time::{Duration, Instant};

/// When a process that makes no progress is given up. A process that waits for the processor is
/// never given up: what counts is processor time used, or processor time standing still.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Patience {
    /// Milliseconds for which the process's processor time may stand still.
    pub still_ms: u64,
    /// Milliseconds of processor time that the process may use within one batch.
    pub busy_ms: u64,
    /// Resident bytes that it may have.
    pub memory: u64,
}

impl Default for Patience {
    fn default() -> Patience {
        Patience { still_ms: 3000, busy_ms: 5000, memory: 6 << 30 }
    }
}

impl Patience {
    /// For confirming a hang that was seen before, over and over while shrinking.
    #[must_use]
    pub fn short(self) -> Patience {
        Patience { still_ms: self.still_ms.min(300), busy_ms: self.busy_ms.min(600), ..self }
    }
}

/// Processor time in a window of time, to tell standing still from running.
pub(super) struct Slack {
    pid: u32,
    progress: u32,
    /// Processor time at the last progress.
    cpu_at_progress: u64,
    /// Begin of the window in which the worker has all but stood still, and its processor time
    /// then.
    window: (Instant, u64),
}

impl Slack {
    pub(super) fn new(pid: u32) -> Slack {
        let cpu = cpu_nanos(pid);
        Slack { pid, progress: 0, cpu_at_progress: cpu, window: (Instant::now(), cpu) }
    }

    /// Reads again; `Some` when patience is at its end.
    pub(super) fn read(&mut self, patience: Patience, progress: u32) -> Option<How> {
        let cpu = cpu_nanos(self.pid);
        if progress != self.progress {
            self.progress = progress;
            self.cpu_at_progress = cpu;
            self.window = (Instant::now(), cpu);
        }
        if resident(self.pid) > patience.memory {
            return Some(How::Memory);
        }
        // A background thread that wakes up now and then is no progress: less than a fiftieth of
        // the processor counts as none.
        let (since, cpu_then) = self.window;
        let elapsed = since.elapsed();
        if u128::from(cpu.saturating_sub(cpu_then)) > elapsed.as_nanos() / 50 + 1_000_000 {
            self.window = (Instant::now(), cpu);
        } else if elapsed > Duration::from_millis(patience.still_ms) {
            return Some(How::Blocked);
        }
        let busy = Duration::from_nanos(cpu.saturating_sub(self.cpu_at_progress));
        (busy > Duration::from_millis(patience.busy_ms)).then_some(How::Spinning)
    }
}

/// Processor time of the process, all threads, in ns.
fn cpu_nanos(pid: u32) -> u64 {
    let mut clock = 0;
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: both calls only write to the locals that they are given.
    unsafe {
        if libc::clock_getcpuclockid(pid as i32, &raw mut clock) != 0
            || libc::clock_gettime(clock, &raw mut time) != 0
        {
            return 0;
        }
    }
    time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64
}

/// Resident bytes of the process, shared memory included.
fn resident(pid: u32) -> u64 {
    let text = std::fs::read_to_string(format!("/proc/{pid}/statm")).unwrap_or_default();
    let pages = text.split(' ').nth(1).and_then(|n| n.parse::<u64>().ok()).unwrap_or(0);
    pages * rustix::param::page_size() as u64
}
