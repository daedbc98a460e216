//! Wrong about objects: what memory they get, and what becomes of it.

use super::look;
use super::parts;
use crate::mutant::tri::Tri;
use crate::mutant::tri::parts::{Parts, Right};
use crate::mutant::tri::reference::{Ref, address};
use crate::mutant::tri::span::Span;
use crate::op::gc::Op;

mutants! { collector:
    ForgetsDirtySlots(parts) "gc/forgets-dirty-slots"
        breaks "gc/object/zeroed-allocation"
        also ["gc/**"]
        "Does not note, when a part of a new span is swept, that its free slots are not zero.";
    ZeroesAllButTheLastWord(parts) "gc/zeroes-all-but-the-last-word"
        breaks "gc/object/zeroed-allocation"
        also ["gc/**"]
        "Zeroes a slot up to, and not including, its last word.";
    FreesBeforeFinalizers(parts) "gc/frees-before-finalizers"
        breaks "gc/object/reuse-after-death-only"
        also ["gc/**"]
        "Frees an object when its finalizer is queued, and not when that has run.";
    MovesObjects(parts) "gc/moves-objects"
        breaks "gc/object/address-stability"
        also ["gc/object/addresses-disjoint", "gc/object/reuse-after-death-only"]
        "Moves an object of a span that is half empty to another slot, and forwards all references.";
    PacksSmallObjects(parts) "gc/packs-small-objects"
        breaks "gc/object/alignment"
        also ["gc/object/address-stability", "gc/object/addresses-disjoint"]
        "Answers an object of one word with an address in the middle of a word.";
    LinksFreeSlots(parts) "gc/links-free-slots-through-a-neighbour"
        breaks "gc/object/stamps-stable"
        also ["gc/reach/**", "gc/finalizer/**", "gc/append/**"]
        "Writes the link of a free list behind the slot that was freed, where a live object has word 1.";
    ZeroesTheNextHead(parts) "gc/zeroes-one-word-too-many"
        breaks "gc/object/stamps-stable"
        also ["gc/**"]
        "Zeroes a slot and the first word of the one behind.";
    RoundsOneClassDown(parts) "gc/rounds-one-class-down"
        breaks "gc/object/addresses-disjoint"
        also ["gc/**"]
        "Serves five words from slots of four.";
    SkipsFarSlots(parts) "gc/skips-far-slots"
        breaks "gc/object/op-applies"
        also []
        "Skips loads from the fourth slot on.";
    SkipsDeepFrames(parts) "gc/skips-deep-frames"
        breaks "gc/object/op-applies"
        also []
        "Skips the ninth frame of a mutator.";
    RefusesTheHundredth(parts) "gc/refuses-the-hundredth"
        breaks "gc/object/modest-not-refused"
        also ["gc/object/op-applies"]
        "Refuses the hundredth object when it is asked for at an odd moment.";
}

impl Parts for ForgetsDirtySlots {
    fn slots_are_dirty(&self, _: &mut Span) {}
}

impl Parts for ZeroesAllButTheLastWord {
    fn zero(&self, tri: &mut Tri, at: u32, size: u32) {
        Right.zero(tri, at, size - 1);
    }
}

impl Parts for FreesBeforeFinalizers {
    fn keep_for_finalizer(&self, _: &mut Tri, _: usize, _: u32, _: Option<u8>) {}
}

impl Parts for MovesObjects {
    fn mark_ends(&self, tri: &mut Tri) {
        for index in 0..tri.heap.spans.len() {
            let span = &tri.heap.spans[index];
            let (used, free) = (span.allocated(), !span.allocated() & span.all());
            if span.pages > 0 && span.marks != 0 && used.count_ones() <= free.count_ones() {
                let slots = [span.marks.trailing_zeros(), free.ilog2()];
                relocate(tri, index, slots);
            }
        }
    }
}

/// Moves the object of one slot to another, which is free. Nothing is grey.
fn relocate(tri: &mut Tri, index: usize, [from, to]: [u32; 2]) {
    let span = &mut tri.heap.spans[index];
    let (old, new, size) = (span.word_of(from), span.word_of(to), span.size());
    span.alloc = (span.allocated() | 1 << to) & !(1 << from);
    span.free = 0;
    span.marks = (span.marks | 1 << to) & !(1 << from);
    span.needzero = true;
    let noscan = span.noscan;
    let hanging = span.specials.iter_mut().filter(|special| special.slot == from);
    hanging.for_each(|special| special.slot = to);
    let words = old as usize..(old + size) as usize;
    tri.heap.words.copy_within(words, new as usize);
    let head = tri.heap.head(old);
    tri.heap.heads[new as usize / 2] = head;
    if !noscan {
        tri.heap.write_map(new, head.shape(), size);
    }
    look::forward(tri, |held| {
        let at = held.word();
        let moves = !held.is_nil() && (old..old + size).contains(&at);
        if moves { held.moved_to(at - old + new) } else { held }
    });
}

impl Parts for PacksSmallObjects {
    fn address(&self, tri: &Tri, at: u32) -> u64 {
        address(at) + if tri.heap.head(at).shape().words == 1 { 4 } else { 0 }
    }
}

impl Parts for LinksFreeSlots {
    fn slot_is_freed(&self, tri: &mut Tri, index: usize, slot: u32) {
        let span = &tri.heap.spans[index];
        let next = span.word_of(slot + 1);
        let is_victim = span.noscan && slot + 1 < 64 && span.is_allocated(slot + 1);
        if is_victim && tri.heap.head(next).shape().words > 1 {
            tri.heap.write(next + 1, Ref::start(next).bits());
        }
    }
}

impl Parts for ZeroesTheNextHead {
    fn zero(&self, tri: &mut Tri, at: u32, size: u32) {
        Right.zero(tri, at, size);
        tri.heap.write(at + size, 0);
    }
}

impl Parts for RoundsOneClassDown {
    fn class_for(&self, words: u64) -> usize {
        Right.class_for(if words == 5 { 4 } else { words })
    }
}

impl Parts for SkipsFarSlots {
    fn applies(&self, _: &Tri, op: &Op) -> bool {
        !matches!(op, Op::Load { slot: 3.., .. })
    }
}

impl Parts for SkipsDeepFrames {
    fn applies(&self, tri: &Tri, op: &Op) -> bool {
        *op != Op::Push || tri.mutators.iter().all(|mutator| mutator.depth < 8)
    }
}

impl Parts for RefusesTheHundredth {
    fn admits(&self, tri: &Tri) -> bool {
        tri.made % 100 != 99 || tri.counters.clock.is_multiple_of(2)
    }
}
