//! Wrong about address space.

use crate::mutant::go::os;
use crate::mutant::go::os::ARENA;
use crate::mutant::go::parts::Parts;
use crate::mutant::go::state::State;

mutants! { heap:
    DropsRest(go_heap) "alloc/drops-rest-of-arena"
        breaks "alloc/arena/grow-keeps-remainder"
        also []
        "Forgets the rest of an arena when the heap continues elsewhere.";
    RegistersFirst(go_heap) "alloc/registers-first-arena-only"
        breaks "alloc/arena/arena-metadata-present"
        also []
        "Makes metadata for the first arena of a reservation of several.";
    MapsOverOthers(go_heap) "alloc/maps-over-others"
        breaks "alloc/arena/foreign-mapping-untouched"
        also []
        "Maps an arena where it wants it, whatever is there.";
}

impl Parts for DropsRest {
    fn donate(_state: &mut State, _start: usize, _end: usize) {}
}

impl Parts for RegistersFirst {
    fn registered(base: usize, _len: usize) -> (usize, usize) {
        (base, base + ARENA)
    }
}

impl Parts for MapsOverOthers {
    fn map_hinted(hint: usize, len: usize) -> Option<usize> {
        os::map_over(hint, len)
    }
}
