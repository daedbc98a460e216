//! Where a step notes what it is about to do, before it does it.

use crate::observe::{Answer, Progress};
use std::sync::atomic::{Ordering, compiler_fence};

/// The answer of the step being performed, in memory that outlives this process.
///
/// All stores are volatile: the reader is another process, and reads them when this one is dead.
pub(super) struct Log {
    at: *mut Answer,
}

impl Log {
    /// Notes go to `at`.
    ///
    /// # Safety
    /// `at` is valid for writes while the log lives, and nobody else writes through it.
    pub(super) unsafe fn new(at: *mut Answer) -> Log {
        Log { at }
    }

    fn stage(&self, stage: Progress) {
        // The fence keeps the calls and block accesses around it where the source has them.
        compiler_fence(Ordering::SeqCst);
        // SAFETY: `at` is valid for writes (see `new`).
        unsafe { (&raw mut (*self.at).stage).write_volatile(stage as u32) };
        compiler_fence(Ordering::SeqCst);
    }

    /// About to enter the target, with the block `(address, serial)` or none.
    pub(super) fn calling(&self, given: u64, serial: u64) {
        // SAFETY: `at` is valid for writes (see `new`).
        unsafe {
            (&raw mut (*self.at).given).write_volatile(given);
            (&raw mut (*self.at).given_serial).write_volatile(serial);
        }
        self.stage(Progress::Calling);
    }

    /// About to read or write the bytes at `address`, of a block that was live before.
    pub(super) fn looking(&self, address: u64) {
        self.at_bytes(address, Progress::Looking);
    }

    /// About to read or write the bytes at `address`, of the block that the call just gave.
    pub(super) fn touching(&self, address: u64) {
        self.at_bytes(address, Progress::Touching);
    }

    fn at_bytes(&self, address: u64, stage: Progress) {
        // SAFETY: `at` is valid for writes (see `new`).
        unsafe { (&raw mut (*self.at).address).write_volatile(address) };
        self.stage(stage);
    }

    /// About to make the call that is the misuse.
    pub(super) fn misusing(&self, address: u64) {
        // SAFETY: `at` is valid for writes (see `new`).
        unsafe {
            (&raw mut (*self.at).flags).write_volatile(crate::observe::flag::MISUSING);
        }
        self.calling(address, 0);
    }

    /// The step is over and showed `shown`.
    pub(super) fn done(&self, mut shown: Answer) {
        if shown.stage != Progress::Skipped as u32 {
            shown.stage = Progress::Done as u32;
        }
        compiler_fence(Ordering::SeqCst);
        // SAFETY: `at` is valid for writes (see `new`).
        unsafe { self.at.write_volatile(shown) };
    }

    /// What a skipped step shows.
    pub(super) fn skipped() -> Answer {
        Answer { stage: Progress::Skipped as u32, ..Answer::default() }
    }
}
