//! A process that dies inside the heap must leave "calling" behind, whatever the call was made for:
//! the step's own call, a question about usable bytes, a probe after a refusal. Otherwise the death
//! counts as one at a block's bytes, and the wrong invariant breaks.

use conformance::capability::{Capabilities, Capability};
use conformance::mutant;
use conformance::observe::{Answer, Progress};
use conformance::op::alloc::{Op, Slot, Step};
use conformance::target::hands::{Company, Hands};
use conformance::target::heap::{Heap, HeapStats, Held};
use std::cell::Cell;
use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};

/// The right heap; looks at the answer of the step in progress whenever it is entered.
struct Watched {
    heap: Box<dyn Heap>,
    answer: AtomicPtr<Answer>,
    entered: AtomicUsize,
    /// Entries at which the answer said something else than "calling".
    unannounced: AtomicUsize,
}

impl Watched {
    fn enter(&self) -> &dyn Heap {
        // SAFETY: the test keeps the answer while the step is performed, on this thread.
        let answer = unsafe { self.answer.load(Ordering::Relaxed).read_volatile() };
        let wrong = answer.progress() != Progress::Calling;
        self.entered.fetch_add(1, Ordering::Relaxed);
        self.unannounced.fetch_add(usize::from(wrong), Ordering::Relaxed);
        &*self.heap
    }
}

// SAFETY: passes every call on.
#[allow(clippy::undocumented_unsafe_blocks)]
unsafe impl Heap for Watched {
    fn offers(&self) -> Capabilities {
        self.heap.offers().with(Capability::Stats)
    }
    unsafe fn malloc(&self, size: usize) -> *mut u8 {
        unsafe { self.enter().malloc(size) }
    }
    unsafe fn free(&self, block: Held) {
        unsafe { self.enter().free(block) }
    }
    unsafe fn calloc(&self, count: usize, size: usize) -> *mut u8 {
        unsafe { self.enter().calloc(count, size) }
    }
    unsafe fn realloc(&self, block: Held, size: usize) -> *mut u8 {
        unsafe { self.enter().realloc(block, size) }
    }
    unsafe fn reallocarray(&self, block: Held, count: usize, size: usize) -> *mut u8 {
        unsafe { self.enter().reallocarray(block, count, size) }
    }
    unsafe fn grow_zeroed(&self, block: Held, size: usize) -> *mut u8 {
        unsafe { self.enter().grow_zeroed(block, size) }
    }
    unsafe fn aligned_alloc(&self, align: usize, size: usize) -> *mut u8 {
        unsafe { self.enter().aligned_alloc(align, size) }
    }
    unsafe fn memalign(&self, align: usize, size: usize) -> *mut u8 {
        unsafe { self.enter().memalign(align, size) }
    }
    unsafe fn posix_memalign(&self, place: &mut *mut u8, align: usize, size: usize) -> i32 {
        unsafe { self.enter().posix_memalign(place, align, size) }
    }
    unsafe fn free_sized(&self, block: Held) {
        unsafe { self.enter().free_sized(block) }
    }
    unsafe fn free_aligned_sized(&self, block: Held) {
        unsafe { self.enter().free_aligned_sized(block) }
    }
    unsafe fn free_within(&self, block: Held, size: usize) {
        unsafe { self.enter().free_within(block, size) }
    }
    unsafe fn usable_size(&self, block: Held) -> usize {
        unsafe { self.enter().usable_size(block) }
    }
    fn stats(&self) -> HeapStats {
        self.enter().stats()
    }
}

#[test]
fn the_heap_is_entered_only_where_the_log_says_so() {
    let watched = Watched {
        heap: mutant::correct(),
        answer: AtomicPtr::default(),
        entered: AtomicUsize::new(0),
        unannounced: AtomicUsize::new(0),
    };
    let hands = Hands::new(&watched);
    let (s, t) = (Slot(0), Slot(1));
    let refused = 1 << 63;
    let ops = [
        Op::Malloc { slot: s, size: 24 },
        Op::UsableSize { slot: s },
        Op::Calloc { slot: t, count: 3, size: 9 },
        Op::FillUsable { slot: t },
        Op::Realloc { slot: s, size: 4000 },
        Op::UsableSize { slot: s },
        // Refused: the old block is looked at, probes are made, others asked for their usable size.
        Op::Realloc { slot: s, size: refused },
        Op::Reallocarray { slot: s, count: 1 << 33, size: 1 << 33 },
        Op::GrowZeroed { slot: t, size: 9000 },
        Op::Verify { slot: s },
        Op::Free { slot: s },
        Op::Malloc { slot: s, size: refused },
        Op::AlignedAlloc { slot: s, align: 256, size: 512 },
        Op::FreeAlignedSized { slot: s },
        Op::PosixMemalign { slot: s, align: 64, size: 100 },
        Op::Write { slot: s },
        Op::FreeWithin { slot: s, excess: 1 },
        Op::Malloc { slot: s, size: 80 },
        Op::FreeSized { slot: s },
        Op::FreeNull,
        Op::Checkpoint,
        Op::Churn { size: 64, times: 2 },
    ];
    for op in ops {
        let answer = Cell::new(Answer::default());
        watched.answer.store(answer.as_ptr(), Ordering::Relaxed);
        let before = watched.entered.load(Ordering::Relaxed);
        // SAFETY: the answer outlives the step, and nobody else writes to it.
        unsafe {
            let none = std::ptr::null_mut();
            hands.perform(&Step::main(op), answer.as_ptr(), none, Company::Alone);
        };
        let entries = watched.entered.load(Ordering::Relaxed) - before;
        let unannounced = watched.unannounced.swap(0, Ordering::Relaxed);
        assert_eq!(unannounced, 0, "{op:?}: {unannounced} of {entries} calls were unannounced");
    }
    assert!(watched.entered.load(Ordering::Relaxed) > 30, "{:?}", watched.entered);
}
