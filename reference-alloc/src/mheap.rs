//! The heap: spans from pages, pages from the system.
//!
//! A span of fewer than 16 pages comes from the thread's *page cache*, a window of 64 pages that was
//! taken from the page allocator at once; so most spans are made without a lock. All else is behind
//! the heap's lock: the page allocator, and the arena that the heap grows into.
//!
//! Growth is in whole chunks of 4 MiB, cut from the current arena of 64 MiB. If the next arena is
//! not its neighbour, the rest of the old one is grown into first, so that nothing is lost
//! (`alloc/arena/grow-keeps-remainder`). Where the system has no 64 MiB of addresses left, what is
//! needed is taken alone.
//!
//! Span structs wait on two stacks without locks when they are no span: those with bits for 64 slots
//! and those with bits for 1024.
//!
//! Lock order: the heap's lock, then that of the persistent memory. The system is asked to map
//! memory under the heap's lock, since two threads that find no pages must not both grow
//! (`alloc/mheap/heap-grow-once`); it is never asked to give memory back under it.
//!
//! Source: Go `runtime/mheap.go` `allocSpan`, `grow`, `freeSpanLocked`.

use crate::arena::{ARENA_BYTES, Arenas};
use crate::error::OutOfMemory;
use crate::lf_stack::{LfStack, Links, NodeId};
use crate::os::{self, Os};
use crate::pages::{PageAlloc, PageCache, Taken};
use crate::persistent::{MetaOf, Persistent};
use crate::size_class::{Scan, SpanClass};
use crate::span::{Made, NARROW_SLOTS, Span, SpanState, Wide};
use crate::sync::{AtomicU64, Guard, Lock};
use crate::units::{Addr, CHUNK_BYTES, CHUNK_PAGES, PageIdx, Pages};
use std::ptr;

/// Runs of at least so many pages are not taken from a page cache.
pub const CACHED_BELOW: Pages = Pages(16);
/// Spans that a thread keeps to give back at once.
pub const BATCH: usize = 32;
/// Structs made at once, when none waits.
const SLAB: usize = 32;

/// Pages, arenas, and structs that wait.
pub struct Mheap<O: Os> {
    /// The system below.
    pub os: O,
    /// From addresses to spans.
    pub arenas: Arenas,
    persistent: Lock<Persistent>,
    core: Lock<Core>,
    /// Structs that are no span: narrow ones, and wide ones.
    idle: [LfStack; 2],
}

/// What the heap's lock guards.
#[derive(Debug)]
pub struct Core {
    /// The page allocator.
    pub pages: PageAlloc,
    /// Reserved, and not grown into yet.
    fresh: Fresh,
}

#[derive(Clone, Copy, Debug)]
struct Fresh {
    next: Addr,
    end: Addr,
}

/// What one thread keeps of the heap for itself.
#[derive(Debug, Default)]
pub struct LocalPages {
    /// Pages for spans to come.
    pub cache: PageCache,
}

/// From a node's number to its span.
pub(crate) struct SpanLinks;

impl Links for SpanLinks {
    #[inline]
    fn link(&self, id: NodeId) -> &AtomicU64 {
        &span_of(id).link
    }
}

/// The number of a span struct: it lies at a multiple of 64.
#[inline]
pub(crate) fn node_of(span: &'static Span) -> NodeId {
    NodeId((ptr::from_ref(span).expose_provenance() / align_of::<Span>()) as u64)
}

/// The span struct with that number.
#[inline]
pub(crate) fn span_of(id: NodeId) -> &'static Span {
    // SAFETY: numbers come from `node_of`, and structs are never unmapped.
    unsafe { &*os::pointer(Addr(id.0 as usize * align_of::<Span>())) }
}

impl<O: Os> Mheap<O> {
    /// An empty heap.
    pub const fn new(os: O) -> Mheap<O> {
        Mheap {
            os,
            arenas: Arenas::new(),
            persistent: Lock::new(Persistent::new()),
            core: Lock::new(Core {
                pages: PageAlloc::new(),
                fresh: Fresh { next: Addr(0), end: Addr(0) },
            }),
            idle: [const { LfStack::new() }; 2],
        }
    }

    /// Takes the heap's lock.
    pub fn core(&self) -> Guard<'_, Core> {
        self.core.hold()
    }

    /// Persistent memory.
    pub fn persistent(&self) -> Guard<'_, Persistent> {
        self.persistent.hold()
    }

    /// A span of `class`, owned by the caller.
    ///
    /// # Errors
    /// If the system has no memory.
    #[cold]
    pub fn alloc_small(
        &self,
        local: &mut LocalPages,
        class: SpanClass,
        slots: usize,
    ) -> Result<&'static Span, OutOfMemory> {
        let pages = class.class().pages();
        let taken = self.take_pages(local, pages)?;
        let made = Made {
            base: taken.base.addr(),
            pages,
            class,
            elem_bytes: class.class().bytes(),
            slots,
            need_zero: self.need_zero(taken, pages),
            state: SpanState::InUse,
        };
        self.publish(made)
    }

    /// A span for one object of `pages`, at a multiple of `align` (a power of two in pages).
    /// Upholds `alloc/large/large-page-exact`.
    ///
    /// # Errors
    /// If the system has no memory.
    pub fn alloc_large(
        &self,
        pages: Pages,
        align: Pages,
        scan: Scan,
    ) -> Result<&'static Span, OutOfMemory> {
        self.alloc_whole(
            pages,
            align,
            SpanClass::new(crate::size_class::Class::LARGE, scan),
            SpanState::InUse,
        )
    }

    /// A span for whatever the caller does with `pages`.
    ///
    /// # Errors
    /// If the system has no memory.
    pub fn alloc_manual(&self, pages: Pages) -> Result<&'static Span, OutOfMemory> {
        let class = SpanClass::new(crate::size_class::Class::LARGE, Scan::No);
        self.alloc_whole(pages, Pages(1), class, SpanState::Manual)
    }

    fn alloc_whole(
        &self,
        pages: Pages,
        align: Pages,
        class: SpanClass,
        state: SpanState,
    ) -> Result<&'static Span, OutOfMemory> {
        let taken = {
            let mut core = self.core();
            self.take_locked(&mut core, pages, align)?
        };
        let need_zero = self.need_zero(taken, pages);
        self.publish(Made {
            base: taken.base.addr(),
            pages,
            class,
            elem_bytes: pages.bytes(),
            slots: 1,
            need_zero,
            state,
        })
    }

    /// Pages with a struct: a span. Without a struct the pages go back.
    fn publish(&self, made: Made) -> Result<&'static Span, OutOfMemory> {
        let Ok(span) = self.idle_struct(made.slots > NARROW_SLOTS) else {
            self.core().pages.free(made.base.page(), made.pages);
            return Err(OutOfMemory);
        };
        span.make(made);
        let plain = made.class.scan() == Scan::No && made.state == SpanState::InUse;
        self.arenas.enter(span, if plain { made.class.class().0 } else { 0 });
        Ok(span)
    }

    /// Whether `pages` just taken may hold something but zero. Upholds
    /// `alloc/scavenge/scavenged-reads-zero`.
    fn need_zero(&self, taken: Taken, pages: Pages) -> bool {
        let used = self.arenas.needs_zero(taken.base, pages);
        used && !(taken.scavenged == pages && self.os.decommit_zeroes())
    }

    fn take_pages(&self, local: &mut LocalPages, pages: Pages) -> Result<Taken, OutOfMemory> {
        if pages < CACHED_BELOW {
            if let Some((base, scavenged)) = local.cache.alloc(pages) {
                return Ok(Taken { base, scavenged });
            }
        }
        let mut core = self.core();
        if pages < CACHED_BELOW && local.cache.is_empty() {
            let mut filled = core.pages.fill_cache();
            if filled.is_none() {
                self.grow(&mut core, pages)?;
                filled = core.pages.fill_cache();
            }
            if let Some(cache) = filled {
                local.cache = cache;
                if let Some((base, scavenged)) = local.cache.alloc(pages) {
                    return Ok(Taken { base, scavenged });
                }
            }
        }
        self.take_locked(&mut core, pages, Pages(1))
    }

    fn take_locked(
        &self,
        core: &mut Core,
        pages: Pages,
        align: Pages,
    ) -> Result<Taken, OutOfMemory> {
        let take = |core: &mut Core| match align {
            Pages(0 | 1) => core.pages.alloc(pages),
            _ => core.pages.alloc_aligned(pages, align),
        };
        if let Some(taken) = take(core) {
            return Ok(taken);
        }
        let more = pages.0.checked_add(align.0.saturating_sub(1)).ok_or(OutOfMemory)?;
        self.grow(core, Pages(more))?;
        take(core).ok_or(OutOfMemory)
    }

    /// Adds at least `pages` in one run to the free ones.
    #[cold]
    fn grow(&self, core: &mut Core, pages: Pages) -> Result<(), OutOfMemory> {
        let chunks = pages.0.checked_next_multiple_of(CHUNK_PAGES).ok_or(OutOfMemory)?;
        let bytes = chunks.checked_mul(crate::units::PAGE_BYTES).ok_or(OutOfMemory)?;
        if core.fresh.end.offset_from(core.fresh.next) < bytes {
            self.extend_arena(core, bytes)?;
        }
        let base = core.fresh.next;
        self.cover(core, base.page(), Pages(chunks))?;
        core.fresh.next = base + bytes;
        Ok(())
    }

    /// Makes `core.fresh` at least `bytes` long.
    fn extend_arena(&self, core: &mut Core, bytes: usize) -> Result<(), OutOfMemory> {
        let left = core.fresh.end.offset_from(core.fresh.next);
        let whole = (bytes - left).checked_next_multiple_of(ARENA_BYTES).ok_or(OutOfMemory)?;
        let hint = if core.fresh.end.0 == 0 { self.os.first_hint() } else { core.fresh.end };
        let (at, got) = match self.os.reserve(hint, whole, ARENA_BYTES) {
            Some(at) if at == core.fresh.end || whole >= bytes => (at, whole),
            other => {
                if let Some(at) = other {
                    // SAFETY: reserved just now, too short and elsewhere.
                    unsafe { self.os.release(at, whole) };
                }
                self.reserve_elsewhere(bytes)?
            }
        };
        if at == core.fresh.end {
            core.fresh.end = at + got;
            return Ok(());
        }
        if (at + got).0 >> crate::units::ADDRESS_BITS != 0 {
            // SAFETY: reserved just now. Tables reach no further.
            unsafe { self.os.release(at, got) };
            return Err(OutOfMemory);
        }
        // The rest of the old arena stays of use; if there is no memory for that, it stays unknown.
        if left > 0 {
            let _ =
                self.cover(core, core.fresh.next.page(), Pages(left / crate::units::PAGE_BYTES));
        }
        core.fresh = Fresh { next: at, end: at + got };
        Ok(())
    }

    /// A whole arena or more if there is room, else just what is needed.
    fn reserve_elsewhere(&self, bytes: usize) -> Result<(Addr, usize), OutOfMemory> {
        let whole = bytes.checked_next_multiple_of(ARENA_BYTES).ok_or(OutOfMemory)?;
        if let Some(at) = self.os.reserve(Addr(0), whole, ARENA_BYTES) {
            return Ok((at, whole));
        }
        let at = self.os.reserve(Addr(0), bytes, CHUNK_BYTES).ok_or(OutOfMemory)?;
        Ok((at, bytes))
    }

    /// Makes reserved pages ready, gives them tables, and hands them to the page allocator.
    fn cover(&self, core: &mut Core, base: PageIdx, pages: Pages) -> Result<(), OutOfMemory> {
        self.arenas.cover(&self.os, base, pages)?;
        self.os.commit(base.addr(), pages.bytes())?;
        let mut from = self.persistent();
        core.pages.grow(&mut MetaOf { os: &self.os, from: &mut from }, base, pages)
    }

    /// A struct that is no span.
    fn idle_struct(&self, wide: bool) -> Result<&'static Span, OutOfMemory> {
        let stack = &self.idle[usize::from(wide)];
        if let Some(id) = stack.pop(&SpanLinks) {
            return Ok(span_of(id));
        }
        let mut from = self.persistent();
        let first = self.slab::<Span>(&mut from, SLAB)?;
        let bits = if wide { Some(self.slab::<Wide>(&mut from, SLAB)?) } else { None };
        drop(from);
        for i in (0..SLAB).rev() {
            // SAFETY: zeroed memory for `SLAB` of each, nobody else's, for ever. Zero bytes are `Wide`.
            let span: &'static Span = unsafe {
                let bits = bits.map(|bits| &*bits.add(i));
                first.add(i).write(Span::new(bits));
                &*first.add(i)
            };
            if i == 0 {
                return Ok(span);
            }
            stack.push(node_of(span), &SpanLinks);
        }
        Err(OutOfMemory)
    }

    /// Zeroed memory for `n` of `T`.
    fn slab<T>(&self, from: &mut Persistent, n: usize) -> Result<*mut T, OutOfMemory> {
        Ok(from.alloc(&self.os, n * size_of::<T>(), align_of::<T>())?.cast().as_ptr())
    }

    /// A struct that nobody owns any more waits for its next life.
    pub fn keep_struct(&self, span: &'static Span) {
        self.idle[usize::from(span.is_wide())].push(node_of(span), &SpanLinks);
    }

    /// Gives the pages of spans back that the caller owns and whose slots are all free. At most
    /// [`BATCH`] at once. Upholds `alloc/mheap/empty-span-returned`.
    ///
    /// # Panics
    /// If there are more.
    pub fn free_spans(&self, spans: &[&'static Span]) {
        let mut runs = [(PageIdx(0), Pages(0)); BATCH];
        for (run, span) in runs.iter_mut().zip(spans) {
            *run = (span.base().page(), span.pages());
            self.arenas.strike(run.0, run.1);
            if span.unmake() {
                self.keep_struct(span);
            }
        }
        self.core().pages.free_batch(&mut runs[..spans.len()]);
    }

    /// Makes a span of one object longer or shorter where it stands, to `pages`. False if the pages
    /// behind it are not free.
    pub fn resize_large(&self, span: &'static Span, pages: Pages) -> bool {
        let (base, old) = (span.base().page(), span.pages());
        if pages > old {
            let (behind, more) = (base + old, pages - old);
            let Some(taken) = self.core().pages.extend(behind, more) else { return false };
            self.arenas.needs_zero(taken.base, more);
            span.set_need_zero();
            span.set_pages(pages);
            self.arenas.enter(span, 0);
        } else if pages < old {
            let (behind, less) = (base + pages, old - pages);
            span.set_pages(pages);
            self.arenas.strike(behind, less);
            self.core().pages.free(behind, less);
        }
        true
    }

    /// Gives what a thread keeps back to the heap.
    pub fn flush_pages(&self, local: &mut LocalPages) {
        if !local.cache.is_empty() {
            self.core().pages.flush_cache(&mut local.cache);
        }
    }
}
