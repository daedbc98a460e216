//! The bench of the targets whose bytes are scripts: the real laws, and what it says when one breaks.

use conformance::check::witness::key;
use conformance::court::{Breach, Court, Standing, Tally};
use conformance::laws::Book;
use conformance::op::Action;
use conformance::spec::{Invariant, Specs};
use conformance::trace::Trace;
use std::fmt::Write as _;

/// The real laws of one subject. Made once: they do not depend on the input.
pub(crate) struct Laws {
    specs: Specs,
    pub(crate) book: Book,
}

impl Laws {
    /// Those of `subject`.
    pub(crate) fn of(subject: &str) -> Laws {
        let specs = Specs::embedded().expect("the real specs load");
        let book = Book::compile(&specs, subject).expect("the real rules compile");
        Laws { specs, book }
    }

    /// A court for the laws of random scripts, as far as `is_judged` takes them.
    pub(crate) fn court(&self, is_judged: impl Fn(&Invariant) -> bool) -> Court<'_> {
        let standing = self.book.code.laws.iter().map(|law| {
            let judged = law.scenario.is_empty()
                && self.specs.invariant(law.id.as_str()).is_some_and(&is_judged);
            if judged { Standing::In } else { Standing::Out }
        });
        Court::new(&self.book.code, standing.collect())
    }

    /// The id of each law, with how often it came up in `court`.
    pub(crate) fn tallies(&self, court: &Court<'_>) -> Vec<(&str, Tally)> {
        let ids = self.book.code.laws.iter().map(|law| law.id.as_str());
        ids.zip(court.tallies().iter().copied()).collect()
    }

    /// Panics with what broke first in a part that begins at step `begin`, what showed it, and the script.
    pub(crate) fn refuse<O: Action>(&self, breaches: &[Breach], begin: usize, trace: &Trace<O>)
    where
        Trace<O>: Clone,
    {
        let Some(breach) = breaches.first() else { return };
        let id = self.book.code.laws[breach.law].id.as_str();
        let mut facts = String::new();
        for shown in &breach.shown {
            writeln!(facts, "  {} = {}", shown.text, shown.value).expect("a text takes all");
        }
        let mut trace = trace.clone();
        if trace.metadata.get(key::INVARIANT).is_none() {
            trace.metadata.push(key::INVARIANT, id);
        }
        panic!("{id} is broken at step {} of the script\n{facts}\n{trace}", begin + breach.at);
    }
}
