//! A heap whose objects a collector reclaims, span by span.
//!
//! Nobody frees an object here. A collector finds out which objects are live, in a way that this crate
//! knows nothing of; then every span must be *swept* before slots of it are used again: what is not
//! live is free from then on. That happens bit by bit, by whoever needs room, and by a sweeper in the
//! background. The collector plugs in as [`Reclaim`], which answers one
//! question.
//!
//! # An object, from its allocation to its end
//!
//! 1. A mutator has a [`Mutator`]: a cache with a span for each of the 136 span classes. An object is
//!    the next free slot of one of them; no lock, nothing shared ([`mutator`]).
//! 2. The span is full: it goes to the central list of its class, and the next one comes from there. A
//!    swept one with room is best, else one that must be swept first, else a new one ([`refill`]).
//! 3. Before a new span is made while there are spans to sweep, as many pages are swept free as it
//!    needs, so that a heap does not grow over its own garbage ([`sweep`]).
//! 4. The collector stops the world, sees that the last sweep is over ([`Collected::finish_sweep`]),
//!    and marks. What is allocated meanwhile it marks itself: [`Object`] says where to.
//! 5. It stops the world again, and [`Collected::begin_cycle`] makes every span one that must be swept.
//!    A mutator's cache is flushed before it is used again.
//! 6. The span is swept: [`Reclaim`] says which slots are live, the others are free. A span without a
//!    live object goes back to the heap, page by page free for anything.
//!
//! # Cycles
//!
//! ```text
//!        finish_sweep           begin_cycle            finish_sweep
//!  -----------+--------- mark ---------+----- sweep --------+--- mark ----> time
//!   all spans are swept, h  |  h + 2: all need sweeping, ever fewer do
//! ```
//!
//! # A heap with a collector that finds nothing alive
//!
//! ```
//! # #[cfg(not(loom))] {
//! use reference_alloc::collected::{Collected, Reclaim, Shape};
//! use reference_alloc::os::sim::Sim;
//! use reference_alloc::size_class::Reserve;
//! use reference_alloc::span::Span;
//!
//! struct Nothing;
//! impl Reclaim for Nothing {
//!     fn live(&self, _span: &Span, _live: &mut [u64]) {}
//! }
//!
//! let heap = Box::new(Collected::new(Sim::new(), Reserve::GreenTea, Nothing));
//! let mut mutator = heap.attach().unwrap();
//! // Two words, the second of which is a pointer.
//! let object = mutator.alloc(16, Shape::Pointers { map: 0b10, word: 0 }).unwrap();
//! assert_eq!(heap.find(object.at + 9).unwrap().object(), object.at);
//!
//! // SAFETY: the only mutator is idle, and nobody sweeps.
//! unsafe { heap.finish_sweep() }; // here the collector would mark
//! unsafe { heap.begin_cycle() };
//! mutator.prepare_for_sweep();
//! assert_eq!(heap.stats().heap_objects(), 0);
//! # }
//! ```
//!
//! # When memory runs out
//!
//! A span that goes to a list may find no memory for its entry. Then it is in no list, but counted
//! (*stranded*), and its pages still lead to it: the sweep of the next cycle then walks over all pages,
//! and finds it. Nothing is lost but the use of its free slots until then.
//!
//! Lock order: a bag's lock or the registry's, a stack pool's, then the heap's, then that of the
//! persistent memory. Bags are taken from without a lock.
//!
//! Source: Go `runtime/malloc.go`, `runtime/mcache.go`, `runtime/mcentral.go`, `runtime/mgcsweep.go`.

mod blocks;
mod central;
pub mod check;
pub mod find;
pub mod mutator;
pub mod object;
pub mod pointer_map;
pub mod refill;
mod sweeping;
pub mod sweep;
pub mod background;
pub mod stats;
pub mod look;

use crate::lf_stack::LfStack;
use crate::mheap::Mheap;
use crate::os::Os;
use crate::registry::Registry;
use crate::size_class::{Reserve, SpanClass};
use crate::span::{MAX_SLOTS, Span, SpanState};
use crate::stack::Pools;
use crate::sync::{AtomicBool, Ordering};
use crate::units::Addr;

use blocks::SetMemory;
use central::Central;
use refill::ObjectCache;
use stats::Counts;
use sweeping::Sweeping;

pub use find::Found;
pub use mutator::Mutator;
pub use object::{Object, Shape};

/// Words of bits for the slots of any span.
pub const LIVE_WORDS: usize = MAX_SLOTS / 64;

/// The socket for a collector: what is live in a span.
pub trait Reclaim: Sync {
    /// Sets the bits of the live slots of `span` in `live`, which is all zero: slot `i` is bit
    /// `i % 64` of word `i / 64`. A live slot is allocated.
    ///
    /// The caller has the span to itself, and asks once for each cycle: what the answer was made from
    /// is not needed any more, and can be made ready for the next cycle. The span may be no span any
    /// more as soon as this returns.
    fn live(&self, span: &Span, live: &mut [u64]);

    /// Whether anything in `span` lives: a hint for who needs pages, and wants no spans that keep theirs.
    /// The answer must be cheap. True is always right, and false if nothing does. It is asked without
    /// owning the span, which somebody else may sweep at that moment, or have swept.
    ///
    /// Source: Go `runtime/mheap.go` `heapArena.pageMarks`.
    fn has_live(&self, span: &Span) -> bool {
        let _ = span;
        true
    }
}

/// The heap. See the head of this file.
///
/// Mutators, sweepers and collectors share it. *The world is stopped* when no mutator uses its cache and
/// nobody sweeps; functions that need that say so.
pub struct Collected<O: Os, R: Reclaim> {
    /// Pages and spans.
    pub heap: Mheap<O>,
    /// What spans give up at their end.
    pub reserve: Reserve,
    /// The collector.
    pub reclaim: R,
    central: [Central; SpanClass::COUNT],
    /// Blocks of the central lists that wait.
    set_blocks: LfStack,
    sweeping: Sweeping,
    counts: Counts,
    caches: Registry<ObjectCache>,
    stacks: Pools,
    /// Whether stacks that come free must not become part of the heap yet.
    marking: AtomicBool,
}

impl<O: Os, R: Reclaim> Collected<O, R> {
    /// An empty heap on `os`.
    ///
    /// It is half a megabyte long: put it into a `static` or a `Box` at once.
    #[inline] // so that it can be made in its place
    #[expect(clippy::large_stack_arrays, reason = "see above")]
    pub const fn new(os: O, reserve: Reserve, reclaim: R) -> Collected<O, R> {
        Collected {
            heap: Mheap::new(os),
            reserve,
            reclaim,
            central: [const { Central::new() }; SpanClass::COUNT],
            set_blocks: LfStack::new(),
            sweeping: Sweeping::new(),
            counts: Counts::new(),
            caches: Registry::new(),
            stacks: Pools::new(),
            marking: AtomicBool::new(false),
        }
    }

    /// What spans' numbers are held against: see [`crate::sweepgen`].
    #[inline]
    pub fn sweepgen(&self) -> u32 {
        self.heap.sweepgen.load(Ordering::Relaxed)
    }

    /// The central lists of `class`.
    fn central(&self, class: SpanClass) -> &Central {
        &self.central[usize::from(class.0)]
    }

    fn set_memory(&self) -> SetMemory<'_, O> {
        SetMemory { pages: &self.heap.pages, idle: &self.set_blocks }
    }

    /// Ends the sweep: what is not swept yet is swept now. To be called before the collector forgets
    /// what was live, which is: before it marks.
    ///
    /// Source: Go `runtime/mgcsweep.go` `finishsweep_m`.
    ///
    /// # Safety
    /// The world is stopped.
    pub unsafe fn finish_sweep(&self) {
        for cache in self.caches.iter() {
            // SAFETY: the caller's: no mutator uses its cache.
            self.prepare_for_sweep(cache, unsafe { cache.mine() });
        }
        self.sweep_all();
        debug_assert!(self.is_swept(), "the world is stopped, and somebody sweeps");
        let (h, memory) = (self.sweepgen(), self.set_memory());
        self.central.iter().for_each(|central| central.reset_unswept(h, &memory));
    }

    /// Begins the next cycle: what was marked is what lives, and every span must be swept.
    ///
    /// What spans say of themselves changes its meaning at once, and so do the central lists; nothing is
    /// touched. Source: Go `runtime/mgc.go` `gcSweep`.
    ///
    /// # Safety
    /// The world is stopped, and has not run since it was stopped for [`Collected::finish_sweep`] but
    /// for the allocation of objects, which the collector has marked.
    ///
    /// # Panics
    /// If the last sweep is not over.
    pub unsafe fn begin_cycle(&self) {
        let h = self.sweepgen();
        let flushed = self.caches.iter().all(|cache| cache.flushed_at.get() == h);
        assert!(
            flushed && self.is_swept(),
            "a cycle begins before the sweep of the last one is over"
        );
        self.heap.sweepgen.store(h.wrapping_add(2), Ordering::Release);
        self.sweeping.restart();
    }

    /// Says whether a collector marks. While it does, stacks that come free stay stacks, since it could
    /// take one for a part of the heap; they become free pages when it ends.
    ///
    /// Source: Go `runtime/stack.go` `freeStackSpans`.
    pub fn set_marking(&self, marking: bool) {
        self.marking.store(marking, Ordering::Release);
        if !marking {
            self.stacks.free_spans(&self.heap);
        }
    }

    /// Whether a collector marks.
    pub fn is_marking(&self) -> bool {
        self.marking.load(Ordering::Acquire)
    }

    /// Shows every span of objects, swept or not. The heap's lock is held meanwhile: what is called may
    /// not allocate here.
    ///
    /// # Safety
    /// The world is stopped.
    pub unsafe fn spans(&self, visit: &mut dyn FnMut(&Span)) {
        let core = self.heap.pages.core();
        let arenas = &self.heap.pages.arenas;
        for (_, span) in core.pages.ranges().flat_map(|range| arenas.spans(range)) {
            if span.state() == SpanState::InUse {
                visit(span);
            }
        }
    }

    /// The slots that caches fill with tiny objects. A collector marks them when it begins: an object
    /// that is put into one later has nobody to mark it. Source: Go `runtime/mgcmark.go`
    /// `gcMarkTinyAllocs`.
    ///
    /// # Safety
    /// The world is stopped.
    pub unsafe fn tiny_blocks(&self, visit: &mut dyn FnMut(Addr)) {
        for cache in self.caches.iter() {
            // SAFETY: the caller's.
            let mine = unsafe { cache.mine() };
            if let Some((block, _)) = mine.tiny.block() {
                visit(block);
            }
        }
    }
}
