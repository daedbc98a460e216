//! Wrong parts: for every invariant at least one implementation that breaks it and nothing else.
//!
//! A mutant fits the same socket as the right part; nothing here is switched on by a flag.

use crate::target::heap::Heap;

/// One wrong allocator, and what it must break.
pub struct Mutant {
    /// Its id: `alloc/hands-out-live-block`. The name of the fault, not of the invariant.
    pub id: &'static str,
    /// What is wrong with it, in one sentence.
    pub says: &'static str,
    /// Full id of the invariant that it must break.
    pub breaks: &'static str,
    /// Full ids of invariants that it may break as well, because they follow from the same fault.
    pub also: &'static [&'static str],
    /// Builds it. Called once in the process that is judged.
    pub make: fn() -> Box<dyn Heap>,
}
