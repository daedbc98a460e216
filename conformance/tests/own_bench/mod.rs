//! The bench of this build: its own binary is the worker, and no proof is asked for.

use conformance::check::{Bench, Options};
use conformance::expect::Expectations;
use conformance::laws::Books;
use conformance::spec::Specs;

/// What a bench borrows, without what differs from test to test.
pub(crate) struct Own<'s> {
    specs: &'s Specs,
    books: Books,
    expectations: Expectations,
}

impl<'s> Own<'s> {
    pub(crate) fn new(specs: &'s Specs) -> Own<'s> {
        let books = Books::compile(specs).expect("the rules of this build compile");
        Own { specs, books, expectations: Expectations::default() }
    }

    /// The bench that judges as `options` say.
    pub(crate) fn bench<'a>(&'a self, options: &'a Options) -> Bench<'a> {
        Bench {
            specs: self.specs,
            books: &self.books,
            expectations: &self.expectations,
            options,
            worker: env!("CARGO_BIN_EXE_heaplaw").into(),
            proven: None,
        }
    }
}
