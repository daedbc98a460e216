//! Wrong about giving memory back and using it again.

use crate::mutant::small::cache::Cache;
use crate::mutant::small::os::{self, PAGE};
use crate::mutant::small::parts::{Parts, Right};
use crate::mutant::small::root::Root;
use crate::mutant::small::span::SpanRef;

mutants! { heap:
    LeaksPagePerRefill(c_heap) "alloc/leaks-page-per-refill"
        breaks "alloc/space/no-leak-after-free-all"
        also ["alloc/space/steady-state-footprint", "alloc/space/producer-consumer-bounded",
            "alloc/concurrency/thread-exit-returns-cache"]
        "Takes a page for its own use whenever a thread needs a span, and never gives it back.";
    ForgetsFullSpans(c_heap) "alloc/forgets-full-spans"
        breaks "alloc/space/steady-state-footprint"
        also ["alloc/space/producer-consumer-bounded", "alloc/space/no-leak-after-free-all",
            "alloc/concurrency/thread-exit-returns-cache",
            "alloc/concurrency/remote-free-accepted", "alloc/concurrency/late-tls-free",
            "alloc/realloc/realloc-moved-old-released"]
        "Takes a new span when one is full, and never looks at the full one again, however empty it becomes.";
    SetsBusySpansAside(c_heap) "alloc/sets-busy-spans-aside"
        breaks "alloc/space/producer-consumer-bounded"
        also ["alloc/concurrency/remote-free-accepted", "alloc/concurrency/remote-free-exactly-once",
            "alloc/space/steady-state-footprint", "alloc/space/no-leak-after-free-all"]
        "Sets an exhausted span aside while other threads send blocks to it, and does not come back to it.";
}

impl Parts for LeaksPagePerRefill {
    fn refill(root: &Root, cache: &Cache, class: usize) -> Option<SpanRef> {
        if let Some(page) = os::map(PAGE) {
            // SAFETY: the page is new; writing to it makes it resident.
            unsafe { page.cast::<u8>().write_volatile(1) };
            cache.tally.count_malloc(PAGE);
        }
        Right::refill(root, cache, class)
    }
}

impl Parts for ForgetsFullSpans {
    fn retire(_: &Root, _: usize, _: SpanRef) {}
}

impl Parts for SetsBusySpansAside {
    fn refill(root: &Root, cache: &Cache, class: usize) -> Option<SpanRef> {
        if cache.span(class).is_some_and(|span| span.has_mail()) {
            cache.put(class, None);
        }
        Right::refill(root, cache, class)
    }
}
