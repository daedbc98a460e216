//! The reference crates as targets: right, fast, and judged like everybody else.
//!
//! A target here is named by a word of its own on the command line, and lives in the worker, whose
//! memory it does not serve but for the calls that are judged.

mod collected;
pub mod escape;
mod explicit;
mod hardened;

use crate::target::heap::Heap;
use explicit::Explicit;
use reference_alloc::global::{HardenedAlloc, ReferenceAlloc};

/// Makes a target, once in the process that is judged.
type Make = fn() -> Box<dyn Heap>;

/// The words, and what they name.
const TARGETS: [(&str, Make); 3] = [
    ("reference-alloc", || Box::new(Explicit::new(ReferenceAlloc))),
    ("reference-alloc-hardened", || Box::new(Explicit::new(HardenedAlloc))),
    ("reference-alloc-collected", || Box::new(collected::Collecting::new())),
];

/// The word of the escape analyser.
pub const ANALYSER: &str = "reference-escape";

/// The words of all targets here.
pub fn words() -> impl Iterator<Item = &'static str> {
    TARGETS.iter().map(|(word, _)| *word).chain([ANALYSER])
}

/// The allocator that `word` names.
pub fn find(word: &str) -> Option<Box<dyn Heap>> {
    TARGETS.iter().find(|(name, _)| *name == word).map(|(_, make)| make())
}
