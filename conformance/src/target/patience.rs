//! The only place where time is looked at: when a process that makes no progress is given up.
//!
//! A process is *blocked* when its processor time stands still while it owes an answer and none of its
//! threads could run, and *spinning* when it uses much more processor time on one batch than any batch
//! takes. Neither depends on how busy the machine is: one whose threads wait for the processor is neither.

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
            if !is_runnable(self.pid) {
                return Some(How::Blocked);
            }
            self.window = (Instant::now(), cpu);
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

/// Whether a thread of the process runs, or waits for nothing but a processor. Source: `proc(5)`.
fn is_runnable(pid: u32) -> bool {
    let tasks = std::fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
    tasks.into_iter().any(|task| {
        let stat = std::fs::read_to_string(task.path().join("stat")).unwrap_or_default();
        // The name of a program may hold anything, and ends with the last bracket.
        stat.rsplit(')').next().is_some_and(|rest| rest.trim_start().starts_with('R'))
    })
}

/// Resident bytes of the process, shared memory included.
fn resident(pid: u32) -> u64 {
    let text = std::fs::read_to_string(format!("/proc/{pid}/statm")).unwrap_or_default();
    let pages = text.split(' ').nth(1).and_then(|n| n.parse::<u64>().ok()).unwrap_or(0);
    pages * rustix::param::page_size() as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::{Child, Command, Stdio};

    /// A program, ended with the test.
    struct Running(Child);

    impl Running {
        fn start(program: &str, arguments: &[&str]) -> Running {
            let mut command = Command::new(program);
            command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::null());
            Running(command.spawn().expect("a program of every system"))
        }

        fn is_runnable(&self) -> bool {
            is_runnable(self.0.id())
        }

        /// Looks until it is as `wanted`; a program needs a moment to come there.
        fn comes_to_be_runnable(&self, wanted: bool) -> bool {
            (0..2000).any(|_| {
                std::thread::sleep(Duration::from_millis(5));
                self.is_runnable() == wanted
            })
        }
    }

    impl Drop for Running {
        fn drop(&mut self) {
            let _ = self.0.kill();
            let _ = self.0.wait();
        }
    }

    #[test]
    fn what_waits_for_a_processor_is_told_from_what_waits_for_input() {
        let (reads, works) =
            (Running::start("cat", &[]), Running::start("sh", &["-c", "while :; do :; done"]));
        assert!(reads.comes_to_be_runnable(false));
        assert!(works.comes_to_be_runnable(true));
        assert!(!reads.is_runnable() && works.is_runnable(), "and they stay so");
    }

    #[test]
    fn what_is_no_process_cannot_run() {
        assert!(!is_runnable(u32::MAX));
    }

    #[test]
    fn what_reads_and_is_given_nothing_is_blocked_and_what_works_is_not() {
        let patience = Patience { still_ms: 100, busy_ms: u64::MAX, memory: u64::MAX };
        let (reads, works) =
            (Running::start("cat", &[]), Running::start("sh", &["-c", "while :; do :; done"]));
        assert!(reads.comes_to_be_runnable(false) && works.comes_to_be_runnable(true));
        let (mut of_reads, mut of_works) = (Slack::new(reads.0.id()), Slack::new(works.0.id()));
        let given_up = (0..2000).find_map(|_| {
            std::thread::sleep(Duration::from_millis(5));
            assert_eq!(of_works.read(patience, 0), None);
            of_reads.read(patience, 0)
        });
        assert_eq!(given_up, Some(How::Blocked));
    }
}
