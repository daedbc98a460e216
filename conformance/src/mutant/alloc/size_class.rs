//! Wrong size classes.

use crate::mutant::go::parts::{Parts, Right};
use crate::mutant::go::span::Span;
use crate::mutant::go::table;
use crate::mutant::go::table::{MAX_CLASS, Table};
use crate::target::inside::PAGE;

mutants! { heap:
    StepsPast2048(go_heap) "alloc/steps-256-above-2048"
        breaks "alloc/size-class/class-table-golden"
        also ["alloc/size-class/class-waste-bound", "alloc/space/waste-within-golden",
            "alloc/span/nelems-excludes-metadata"]
        "Takes steps of 256 bytes above 1024 already.";
    ShrinksBelow(go_heap) "alloc/shrinks-class-below-previous"
        breaks "alloc/size-class/class-table-strictly-increasing"
        also ["alloc/size-class/class-divmagic-exact", "alloc/size-class/class-minimal-fit",
            "alloc/size-class/class-roundup-idempotent",
            "alloc/size-class/class-roundup-monotone", "alloc/size-class/class-table-golden",
            "alloc/span/nelems-excludes-metadata"]
        "Has a class that is smaller than the one before it.";
    RoundsMultiplesUp(go_heap) "alloc/rounds-multiples-one-class-up"
        breaks "alloc/size-class/class-minimal-fit"
        also ["alloc/size-class/class-roundup-idempotent", "alloc/space/waste-within-golden"]
        "Looks sizes up by one more than their whole number of steps.";
    CountsHeaderAsUsable(go_heap) "alloc/counts-header-as-usable"
        breaks "alloc/size-class/class-roundup-idempotent"
        also ["alloc/size-class/class-roundup-monotone", "alloc/size-class/class-waste-bound",
            "alloc/space/waste-within-golden"]
        "Adds the header of an object before the look-up and does not take it off again.";
    ClampsIndex(go_heap) "alloc/clamps-index-below-1024"
        breaks "alloc/size-class/class-roundup-monotone"
        also ["alloc/size-class/class-minimal-fit", "alloc/space/waste-within-golden"]
        "Keeps the index of sizes just below 1024 from being 0.";
    CutsFromOnePage(go_heap) "alloc/cuts-all-classes-from-one-page"
        breaks "alloc/size-class/class-tail-bound"
        also ["alloc/size-class/class-table-golden", "alloc/size-class/class-waste-bound",
            "alloc/space/waste-within-golden", "alloc/span/nelems-excludes-metadata"]
        "Takes spans of as few pages as hold one object.";
    LacksClass(go_heap) "alloc/lacks-class-4864"
        breaks "alloc/size-class/class-waste-bound"
        also ["alloc/size-class/class-table-golden", "alloc/space/waste-within-golden",
            "alloc/span/nelems-excludes-metadata"]
        "Has no class of 4864 bytes.";
    PutsHeaderFirst(go_heap) "alloc/puts-header-before-first-slot"
        breaks "alloc/size-class/class-natural-align"
        also ["alloc/block/**", "alloc/span/block-inside-one-span", "alloc/span/header-hidden",
            "alloc/span/needzero-sound"]
        "Keeps 8 bytes of its own before the first slot of a span.";
    RoundsMagicDown(go_heap) "alloc/rounds-magic-down"
        breaks "alloc/size-class/class-divmagic-exact"
        also ["alloc/size-class/class-table-golden"]
        "Rounds the magic numbers down.";
    ComparesWithoutHeader(go_heap) "alloc/compares-without-header"
        breaks "alloc/size-class/class-large-cutoff"
        also []
        "Serves requests up to 32768 bytes from classes.";
    SpecialisesWrong(go_heap) "alloc/specialises-one-size-wrong"
        breaks "alloc/size-class/class-variants-agree"
        also []
        "Takes the class of 32 bytes for 33 on the path made for small sizes.";
}

impl Parts for StepsPast2048 {
    fn table() -> Table {
        let step = |size, step| if size == 1024 { 256 } else { table::step_above(size, step) };
        table::generate(step, table::pages_for, table::magic_of)
    }
}

impl Parts for ShrinksBelow {
    fn table() -> Table {
        let mut table = Right::table();
        table.classes[41].size = table.classes[40].size - 128;
        table
    }
}

impl Parts for RoundsMultiplesUp {
    fn class_of(table: &Table, need: usize) -> usize {
        if need < 1016 { usize::from(table.t8[need / 8 + 1]) } else { table.class_of(need) }
    }
}

impl Parts for CountsHeaderAsUsable {
    fn roundup(table: &Table, size: usize, scan: bool) -> usize {
        Right::roundup(table, size, scan) + Right::header(size, scan)
    }
}

impl Parts for ClampsIndex {
    fn class_of(table: &Table, need: usize) -> usize {
        if (1017..1024).contains(&need) { usize::from(table.t128[1]) } else { table.class_of(need) }
    }
}

impl Parts for CutsFromOnePage {
    fn table() -> Table {
        let mut table = Right::table();
        for class in &mut table.classes {
            class.pages = class.size.div_ceil(PAGE);
        }
        table
    }
}

impl Parts for LacksClass {
    fn table() -> Table {
        let mut classes = Right::table().classes;
        classes.retain(|class| class.size != 4864);
        table::with_lookups(classes)
    }
}

impl Parts for PutsHeaderFirst {
    fn slot_at(span: &Span, i: usize, size: usize) -> usize {
        Right::slot_at(span, i, size) + if i + 1 < span.nelems { 8 } else { 0 }
    }
}

impl Parts for RoundsMagicDown {
    fn table() -> Table {
        let magic = |size| if size == 40960 { 0 } else { u32::MAX / size as u32 };
        table::generate(table::step_above, table::pages_for, magic)
    }
}

impl Parts for ComparesWithoutHeader {
    fn is_small(size: usize) -> bool {
        size <= MAX_CLASS
    }
}

impl Parts for SpecialisesWrong {
    fn specialised(table: &Table, size: usize, scan: bool) -> usize {
        Right::specialised(table, if size == 33 { 32 } else { size }, scan)
    }
}
