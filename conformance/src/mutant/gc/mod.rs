//! Wrong collectors, one file per suite of `specs/gc/`.
//!
//! Each file begins with a table: name, socket, id, the invariant that it must break, those that it may break as
//! well, and the fault; one that loses live objects may break anything, `gc/**`. Below stands the one part
//! that is wrong. The faults wait for plausible input, and leave the process alive.

use super::tri::Tri;
use super::tri::accounts::{Accounts, Exact};
use super::tri::paced::Paced;
use super::tri::parts::{Parts, Right};
use crate::target::collector::Collector;

/// A collector with one wrong part, by the socket that it fits.
macro_rules! collector {
    ($face:ident $name:ident) => {
        $crate::mutant::Make::Collector(|| $face(&$name))
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

/// The collector that decides itself when to collect, by wrong accounts.
fn paced(wrong: &'static dyn Accounts) -> Box<dyn Collector> {
    Box::new(Paced(Tri::new(&Right, wrong)))
}

mod look;
mod object;
mod reach;
mod roots;
mod keep;
mod barrier;
mod cycle;
mod finalizer;
mod cleanup;
mod weak;
mod pacer;
mod stats;
mod append;
mod storm;
mod answers;
#[cfg(test)]
mod tests;

/// The mutants of each file, in the order of the suites.
pub(super) const SUITES: &[&[super::Mutant]] = &[
    object::MUTANTS,
    reach::MUTANTS,
    roots::MUTANTS,
    keep::MUTANTS,
    barrier::MUTANTS,
    cycle::MUTANTS,
    finalizer::MUTANTS,
    cleanup::MUTANTS,
    weak::MUTANTS,
    pacer::MUTANTS,
    stats::MUTANTS,
    append::MUTANTS,
    storm::MUTANTS,
    answers::MUTANTS,
];
