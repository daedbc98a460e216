//! First fit never spans more pages than an exhaustive search found that it can.

use crate::{broken, heap};
use reference_alloc::units::{CHUNK_PAGES, PageIdx, Pages};
use std::collections::{BTreeSet, HashSet};

/// The most pages that first fit ever spans, over all sequences of requests of `sizes` with at most
/// `live` pages live at a time: a search over all layouts that can be reached. Each is rebuilt in
/// the real allocator, which is then asked where the next block goes.
fn first_fit_extent(live: usize, sizes: &[usize]) -> (usize, usize) {
    let mut heap = heap(&[(1, 1)]);
    let mut seen = HashSet::from([BTreeSet::new()]);
    let mut open: Vec<BTreeSet<(usize, usize)>> = seen.iter().cloned().collect();
    let mut extent = 0;
    while let Some(layout) = open.pop() {
        for &(at, n) in &layout {
            heap.extend(PageIdx(CHUNK_PAGES + at), Pages(n)).expect("the layout fits");
        }
        let used: usize = layout.iter().map(|block| block.1).sum();
        let mut after = Vec::new();
        for &n in sizes.iter().filter(|&&n| used + n <= live) {
            let base = heap.alloc(Pages(n)).expect("the chunk is large").base;
            let at = base.0 - CHUNK_PAGES;
            extent = extent.max(at + n);
            let mut next = layout.clone();
            next.insert((at, n));
            after.push(next);
            heap.free(base, Pages(n));
        }
        for &block in &layout {
            heap.free(PageIdx(CHUNK_PAGES + block.0), Pages(block.1));
            let mut next = layout.clone();
            next.remove(&block);
            after.push(next);
        }
        open.extend(after.into_iter().filter(|next| seen.insert(next.clone())));
    }
    assert_eq!(broken(&heap), []);
    (extent, seen.len())
}

#[test]
fn first_fit_never_spans_more_than_the_exhaustive_search_found() {
    let golden: [(usize, &[usize], usize); 10] = [
        (4, &[1, 2], 6),
        (6, &[1, 2], 9),
        (8, &[1, 2], 12),
        (10, &[1, 2], 16),
        (4, &[1, 2, 3, 4], 6),
        (6, &[1, 2, 3, 4], 10),
        (8, &[1, 2, 3, 4], 16),
        (10, &[1, 2, 3], 19),
        (10, &[1, 2, 3, 4], 20),
        (10, &[1, 2, 4], 20),
    ];
    for (live, sizes, most) in golden {
        assert_eq!(first_fit_extent(live, sizes).0, most, "{live} pages live of sizes {sizes:?}");
    }
    assert_eq!(first_fit_extent(8, &[1, 2, 3, 4]).1, 9930);
}
