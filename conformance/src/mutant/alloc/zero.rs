//! Wrong about zeros.

use crate::mutant::small::class::{GRAIN, MAX_SMALL};
use crate::mutant::small::parts::{Parts, Right};
use crate::mutant::small::{Block, Small};
use crate::target::heap::Held;

mutants! { heap:
    TrustsPageSizedSlots(c_heap) "alloc/skips-clearing-page-sized-slots"
        breaks "alloc/zero/calloc-zeroed"
        also []
        "Takes slots of a page and more for fresh memory, also when they are used again.";
    ClearsWholeWords(c_heap) "alloc/clears-whole-words-only"
        breaks "alloc/zero/calloc-zeroed"
        also ["alloc/zero/grow-zeroed-tail"]
        "Clears whole words of eight bytes, and leaves out the bytes after the last one.";
    TrustsSlack(c_heap) "alloc/trusts-slack-of-grown-block"
        breaks "alloc/zero/grow-zeroed-tail"
        also []
        "Does not clear what a block gains when it grows within its slot.";
}

impl Parts for TrustsPageSizedSlots {
    fn reads_zero(block: &Block) -> bool {
        Right::reads_zero(block) || (4096..=MAX_SMALL).contains(&block.taken.span.slot_size())
    }
}

impl Parts for ClearsWholeWords {
    unsafe fn clear(at: *mut u8, len: usize) {
        // SAFETY: fewer bytes than the caller owns.
        unsafe { Right::clear(at, len & !7) }
    }
}

impl Parts for TrustsSlack {
    fn grow_zeroed(heap: &Small<Self>, block: Held, size: usize) -> *mut u8 {
        let fits = heap.live(block.address).is_some_and(|place| size <= place.usable());
        if fits {
            heap.resize(block.address, size, GRAIN)
        } else {
            heap.grow_and_clear(block, size)
        }
    }
}
