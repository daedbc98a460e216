//! Both allocators, judged: one of this crate, and one of another.

use conformance::target::heap::Global;
use heaplaw_example_allocators::Bump;

conformance::allocator_tests! {
    bump: Bump::new(),
    dlmalloc: Global(dlmalloc::GlobalDlmalloc),
}
