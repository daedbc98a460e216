//! What a target answers to one step: numbers measured at the event, never a verdict.
//!
//! Each alphabet has answers of its own ([`Asked`]). An answer is plain data of fixed size; what only some
//! steps show, and takes more room, is a *reading* beside it.
//!
//! An allocator's [`Answer`] crosses a process border in shared memory.
//! Who measures (`target::hands`) knows the pattern that each block was written with; who judges
//! (`model`, `rule`) sees lengths and counts only.

pub mod escape;
pub mod gc;
pub mod reading;

use crate::op::Action;
use crate::op::alloc::{Op, Step};
use std::fmt;

/// Ops that are answered.
pub trait Asked: Action {
    /// What every step is answered with.
    type Answer: Answers;
    /// What some steps show beside it.
    type Reading: fmt::Debug;
}

/// What is common to all answers.
pub trait Answers: Copy + Default + fmt::Debug {
    /// How far the step got.
    fn progress(&self) -> Progress;

    /// When the step began and ended, in ticks of a counter shared by all threads; 0 where there is none.
    fn stamps(&self) -> (u64, u64);
}

impl Asked for Op {
    type Answer = Answer;
    type Reading = reading::Reading;
}

/// How far a step got. Stored before and after the step is performed, so that a process that dies
/// leaves behind what it was doing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u32)]
pub enum Progress {
    /// Not begun.
    Pending = 0,
    /// The op did not apply to the state it met (see `op::alloc`: ops are total).
    Skipped = 1,
    /// Inside the target's code.
    Calling = 2,
    /// Reading or writing bytes of a block that was live before the call.
    Looking = 3,
    /// Reading or writing bytes of the block that the call just gave.
    Touching = 4,
    /// All done.
    Done = 5,
}

/// What one step showed. Fields that the step has no value for are 0.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[repr(C)]
pub struct Answer {
    /// How far the step got, as [`Progress`] stores it; read it through [`Answer::progress`],
    /// because it was written by a process that may write anything.
    pub stage: u32,
    /// `errno` just before the call.
    pub errno_before: i32,
    /// `errno` just after the call.
    pub errno_after: i32,
    /// What `posix_memalign` returned; the exit status of a forked child (negative: the signal).
    pub result: i32,
    /// Bits of [`flag`].
    pub flags: u32,
    /// Keeps the fields below at multiples of 8 bytes in every build.
    pub reserved: u32,
    /// The address that the call returned; 0 for null and for calls that return none.
    pub address: u64,
    /// The address of the block that the call was given; 0 for null and for calls given none.
    pub given: u64,
    /// Which allocation the block given or asked about came from: a number that no other block of
    /// the run has. For allocations, the new number.
    pub serial: u64,
    /// The serial of the block given, where the call also makes a new one.
    pub given_serial: u64,
    /// Usable bytes, where they were asked for.
    pub usable: u64,
    /// Bytes that read zero at the start of a zeroed block, or past the old part of a grown one.
    pub zero_prefix: u64,
    /// Bytes at the start of a resized (or refused) block that still held their pattern.
    pub same_prefix: u64,
    /// Bytes of the block given that no longer held their pattern.
    pub damaged: u64,
    /// Bytes of all other live blocks that no longer held theirs, where all were looked at.
    pub damaged_elsewhere: u64,
    /// When the call began and ended: ticks of a counter shared by all threads.
    pub began: u64,
    /// See `began`.
    pub ended: u64,
    /// Resident and mapped bytes of the process, at a checkpoint.
    pub resident: u64,
    /// See `resident`.
    pub mapped: u64,
    /// [`crate::target::heap::HeapStats`], where they are offered and were asked for.
    pub stats: [u64; 4],
}

impl Answers for Answer {
    fn progress(&self) -> Progress {
        Answer::progress(self)
    }

    fn stamps(&self) -> (u64, u64) {
        (self.began, self.ended)
    }
}

impl Answer {
    /// How far the step got; an unknown number counts as [`Progress::Pending`].
    pub fn progress(&self) -> Progress {
        match self.stage {
            1 => Progress::Skipped,
            2 => Progress::Calling,
            3 => Progress::Looking,
            4 => Progress::Touching,
            5 => Progress::Done,
            _ => Progress::Pending,
        }
    }

    /// Whether all bits of `which` (see [`flag`]) are set.
    pub fn has(&self, which: u32) -> bool {
        self.flags & which == which
    }
}

/// Single facts of an [`Answer`].
pub mod flag {
    /// `posix_memalign` wrote through its pointer argument.
    pub const PLACE_WRITTEN: u32 = 1;
    /// After a refused resize, probing allocations were given the old block's bytes.
    pub const OLD_REUSED: u32 = 1 << 1;
    /// An allocation after a corrupted free lay in the decoy.
    pub const IN_DECOY: u32 = 1 << 2;
    /// The usable size of some other live block changed.
    pub const USABLE_CHANGED: u32 = 1 << 3;
    /// A forked child stopped using the processor without exiting, and was killed.
    pub const CHILD_STUCK: u32 = 1 << 4;
    /// The step changed the disposition of a signal.
    pub const SIGNALS_CHANGED: u32 = 1 << 5;
    /// A file descriptor of the judge was closed.
    pub const FD_LOST: u32 = 1 << 6;
    /// The statistics were asked for, and `stats` holds them.
    pub const HAS_STATS: u32 = 1 << 7;
    /// A statistic changed across a call that must not change any.
    pub const STATS_MOVED: u32 = 1 << 8;
    /// The step was at the call that is the misuse: a process that dies here has detected it.
    pub const MISUSING: u32 = 1 << 9;
    /// The call was given a live block and kept its identity (a resize).
    pub const RESIZED: u32 = 1 << 10;
    /// The inside of the target was looked at: there is a [`super::reading::Reading`].
    pub const HAS_READING: u32 = 1 << 11;
}

/// A step with what it showed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Observed {
    /// What was asked.
    pub step: Step,
    /// What came of it.
    pub answer: Answer,
}
