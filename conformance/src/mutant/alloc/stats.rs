//! Wrong totals.

use crate::mutant::small::Small;
use crate::mutant::small::parts::Parts;
use crate::target::heap::HeapStats;

mutants! { heap:
    TotalsWhatIsInUse(c_heap) "alloc/totals-what-is-in-use"
        breaks "alloc/stats/stats-monotone"
        also []
        "Reports the bytes in use as the bytes ever handed out, which fall with every free.";
}

impl Parts for TotalsWhatIsInUse {
    fn stats(heap: &Small<Self>) -> HeapStats {
        let totals = heap.totals();
        HeapStats { total_bytes: totals.in_use, ..totals }
    }
}
