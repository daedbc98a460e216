//! Wrong about how slices grow.

use super::accounts;
use crate::mutant::tri::accounts::Accounts;
use crate::mutant::tri::append::round_up;
use crate::op::gc::Shape;

mutants! { collector:
    DoublesUpToAThousand(accounts) "gc/doubles-up-to-a-thousand"
        breaks "gc/append/capacity-rule"
        also []
        "Doubles slices below 1024 elements, as before Go 1.18.";
    WastesTheClass(accounts) "gc/wastes-the-class"
        breaks "gc/append/capacity-rule"
        also []
        "Does not use what its size class has beyond the capacity that was wanted.";
    GrowsOnce(accounts) "gc/grows-once"
        breaks "gc/append/capacity-never-below-need"
        also ["gc/append/capacity-rule"]
        "Grows a large slice by a quarter, once, whatever is needed.";
    RoundsDown(accounts) "gc/rounds-down-to-a-class"
        breaks "gc/append/capacity-never-below-need"
        also ["gc/append/capacity-rule"]
        "Gives a slice the size class below what is wanted, if it is no class itself.";
    CopiesWholeBlocks(accounts) "gc/copies-whole-blocks"
        breaks "gc/append/elements-kept"
        also []
        "Copies the elements of a slice that grows in blocks of 64 words, if it has that many, and forgets the rest.";
    LeavesNumbersDirty(accounts) "gc/leaves-numbers-dirty"
        breaks "gc/append/behind-is-zero"
        also []
        "Clears what is behind the elements only where the collector would see it.";
    MultipliesFirst(accounts) "gc/multiplies-before-it-checks"
        breaks "gc/append/impossible-is-refused"
        also ["gc/append/**"]
        "Multiplies count and size of elements without looking whether that wraps.";
}

impl Accounts for DoublesUpToAThousand {
    fn threshold(&self) -> u64 {
        1024
    }
}

impl Accounts for WastesTheClass {
    fn round_up(&self, bytes: u64, _: bool) -> u64 {
        bytes
    }
}

impl Accounts for GrowsOnce {
    fn has_grown(&self, _: u64, _: u64) -> bool {
        true
    }
}

impl Accounts for RoundsDown {
    fn round_up(&self, bytes: u64, noscan: bool) -> u64 {
        let mut down = bytes;
        while round_up(down, noscan) > bytes {
            down -= 8;
        }
        round_up(down, noscan)
    }
}

impl Accounts for CopiesWholeBlocks {
    fn copy_elements(&self, old: &[u64], new: &mut [u64]) {
        const BLOCK: usize = 64;
        let whole = old.len() - if old.len() > BLOCK { old.len() % BLOCK } else { 0 };
        new[..whole].copy_from_slice(&old[..whole]);
    }
}

impl Accounts for LeavesNumbersDirty {
    fn clear_behind(&self, behind: &mut [u64], noscan: bool) {
        if !noscan {
            behind.fill(0);
        }
    }
}

impl Accounts for MultipliesFirst {
    fn bytes_of(&self, count: u64, element: Shape) -> Option<u64> {
        Some(count.wrapping_mul(element.bytes()))
    }
}
