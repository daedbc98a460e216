//! Wrong about the course of a collection.

use super::parts;
use crate::mutant::tri::Tri;
use crate::mutant::tri::barrier::Write;
use crate::mutant::tri::mark::Phase;
use crate::mutant::tri::parts::{Parts, Right};
use crate::mutant::tri::reference::Ref;

mutants! { collector:
    GreysBlackAgain(parts) "gc/greys-black-again"
        breaks "gc/cycle/mark-terminates"
        also ["gc/cycle/**", "gc/stats/**"]
        "Puts what is stored into the queue whether it is white or not, so that writes keep marking on.";
    WaitsForABuffer(parts) "gc/waits-for-a-buffer"
        breaks "gc/cycle/mark-terminates"
        also ["gc/cycle/**"]
        "Does nothing in a step while the queue is empty and a buffer is not.";
    JoinsTheCycle(parts) "gc/joins-the-cycle-that-goes-on"
        breaks "gc/cycle/explicit-begins-after-call"
        also ["gc/**"]
        "Ends the collection that is marking when a whole one is asked for, and begins none.";
    KeepsTheNewbornTwice(parts) "gc/keeps-the-newborn-twice"
        breaks "gc/cycle/floating-garbage-one-cycle"
        also ["gc/**"]
        "Keeps objects without references that were born black for the next cycle, too.";
    SparesSpansInHand(parts) "gc/spares-spans-in-hand"
        breaks "gc/cycle/all-swept-by-next-cycle"
        also ["gc/**"]
        "Does not sweep the spans without references that allocation holds in hand.";
}

impl Parts for GreysBlackAgain {
    fn shade_new(&self, tri: &mut Tri, mutator: usize, write: Write, new: Ref) {
        Right.shade_new(tri, mutator, write, new);
        if let Some((index, slot)) = tri.heap.find(new.word()) {
            let span = &tri.heap.spans[index];
            if !span.noscan && span.is_marked(slot) {
                tri.cycle.queue.push(span.word_of(slot));
            }
        }
    }
}

impl Parts for WaitsForABuffer {
    fn step(&self, tri: &mut Tri, units: u64) {
        let waits = tri.cycle.phase == Phase::Mark
            && tri.cycle.queue.is_empty()
            && tri.mutators.iter().any(|mutator| !mutator.buffer.is_empty());
        if !waits {
            Right.step(tri, units);
        }
    }
}

impl Parts for JoinsTheCycle {
    fn collect(&self, tri: &mut Tri) {
        if tri.cycle.phase == Phase::Mark {
            tri.cycle.forced = true;
            tri.finish();
        } else {
            Right.collect(tri);
        }
    }
}

impl Parts for KeepsTheNewbornTwice {
    fn mark_begins(&self, tri: &mut Tri) {
        // From here on what is in use and has no bit was born while marking.
        for span in &mut tri.heap.spans {
            span.alloc = span.allocated();
            span.free = 0;
        }
    }

    fn sweep_span(&self, tri: &mut Tri, index: usize) {
        let span = &tri.heap.spans[index];
        let newborn = span.allocated() & !span.alloc & span.marks;
        let stays = if span.noscan { newborn } else { 0 };
        Right.sweep_span(tri, index);
        tri.heap.spans[index].marks = stays;
    }
}

impl Parts for SparesSpansInHand {
    fn release_cached(&self, tri: &mut Tri) {
        for index in tri.central.cached.into_iter().flatten() {
            let span = &mut tri.heap.spans[index as usize];
            if span.noscan && span.specials.is_empty() {
                span.sweepgen = tri.cycle.sweepgen;
                span.marks = 0;
            } else {
                tri.central.cached[span.span_class()] = None;
            }
        }
    }
}
