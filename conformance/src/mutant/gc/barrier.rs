//! Wrong about the barrier: something that is written is not shaded.

use super::parts;
use crate::mutant::tri::Tri;
use crate::mutant::tri::barrier::Write;
use crate::mutant::tri::parts::{Parts, Right};
use crate::mutant::tri::reference::Ref;

mutants! { collector:
    KeepsOldWhite(parts) "gc/keeps-old-white"
        breaks "gc/barrier/deletion-shade"
        also ["gc/**"]
        "Does not shade what a store overwrites.";
    ShadesOldWhileGrey(parts) "gc/shades-old-while-grey"
        breaks "gc/barrier/deletion-shade"
        also ["gc/**"]
        "Shades what is overwritten only while the stack is grey.";
    KeepsNewWhite(parts) "gc/keeps-new-white"
        breaks "gc/barrier/insertion-shade"
        also ["gc/**"]
        "Does not shade what is stored, though the stack is grey.";
    ShadesNewWhileBlack(parts) "gc/shades-new-while-black"
        breaks "gc/barrier/insertion-shade"
        also ["gc/**"]
        "Shades what is stored only when the stack is black.";
    ElidesNilStores(parts) "gc/elides-nil-stores"
        breaks "gc/barrier/nil-store-shades"
        also ["gc/**"]
        "Leaves the barrier out where nil is stored.";
    CopiesWithoutBarrier(parts) "gc/copies-without-barrier"
        breaks "gc/barrier/bulk-copy-shades"
        also ["gc/**"]
        "Leaves the barrier out where slots are copied.";
    CopiesOldWhite(parts) "gc/copies-over-white"
        breaks "gc/barrier/bulk-copy-shades"
        also ["gc/**"]
        "Shades what is copied, and not what it is copied over.";
    WipesWithoutBarrier(parts) "gc/wipes-without-barrier"
        breaks "gc/barrier/bulk-wipe-shades"
        also ["gc/**"]
        "Leaves the barrier out where slots are wiped.";
    SwapShadesTheNewTwice(parts) "gc/swap-shades-the-new-twice"
        breaks "gc/barrier/atomic-shades"
        also ["gc/**"]
        "Shades what an exchange stores twice, and what it takes out not at all.";
    ComparesWithoutBarrier(parts) "gc/compares-without-barrier"
        breaks "gc/barrier/atomic-shades"
        also ["gc/**"]
        "Leaves the barrier out where a comparison stores.";
    WritesGlobalsPlainly(parts) "gc/writes-globals-plainly"
        breaks "gc/barrier/global-store-shades"
        also ["gc/**"]
        "Leaves the barrier out where globals are written.";
    BearsWhite(parts) "gc/bears-white"
        breaks "gc/barrier/allocate-black"
        also ["gc/**"]
        "Makes new objects white while marking is on.";
    DropsTheBufferOfTheDead(parts) "gc/drops-the-buffer-of-an-ended-mutator"
        breaks "gc/barrier/buffer-flushed"
        also ["gc/**"]
        "Drops what a mutator has shaded when it ends.";
    EmptiesTheFirstBuffer(parts) "gc/empties-the-first-buffer"
        breaks "gc/barrier/buffer-flushed"
        also ["gc/**"]
        "Empties the buffer of mutator 0 only when marking ends, and drops the others.";
    DropsLateWork(parts) "gc/drops-late-work"
        breaks "gc/barrier/late-work-resumes"
        also ["gc/**"]
        "Marks what the buffers hold when marking ends, and does not scan it.";
}

impl Parts for KeepsOldWhite {
    fn shade_old(&self, tri: &mut Tri, mutator: usize, write: Write, old: Ref) {
        if write != Write::Store && write != Write::Clear {
            Right.shade_old(tri, mutator, write, old);
        }
    }
}

impl Parts for ShadesOldWhileGrey {
    fn shade_old(&self, tri: &mut Tri, mutator: usize, write: Write, old: Ref) {
        if tri.mutators[mutator].is_grey() {
            Right.shade_old(tri, mutator, write, old);
        }
    }
}

impl Parts for KeepsNewWhite {
    fn shade_new(&self, _: &mut Tri, _: usize, _: Write, _: Ref) {}
}

impl Parts for ShadesNewWhileBlack {
    fn shade_new(&self, tri: &mut Tri, mutator: usize, write: Write, new: Ref) {
        if !tri.mutators[mutator].is_grey() {
            Right.shade_new(tri, mutator, write, new);
        }
    }
}

impl Parts for ElidesNilStores {
    fn barrier(&self, tri: &mut Tri, mutator: usize, write: Write, old: Ref, new: Ref) {
        if write != Write::Clear {
            Right.barrier(tri, mutator, write, old, new);
        }
    }
}

impl Parts for CopiesWithoutBarrier {
    fn barrier(&self, tri: &mut Tri, mutator: usize, write: Write, old: Ref, new: Ref) {
        if write != Write::Copy {
            Right.barrier(tri, mutator, write, old, new);
        }
    }
}

impl Parts for CopiesOldWhite {
    fn shade_old(&self, tri: &mut Tri, mutator: usize, write: Write, old: Ref) {
        if write != Write::Copy {
            Right.shade_old(tri, mutator, write, old);
        }
    }
}

impl Parts for WipesWithoutBarrier {
    fn barrier(&self, tri: &mut Tri, mutator: usize, write: Write, old: Ref, new: Ref) {
        if write != Write::Wipe {
            Right.barrier(tri, mutator, write, old, new);
        }
    }
}

impl Parts for SwapShadesTheNewTwice {
    fn barrier(&self, tri: &mut Tri, mutator: usize, write: Write, old: Ref, new: Ref) {
        let old = if write == Write::Swap { new } else { old };
        Right.barrier(tri, mutator, write, old, new);
    }
}

impl Parts for ComparesWithoutBarrier {
    fn barrier(&self, tri: &mut Tri, mutator: usize, write: Write, old: Ref, new: Ref) {
        if write != Write::Cas {
            Right.barrier(tri, mutator, write, old, new);
        }
    }
}

impl Parts for WritesGlobalsPlainly {
    fn barrier(&self, tri: &mut Tri, mutator: usize, write: Write, old: Ref, new: Ref) {
        if write != Write::Global {
            Right.barrier(tri, mutator, write, old, new);
        }
    }
}

impl Parts for BearsWhite {
    fn born(&self, _: &mut Tri, _: usize, _: u32) {}
}

impl Parts for DropsTheBufferOfTheDead {
    fn buffer_ends(&self, tri: &mut Tri, mutator: usize) {
        tri.mutators[mutator].buffer.clear();
    }
}

impl Parts for EmptiesTheFirstBuffer {
    fn recheck(&self, tri: &mut Tri) -> bool {
        tri.flush(0);
        tri.mutators.iter_mut().for_each(|mutator| mutator.buffer.clear());
        !tri.cycle.queue.is_empty()
    }
}

impl Parts for DropsLateWork {
    fn recheck(&self, tri: &mut Tri) -> bool {
        tri.flush_all();
        tri.cycle.queue.clear();
        false
    }
}
