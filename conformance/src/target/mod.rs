//! Implementations under judgement, and the ways to reach them.
//!
//! A [`Target`] takes batches of steps and gives answers; how it performs them is its own affair.
//! [`inproc::InProcess`] performs them here, for fuzzers and benchmarks; [`child::Child`] in a
//! process of its own, for everything that may crash. Both use the same `hands` and `crew`.

pub mod analyser;
pub mod child;
pub mod collector;
pub mod crew;
mod disturb;
pub mod false_answers;
pub mod footprint;
pub mod hands;
pub mod heap;
pub mod identity;
pub mod inproc;
pub mod inside;
pub mod malloc;
pub mod memory;
pub mod patience;
pub mod plant;
pub mod stdio;
mod survey;

use crate::capability::Capabilities;
use crate::observe::Asked;
use crate::op::{Step, alloc};
use identity::Identity;
use std::fmt;
use std::process::ExitStatus;

/// Steps in a batch, at most. A section, or late steps with the end of their thread, must fit into
/// one batch.
pub const BATCH: usize = 2048;

/// An implementation, ready to perform steps on a fresh heap.
pub trait Target<O: Asked = alloc::Op> {
    /// What code answers.
    fn identity(&self) -> &Identity;

    /// What it offers.
    fn offers(&self) -> Capabilities;

    /// Hands over a batch of at most [`BATCH`] steps. Two batches may be on their way at a time;
    /// the target may perform one while the answers to the other are judged.
    fn submit(&mut self, steps: &[Step<O>]);

    /// Waits for the oldest batch on its way.
    fn collect(&mut self) -> Batch<'_, O>;
}

/// The answers to one batch.
#[derive(Debug)]
pub struct Batch<'t, O: Asked = alloc::Op> {
    /// One answer a step. After a death, those of steps never begun are pending.
    pub answers: &'t [O::Answer],
    /// What some steps showed beside their answer, by the index of the step in the batch, in order.
    pub readings: &'t [(usize, O::Reading)],
    /// Why there will be no more.
    pub death: Option<Death>,
}

/// The end of a target that nobody asked to end.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Death {
    /// How it ended.
    pub how: How,
    /// Index of the step that it was at, within the batch.
    pub at: usize,
    /// What it wrote to its standard error; the last part.
    pub stderr: String,
}

/// How a process ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum How {
    /// A signal, with the address that was touched, if that was the reason.
    Signal {
        /// Its number.
        number: i32,
        /// The address touched; 0 where none was.
        address: u64,
        /// The address lay at the end of the thread's stack.
        stack_overflow: bool,
    },
    /// An exit, with its status.
    Exit(i32),
    /// It stopped using the processor, and no step ended.
    Blocked,
    /// It used the processor without end, and no step ended.
    Spinning,
    /// It took more memory than the run allows.
    Memory,
    /// It wrote what is no reply.
    Protocol,
}

impl How {
    /// How a process ended by itself, by its status.
    pub fn of(status: ExitStatus) -> How {
        use std::os::unix::process::ExitStatusExt;
        match (status.signal(), status.code()) {
            (Some(number), _) => How::Signal { number, address: 0, stack_overflow: false },
            (None, code) => How::Exit(code.unwrap_or(-1)),
        }
    }

    /// Whether the process did not end by itself, but was given up.
    pub fn is_hang(self) -> bool {
        matches!(self, How::Blocked | How::Spinning)
    }

    /// Whether nothing outside the process can have done it: somebody may kill a process, and a
    /// machine that is short of everything may keep it waiting. What runs without end uses up its
    /// own processor time.
    pub fn is_own_doing(self) -> bool {
        !matches!(
            self,
            How::Signal { number: libc::SIGKILL | libc::SIGTERM, .. } | How::Blocked | How::Memory
        )
    }
}

impl fmt::Display for How {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            How::Signal { stack_overflow: true, .. } => f.write_str("overflowed its stack"),
            How::Signal { number, .. } => write!(f, "was ended by {}", signal_name(number)),
            How::Exit(status) => write!(f, "exited with status {status}"),
            How::Blocked => f.write_str("blocked for ever"),
            How::Spinning => f.write_str("ran without end"),
            How::Memory => f.write_str("took more memory than the run allows"),
            How::Protocol => f.write_str("broke the protocol"),
        }
    }
}

/// The name of a signal, `SIGSEGV` for 11.
pub fn signal_name(number: i32) -> String {
    let name = match number {
        libc::SIGABRT => "SIGABRT",
        libc::SIGBUS => "SIGBUS",
        libc::SIGFPE => "SIGFPE",
        libc::SIGILL => "SIGILL",
        libc::SIGKILL => "SIGKILL",
        libc::SIGSEGV => "SIGSEGV",
        libc::SIGSYS => "SIGSYS",
        libc::SIGTERM => "SIGTERM",
        libc::SIGTRAP => "SIGTRAP",
        libc::SIGXCPU => "SIGXCPU",
        libc::SIGXFSZ => "SIGXFSZ",
        _ => return format!("signal {number}"),
    };
    name.to_owned()
}
