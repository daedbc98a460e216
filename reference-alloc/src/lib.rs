//! A Go-style allocator: pages, spans, size classes, a cache for each thread.
//!
//! The modules below stand in reading order: each needs only those above it.

pub mod units;
pub mod error;
pub mod sync;
pub mod os;
pub mod bitmap;
pub mod pages;
pub mod scavenge;
pub mod size_table;
pub mod size_class;
pub mod stats;
pub mod ledger;
pub mod lf_stack;
pub mod sweepgen;
pub mod span;
pub mod arena;
pub mod persistent;
pub mod page_heap;
pub mod span_pool;
pub mod mheap;
pub mod mcentral;
pub mod mcache;
pub mod stack;
pub mod alloc;
mod census;
pub mod check;
#[cfg(unix)]
pub mod thread;
#[cfg(unix)]
pub mod global;
