//! Calls that no correct program makes, for targets that claim to stop them.
//!
//! The process is expected to die inside the call. A step that comes back says so by being *done*;
//! the heap behind it proves nothing any more, so a script ends with its misuse.

use super::table::Block;
use super::{Hands, Log};
use crate::observe::{Answer, flag};
use crate::op::alloc::{Foreign, Op};
use crate::target::heap::Held;
use std::cell::UnsafeCell;

/// Where a corrupted free list must never lead: memory that the target did not hand out.
#[repr(align(4096))]
struct Decoy(UnsafeCell<[u64; 512]>);

// SAFETY: its bytes are never read; writing them is what a broken target would do.
unsafe impl Sync for Decoy {}

static DECOY: Decoy = Decoy(UnsafeCell::new([0; 512]));

/// So many bytes of a freed block are overwritten: the words where free lists live.
const OVERWRITE: usize = 64;

impl Hands<'_> {
    /// Performs a misuse.
    pub(super) fn misuse(&self, op: &Op, log: &Log, shared: bool) -> Option<Answer> {
        match *op {
            Op::DoubleFree { slot } => {
                let (claim, block) = self.table.claim_full_c(slot, shared)?;
                self.free_valid(&block, log);
                claim.leave_empty();
                Some(self.free_wrong(block.held, log))
            }
            Op::FreeInterior { slot, offset } => {
                let (claim, block) = self.table.claim_full_c(slot, shared)?;
                let inside = offset % (block.held.size as u64).max(1);
                claim.leave_as_was();
                if inside == 0 {
                    return None;
                }
                let address = block.held.address.wrapping_add(inside as usize);
                Some(self.free_wrong(Held { address, ..block.held }, log))
            }
            Op::FreeForeign { what } => Some(self.free_foreign(what, log)),
            Op::CorruptFreed { slot, tries } => {
                let (claim, block) = self.table.claim_full_c(slot, shared)?;
                self.free_valid(&block, log);
                claim.leave_empty();
                Some(self.corrupt(&block, tries, log))
            }
            _ => None,
        }
    }

    fn free_valid(&self, block: &Block, log: &Log) {
        log.calling(block.held.address as u64, block.serial);
        // SAFETY: the block is live.
        unsafe { self.heap.free(block.held) };
    }

    fn free_wrong(&self, held: Held, log: &Log) -> Answer {
        log.misusing(held.address as u64);
        // SAFETY: none: this is the misuse that the target claims to stop.
        unsafe { self.heap.free(held) };
        Answer { given: held.address as u64, flags: flag::MISUSING, ..Answer::default() }
    }

    fn free_foreign(&self, what: Foreign, log: &Log) -> Answer {
        let mut local = [0u64; 64];
        let size = size_of_val(&local);
        let address = match what {
            Foreign::Stack => (&raw mut local[8]).cast(),
            Foreign::Static => DECOY.0.get().cast::<u8>().wrapping_add(64),
            Foreign::Mapping => own_page().wrapping_add(64),
        };
        let shown = self.free_wrong(Held { address, size, align: 16 }, log);
        std::hint::black_box(&local);
        shown
    }

    /// Overwrites a freed block, then allocates blocks of its size and sees where they lie.
    fn corrupt(&self, block: &Block, tries: u64, log: &Log) -> Answer {
        let decoy = DECOY.0.get() as u64;
        log.misusing(block.held.address as u64);
        let words = block.held.size.min(OVERWRITE) / 8;
        for i in 0..words {
            // SAFETY: none: a use after free, which the target claims to contain.
            unsafe { block.held.address.cast::<u64>().add(i).write_unaligned(decoy + 64) };
        }
        let mut shown =
            Answer { given: block.held.address as u64, flags: flag::MISUSING, ..Answer::default() };
        for _ in 0..tries {
            // SAFETY: a size that the heap granted before.
            let got = unsafe { self.heap.malloc(block.held.size) } as u64;
            if (decoy..decoy + 4096).contains(&got) {
                shown.flags |= flag::IN_DECOY;
                shown.address = got;
                break;
            }
        }
        shown
    }
}

/// A fresh page of this process's own. It is never given back: the process ends soon.
fn own_page() -> *mut u8 {
    use rustix::mm::{MapFlags, ProtFlags, mmap_anonymous};
    let prot = ProtFlags::READ | ProtFlags::WRITE;
    // SAFETY: a new private mapping where the system likes it.
    let page = unsafe { mmap_anonymous(std::ptr::null_mut(), 4096, prot, MapFlags::PRIVATE) };
    page.map_or(std::ptr::without_provenance_mut(1 << 20), <*mut _>::cast)
}
