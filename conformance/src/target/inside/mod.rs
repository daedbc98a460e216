//! The inside of an allocator that is built as Go's is: what white-box invariants look at.
//!
//! A heap that has one returns it from [`super::heap::Heap::inside`]. Everything below is optional:
//! a capability says which piece is there, and nothing else of it is called. Actions are what only
//! the inside of such an allocator can be asked for; views are plain data in Go's words, taken while
//! no other thread is in the allocator. A view tells what *is*, right or wrong: nothing here checks.

mod view;

pub use view::{
    CHUNK, CHUNK_PAGES, CachedView, CentralView, ChunkView, ClassView, LookupView, MemView, PAGE,
    PageCacheView, PagesView, SetView, SpanState, SpanView, StackSpanView, StacksView, Summary,
    TableView, UpperView, bit,
};

use super::heap::Held;
use crate::op::alloc::Scan;

/// The inside of an allocator. Every method belongs to the capability in brackets; the defaults are
/// never called on a heap that offers it.
///
/// Actions take what they need under the allocator's own locks; views are taken while no other
/// thread is in the allocator.
///
/// # Safety
/// As for [`super::heap::Heap`]: memory handed out is the caller's, as far as the implementer knows.
pub unsafe trait Inside {
    /// A new object of `size` bytes that reads zero, or null (`scan`; with `tiny`, pointer-free ones
    /// below 16 bytes share blocks). Source: Go `runtime/malloc.go mallocgc`.
    ///
    /// # Safety
    /// None for the caller; `size` is not 0.
    unsafe fn new_object(&self, size: usize, scan: Scan) -> *mut u8 {
        let _ = (size, scan);
        std::ptr::null_mut()
    }

    /// Takes back an object (`scan`).
    ///
    /// # Safety
    /// The object is live; a size that is not the one asked for comes only with
    /// `detects-wrong-size`, a write past the object only with `detects-overrun`.
    unsafe fn free_object(&self, object: Held) {
        let _ = object;
    }

    /// Empties all caches: spans, tiny blocks, pages, stacks (`flush`).
    fn flush(&self) {}

    /// Starts a reclaim cycle (`reclaim`): every span waits to be swept.
    fn start_cycle(&self) {}

    /// Sweeps at most `spans` spans that wait for it; says how many it swept (`reclaim`).
    fn sweep(&self, spans: usize) -> usize {
        let _ = spans;
        0
    }

    /// Exchanges this thread's cached span for such objects, which is full or missing
    /// (`introspect-central`).
    fn refill(&self, size: usize, scan: Scan) {
        let _ = (size, scan);
    }

    /// A stack of `size` bytes, or null (`stacks`).
    ///
    /// # Safety
    /// `size` is a power of two, at least 2048.
    unsafe fn stack(&self, size: usize) -> *mut u8 {
        let _ = size;
        std::ptr::null_mut()
    }

    /// Takes back a stack (`stacks`).
    ///
    /// # Safety
    /// The stack is live and has this size.
    unsafe fn free_stack(&self, stack: *mut u8, size: usize) {
        let _ = (stack, size);
    }

    /// A run of `pages` pages from the page allocator; 0 where none fits. The heap does not grow
    /// (`page-runs`).
    fn take_run(&self, pages: usize) -> usize {
        let _ = pages;
        0
    }

    /// A run of `pages`, at most 15, through the page cache of the thread (`page-runs`).
    fn take_cached(&self, pages: usize) -> usize {
        let _ = pages;
        0
    }

    /// Gives a run back to the page allocator (`page-runs`).
    fn free_run(&self, run: usize, pages: usize) {
        let _ = (run, pages);
    }

    /// Gives at least `bytes` of free memory back, as far as there is any; says which ranges, as
    /// start and length, in order (`scavenge`).
    fn scavenge(&self, bytes: usize) -> Vec<(usize, usize)> {
        let _ = bytes;
        Vec::new()
    }

    /// Gives all free memory back (`scavenge`). Source: Go `debug.FreeOSMemory` without its GC.
    fn release_all(&self) -> Vec<(usize, usize)> {
        Vec::new()
    }

    /// Lets the background scavenger work until it has reached its goal (`scavenge-pace`). The goal
    /// is what a cycle that ended now would set.
    fn scavenge_paced(&self) -> Vec<(usize, usize)> {
        Vec::new()
    }

    /// Sets the memory limit (`scavenge-pace`). Source: Go `debug.SetMemoryLimit`.
    fn set_memory_limit(&self, bytes: u64) {
        let _ = bytes;
    }

    /// Where the heap would ask the system for its next arena (`next-growth`).
    fn next_growth(&self) -> Option<usize> {
        None
    }

    /// What freed objects are filled with (`poisons`).
    fn poison(&self) -> u8 {
        0
    }

    /// How many bytes behind an object are still its slot's, and nobody's to write (`detects-overrun`).
    fn slack(&self, object: Held) -> usize {
        let _ = object;
        0
    }

    /// The size classes (`introspect-classes`).
    fn table(&self) -> TableView {
        TableView::default()
    }

    /// How a request would be rounded (`introspect-classes`).
    fn look_up(&self, size: usize, scan: Scan) -> LookupView {
        let _ = (size, scan);
        LookupView::default()
    }

    /// The span that `address` lies in, as the span map has it (`introspect-span`).
    fn span_of(&self, address: usize) -> Option<SpanView> {
        let _ = address;
        None
    }

    /// Every span in use (`introspect-span`).
    fn spans(&self) -> Vec<SpanView> {
        Vec::new()
    }

    /// Whether the arena of `address` has its metadata (`introspect-span`).
    fn is_registered(&self, address: usize) -> bool {
        let _ = address;
        false
    }

    /// The number of the P that this thread runs on (`introspect-central`).
    fn current_p(&self) -> usize {
        0
    }

    /// Caches and central sets (`introspect-central`).
    fn central(&self) -> CentralView {
        CentralView::default()
    }

    /// The page allocator (`introspect-pages`).
    fn pages(&self) -> PagesView {
        PagesView::default()
    }

    /// Stack pools and caches (`introspect-stacks`).
    fn stacks(&self) -> StacksView {
        StacksView::default()
    }

    /// Statistics (`introspect-stats`).
    fn mem(&self) -> MemView {
        MemView::default()
    }
}
