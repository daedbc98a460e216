//! A worker that ends, hangs or eats memory becomes a [`How`].

use super::How;
use super::shared::Header;
use crate::target::patience::{Patience, Slack};
use rustix::fd::OwnedFd;
use rustix::pipe::{PipeFlags, pipe_with};
use rustix::thread::futex;
use std::io;
use std::process::Child;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

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
        if self.ended.is_none()
            && let Ok(Some(status)) = self.child.try_wait()
        {
            self.ended = Some(How::of(status));
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
