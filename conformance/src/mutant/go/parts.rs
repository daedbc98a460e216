//! The sockets: every decision of the allocator, each with the right part as its default.
//!
//! A mutant overrides one and is wrong in that; nothing else in this folder knows about mutants.

use super::os;
use super::pages::{self, Chunk, PageCache, Pages, Run, WINDOW};
use super::scavenge;
use super::span::Span;
use super::stack;
use super::state::State;
use super::table::{self, Class, MAX_SMALL, NO_HEADER, Table};
use crate::target::inside::{MemView, PAGE, Summary};

/// The decisions.
pub(crate) trait Parts: Sized + Send + Sync + 'static {
    // Size classes.

    /// The classes.
    fn table() -> Table {
        table::generate(table::step_above, table::pages_for, table::magic_of)
    }

    /// Slots of a span.
    fn nelems(class: Class, scan: bool) -> usize {
        table::nelems(class, scan)
    }

    /// The class for `need` bytes, header included.
    fn class_of(table: &Table, need: usize) -> usize {
        table.class_of(need)
    }

    /// The class by the path for small sizes.
    fn specialised(table: &Table, size: usize, scan: bool) -> usize {
        let _ = scan; // No header below 81 bytes.
        Self::class_of(table, size)
    }

    /// Whether a request is served from a class.
    fn is_small(size: usize) -> bool {
        size <= MAX_SMALL
    }

    /// Bytes of the header of an object.
    fn header(size: usize, scan: bool) -> usize {
        if scan && size > NO_HEADER { 8 } else { 0 }
    }

    /// Usable bytes of a request.
    fn roundup(table: &Table, size: usize, scan: bool) -> usize {
        let header = Self::header(size, scan);
        if size <= MAX_SMALL {
            return table.size(Self::class_of(table, size + header)) - header;
        }
        size.checked_add(PAGE - 1).map_or(size, |size| size / PAGE * PAGE)
    }

    // Objects and slots.

    /// Where slot `i` starts.
    fn slot_at(span: &Span, i: usize, size: usize) -> usize {
        let _ = size;
        span.base + i * span.elemsize
    }

    /// How far into its slot an object of a class starts.
    fn start(size: usize, scan: bool) -> usize {
        Self::header(size, scan)
    }

    /// The slot to hand out next.
    fn next_free(span: &Span) -> Option<usize> {
        span.next_free()
    }

    /// Slot `i` was handed out.
    fn issued(span: &mut Span, i: usize) {
        span.freeindex = i + 1;
    }

    /// The span counts a slot that it handed out; `last` is whether it was its last one.
    fn counted(span: &mut Span, last: bool) {
        let _ = last;
        span.alloc_count += 1;
    }

    /// Bytes by which the statistics grow for an object.
    fn bytes_of(span: &Span, size: usize) -> usize {
        let _ = size;
        span.elemsize
    }

    /// Under which class an object is counted.
    fn counted_as(span: &Span) -> usize {
        span.class
    }

    /// What is checked when an object is freed: the size that it had, and the one that is named.
    fn is_told_right(table: &Table, size: usize, told: usize, scan: bool) -> bool {
        Self::roundup(table, size, scan) == Self::roundup(table, told, scan)
    }

    /// Whether nothing was written past an object, up to the end of its slot.
    fn is_slack_clean(end: usize, slack: usize) -> bool {
        os::is_zero(end, slack)
    }

    /// Fills a freed object.
    fn poison(at: usize, len: usize, byte: u8) {
        os::fill(at, len, byte);
    }

    /// Pages of a large object; `None` where there are no such numbers.
    fn large_pages(size: usize) -> Option<usize> {
        size.checked_add(PAGE).map(|_| size.div_ceil(PAGE))
    }

    /// A span of one object.
    fn large_span(run: Run, n: usize, size: usize, scan: bool) -> Span {
        Span::large(run.base, n, size, scan)
    }

    // Tiny objects.

    /// Whether a request shares a block.
    fn is_tiny(size: usize, scan: bool) -> bool {
        !scan && size < 16
    }

    /// Where in a block whose first free byte is `offset` an object goes; `None` if it does not fit.
    fn tiny_place(offset: usize, size: usize) -> Option<usize> {
        let align = Self::tiny_align(size);
        let at = offset.next_multiple_of(align);
        (at + size <= 16).then_some(at)
    }

    /// The alignment owed to a tiny object.
    fn tiny_align(size: usize) -> usize {
        match size {
            _ if size.is_multiple_of(8) => 8,
            _ if size.is_multiple_of(4) => 4,
            _ if size.is_multiple_of(2) => 2,
            _ => 1,
        }
    }

    /// Clears a fresh block for an object of `size`.
    fn clear_tiny(at: usize, size: usize) {
        let _ = size;
        os::clear(at, 16);
    }

    /// Whether a fresh block that holds `size` bytes takes the place of one filled up to `offset`.
    fn keeps_fresh(offset: usize, size: usize) -> bool {
        size < offset
    }

    /// Whether a block with `left` objects in it may be issued again.
    fn is_tiny_over(left: usize) -> bool {
        left == 0
    }

    /// Lets go of the tiny block of a cache.
    fn drop_tiny(state: &mut State, p: usize) {
        state.drop_tiny::<Self>(p);
    }

    // Caches and central sets.

    /// The key of the sets and caches for a class and a scan-ness.
    fn key(class: usize, scan: bool) -> usize {
        class * 2 + usize::from(scan)
    }

    /// Whether a cached span must be exchanged.
    fn is_exhausted(span: &Span) -> bool {
        span.next_free().is_none()
    }

    /// A span with a free slot for a cache.
    fn central_span(state: &mut State, class: usize, scan: bool) -> Option<usize> {
        state.central_span::<Self>(class, scan)
    }

    /// A span left its cache. Whether it counts as full.
    fn is_full(span: &Span) -> bool {
        span.alloc_count == span.nelems
    }

    /// The sweepgen of a span that leaves its cache.
    fn uncached_gen(h: u64) -> u64 {
        h
    }

    /// A span goes into a cache.
    fn cached(state: &mut State, base: usize) {
        state.mark_cached(base);
    }

    /// Bits in use after a sweep.
    fn fold(span: &Span) -> Vec<u64> {
        span.live.clone()
    }

    /// Where the search begins after a sweep.
    fn swept_freeindex(span: &Span) -> usize {
        let _ = span;
        0
    }

    /// Free slots of a swept span may hold old bytes, if any was freed.
    fn swept_needzero(before: bool, freed: usize) -> bool {
        before || freed > 0
    }

    /// Whether a swept span with nothing live gives its pages back.
    fn gives_empty_back(span: &Span) -> bool {
        let _ = span;
        true
    }

    /// Enters a span into the span map.
    fn map_span(state: &mut State, base: usize, pages: usize) {
        state.map_span(base, pages);
    }

    // Pages.

    /// The lowest run of `n` free pages, and the lowest free page.
    fn find(pages: &Pages, n: usize) -> Option<(usize, usize)> {
        pages.find::<Self>(n)
    }

    /// Whether free pages at the end of one chunk and at the start of the next make a run of `n`.
    fn straddles(end: usize, start: usize, n: usize) -> bool {
        end + start >= n
    }

    /// There was no run of `n` pages.
    fn nothing_found(pages: &mut Pages, n: usize) {
        if n == 1 {
            pages.search = usize::MAX;
        }
    }

    /// The summary of a chunk.
    fn summarize(alloc: &[u64; 8]) -> Summary {
        pages::summarize(alloc)
    }

    /// The summary of several, each of `size` pages.
    fn merge(children: &[Summary], size: usize) -> Summary {
        pages::merge(children, size)
    }

    /// The pages of a run that is given back.
    fn pages_to_clear(base: usize, n: usize) -> impl Iterator<Item = usize> {
        (0..n).map(move |i| base + i * PAGE)
    }

    /// A page of the chunk was given back.
    fn regained(chunk: &mut Chunk) {
        chunk.candidate = true;
    }

    /// Pages from `base` on became free.
    fn lower_search(pages: &mut Pages, base: usize) {
        pages.search = pages.search.min(base);
    }

    /// The free pages of a window go to a page cache.
    fn take_window(chunk: &mut Chunk, word: usize, free: u64) {
        chunk.alloc[word] |= free;
        chunk.scavenged[word] &= !free;
        chunk.dirty[word] |= free;
    }

    /// Where the search goes on after a window was taken.
    fn search_after_window(pages: &Pages, base: usize) -> usize {
        pages.mapped_from(base + WINDOW * PAGE)
    }

    /// The pages of a cache go back.
    fn return_window(chunk: &mut Chunk, word: usize, cache: PageCache) {
        chunk.alloc[word] &= !cache.free;
        chunk.scavenged[word] |= cache.free & cache.scavenged;
        chunk.dirty[word] = chunk.dirty[word] & !cache.free | cache.free & cache.dirty;
    }

    // Arenas.

    /// Address space for an arena where it is asked for, if it is to be had there.
    fn map_hinted(hint: usize, len: usize) -> Option<usize> {
        os::map_hinted(hint, len)
    }

    /// The rest of an arena, when the next one does not continue it.
    fn donate(state: &mut State, start: usize, end: usize) {
        state.add_chunks::<Self>(start, end - start);
    }

    /// The part of a reservation that gets metadata.
    fn registered(base: usize, len: usize) -> (usize, usize) {
        (base, base + len)
    }

    /// Called between the failure to find pages and the growth of the heap; whether the lock may be
    /// given up there.
    fn unlocks_to_grow() -> bool {
        false
    }

    // Stacks.

    /// Where the stacks of a span begin.
    fn first_stack(base: usize) -> usize {
        base
    }

    /// A stack of the pool was given back.
    fn stack_returned(count: &mut usize) {
        *count -= 1;
    }

    /// Whether a stack cache gives some back.
    fn cache_overflows(bytes: usize) -> bool {
        bytes >= stack::CACHE
    }

    /// An empty span leaves the pool.
    fn unlink_stack_span(state: &mut State, base: usize) {
        state.stacks.unlink(base);
    }

    /// The key under which a large stack waits to be used again.
    fn stack_key(pages: usize) -> usize {
        pages
    }

    /// Stack memory is counted.
    fn count_stack(state: &mut State, bytes: usize, taken: bool) {
        let n = &mut state.counts.stack_inuse;
        *n = if taken { *n + bytes } else { *n - bytes };
    }

    // The scavenger.

    /// Bytes of a page of the system, as the scavenger takes it.
    fn granule() -> usize {
        scavenge::GRANULE
    }

    /// The next range to give back, at most `n` pages but for whole huge pages.
    fn scavenge_next(pages: &mut Pages, n: usize) -> Option<(usize, usize)> {
        scavenge::highest::<Self>(pages, n)
    }

    /// Whether a chunk is passed over when all is given back.
    fn is_passed_over(chunk: &Chunk) -> bool {
        let _ = chunk;
        false
    }

    /// Widens a range so that no free huge page is split.
    fn widened(pages: &Pages, start: usize, end: usize) -> usize {
        scavenge::widened(pages, start, end)
    }

    /// Gives the memory of a range back.
    fn release(at: usize, len: usize) {
        os::release(at, len);
    }

    /// Whether the background scavenger has reached its goal.
    fn is_at_goal(state: &State) -> bool {
        scavenge::is_at_goal(state)
    }

    // Statistics.

    /// Pages given back are in use again: `scavenged` of `pages`.
    fn count_reused(state: &mut State, scavenged: usize, pages: usize) {
        let _ = pages;
        state.counts.released -= scavenged * PAGE;
    }

    /// The statistics.
    fn mem(state: &State) -> MemView {
        state.mem()
    }

    /// Bytes of span records ever taken.
    fn count_span_record(state: &mut State) {
        state.counts.span_records = state.counts.span_records.max(state.spans.len());
    }
}

/// Every part right.
pub(crate) struct Right;

impl Parts for Right {}
