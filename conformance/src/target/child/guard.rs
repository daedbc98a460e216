//! The only place where time is looked at: a worker that ends, hangs or eats memory becomes a
//! [`How`].
//!
//! A worker is *blocked* when its processor time stands still while it owes an answer, and
//! *spinning* when it uses much more processor time on one batch than any batch takes. Neither
//! depends on how busy the machine is: a runnable process gets some processor time within the
//! milliseconds that [`super::Patience`] names.

use super::shared::Header;
use super::{How, Patience};
use rustix::fd::OwnedFd;
use rustix::pipe::{PipeFlags, pipe_with};
use rustix::thread::futex;
use std::io;
use std::process::Child;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// How long the judge sleeps before it looks whether the worker still lives.
const LOOK_EVERY: Duration = Duration::from_millis(2);

/// Looks between two readings of processor time and memory.
const LOOKS_A_READING: u32 = 16;

/// At most so many bytes of the worker's standard error are kept.
const STDERR: usize = 8 << 10;

/// Distance between the stack pointer and a fault that counts as an overflow of the stack: guard
/// page and one large frame.
const STACK_REACH: u64 = 256 << 10;

/// A worker process. It is killed and reaped when dropped.
pub(super) struct Process {
    child: Child,
    stderr: OwnedFd,
    patience: Patience,
    ended: Option<How>,
}

/// A pipe for the worker's standard error whose write end never blocks: a worker that writes more
/// than the pipe holds loses the rest.
pub(super) fn error_pipe() -> io::Result<(OwnedFd, OwnedFd)> {
    let (read, write) = pipe_with(PipeFlags::CLOEXEC)?;
    rustix::io::ioctl_fionbio(&write, true)?;
    rustix::io::ioctl_fionbio(&read, true)?;
    Ok((read, write))
}

impl Process {
    pub(super) fn new(child: Child, stderr: OwnedFd) -> Process {
        Process { child, stderr, patience: Patience::default(), ended: None }
    }

    pub(super) fn set_patience(&mut self, patience: Patience) {
        self.patience = patience;
    }

    /// Waits until `word` is no longer `value`; `Some` if the worker ended first, or was given up
    /// and killed. `progress` is any number that changes while the worker gets on.
    pub(super) fn watch(
        &mut self,
        word: &AtomicU32,
        value: u32,
        progress: impl Fn() -> u32,
    ) -> Option<How> {
        let mut slack = Slack::new(self.child.id());
        let mut looks = 0u32;
        loop {
            if word.load(Ordering::Acquire) != value {
                return None;
            }
            let timeout = futex_timeout();
            let _ = futex::wait(word, futex::Flags::empty(), value, Some(&timeout));
            if word.load(Ordering::Acquire) != value {
                return None;
            }
            if let Some(how) = self.ended() {
                // It may have finished the batch and died of something later.
                return (word.load(Ordering::Acquire) == value).then_some(how);
            }
            looks += 1;
            if looks.is_multiple_of(LOOKS_A_READING)
                && let Some(how) = slack.read(self.patience, progress())
            {
                self.kill();
                self.ended = Some(how);
                return self.ended;
            }
        }
    }

    fn ended(&mut self) -> Option<How> {
        use std::os::unix::process::ExitStatusExt;
        if self.ended.is_none()
            && let Ok(Some(status)) = self.child.try_wait()
        {
            self.ended = Some(match (status.signal(), status.code()) {
                (Some(number), _) => How::Signal { number, address: 0, stack_overflow: false },
                (None, code) => How::Exit(code.unwrap_or(-1)),
            });
        }
        self.ended
    }

    /// `how`, with what the worker noted of its last signal.
    pub(super) fn with_fault(how: How, header: &Header) -> How {
        match how {
            How::Signal { number, .. } if header.signal.load(Ordering::Acquire) == number => {
                let address = header.fault.load(Ordering::Acquire);
                let stack = header.stack.load(Ordering::Acquire);
                let stack_overflow =
                    number == libc::SIGSEGV && stack.abs_diff(address) < STACK_REACH;
                How::Signal { number, address, stack_overflow }
            }
            _ => how,
        }
    }

    /// What the worker wrote to its standard error so far, the first [`STDERR`] bytes.
    pub(super) fn stderr(&self) -> String {
        let mut bytes = vec![0; STDERR];
        let mut len = 0;
        while len < STDERR {
            match rustix::io::read(&self.stderr, &mut bytes[len..]) {
                Ok(0) | Err(_) => break,
                Ok(n) => len += n,
            }
        }
        String::from_utf8_lossy(&bytes[..len]).into_owned()
    }

    fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

fn futex_timeout() -> futex::Timespec {
    futex::Timespec { tv_sec: 0, tv_nsec: i64::from(LOOK_EVERY.subsec_nanos()) }
}

/// Processor time in a window of time, to tell standing still from running.
struct Slack {
    pid: u32,
    progress: u32,
    /// Processor time at the last progress.
    cpu_at_progress: u64,
    /// Begin of the window in which the worker has all but stood still, and its processor time
    /// then.
    window: (Instant, u64),
}

impl Slack {
    fn new(pid: u32) -> Slack {
        let cpu = cpu_nanos(pid);
        Slack { pid, progress: 0, cpu_at_progress: cpu, window: (Instant::now(), cpu) }
    }

    /// Reads again; `Some` when patience is at its end.
    fn read(&mut self, patience: Patience, progress: u32) -> Option<How> {
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
