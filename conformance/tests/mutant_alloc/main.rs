//! The small allocator is right, and each of its mutants is wrong in the way it says.
//!
//! No judge takes part: here a mutant's fault is looked for by a few lines that know what it is.

mod calls;
mod child;
mod coverage;
mod faults;
mod model;
mod right;
mod scenes;
