//! The white-box half of `space.rs`.

use crate::mutant::go::pages::Pages;
use crate::mutant::go::parts::{Parts, Right};
use crate::mutant::go::span::Span;
use crate::mutant::go::state::State;
use crate::mutant::go::table;
use crate::mutant::go::table::Table;

mutants! { heap:
    SkipsClasses(go_heap) "alloc/skips-every-second-class"
        breaks "alloc/space/waste-within-golden"
        also ["alloc/size-class/class-roundup-idempotent", "alloc/size-class/class-table-golden",
            "alloc/size-class/class-waste-bound", "alloc/span/nelems-excludes-metadata"]
        "Has every second class only.";
    FitsBest(go_heap) "alloc/fits-best"
        breaks "alloc/space/first-fit-extent-golden"
        also []
        "Takes the smallest run that fits, wherever it lies.";
    KeepsPagesByClass(go_heap) "alloc/never-reuses-pages-for-other-class"
        breaks "alloc/space/segregation-within-peaks"
        also ["alloc/mheap/empty-span-returned", "alloc/space/metadata-within-share"]
        "Keeps the pages of spans of a class for that class.";
    LeaksRecords(go_heap) "alloc/leaks-span-records"
        breaks "alloc/space/metadata-within-share"
        also []
        "Takes a new record for every span and never uses an old one again.";
}

impl Parts for SkipsClasses {
    fn table() -> Table {
        let classes = Right::table().classes;
        let kept = classes.iter().enumerate().filter(|(i, _)| i % 2 == 1 || *i < 3);
        let mut kept: Vec<_> = kept.map(|(_, class)| *class).collect();
        kept.resize(68, kept[kept.len() - 1]);
        table::with_lookups(kept)
    }
}

impl Parts for FitsBest {
    fn find(pages: &Pages, n: usize) -> Option<(usize, usize)> {
        let (first, _) = pages.find::<Right>(1)?;
        let mut best: Option<(usize, usize)> = None;
        for (start, length) in pages.free_runs() {
            if length >= n && best.is_none_or(|(shortest, _)| length < shortest) {
                best = Some((length, start));
            }
        }
        best.map(|(_, start)| (start, first))
    }
}

impl Parts for KeepsPagesByClass {
    fn gives_empty_back(_span: &Span) -> bool {
        false
    }
}

impl Parts for LeaksRecords {
    fn count_span_record(state: &mut State) {
        state.counts.span_records += 1;
    }
}
