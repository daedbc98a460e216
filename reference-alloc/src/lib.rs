//! A Go-style allocator: pages, spans, size classes, a cache for each thread.
//!
//! The modules below stand in reading order: each needs only those above it.

pub mod units;
pub mod error;
pub mod sync;
pub mod bitmap;
pub mod pages;
pub mod scavenge;
