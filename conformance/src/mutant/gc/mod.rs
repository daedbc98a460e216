//! Wrong collectors, one file per suite of `specs/gc/`.
//!
//! Each file begins with a table: name, socket, id, the invariant that it must break, those that it may break as
//! well, and the fault; one that loses live objects may break anything, `gc/**`. Below stands the one part
//! that is wrong. The faults wait for plausible input, and leave the process alive.

use super::tri::Tri;
use super::tri::accounts::{Accounts, Exact};
use super::tri::parts::{Parts, Right};
use crate::target::collector::Collector;

/// One wrong collector, and what it must break.
#[derive(Clone, Copy, Debug)]
pub struct CollectorMutant {
    /// Its id: `gc/forgets-dirty-slots`. The name of the fault, not of the invariant.
    pub id: &'static str,
    /// What is wrong with it, in one sentence.
    pub says: &'static str,
    /// Full id of the invariant that it must break.
    pub breaks: &'static str,
    /// Invariants that it may break as well, because they follow from the same fault: full ids, or
    /// patterns of them.
    pub also: &'static [&'static str],
    /// Builds it.
    pub make: fn() -> Box<dyn Collector>,
}

/// Declares mutants: a unit struct each, and the list `MUTANTS` of the file.
macro_rules! mutants {
    ($($name:ident($face:ident) $id:literal breaks $breaks:literal also [$($also:literal),*] $says:literal;)*) => {
        $(
            #[doc = concat!("Breaks `", $breaks, "`. ", $says)]
            struct $name;
        )*

        pub(super) const MUTANTS: &[$crate::mutant::gc::CollectorMutant] = &[$(
            $crate::mutant::gc::CollectorMutant {
                id: $id,
                says: $says,
                breaks: $breaks,
                also: &[$($also),*],
                make: || $crate::mutant::gc::$face(&$name),
            },
        )*];
    };
}

/// The collector with one wrong part.
fn parts(wrong: &'static dyn Parts) -> Box<dyn Collector> {
    Box::new(Tri::new(wrong, &Exact))
}

/// The collector with wrong accounts.
fn accounts(wrong: &'static dyn Accounts) -> Box<dyn Collector> {
    Box::new(Tri::new(&Right, wrong))
}

mod look;
mod object;
mod reach;
mod roots;
mod barrier;
mod cycle;
mod finalizer;
mod cleanup;
mod weak;
mod pacer;
mod stats;
mod append;
mod storm;
#[cfg(test)]
mod tests;

/// The mutants of each file, in the order of the suites.
pub(super) const SUITES: &[&[CollectorMutant]] = &[
    object::MUTANTS,
    reach::MUTANTS,
    roots::MUTANTS,
    barrier::MUTANTS,
    cycle::MUTANTS,
    finalizer::MUTANTS,
    cleanup::MUTANTS,
    weak::MUTANTS,
    pacer::MUTANTS,
    stats::MUTANTS,
    append::MUTANTS,
    storm::MUTANTS,
];
