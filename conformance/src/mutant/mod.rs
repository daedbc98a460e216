//! Wrong parts: for every invariant at least one implementation that breaks it and nothing else.
//!
//! A mutant fits the same socket as the right part; nothing here is switched on by a flag.
//!
//! The allocators that the parts belong to are in `small` and `go`, and keep every invariant: the
//! first is black, and fast enough for threads by the million; the second is built as Go's, and open
//! to look into. Their mutants are in `alloc`, one file per suite. The collector is in `tri`,
//! and its mutants in `gc`. Escape analysers are wrong variants of the reference crate, in `escape`.

/// Declares the mutants of a file: a unit struct each, and the list `MUTANTS`. `$maker` is a macro that
/// has the socket and the struct, and gives what [`Make`] holds.
macro_rules! mutants {
    ($maker:ident: $($name:ident($face:ident) $id:literal breaks $breaks:literal
        also [$($also:literal),*] $says:literal;)*) => {
        $(
            #[doc = concat!("Breaks `", $breaks, "`. ", $says)]
            struct $name;
        )*

        pub(super) const MUTANTS: &[$crate::mutant::Mutant] = &[$(
            $crate::mutant::Mutant {
                id: $id,
                says: $says,
                breaks: $breaks,
                also: &[$($also),*],
                make: $maker!($face $name),
            },
        )*];
    };
}

mod alloc;
#[cfg(feature = "reference")]
mod escape;
#[expect(clippy::similar_names, reason = "span and scan are two words of Go's")]
mod go;
mod small;
mod gc;
mod tri;
mod witness;

use crate::target::analyser::Analyser;
use crate::target::collector::Collector;
use crate::target::heap::{Global, Heap};
use go::Go;
use small::Small;
use small::parts::{Parts, Right};
use std::sync::LazyLock;
pub use witness::witness;

/// One wrong allocator, collector or analyser, and what it must break.
#[derive(Clone, Copy, Debug)]
pub struct Mutant {
    /// Its id: `alloc/hands-out-live-block`. The name of the fault, not of the invariant.
    pub id: &'static str,
    /// What is wrong with it, in one sentence.
    pub says: &'static str,
    /// Full id of the invariant that it must break.
    pub breaks: &'static str,
    /// Invariants that it may break as well, because they follow from the same fault: full ids, or
    /// patterns of them.
    pub also: &'static [&'static str],
    /// Builds it.
    pub make: Make,
}

/// How a mutant is built. Called once for each run that is judged.
#[derive(Clone, Copy, Debug)]
pub enum Make {
    /// An allocator.
    Heap(fn() -> Box<dyn Heap>),
    /// A collector.
    Collector(fn() -> Box<dyn Collector>),
    /// An escape analyser.
    Analyser(fn() -> Box<dyn Analyser>),
}

impl Mutant {
    /// The allocator, if it is one.
    pub fn heap(&self) -> Option<Box<dyn Heap>> {
        match self.make {
            Make::Heap(make) => Some(make()),
            Make::Collector(_) | Make::Analyser(_) => None,
        }
    }

    /// The collector, if it is one.
    pub fn collector(&self) -> Option<Box<dyn Collector>> {
        match self.make {
            Make::Collector(make) => Some(make()),
            Make::Heap(_) | Make::Analyser(_) => None,
        }
    }

    /// The analyser, if it is one.
    pub fn analyser(&self) -> Option<Box<dyn Analyser>> {
        match self.make {
            Make::Analyser(make) => Some(make()),
            Make::Heap(_) | Make::Collector(_) => None,
        }
    }
}

/// Every mutant that performs scripts, suite by suite.
pub fn all() -> &'static [Mutant] {
    static ALL: LazyLock<Vec<Mutant>> =
        LazyLock::new(|| [alloc::SUITES, gc::SUITES].concat().concat());
    &ALL
}

/// How the collector with this id is built, if it is one.
pub fn collector(id: &str) -> Option<fn() -> Box<dyn Collector>> {
    match find(id)?.make {
        Make::Collector(make) => Some(make),
        Make::Heap(_) | Make::Analyser(_) => None,
    }
}

/// Every wrong analyser, suite by suite. Without the reference crates there is none.
pub fn analysers() -> &'static [Mutant] {
    #[cfg(feature = "reference")]
    {
        static ALL: LazyLock<Vec<Mutant>> = LazyLock::new(|| escape::SUITES.concat());
        &ALL
    }
    #[cfg(not(feature = "reference"))]
    &[]
}

/// The mutant with this id.
pub fn find(id: &str) -> Option<&'static Mutant> {
    all().iter().chain(analysers()).find(|mutant| mutant.id == id)
}

/// The allocator that all parts of are right, behind C's calls. It offers every capability but
/// [`Capability::Layout`](crate::capability::Capability::Layout).
pub fn correct() -> Box<dyn Heap> {
    c_heap::<Right>()
}

/// The same allocator behind Rust's `Layout` calls: what mutants of them are measured against.
pub fn correct_layout() -> Box<dyn Heap> {
    layout_heap::<Right>()
}

/// The allocator built as Go's, all parts of which are right: it has an inside.
pub fn correct_go() -> Box<dyn Heap> {
    go_heap::<go::parts::Right>()
}

/// The small collector, all parts of which are right. It offers everything that a collector may.
pub fn correct_collector() -> Box<dyn Collector> {
    Box::new(tri::Tri::new(&tri::parts::Right, &tri::accounts::Exact))
}

/// The same collector when it decides itself when to collect: what mutants of its pace are measured against.
pub fn correct_paced() -> Box<dyn Collector> {
    Box::new(tri::paced::Paced(tri::Tri::new(&tri::parts::Right, &tri::accounts::Exact)))
}

fn go_heap<P: go::parts::Parts>() -> Box<dyn Heap> {
    Box::new(Go::<P>::new())
}

fn c_heap<P: Parts>() -> Box<dyn Heap> {
    Box::new(Small::<P>::new())
}

fn layout_heap<P: Parts>() -> Box<dyn Heap> {
    Box::new(Global(Small::<P>::new()))
}
