//! Wrong about requests that cannot be met.

use crate::mutant::small::cache;
use crate::mutant::small::os::{self, PAGE};
use crate::mutant::small::parts::{Parts, Refusal, Right};
use crate::mutant::small::span::SpanRef;
use crate::mutant::small::{Small, root::Root};
use std::ptr;

mutants! { heap:
    WrapsProduct(c_heap) "alloc/wraps-product"
        breaks "alloc/failure/calloc-overflow-null"
        also ["alloc/**"]
        "Multiplies count and size without looking for overflow.";
    ReadsSizesSigned(c_heap) "alloc/reads-sizes-signed"
        breaks "alloc/failure/oversize-null"
        also ["alloc/**"]
        "Compares sizes as signed numbers, so that a size with the top bit set is a small one.";
    ForgetsEnomem(c_heap) "alloc/forgets-enomem-on-overflow"
        breaks "alloc/failure/failure-sets-enomem"
        also []
        "Returns null without setting errno where count times size overflows.";
    TrimsLiveBlocks(c_heap) "alloc/trims-live-blocks-on-failure"
        breaks "alloc/failure/failure-changes-nothing"
        also ["alloc/**"]
        "Gives unused tails of its spans back to the system when a request fails, from one page too early.";
}

impl Parts for WrapsProduct {
    fn product(count: usize, size: usize) -> Result<usize, Refusal> {
        Ok(count.wrapping_mul(size))
    }
}

impl Parts for ReadsSizesSigned {
    fn admit(size: usize) -> Result<usize, Refusal> {
        Ok(if size.cast_signed() < 16 { 16 } else { size })
    }
}

impl Parts for ForgetsEnomem {
    fn refuse(_: &Small<Self>, why: Refusal) -> *mut u8 {
        if why != Refusal::Overflow {
            os::set_errno(libc::ENOMEM);
        }
        ptr::null_mut()
    }
}

/// Gives up the pages behind the last used slot, the page with the end of that slot included.
fn trim(span: SpanRef) {
    let end = span.slot(span.capacity());
    let used = span.slot(span.fresh.get());
    let from = used.wrapping_sub(used.addr() % PAGE);
    // SAFETY: the pages are the span's. The owner of the last slots is the victim.
    unsafe { libc::madvise(from.cast(), end.addr() - from.addr(), libc::MADV_DONTNEED) };
}

impl Parts for TrimsLiveBlocks {
    fn refuse(heap: &Small<Self>, _: Refusal) -> *mut u8 {
        let cache = heap.root().and_then(|root: &Root| cache::current::<Right>(root));
        for span in cache.iter().flat_map(|cache| cache.spans()) {
            if span.fresh.get() < span.capacity() {
                trim(span);
            }
        }
        os::set_errno(libc::ENOMEM);
        ptr::null_mut()
    }
}
