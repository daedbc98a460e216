//! A Go-style allocator: pages, spans, size classes, a cache for each thread.
//!
//! The modules below stand in reading order: each needs only those above it.

pub mod units;
pub mod error;
pub mod sync;
pub mod os;
pub mod size_table;
pub mod size_class;
pub mod ledger;
pub mod lf_stack;
pub mod span_set;
pub mod sweepgen;
pub mod span;
pub mod arena;
