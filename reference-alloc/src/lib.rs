//! A Go-style allocator: pages, spans, size classes, a cache for each thread.
//!
//! The modules below stand in reading order: each needs only those above it. Under loom there are those
//! that protocols without a lock are made of; what lies on the system's memory is left out.

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
pub mod watermark;
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
#[cfg(not(loom))]
pub mod alloc;
#[cfg(not(loom))]
pub mod harden;
#[cfg(not(loom))]
mod census;
#[cfg(not(loom))]
pub mod check;
#[cfg(all(unix, not(loom)))]
pub mod thread;
#[cfg(all(unix, not(loom)))]
pub mod global;
