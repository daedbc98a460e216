//! A small allocator built as Go's is, and keeping every invariant: spans cut by size class, caches
//! and central sets, sweeping, tiny objects, pages with summaries, stacks, a scavenger, statistics.
//!
//! It is made to be read and to be put out of order, not to be fast: one lock, plain collections,
//! real memory. Objects and blocks that are freed wait to be swept, as in Go what nothing refers to.
//! Every decision is a method of [`parts::Parts`]; a mutant is other parts.

mod central;
mod face;
mod inside;
pub(crate) mod object;
pub(crate) mod os;
pub(crate) mod pages;
pub(crate) mod parts;
pub(crate) mod scavenge;
pub(crate) mod span;
pub(crate) mod stack;
pub(crate) mod state;
pub(crate) mod table;

use parts::Parts;
use state::State;
use std::marker::PhantomData;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The allocator, made of `P`.
pub(crate) struct Go<P> {
    state: Mutex<State>,
    parts: PhantomData<fn() -> P>,
}

impl<P: Parts> Go<P> {
    pub(crate) fn new() -> Go<P> {
        Go { state: Mutex::new(State::new::<P>()), parts: PhantomData }
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::table::{Table, generate, magic_of, nelems, pages_for, step_above};

    fn table() -> Table {
        generate(step_above, pages_for, magic_of)
    }

    #[test]
    fn the_generated_table_is_that_of_go() {
        let table = table();
        assert_eq!(table.classes.len(), 68);
        let sum = |list: &[u8]| list.iter().map(|&n| u64::from(n)).sum::<u64>();
        assert_eq!(table.classes.iter().map(|c| c.size).sum::<usize>(), 372_768);
        assert_eq!((sum(&table.t8), sum(&table.t128)), (2972, 14_342));
        let counts = |class: usize| [false, true].map(|scan| nelems(table.classes[class], scan));
        assert_eq!((counts(1), counts(2), counts(45)), ([1024, 1008], [504, 496], [5, 5]));
    }
}
