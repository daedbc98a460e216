//! The ranges of address space into which the heap grew, in the order of addresses.
//!
//! Go keeps an array of ranges, sorted and joined, that must itself grow. Here each region has a
//! bit for each chunk, which costs 512 bytes and cannot fail, and the ranges are read off it. They
//! answer three questions: which is the first grown page from here on, for the address below which
//! no page is free; which is the last grown chunk below here, for the scavenger; and what is there to
//! look at, for a check of the whole heap.
//!
//! Source: Go `runtime/mranges.go` (`addrRanges.findAddrGreaterEqual`), `runtime/mpagealloc.go`
//! (`pageAlloc.inUse`, `findMappedAddr`).

use crate::pages::region::{REGION_CHUNKS, REGION_CHUNKS_LOG, Region};
use crate::pages::tree::{ROOT, Tree, chunk_of};
use crate::units::{CHUNK_PAGES, PageIdx, Pages};

/// Whether the page lies in a chunk that was grown.
#[inline]
pub(crate) fn is_grown(tree: &Tree, page: PageIdx) -> bool {
    tree.region(chunk_of(page)).is_some_and(|region| region.is_grown(chunk_of(page)))
}

/// The first page at or above `page` that was grown, or [`PageIdx::END`].
///
/// Upholds `alloc/pages/search-addr-sound`. Source: Go `pageAlloc.findMappedAddr`.
#[inline]
pub(crate) fn first_grown(tree: &Tree, page: PageIdx) -> PageIdx {
    if is_grown(tree, page) {
        return page;
    }
    next_chunk(tree, chunk_of(page)).map_or(PageIdx::END, |chunk| PageIdx(chunk * CHUNK_PAGES))
}

/// The first chunk at or above `chunk` that was grown.
pub(crate) fn next_chunk(tree: &Tree, chunk: usize) -> Option<usize> {
    let mut from = chunk;
    while let Some(r) = tree.next_used(from >> REGION_CHUNKS_LOG) {
        let first = r << REGION_CHUNKS_LOG;
        let local = from.saturating_sub(first);
        if let Some(found) = tree.region(first).and_then(|region| region.next_grown(local)) {
            return Some(first + found);
        }
        from = first + REGION_CHUNKS;
    }
    None
}

/// The last chunk below `below` that was grown.
pub(crate) fn last_chunk(tree: &Tree, below: usize) -> Option<usize> {
    let mut below = below;
    while let Some(r) = tree.last_used(below.div_ceil(REGION_CHUNKS)) {
        let first = r << REGION_CHUNKS_LOG;
        let local = (below - first).min(REGION_CHUNKS);
        if let Some(found) = tree.region(first).and_then(|region| region.last_grown(local)) {
            return Some(first + found);
        }
        below = first;
    }
    None
}

/// The grown chunks from low to high, with their regions.
pub(crate) fn chunks(tree: &Tree) -> impl Iterator<Item = (usize, &Region)> {
    let mut from = 0;
    std::iter::from_fn(move || {
        let chunk = next_chunk(tree, from)?;
        from = chunk + 1;
        Some((chunk, tree.region(chunk)?))
    })
}

/// The grown ranges from low to high, as long as they can be.
pub(crate) fn ranges(tree: &Tree) -> impl Iterator<Item = (PageIdx, Pages)> {
    let mut from = 0;
    std::iter::from_fn(move || {
        let first = next_chunk(tree, from)?;
        from = first;
        while from < ROOT << REGION_CHUNKS_LOG && is_grown(tree, PageIdx(from * CHUNK_PAGES)) {
            from += 1;
        }
        Some((PageIdx(first * CHUNK_PAGES), Pages((from - first) * CHUNK_PAGES)))
    })
}
