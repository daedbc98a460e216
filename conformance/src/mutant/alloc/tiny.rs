//! Wrong about objects that share blocks.

use crate::mutant::go::os;
use crate::mutant::go::parts::{Parts, Right};
use crate::mutant::go::state::State;

mutants! { heap:
    ChecksStartOnly(go_heap) "alloc/checks-start-only"
        breaks "alloc/tiny/tiny-within-one-block"
        also ["alloc/block/**"]
        "Looks whether the first byte of an object fits into the block, not its last.";
    AlignsEightAsFour(go_heap) "alloc/aligns-8-as-4"
        breaks "alloc/tiny/tiny-align-by-size"
        also []
        "Tests for multiples of 4 before those of 8.";
    SharesPointers(go_heap) "alloc/shares-blocks-of-pointers"
        breaks "alloc/tiny/tiny-noscan-under-16"
        also ["alloc/block/**"]
        "Lets objects with pointers share blocks.";
    ClearsFirstOnly(go_heap) "alloc/clears-first-tiny-only"
        breaks "alloc/tiny/tiny-block-zeroed"
        also []
        "Clears as much of a fresh block as its first object has.";
    FreesWithFirst(go_heap) "alloc/frees-block-with-first-object"
        breaks "alloc/tiny/tiny-block-retained"
        also ["alloc/block/**"]
        "Frees a block with the first of its objects.";
    AlwaysKeepsFresh(go_heap) "alloc/always-keeps-fresh-block"
        breaks "alloc/tiny/tiny-keeps-roomier"
        also []
        "Replaces the current block by every fresh one.";
    KeepsTiny(go_heap) "alloc/keeps-tiny-over-flush"
        breaks "alloc/tiny/tiny-dropped-on-flush"
        also []
        "Leaves the tiny block in a cache that is flushed.";
}

impl Parts for ChecksStartOnly {
    fn tiny_place(offset: usize, size: usize) -> Option<usize> {
        let at = offset.next_multiple_of(Right::tiny_align(size));
        (at < 12).then_some(at).filter(|_| size < 15)
    }
}

impl Parts for AlignsEightAsFour {
    fn tiny_align(size: usize) -> usize {
        if size.is_multiple_of(4) { 4 } else { Right::tiny_align(size) }
    }
}

impl Parts for SharesPointers {
    fn is_tiny(size: usize, _scan: bool) -> bool {
        size < 16
    }
}

impl Parts for ClearsFirstOnly {
    fn clear_tiny(at: usize, size: usize) {
        os::clear(at, size);
    }
}

impl Parts for FreesWithFirst {
    fn is_tiny_over(left: usize) -> bool {
        left <= 1
    }
}

impl Parts for AlwaysKeepsFresh {
    fn keeps_fresh(_offset: usize, _size: usize) -> bool {
        true
    }
}

impl Parts for KeepsTiny {
    fn drop_tiny(_state: &mut State, _p: usize) {}
}
