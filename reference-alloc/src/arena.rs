//! From an address to its span, and which addresses are ours at all.
//!
//! The address space is cut into frames of 16 GiB. A frame that has memory of the heap has a table:
//! for each of its pages the span that the page belongs to, and, since a free needs nothing else, the
//! class of that span in a byte of its own: 9 bytes for each 8 KiB. A table is reserved whole when a frame
//! is first used, and is *blank*, so that any address can be looked up in it; parts of it are made ready
//! to be written as the heap grows.
//!
//! The heap takes memory from the system in *arenas* of 64 MiB, or less where there is less. For each
//! the table keeps how much of it was ever handed out: pages above that mark are as the system made
//! them, zero.
//!
//! Go has one table for each arena instead, behind a flat index of 32 MiB. Larger frames make the
//! index so small that it needs no reservation of its own, and a heap can start under a tight limit
//! on address space.
//!
//! Upholds `alloc/span/span-map-complete` and `alloc/arena/arena-metadata-present`. Source: Go
//! `runtime/mheap.go` `heapArena`, `spanOf`, `setSpans`, `allocNeedsZero`.

use crate::error::OutOfMemory;
use crate::kept::Table;
use crate::os::{self, Os};
use crate::span::Span;
use crate::sync::{AtomicPtr, AtomicU8, AtomicU64, Ordering};
use crate::units::{ADDRESS_BITS, ARENA_BYTES, ARENA_SHIFT, Addr, PAGE_SHIFT, PageIdx, Pages};
use crate::watermark::Watermark;
use std::ptr;

/// log2 of the bytes of a frame.
const FRAME_SHIFT: u32 = if cfg!(miri) { 28 } else { 34 };
/// Frames in the address space.
const FRAMES: usize = 1 << (ADDRESS_BITS - FRAME_SHIFT);
/// Pages in a frame.
const FRAME_PAGES: usize = 1 << (FRAME_SHIFT - PAGE_SHIFT);
/// Arenas in a frame.
const FRAME_ARENAS: usize = 1 << (FRAME_SHIFT - ARENA_SHIFT);

/// The least bytes of a page of the hardware.
const LEAST_PAGE: usize = 4096;
/// Words for a bit for each part of a table.
const PART_WORDS: usize = FRAME_PAGES.div_ceil(LEAST_PAGE * 64);

/// What is known of 16 GiB. All zero: nothing there is ours.
#[repr(C)]
struct Frame {
    /// By page: the class of small blocks without pointers that lie there, if that is all that a free must
    /// know ([`crate::kept`]); 0 for all else.
    classes: [AtomicU8; FRAME_PAGES],
    /// By page: the span in use that it belongs to, or null.
    spans: [AtomicPtr<Span>; FRAME_PAGES],
    /// By arena: bytes from its start that may have been written. Never falls.
    zeroed_base: [Watermark; FRAME_ARENAS],
    /// By part: whether it is ready. Parts are as many pages as there are bytes in a page of the hardware:
    /// one such page of `classes`, and those of `spans` that go with it. Written under the heap's lock.
    ready: [AtomicU64; PART_WORDS],
}

/// Where in a frame the part begins that is always ready, to its end.
const ALWAYS_READY: usize = std::mem::offset_of!(Frame, zeroed_base);

impl Frame {
    /// Makes a table, blank but for its end.
    fn make(os: &impl Os) -> Result<Addr, OutOfMemory> {
        let page = os.page_bytes();
        let bytes = size_of::<Frame>().next_multiple_of(page);
        let at = os.reserve(Addr(0), bytes, page).ok_or(OutOfMemory)?;
        let made = os
            .blank(at, ALWAYS_READY)
            .and_then(|()| os.commit(at + ALWAYS_READY, bytes - ALWAYS_READY));
        if let Err(none) = made {
            // SAFETY: nobody knows of it.
            unsafe { os.release(at, bytes) };
            return Err(none);
        }
        Ok(at)
    }

    fn is_ready(&self, part: usize) -> bool {
        self.ready[part / 64].load(Ordering::Relaxed) >> (part % 64) & 1 == 1
    }

    /// Makes the parts ready that speak of the pages `first` to `last`, numbered from the frame's first.
    fn make_ready(&self, os: &impl Os, first: usize, last: usize) -> Result<(), OutOfMemory> {
        let page = os.page_bytes();
        let (classes, spans) =
            (Addr(self.classes.as_ptr().addr()), Addr(self.spans.as_ptr().addr()));
        let (mut part, end) = (first / page, last / page + 1);
        while part < end {
            let blank = (part..end).take_while(|&part| !self.is_ready(part)).count();
            if blank > 0 {
                os.commit(classes + part * page, blank * page)?;
                let words = size_of::<AtomicPtr<Span>>();
                os.commit(spans + part * page * words, blank * page * words)?;
            }
            for part in part..part + blank {
                self.ready[part / 64].fetch_or(1 << (part % 64), Ordering::Relaxed);
            }
            part += blank.max(1);
        }
        Ok(())
    }

    /// Bytes of it that are ready.
    fn ready_bytes(&self, page: usize) -> usize {
        let parts: u32 =
            self.ready.iter().map(|word| word.load(Ordering::Relaxed).count_ones()).sum();
        let always = size_of::<Frame>().next_multiple_of(page) - ALWAYS_READY;
        always + parts as usize * page * (1 + size_of::<AtomicPtr<Span>>())
    }
}

/// The frames of the address space.
pub struct Arenas {
    frames: [AtomicPtr<Frame>; FRAMES],
}

impl Arenas {
    /// No address is ours.
    #[expect(clippy::large_stack_arrays, reason = "it becomes part of a static, or of a box")]
    pub const fn new() -> Arenas {
        Arenas { frames: [const { AtomicPtr::new(ptr::null_mut()) }; FRAMES] }
    }

    #[inline]
    fn frame(&self, address: usize) -> Option<&Frame> {
        let frame = self.frames.get(address >> FRAME_SHIFT)?.load(Ordering::Acquire);
        // SAFETY: null, or made by `cover` and never unmapped; all its fields are atomic.
        unsafe { frame.as_ref() }
    }

    /// The class of the small block without pointers at `address`, whatever its span; 0 if that drains, or if
    /// it is a large block, one with pointers, a stack, or memory of others; `None` if it is far from all
    /// that is ours. Of an address that no program can have, only the lower bits count.
    #[inline]
    pub fn class_at(&self, address: usize) -> Option<u8> {
        let frame = self.frames[address >> FRAME_SHIFT & (FRAMES - 1)].load(Ordering::Acquire);
        // SAFETY: null, or made by `cover` and never unmapped; all its fields are atomic.
        let frame = unsafe { frame.as_ref()? };
        Some(frame.classes[address >> PAGE_SHIFT & (FRAME_PAGES - 1)].load(Ordering::Relaxed))
    }

    /// The span that `address` lies in, if it is in use.
    ///
    /// A page leads to the last span that it was part of, for ever: a span that ends is not struck out
    /// page by page, but has no pages any more.
    #[inline]
    pub fn span_at(&self, address: usize) -> Option<&'static Span> {
        self.last_span_at(address).filter(|span| span.contains(address))
    }

    /// The span that the page of `address` was last part of, whether that is in use still or not.
    #[inline]
    pub fn last_span_at(&self, address: usize) -> Option<&'static Span> {
        let frame = self.frame(address)?;
        let span = frame.spans[address >> PAGE_SHIFT & (FRAME_PAGES - 1)].load(Ordering::Acquire);
        // SAFETY: null, or a struct that is never unmapped.
        unsafe { span.as_ref() }
    }

    /// The spans in use that begin or lie in `pages` from `base` on, each with the first of those
    /// pages that leads to it: its own first page, unless that is not among them. At rest: while
    /// others make spans and end them, some may be missed.
    pub fn spans(
        &self,
        (base, pages): (PageIdx, Pages),
    ) -> impl Iterator<Item = (PageIdx, &'static Span)> {
        let (mut page, end) = (base, base + pages);
        std::iter::from_fn(move || {
            while page < end {
                let at = page;
                match self.span_at(at.addr().0) {
                    Some(span) => {
                        // A broken map must not lead round in a circle.
                        page = (span.base().page() + span.pages()).max(at + Pages(1));
                        return Some((at, span));
                    }
                    None => page = at + Pages(1),
                }
            }
            None
        })
    }

    /// Makes tables for `pages` from `base` on, where there are none, and makes them ready. The caller holds
    /// the heap's lock.
    ///
    /// # Errors
    /// If the system has no memory for them.
    pub fn cover(&self, os: &impl Os, base: PageIdx, pages: Pages) -> Result<(), OutOfMemory> {
        let (first, last) = (base.0, (base + pages).0 - 1);
        for number in first / FRAME_PAGES..=last / FRAME_PAGES {
            let place = self.frames.get(number).ok_or(OutOfMemory)?;
            if place.load(Ordering::Acquire).is_null() {
                // Nobody else makes this table: the lock is held.
                place.store(os::pointer(Frame::make(os)?), Ordering::Release);
            }
            let frame = self.frame(number << FRAME_SHIFT).ok_or(OutOfMemory)?;
            let start = number * FRAME_PAGES;
            let end = last.min(start + FRAME_PAGES - 1);
            frame.make_ready(os, first.max(start) - start, end - start)?;
        }
        Ok(())
    }

    /// Bytes of all tables that are ready, touched or not.
    pub fn table_bytes(&self, os: &impl Os) -> usize {
        let page = os.page_bytes();
        // SAFETY: null, or made by `cover` and never unmapped; all its fields are atomic.
        let frame = |at: &AtomicPtr<Frame>| unsafe { at.load(Ordering::Acquire).as_ref() };
        self.frames.iter().filter_map(frame).map(|frame| frame.ready_bytes(page)).sum()
    }

    /// From now on the pages of `span` lead to it, and say `class` (0 unless its blocks are small and
    /// without pointers).
    pub fn enter(&self, span: &'static Span, class: u8) {
        let pointer = ptr::from_ref(span).cast_mut();
        self.each(span, |frame, page| frame.spans[page].store(pointer, Ordering::Release));
        if class != 0 {
            self.tell_class(span, class);
        }
    }

    /// Calls `visit` with the place of each page of `span` in its table.
    ///
    /// # Panics
    /// If a page has no table.
    fn each(&self, span: &Span, visit: impl Fn(&Frame, usize)) {
        let base = span.base().page();
        let (mut at, end) = (base.0, (base + span.pages()).0);
        while at < end {
            let Some(frame) = self.frame(at << PAGE_SHIFT) else {
                unreachable!("pages without a table: {at:#x}");
            };
            let stop = end.min((at / FRAME_PAGES + 1) * FRAME_PAGES);
            let first = at & (FRAME_PAGES - 1);
            for page in first..first + (stop - at) {
                visit(frame, page);
            }
            at = stop;
        }
    }

    /// Whether some of these pages were handed out before, and counts them as handed out now.
    /// Upholds `alloc/arena/zeroed-watermark-monotone`.
    pub fn needs_zero(&self, base: PageIdx, pages: Pages) -> bool {
        let (mut at, end) = (base.addr().0, (base + pages).addr().0);
        let mut used = false;
        while at < end {
            let stop = end.min(((at >> ARENA_SHIFT) + 1) << ARENA_SHIFT);
            let Some(frame) = self.frame(at) else { return true };
            let mark = &frame.zeroed_base[at >> ARENA_SHIFT & (FRAME_ARENAS - 1)];
            used |= mark.raise(at & (ARENA_BYTES - 1), stop - (at & !(ARENA_BYTES - 1)));
            at = stop;
        }
        used
    }
}

impl Table for Arenas {
    fn tells_class(&self, span: &Span) -> bool {
        self.class_at(span.base().0) != Some(0)
    }

    fn tell_class(&self, span: &Span, class: u8) {
        self.each(span, |frame, page| frame.classes[page].store(class, Ordering::Relaxed));
    }
}

impl Default for Arenas {
    fn default() -> Arenas {
        Arenas::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::os::sim::Sim;
    use crate::size_class::{Class, Scan, SpanClass};
    use crate::span::{Made, SpanState};

    fn leaked_span(base: PageIdx, pages: Pages) -> &'static Span {
        let span = Box::leak(Box::new(Span::new(None)));
        let class = SpanClass::new(Class::LARGE, Scan::No);
        let (elem_bytes, state) = (pages.bytes(), SpanState::InUse);
        span.make(Made {
            base: base.addr(),
            pages,
            class,
            elem_bytes,
            slots: 1,
            need_zero: false,
            state,
        });
        span
    }

    #[test]
    fn every_byte_of_a_span_leads_to_it_and_none_outside() {
        let (os, arenas) = (Sim::new(), Box::new(Arenas::new()));
        // Across the border of two frames.
        let base = PageIdx(FRAME_PAGES * 3 - 2);
        arenas.cover(&os, base, Pages(4)).unwrap();
        let span = leaked_span(base, Pages(4));
        arenas.enter(span, 7);
        let (first, last) = (base.addr().0, (base + Pages(4)).addr().0 - 1);
        for address in [first, first + 8191, first + 3 * 8192, last] {
            assert!(ptr::eq(arenas.span_at(address).unwrap(), span));
            assert_eq!(arenas.class_at(address), Some(7));
        }
        for address in [0, first - 1, last + 1, usize::MAX] {
            assert!(
                arenas.span_at(address).is_none() && arenas.class_at(address).unwrap_or(0) == 0
            );
        }
        arenas.tell_class(span, 0);
        span.unmake();
        assert!(arenas.span_at(first).is_none() && arenas.class_at(last) == Some(0));
    }

    #[test]
    fn a_table_is_ready_where_there_are_pages_and_blank_elsewhere() {
        let (os, arenas) = (Sim::new(), Box::new(Arenas::new()));
        assert_eq!(arenas.table_bytes(&os), 0);
        let base = PageIdx(FRAME_PAGES * 3);
        let mut before = 0;
        // Within one part of the table, then into the next, then over the end of the frame.
        for (first, more) in
            [(0, true), (LEAST_PAGE / 2, false), (LEAST_PAGE - 1, true), (FRAME_PAGES - 1, true)]
        {
            arenas.cover(&os, base + Pages(first), Pages(2)).unwrap();
            let ready = arenas.table_bytes(&os);
            assert_eq!(ready, os.committed(), "what is counted is what the system gave");
            assert_eq!(ready > before, more, "pages from {first} on");
            before = ready;
        }
        assert!(before < size_of::<Frame>(), "most of the two tables is blank");
        assert!(
            arenas.span_at((base + Pages(FRAME_PAGES / 2)).addr().0).is_none(),
            "and can be read"
        );
    }

    #[test]
    fn pages_need_zeroing_once_they_were_handed_out() {
        let (os, arenas) = (Sim::new(), Box::new(Arenas::new()));
        let base = PageIdx((5 << ARENA_SHIFT >> PAGE_SHIFT) - 1);
        arenas.cover(&os, base, Pages(4)).unwrap();
        assert!(!arenas.needs_zero(base, Pages(2)), "both are new, in two arenas");
        assert!(arenas.needs_zero(base + Pages(1), Pages(2)), "one of them is not");
        assert!(!arenas.needs_zero(base + Pages(3), Pages(1)));
    }
}
