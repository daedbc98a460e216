//! Wrong large objects.

use crate::mutant::go::parts::{Parts, Right};
use crate::target::inside::PAGE;

mutants! { heap:
    DropsRemainderPage(go_heap) "alloc/drops-remainder-page"
        breaks "alloc/large/large-page-exact"
        also ["alloc/block/**"]
        "Forgets the page that a large object begins and does not fill.";
    WrapsPageCount(go_heap) "alloc/wraps-page-count"
        breaks "alloc/large/large-wrap-guard"
        also ["alloc/block/**", "alloc/large/large-page-exact"]
        "Lets the number of pages of a huge request wrap around.";
}

impl Parts for DropsRemainderPage {
    fn large_pages(size: usize) -> Option<usize> {
        Right::large_pages(size).map(|n| if n > 4 && size % PAGE == 1 { n - 1 } else { n })
    }
}

impl Parts for WrapsPageCount {
    fn large_pages(size: usize) -> Option<usize> {
        Some(size.wrapping_add(PAGE) / PAGE)
            .filter(|_| size > usize::MAX - PAGE)
            .map(|n| n + 1)
            .or_else(|| Right::large_pages(size))
    }
}
