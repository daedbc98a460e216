//! Wrong about cleanups.

use super::parts;
use crate::mutant::tri::Tri;
use crate::mutant::tri::parts::{Parts, Right};
use crate::mutant::tri::reference::Ref;
use crate::mutant::tri::special::{Special, What};

mutants! { collector:
    RunsAllCleanupsOfTheSpan(parts) "gc/runs-all-cleanups-of-the-span"
        breaks "gc/cleanup/after-death-only"
        also ["gc/cleanup/**"]
        "Runs all cleanups of a span as soon as one of them is due.";
    ReplacesTheFirst(parts) "gc/replaces-the-first-cleanup"
        breaks "gc/cleanup/runs-after-collect"
        also ["gc/cleanup/**"]
        "Lets a second cleanup of an object replace the first.";
    RunsEveryFourthTwice(parts) "gc/runs-every-fourth-cleanup-twice"
        breaks "gc/cleanup/each-once"
        also ["gc/cleanup/**"]
        "Queues a cleanup again when it is the last of a block.";
    RunsWithTheFinalizer(parts) "gc/runs-cleanups-with-the-finalizer"
        breaks "gc/cleanup/after-finalizer"
        also ["gc/cleanup/**"]
        "Runs the cleanups of an object with its finalizer, though it lives on.";
    IgnoresStops(parts) "gc/ignores-stops"
        breaks "gc/cleanup/stopped-does-not-run"
        also []
        "Stops nothing.";
    StopsByObject(parts) "gc/stops-by-object"
        breaks "gc/cleanup/runs-after-collect"
        also ["gc/cleanup/**"]
        "Stops all cleanups of an object when one of them is to be stopped.";
    KeepsTheLastBlock(parts) "gc/keeps-the-last-block-of-cleanups"
        breaks "gc/cleanup/runs-after-collect"
        also ["gc/cleanup/**"]
        "Runs cleanups in blocks of four, and waits until a block is full.";
    AcceptsItself(parts) "gc/accepts-the-object-as-argument"
        breaks "gc/cleanup/self-argument-refused"
        also ["gc/**"]
        "Accepts a cleanup whose argument is the object itself.";
    RefusesInteriors(parts) "gc/refuses-interiors"
        breaks "gc/cleanup/interior-allowed"
        also ["gc/object/op-applies"]
        "Attaches no cleanup through a reference to the inside.";
}

impl Parts for RunsAllCleanupsOfTheSpan {
    fn runs_early(&self, tri: &Tri, index: usize, special: Special) -> bool {
        let span = &tri.heap.spans[index];
        matches!(special.what, What::Cleanup(_))
            && span.allocated() & !span.marks != 0
            && span.specials.iter().any(|other| !span.is_marked(other.slot))
    }
}

impl Parts for ReplacesTheFirst {
    fn attach_cleanup(&self, tri: &mut Tri, index: usize, slot: u32, number: u64) {
        detach_cleanups(tri, index, slot);
        Right.attach_cleanup(tri, index, slot, number);
    }
}

/// Takes all cleanups off an object: which they were.
fn detach_cleanups(tri: &mut Tri, index: usize, slot: u32) -> Vec<u64> {
    let number = |what| if let What::Cleanup(number) = what { Some(number) } else { None };
    let numbers: Vec<u64> = tri.specials_of(index, slot).filter_map(number).collect();
    for &number in &numbers {
        tri.detach(index, slot, What::Cleanup(number));
    }
    numbers
}

impl Parts for RunsEveryFourthTwice {
    fn cleanup_is_due(&self, tri: &mut Tri, number: u64) {
        Right.cleanup_is_due(tri, number);
        if tri.specials.due.len().is_multiple_of(4) {
            Right.cleanup_is_due(tri, number);
        }
    }
}

impl Parts for RunsWithTheFinalizer {
    fn finalizer_leaves(&self, tri: &mut Tri, index: usize, slot: u32, what: What) {
        Right.finalizer_leaves(tri, index, slot, what);
        for number in detach_cleanups(tri, index, slot) {
            self.cleanup_is_due(tri, number);
        }
    }
}

impl Parts for IgnoresStops {
    fn stop_cleanup(&self, _: &mut Tri, _: u32, _: u64) {}
}

impl Parts for StopsByObject {
    fn stop_cleanup(&self, tri: &mut Tri, at: u32, number: u64) {
        if let Some((index, slot)) = tri.heap.find(at)
            && tri.specials_of(index, slot).any(|what| what == What::Cleanup(number))
        {
            detach_cleanups(tri, index, slot);
        }
    }
}

impl Parts for KeepsTheLastBlock {
    fn cleanups_to_run(&self, tri: &Tri) -> usize {
        tri.specials.due.len() / 4 * 4
    }
}

impl Parts for AcceptsItself {
    fn accepts_itself(&self) -> bool {
        true
    }
}

impl Parts for RefusesInteriors {
    fn cleanup_object(&self, tri: &Tri, of: Ref) -> Option<(usize, u32)> {
        if of.is_inside() { None } else { Right.cleanup_object(tri, of) }
    }
}
