//! Wrong about weak handles.

use super::parts;
use crate::mutant::tri::Tri;
use crate::mutant::tri::parts::{Parts, Right};
use crate::mutant::tri::reference::Ref;
use crate::mutant::tri::special::{CLEARED, WeakRef, What};

mutants! { collector:
    LeavesDeadHandles(parts) "gc/leaves-dead-handles"
        breaks "gc/weak/nil-after-death"
        also ["gc/**"]
        "Does not clear the handles of an object that dies.";
    ClearsTheSpan(parts) "gc/clears-the-handles-of-the-span"
        breaks "gc/weak/leads-to-live"
        also ["gc/weak/**"]
        "Clears the handles of all objects of a span when one of them dies.";
    ClearsAfterFinalizers(parts) "gc/clears-after-finalizers"
        breaks "gc/weak/cleared-before-finalizer"
        also ["gc/weak/**", "gc/finalizer/**"]
        "Leaves the handles of an object that is to be finalized until it dies.";
    LeavesOddHandles(parts) "gc/leaves-odd-handles"
        breaks "gc/weak/nil-after-finalizer"
        also ["gc/**"]
        "Does not clear every second handle when the finalizer of its object is queued.";
    ReadsWhite(parts) "gc/reads-white"
        breaks "gc/weak/read-shades"
        also ["gc/**"]
        "Does not shade what a weak read finds while marking is on.";
    ReadsTheUnswept(parts) "gc/reads-the-unswept"
        breaks "gc/weak/read-sweeps-first"
        also ["gc/**"]
        "Hands out through a handle what is dead and not yet swept.";
    ComparesObjects(parts) "gc/compares-objects-only"
        breaks "gc/weak/equal-iff-same"
        also []
        "Takes handles to different words of an object for equal.";
    MakesAHandleEachTime(parts) "gc/makes-a-handle-each-time"
        breaks "gc/weak/equal-iff-same"
        also []
        "Makes a new handle each time it is asked for one.";
    RetainsThroughHandles(parts) "gc/retains-through-handles"
        breaks "gc/weak/does-not-retain"
        also ["gc/**"]
        "Takes weak handles for roots.";
    RefillsHandles(parts) "gc/refills-handles"
        breaks "gc/weak/new-handle-after-resurrection-differs"
        also ["gc/weak/**"]
        "Fills the cleared handle of an object that was resurrected again.";
}

impl Parts for LeavesDeadHandles {
    fn clear_dead(&self, _: &mut Tri, _: usize, _: u32) {}
}

impl Parts for ClearsTheSpan {
    fn clear_dead(&self, tri: &mut Tri, index: usize, cell: u32) {
        Right.clear_dead(tri, index, cell);
        for special in tri.heap.spans[index].specials.clone() {
            if let What::Weak(cell) = special.what {
                Right.clear_dead(tri, index, cell);
            }
        }
    }
}

impl Parts for ClearsAfterFinalizers {
    fn clear_before_finalizer(&self, _: &mut Tri, _: usize, _: u32, _: u32) {}
}

impl Parts for ReadsWhite {
    fn shade_read(&self, _: &mut Tri, _: Ref) {}
}

impl Parts for ReadsTheUnswept {
    fn sweep_before_read(&self, _: &mut Tri, _: usize) {}
}

impl Parts for ComparesObjects {
    fn same(&self, one: WeakRef, other: WeakRef) -> bool {
        one.cell == other.cell
    }
}

impl Parts for MakesAHandleEachTime {
    fn weak_cell(&self, tri: &mut Tri, index: usize, slot: u32) -> u32 {
        tri.new_cell(index, slot)
    }
}

impl Parts for RetainsThroughHandles {
    fn mark_begins(&self, tri: &mut Tri) {
        for weak in tri.weaks.into_iter().flatten() {
            if let Some(target) = tri.target(weak) {
                tri.shade(Ref::start(target));
            }
        }
    }
}

impl Parts for RefillsHandles {
    fn weak_cell(&self, tri: &mut Tri, index: usize, slot: u32) -> u32 {
        let cell = Right.weak_cell(tri, index, slot);
        tri.specials.cells[cell as usize] = tri.heap.spans[index].word_of(slot);
        cell
    }

    fn clear_before_finalizer(&self, tri: &mut Tri, _: usize, _: u32, cell: u32) {
        tri.specials.cells[cell as usize] = CLEARED;
    }
}

impl Parts for LeavesOddHandles {
    fn clear_before_finalizer(&self, tri: &mut Tri, index: usize, slot: u32, cell: u32) {
        if cell.is_multiple_of(2) {
            Right.clear_before_finalizer(tri, index, slot, cell);
        }
    }
}
