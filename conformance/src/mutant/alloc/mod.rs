//! Wrong allocators, one file per suite of `specs/alloc/`.
//!
//! Each file begins with a table: name, face, id, the invariant that it must break, those that it
//! may break as well, and the fault; one that damages the heap may break anything, `alloc/**`. Below
//! stands the one part that is wrong. The faults wait for plausible input, and leave the process
//! alive where they can, so that the judge has to look.

/// An allocator with one wrong part, by the face that it is seen through.
macro_rules! heap {
    ($face:ident $name:ident) => {
        $crate::mutant::Make::Heap($crate::mutant::$face::<$name>)
    };
}

mod align;
mod arena;
mod bitmap;
mod block;
mod concurrency;
mod failure;
mod free;
mod hardening;
mod inside_concurrency;
mod inside_hardening;
mod inside_space;
mod inside_stats;
mod large;
mod mcache;
mod mcentral;
mod mheap;
mod pages;
mod process;
mod realloc;
mod returns;
mod scavenge;
mod size_class;
mod space;
mod span;
mod stack;
mod stats;
mod tiny;
mod zero;

/// The mutants of each file, in the order of the suites.
pub(super) const SUITES: &[&[super::Mutant]] = &[
    block::MUTANTS,
    returns::MUTANTS,
    align::MUTANTS,
    zero::MUTANTS,
    failure::MUTANTS,
    realloc::MUTANTS,
    free::MUTANTS,
    concurrency::MUTANTS,
    stats::MUTANTS,
    hardening::MUTANTS,
    space::MUTANTS,
    process::MUTANTS,
    size_class::MUTANTS,
    tiny::MUTANTS,
    span::MUTANTS,
    bitmap::MUTANTS,
    mcache::MUTANTS,
    mcentral::MUTANTS,
    mheap::MUTANTS,
    large::MUTANTS,
    pages::MUTANTS,
    arena::MUTANTS,
    stack::MUTANTS,
    scavenge::MUTANTS,
    inside_stats::MUTANTS,
    inside_hardening::MUTANTS,
    inside_space::MUTANTS,
    inside_concurrency::MUTANTS,
];
