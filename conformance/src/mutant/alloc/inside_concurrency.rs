//! The white-box half of `concurrency.rs`.

use crate::mutant::go::parts::Parts;

mutants! { heap:
    UnlocksToGrow(go_heap) "alloc/unlocks-before-growing"
        breaks "alloc/concurrency/heap-grow-once"
        also []
        "Gives its lock up before it grows the heap.";
}

impl Parts for UnlocksToGrow {
    fn unlocks_to_grow() -> bool {
        true
    }
}
