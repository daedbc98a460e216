//! Wrong about finalizers.

use super::look;
use super::parts;
use crate::mutant::tri::Tri;
use crate::mutant::tri::parts::{Parts, Right};
use crate::mutant::tri::reference::Ref;
use crate::mutant::tri::special::What;

mutants! { collector:
    SkipsOddSlots(parts) "gc/skips-finalizers-of-odd-slots"
        breaks "gc/finalizer/runs-when-due"
        also ["gc/**"]
        "Does not look for finalizers in every second slot of a span.";
    LeavesTheFinalizer(parts) "gc/leaves-the-finalizer"
        breaks "gc/finalizer/at-most-once"
        also ["gc/**"]
        "Does not take a finalizer that is due off its object.";
    RunsAllOfTheSpan(parts) "gc/runs-all-finalizers-of-the-span"
        breaks "gc/finalizer/only-when-unreachable"
        also ["gc/**"]
        "Takes all finalizers of a span for due as soon as one of them is.";
    RunsTheChainAtOnce(parts) "gc/runs-the-chain-at-once"
        breaks "gc/finalizer/dependency-order"
        also ["gc/finalizer/**", "gc/weak/**"]
        "Runs the finalizers of all unreachable objects in one collection, those that others need first.";
    LosesWhatItReaches(parts) "gc/loses-what-a-finalizer-reaches"
        breaks "gc/finalizer/children-intact"
        also ["gc/**"]
        "Does not mark what an object with a finalizer reaches.";
    MarksTheFirstChild(parts) "gc/marks-the-first-child"
        breaks "gc/finalizer/children-intact"
        also ["gc/**"]
        "Marks only what the first slot of an object with a finalizer reaches.";
    ForgivesLoops(parts) "gc/forgives-loops"
        breaks "gc/finalizer/cycle-not-run"
        also ["gc/**"]
        "Runs the finalizer of an object that refers to itself.";
    FreesTheRevived(parts) "gc/frees-the-revived"
        breaks "gc/finalizer/resurrected-stays-valid"
        also ["gc/**"]
        "Frees the memory of an object whose finalizer is about to store it away.";
    KeepsTheQueue(parts) "gc/keeps-the-queue"
        breaks "gc/finalizer/dies-after-running"
        also ["gc/**"]
        "Does not clear the entries of finalizers that ran, which are roots.";
    ForgetsLateFinalizers(parts) "gc/forgets-late-finalizers"
        breaks "gc/finalizer/late-finalizer-is-root"
        also ["gc/**"]
        "Does not mark what an object reaches that gets its finalizer while marking is on.";
    RemovesTheFirstOnly(parts) "gc/removes-the-first-only"
        breaks "gc/finalizer/removed-does-not-run"
        also ["gc/**"]
        "Finds the finalizer to remove only if nothing else was attached to the object before it.";
}

impl Parts for LeavesTheFinalizer {
    fn finalizer_leaves(&self, _: &mut Tri, _: usize, _: u32, _: What) {}
}

impl Parts for RunsAllOfTheSpan {
    fn finalizer_is_due(&self, tri: &Tri, index: usize, _: u32) -> bool {
        let span = &tri.heap.spans[index];
        let mut finalizers =
            span.specials.iter().filter(|special| matches!(special.what, What::Finalizer(_)));
        finalizers.any(|special| Right.finalizer_is_due(tri, index, special.slot))
    }
}

impl Parts for RunsTheChainAtOnce {
    fn mark_ends(&self, tri: &mut Tri) {
        if tri.specials.finalizers == 0 {
            return;
        }
        let reached = look::reached(tri);
        for object in look::objects(tri) {
            let (index, slot) = object;
            if let Some(What::Finalizer(revive)) = tri.finalizer_of(index, slot)
                && tri.heap.spans[index].is_marked(slot)
                && !reached.contains(&object)
                && !look::closure(tri, look::children(tri, object).into_iter()).contains(&object)
            {
                tri.queue_finalizer(index, slot, revive);
            }
        }
    }
}

impl Parts for LosesWhatItReaches {
    fn scan_for_finalizer(&self, _: &mut Tri, _: u32) {}
}

impl Parts for MarksTheFirstChild {
    fn scan_for_finalizer(&self, tri: &mut Tri, at: u32) {
        let object = tri.heap.find(at);
        let first = object.and_then(|object| look::slots(tri, object).first().copied());
        if let Some(first) = first {
            tri.shade(Ref::from_bits(tri.heap.read(first)));
        }
    }
}

impl Parts for ForgivesLoops {
    fn scan_for_finalizer(&self, tri: &mut Tri, at: u32) {
        let Some(object) = tri.heap.find(at) else { return };
        for word in look::slots(tri, object) {
            let held = Ref::from_bits(tri.heap.read(word));
            let other = tri.heap.find(held.word());
            let leads_back = other.is_some_and(|other| {
                look::slots(tri, other).into_iter().any(|word| {
                    tri.heap.find(Ref::from_bits(tri.heap.read(word)).word()) == Some(object)
                })
            });
            if other != Some(object) && !leads_back {
                tri.shade(held);
            }
        }
    }
}

impl Parts for FreesTheRevived {
    fn keep_for_finalizer(&self, tri: &mut Tri, index: usize, slot: u32, revive: Option<u8>) {
        if revive.is_none() {
            Right.keep_for_finalizer(tri, index, slot, revive);
        }
    }
}

impl Parts for KeepsTheQueue {
    fn forget_queue(&self, _: &mut Tri) {}
}

impl Parts for ForgetsLateFinalizers {
    fn finalizer_is_set(&self, _: &mut Tri, _: u32) {}
}

impl Parts for RemovesTheFirstOnly {
    fn remove_finalizer(&self, tri: &mut Tri, index: usize, slot: u32, what: What) {
        if tri.specials_of(index, slot).next() == Some(what) {
            Right.remove_finalizer(tri, index, slot, what);
        }
    }
}

impl Parts for SkipsOddSlots {
    fn finalizer_is_due(&self, tri: &Tri, index: usize, slot: u32) -> bool {
        slot.is_multiple_of(2) && Right.finalizer_is_due(tri, index, slot)
    }
}
