//! Both allocators, judged: one of this crate, and one of another.

use conformance::target::heap::Global;
use heaplaw_example_allocators::Bump;

/// The crate `dlmalloc`, as its documentation asks of programs that fork.
fn dlmalloc() -> Global<dlmalloc::GlobalDlmalloc> {
    // SAFETY: nothing was allocated with it so far.
    unsafe { dlmalloc::enable_alloc_after_fork() };
    Global(dlmalloc::GlobalDlmalloc)
}

conformance::allocator_tests! {
    bump: Bump::new(),
    dlmalloc: dlmalloc(),
}
