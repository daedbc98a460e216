//! The system, with an ear on it: what a heap asks of it is written down.
//!
//! Which address space the heap has, how much memory it was given and what it gave back is known here
//! from the calls themselves, whatever the heap says of it.

use reference_alloc::error::OutOfMemory;
use reference_alloc::os::Os;
use reference_alloc::os::unix::Unix;
use reference_alloc::units::{Addr, CHUNK_BYTES};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Where the first arena should lie: where Go asks for it, without the noise.
const FIRST_HINT: Addr = Addr(0x00c0_0000_0000);

/// What was asked of the system.
#[derive(Debug, Default)]
pub(super) struct Heard {
    /// Address space for pages of the heap, as start and length.
    pub(super) arenas: Vec<(usize, usize)>,
    /// Bytes of memory that it gave, and that were not unmapped.
    pub(super) committed: usize,
    /// What it was given back since that was last taken note of, as start and length, in order.
    pub(super) decommitted: Vec<(usize, usize)>,
}

/// The system of this process.
#[derive(Debug)]
pub(super) struct Listening {
    system: Unix,
    heard: Mutex<Heard>,
}

impl Listening {
    pub(super) fn new() -> Listening {
        Listening { system: Unix::new(), heard: Mutex::default() }
    }

    pub(super) fn heard(&self) -> MutexGuard<'_, Heard> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was given back since this was last called.
    pub(super) fn take_decommitted(&self) -> Vec<(usize, usize)> {
        std::mem::take(&mut self.heard().decommitted)
    }
}

// SAFETY: all is done by the system below. What is written down is on another heap.
unsafe impl Os for Listening {
    fn page_bytes(&self) -> usize {
        self.system.page_bytes()
    }

    fn huge_page_bytes(&self) -> usize {
        self.system.huge_page_bytes()
    }

    fn decommit_zeroes(&self) -> bool {
        self.system.decommit_zeroes()
    }

    fn now(&self) -> u64 {
        self.system.now()
    }

    fn first_hint(&self) -> Addr {
        FIRST_HINT
    }

    fn reserve(&self, hint: Addr, bytes: usize, align: usize) -> Option<Addr> {
        let at = self.system.reserve(hint, bytes, align)?;
        // All else that the heap asks for is for itself, and aligned to pages of the system.
        if align >= CHUNK_BYTES {
            self.heard().arenas.push((at.0, bytes));
        }
        Some(at)
    }

    fn blank(&self, at: Addr, bytes: usize) -> Result<(), OutOfMemory> {
        self.system.blank(at, bytes)
    }

    fn commit(&self, at: Addr, bytes: usize) -> Result<(), OutOfMemory> {
        self.system.commit(at, bytes)?;
        self.heard().committed += bytes;
        Ok(())
    }

    fn decommit(&self, at: Addr, bytes: usize) {
        self.system.decommit(at, bytes);
        self.heard().decommitted.push((at.0, bytes));
    }

    unsafe fn release(&self, at: Addr, bytes: usize) {
        // SAFETY: the caller's.
        unsafe { self.system.release(at, bytes) };
        // The heap forgets all that it has just reserved, or what follows the part that it uses.
        let mut heard = self.heard();
        for arena in &mut heard.arenas {
            if at.0 < arena.0 + arena.1 && arena.0 < at.0 + bytes {
                arena.1 = at.0.saturating_sub(arena.0);
            }
        }
        heard.arenas.retain(|&(_, bytes)| bytes > 0);
    }

    fn advise_huge(&self, at: Addr, bytes: usize, wanted: bool) {
        self.system.advise_huge(at, bytes, wanted);
    }
}
