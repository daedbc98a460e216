//! A Go-style allocator, as Go's runtime has one below its collector, for programs that free by hand:
//! pages, spans, size classes, a cache for each thread, a scavenger. It is the reference that the
//! invariants in `specs/alloc` are read against, and it means to be as fast as allocators that care
//! for nothing else.
//!
//! # The life of a block
//!
//! `malloc(100)`, and each step only if the one before has nothing:
//!
//! 1. **Class.** 100 bytes go into slots of 112: [`size_class`]. What no class holds is *large*, and
//!    begins at step 6 with a span of its own.
//! 2. **Magazine.** The thread's cache has a stack of free addresses for each class: [`mcache`]. Its top
//!    is the block. Nothing shared was touched.
//! 3. **Refill.** Half a magazine of free slots comes from the thread's current span of the class:
//!    [`span`]. Slots that other threads have freed in it are *folded* in when none is left.
//! 4. **Another span.** One that the thread keeps: [`kept`]. Or one from a stack, without a lock, of the
//!    class's spans that have room and no owner: [`mcentral`]. [`ledger`] says who may take one.
//! 5. **A new span** is made from the pages of one that the thread has emptied, or out of its window of 64
//!    pages, and a struct that waits: [`mheap`], [`span_pool`].
//! 6. **Pages.** Under the heap's lock the lowest run that fits is taken, by a tree of summaries over
//!    bitmaps: [`page_heap`], [`pages`].
//! 7. **The system** gives arenas of 64 MiB of address space, and memory for 4 MiB of it at once:
//!    [`arena`], [`os`].
//!
//! `free(p)`, the way back:
//!
//! 1. **Class.** The address leads to its page, and the page to the class: [`arena`]. A free that is
//!    told the size need not look, unless the thread keeps spans that drain.
//! 2. **Magazine.** The address is pushed, whichever thread allocated it.
//! 3. **Flush.** The older half of a full magazine goes back to its spans: a bit for each block, and a
//!    count that says whether the span was full, and is listed again, or is empty now: [`ledger`]. A
//!    span whose blocks this thread took itself it *keeps* instead, and a bit is all: [`kept`]. Kept spans
//!    *drain*: later frees of their blocks go past the magazine, so that they come to be empty.
//! 4. **Empty spans** give their pages back, many at once.
//! 5. **The scavenger** returns the memory of free pages, the highest first, when more is free than was
//!    lately needed: [`scavenge`].
//!
//! ```text
//!   thread                 shared, no lock                 the heap's lock       the system
//!  +-----------+  refill  +----------------+  new span   +----------------+     +---------+
//!  | magazines |<-------- | spans with     |<----------- | page allocator |<----| arenas  |
//!  |  by class |          | room, by class |             |  first fit     |     | 64 MiB  |
//!  | span  ..  | -------->| freed bits and | ----------->|  by address    |---->|         |
//!  | 64 pages  |  flush   | ledger         | empty spans |                | scavenger     |
//!  +-----------+          +----------------+             +----------------+     +---------+
//! ```
//!
//! # Ways in
//!
//! - [`global::ReferenceAlloc`] is a `#[global_allocator]`.
//! - `reference-alloc/malloc` is a shared library with C's names, to be preloaded.
//! - [`global::HardenedAlloc`], and the shared library if `REFERENCE_MALLOC=harden:detect` is in its
//!   environment, go another way for each call and find misuse on it: [`harden`].
//! - [`alloc::Heap`] is a heap of one's own, on any [`os::Os`]; tests use pretended memory.
//! - [`collected::Collected`] is a heap whose blocks nobody frees: a collector plugs in, and spans are
//!   swept before they are used again. Classes, spans and pages are the same.
//!
//! The modules below stand in reading order: each needs only those above it. Under loom there are those
//! that protocols between threads are made of; what lies on the system's memory is left out.

#![cfg_attr(loom, expect(dead_code, reason = "who uses it lies on the system's memory"))]

pub mod units;
pub mod error;
pub mod sync;
#[cfg(not(loom))]
pub mod os;
pub mod bitmap;
pub mod pages;
pub mod scavenge;
pub mod size_table;
pub mod size_class;
pub mod stats;
pub mod ledger;
pub mod lf_stack;
pub mod span_set;
pub mod sweepgen;
pub mod span;
pub mod span_list;
pub mod kept;
pub mod counts;
pub mod watermark;
pub mod locked_pages;
#[cfg(not(loom))]
pub mod arena;
#[cfg(not(loom))]
pub mod persistent;
#[cfg(not(loom))]
pub mod page_heap;
#[cfg(not(loom))]
pub mod span_pool;
#[cfg(not(loom))]
pub mod mheap;
#[cfg(not(loom))]
pub mod mcentral;
#[cfg(not(loom))]
pub mod magazine;
#[cfg(not(loom))]
pub mod mcache;
#[cfg(not(loom))]
pub mod stack;
pub mod tiny;
pub mod registry;
#[cfg(not(loom))]
pub mod alloc;
#[cfg(not(loom))]
pub mod harden;
#[cfg(not(loom))]
mod census;
#[cfg(not(loom))]
pub mod check;
#[cfg(not(loom))]
pub mod collected;
#[cfg(all(unix, not(loom)))]
pub mod thread;
#[cfg(all(unix, not(loom)))]
pub mod global;
