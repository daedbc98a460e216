//! One measurement of one allocator in a process of its own. `benches/alloc` starts these processes.
//!
//! The life of a measurement:
//!
//! 1. `src/bin/NAME.rs` names an allocator ([`allocator::Peer`]) and calls [`command::main`].
//! 2. [`command`] reads which row is asked for. Everything below is compiled once for each allocator,
//!    so none is called through a pointer that another is spared.
//! 3. A [`workload`] prepares its tables in mappings of its own ([`table`]). The measured allocator
//!    holds nothing but the blocks that are measured, and no table grows inside the loop.
//! 4. [`measure`] runs the workload once to warm up, then against the CPU clock; [`memory`] samples
//!    the resident set instead; [`count`] does so little that callgrind can count it.
//! 5. The blocks go back and are inspected: an allocator that hands out memory twice is not fast.
//! 6. One line of JSON goes to standard output.
//!
//! The modules stand in reading order: each needs only those above it.

pub mod allocator;
pub mod floor;
pub mod library;
pub mod table;
pub mod prng;
pub mod heap;
pub mod workload;
pub mod measure;
pub mod memory;
pub mod count;
pub mod command;
