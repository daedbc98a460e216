//! Wrong about what is reached.

use super::look;
use super::parts;
use crate::mutant::tri::Tri;
use crate::mutant::tri::heap::pointer_bits;
use crate::mutant::tri::parts::{Parts, Right};
use crate::mutant::tri::reference::{BASE, Ref};
use crate::mutant::tri::span::{LARGE, PAGE, Span};
use crate::op::gc::{Map, Shape};
use std::collections::BTreeSet;

mutants! { collector:
    ForgetsBeyondCapacity(parts) "gc/forgets-beyond-capacity"
        breaks "gc/reach/live-never-reclaimed"
        also ["gc/**"]
        "Marks objects that do not fit into a queue of eight, and never scans them.";
    StopsAtNil(parts) "gc/stops-at-nil"
        breaks "gc/reach/live-never-reclaimed"
        also ["gc/**"]
        "Scans a small object up to the first slot that is nil.";
    SkipsTheLastSlot(parts) "gc/skips-the-last-slot"
        breaks "gc/reach/explicit-collect-exact"
        also ["gc/**"]
        "Does not free the last slot of a span.";
    ClearsMarksOfPointersOnly(parts) "gc/clears-marks-of-pointers-only"
        breaks "gc/reach/unreachable-at-start-reclaimed"
        also ["gc/**"]
        "Leaves the marks of spans without references as they are for the next cycle.";
    CountsReferences(parts) "gc/counts-references"
        breaks "gc/reach/cycles-reclaimed"
        also ["gc/**"]
        "Frees what has no references to it, over and over, and so never a cycle.";
    GivesUpDeepDown(parts) "gc/gives-up-deep-down"
        breaks "gc/reach/deep-structure"
        also ["gc/**"]
        "Marks by recursion, and does not scan what lies ten thousand levels deep.";
    DropsWhatDoesNotFit(parts) "gc/drops-what-does-not-fit"
        breaks "gc/reach/crowd-kept"
        also ["gc/**"]
        "Has room for a thousand grey objects, and forgets the others.";
    SweepsAThousandSpans(parts) "gc/sweeps-a-thousand-spans"
        breaks "gc/reach/crowd-reclaimed"
        also ["gc/**"]
        "Frees nothing in spans beyond the first thousand.";
    ReportsTheSpanAgain(parts) "gc/reports-the-span-again"
        breaks "gc/reach/dead-once"
        also ["gc/cycle/**"]
        "Reports a death when the slot is freed, and once more when all of its span is.";
    ResolvesTheHeadOnly(parts) "gc/resolves-the-head-only"
        breaks "gc/reach/interior-keeps-whole"
        also ["gc/**"]
        "Knows an object by addresses in its first eight words only.";
    KnowsTheFirstPage(parts) "gc/knows-the-first-page-only"
        breaks "gc/reach/interior-keeps-whole"
        also ["gc/**"]
        "Knows a large object by addresses in its first page only.";
    MarksInteriorsOnly(parts) "gc/marks-interiors-only"
        breaks "gc/reach/interior-keeps-children"
        also ["gc/**"]
        "Marks what a reference to the inside leads to, and does not scan it.";
    PassesTheEnd(parts) "gc/passes-the-end"
        breaks "gc/reach/past-end-not-neighbour"
        also ["gc/**"]
        "Lets an empty view point behind its object, where the next one begins.";
    ScansConservatively(parts) "gc/scans-conservatively"
        breaks "gc/reach/scalar-ignored"
        also ["gc/**"]
        "Takes every word of an object without references that looks like an address for one.";
    ScansOddAsAll(parts) "gc/scans-odd-as-all"
        breaks "gc/reach/scalar-ignored"
        also ["gc/**"]
        "Writes the map of an object whose odd words are slots as if all were.";
    KeepsTheOldMap(parts) "gc/keeps-the-old-map"
        breaks "gc/reach/map-follows-slot"
        also ["gc/**"]
        "Writes the map of a slot only if it has none yet, though another object lies there now.";
    CountsScalarsAsScanned(parts) "gc/counts-scalars-as-scanned"
        breaks "gc/reach/noscan-not-scanned"
        also ["gc/pacer/**", "gc/stats/**"]
        "Counts objects without references among the bytes that are scanned.";
    SkipsTheLastPiece(parts) "gc/skips-the-last-piece"
        breaks "gc/reach/large-object-whole"
        also ["gc/**"]
        "Does not scan the last piece of a large object that has no smaller rest.";
}

impl Parts for ForgetsBeyondCapacity {
    fn enqueue(&self, tri: &mut Tri, start: u32) {
        if tri.cycle.queue.len() < 8 {
            Right.enqueue(tri, start);
        }
    }
}

impl Parts for StopsAtNil {
    fn scan(&self, tri: &mut Tri, start: u32) {
        let Some((index, slot)) = tri.heap.find(start) else { return };
        if usize::from(tri.heap.spans[index].class) == LARGE {
            return Right.scan(tri, start);
        }
        for word in look::slots(tri, (index, slot)) {
            let held = Ref::from_bits(tri.heap.read(word));
            if held.is_nil() {
                break;
            }
            tri.shade(held);
        }
    }
}

impl Parts for SkipsTheLastSlot {
    fn kept(&self, span: &Span) -> u64 {
        let last = 1 << (span.slots - 1);
        span.marks | span.allocated() & if span.slots > 1 { last } else { 0 }
    }
}

impl Parts for ClearsMarksOfPointersOnly {
    fn clear_marks(&self, span: &mut Span) {
        if !span.noscan {
            span.marks = 0;
        }
    }
}

impl Parts for CountsReferences {
    fn mark_ends(&self, tri: &mut Tri) {
        let unmarked = |&(index, slot): &(usize, u32)| !tri.heap.spans[index].is_marked(slot);
        let mut left: BTreeSet<(usize, u32)> =
            look::objects(tri).into_iter().filter(unmarked).collect();
        loop {
            let held: BTreeSet<(usize, u32)> =
                left.iter().flat_map(|&object| look::children(tri, object)).collect();
            let counted: BTreeSet<(usize, u32)> = left.intersection(&held).copied().collect();
            if counted.len() == left.len() {
                break;
            }
            left = counted;
        }
        for (index, slot) in left {
            tri.heap.spans[index].marks |= 1 << slot;
        }
    }
}

impl Parts for GivesUpDeepDown {
    fn scan(&self, tri: &mut Tri, start: u32) {
        const DEEPEST: u32 = 10_000;
        let mut depth = 0;
        let mut at = start;
        loop {
            let before = tri.cycle.queue.len();
            Right.scan(tri, at);
            // What was found just now is called for at once, one level below.
            if tri.cycle.queue.len() == before {
                break;
            }
            depth += 1;
            at = tri.cycle.queue.pop().unwrap_or(start);
            if depth == DEEPEST {
                break;
            }
        }
    }
}

impl Parts for ReportsTheSpanAgain {
    fn report_death(&self, tri: &mut Tri, index: usize, number: u64) {
        Right.report_death(tri, index, number);
        if tri.heap.spans[index].alloc == 0 {
            Right.report_death(tri, index, number);
        }
    }
}

impl Parts for ResolvesTheHeadOnly {
    fn resolve(&self, tri: &Tri, at: u32) -> Option<(usize, u32)> {
        let (index, slot) = Right.resolve(tri, at)?;
        (at - tri.heap.spans[index].word_of(slot) < 8).then_some((index, slot))
    }
}

impl Parts for KnowsTheFirstPage {
    fn resolve(&self, tri: &Tri, at: u32) -> Option<(usize, u32)> {
        let (index, slot) = Right.resolve(tri, at)?;
        (at - tri.heap.spans[index].word_of(slot) < PAGE as u32).then_some((index, slot))
    }
}

impl Parts for MarksInteriorsOnly {
    fn grey(&self, tri: &mut Tri, to: Ref) {
        if to.is_inside() {
            tri.mark(to.word());
        } else {
            Right.grey(tri, to);
        }
    }
}

impl Parts for PassesTheEnd {
    fn past(&self, at: u32, shape: Shape) -> Ref {
        Ref::past(at + shape.words as u32)
    }
}

impl Parts for ScansConservatively {
    fn marked_noscan(&self, tri: &mut Tri, start: u32) {
        let words = tri.heap.head(start).shape().words as u32;
        for word in start..start + words {
            let held = tri.heap.read(word);
            if held >= BASE {
                tri.shade(Ref::from_bits(held));
            }
        }
    }
}

impl Parts for ScansOddAsAll {
    fn write_map(&self, tri: &mut Tri, at: u32, shape: Shape, size: u32) {
        let map = if shape.map == Map::Odd { Map::All } else { shape.map };
        Right.write_map(tri, at, Shape { map, ..shape }, size);
    }
}

impl Parts for KeepsTheOldMap {
    fn write_map(&self, tri: &mut Tri, at: u32, shape: Shape, size: u32) {
        let all = pointer_bits(Shape { words: u64::from(size), map: Map::All }, 0);
        if size > 64 || tri.heap.map_bits(at) >> (at % 64) & all == 0 {
            Right.write_map(tri, at, shape, size);
        }
    }
}

impl Parts for CountsScalarsAsScanned {
    fn count_scan(&self, tri: &mut Tri, bytes: u64, _: bool) {
        Right.count_scan(tri, bytes, false);
    }
}

impl Parts for SkipsTheLastPiece {
    fn oblets(&self, words: u32) -> u32 {
        const PIECE: u32 = crate::mutant::tri::mark::OBLET;
        if words > PIECE && words.is_multiple_of(PIECE) {
            words / PIECE - 1
        } else {
            Right.oblets(words)
        }
    }
}

impl Parts for DropsWhatDoesNotFit {
    fn enqueue(&self, tri: &mut Tri, start: u32) {
        const ROOM: usize = 1000;
        if tri.cycle.queue.len() < ROOM {
            Right.enqueue(tri, start);
        }
    }
}

impl Parts for SweepsAThousandSpans {
    fn kept(&self, span: &Span) -> u64 {
        const LAST: u32 = 1000 * 64;
        let given_out = 1_u64.checked_shl(span.free.into()).map_or(u64::MAX, |bit| bit - 1);
        if span.base > LAST { span.alloc | given_out } else { Right.kept(span) }
    }
}
