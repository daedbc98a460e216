//! The small collector: a simulated heap, built as Go's collector is.
//!
//! Memory is a vector of words; references are addresses in it, and slots are really used again. Mutators
//! are data, and ops come one at a time, so whatever happens happens again. The life of an object:
//!
//! 1. **Born.** `alloc` takes a slot of a span (`span`, `heap`), zeroes it, writes which of its words hold
//!    references, and stamps the others.
//! 2. **Reached.** Locals and globals lead to it (`roots`), and slots of others (`objects`). References are
//!    addresses (`reference`); which object one lies in the span knows.
//! 3. **Found.** `mark` colours what the roots reach, in units, while mutators go on; `barrier` sees to it
//!    that they hide nothing. `mutator` has the stacks.
//! 4. **Dead.** `sweep` frees what has no colour, span by span, and reports it; `special` runs its
//!    finalizer and its cleanups, and clears its weak handles.
//!
//! `parts` and `accounts` are the sockets of wrong parts, `stats`, `append` and `storm` are what else a program may
//! ask. `paced` is the same collector when it decides by itself when to collect.

pub(crate) mod reference;
pub(crate) mod span;
pub(crate) mod heap;
pub(crate) mod mutator;
pub(crate) mod special;
pub(crate) mod alloc;
pub(crate) mod barrier;
pub(crate) mod mark;
pub(crate) mod sweep;
pub(crate) mod append;
pub(crate) mod stats;
pub(crate) mod parts;
pub(crate) mod accounts;
pub(crate) mod paced;
mod objects;
mod roots;
mod storm;
#[cfg(test)]
pub(crate) mod tests;

use crate::capability::{Capabilities, Capability};
use crate::observe::gc::{Answer, Gathered, Numbers, Outcome, Reading};
use crate::op::Thread;
use crate::op::gc::{INITIAL, Kind, OFF, Op, PLACES, Shape, WORDS};
use crate::target::collector::Collector;
use accounts::Accounts;
use alloc::Central;
use heap::Heap;
use mark::Cycle;
use mutator::Mutator;
use parts::Parts;
use reference::Ref;
use special::{Specials, WeakRef};
use stats::{Counters, UNBOUNDED};

/// A place of the runtime that keeps an object alive.
#[derive(Clone, Copy, Default, Debug)]
pub(crate) struct Place {
    /// What it holds.
    pub(crate) held: Ref,
    /// Whether a program may take it out.
    pub(crate) full: bool,
}

/// What became known since it was asked last, in the order in which it happened.
#[derive(Clone, Default, Debug)]
pub(crate) struct Known {
    /// Objects that were reclaimed.
    pub(crate) dead: Vec<u64>,
    /// Objects whose finalizer ran.
    pub(crate) finalized: Vec<u64>,
    /// Cleanups that ran.
    pub(crate) cleaned: Vec<u64>,
    /// Objects that a weak handle led to when their finalizer ran.
    pub(crate) strong: Vec<u64>,
    /// Objects that could not be read whole then.
    pub(crate) broken: Vec<u64>,
}

/// The collector, and the world that ops speak of.
pub(crate) struct Tri {
    /// The steps that may be wrong.
    pub(crate) parts: &'static dyn Parts,
    /// The accounts that may be wrong.
    pub(crate) accounts: &'static dyn Accounts,
    /// Memory.
    pub(crate) heap: Heap,
    /// Spans to allocate from.
    pub(crate) central: Central,
    /// All mutators, those that do not run among them.
    pub(crate) mutators: [Mutator; crate::op::THREADS],
    /// Globals.
    pub(crate) globals: [Ref; PLACES],
    /// Places of the runtime, by kind.
    pub(crate) places: [Place; Kind::ALL.len()],
    /// Weak handles.
    pub(crate) weaks: [Option<WeakRef>; PLACES],
    /// Finalizers, cleanups and cells of handles.
    pub(crate) specials: Specials,
    /// The collection that goes on.
    pub(crate) cycle: Cycle,
    /// Objects made.
    pub(crate) made: u64,
    /// Statistics and settings.
    pub(crate) counters: Counters,
    /// What became known.
    pub(crate) known: Known,
}

impl Tri {
    /// A collector made of `parts`, with these accounts. It has no memory yet.
    pub(crate) fn new(parts: &'static dyn Parts, accounts: &'static dyn Accounts) -> Tri {
        let mut tri = Tri {
            parts,
            accounts,
            heap: Heap::default(),
            central: Central::default(),
            mutators: Default::default(),
            globals: [Ref::NIL; PLACES],
            places: Default::default(),
            weaks: [None; PLACES],
            specials: Specials::default(),
            cycle: Cycle::default(),
            made: 0,
            counters: Counters::default(),
            known: Known::default(),
        };
        tri.mutators[0].start();
        tri
    }

    /// Performs an op. `None` if it does not apply.
    fn act(&mut self, mutator: usize, op: &Op) -> Option<Answer> {
        let of_objects = self.act_on_objects(mutator, op);
        of_objects.or_else(|| self.act_on_roots(mutator, op)).or_else(|| self.act_on_cycle(op))
    }

    /// Collecting, settings.
    fn act_on_cycle(&mut self, op: &Op) -> Option<Answer> {
        match *op {
            Op::Begin => (!self.collects()).then(|| self.begin(false))?,
            Op::Step { units } => {
                self.parts.step(self, units);
                return Some(Answer::with(&[self.cycle.phase as u64]));
            }
            Op::Percent { percent } => {
                let percent = if percent == INITIAL { 100 } else { percent.min(OFF) };
                self.accounts.set_percent(self, percent);
            }
            Op::Limit { size } => {
                self.counters.limit = if size == 0 { UNBOUNDED } else { size.min(UNBOUNDED) };
                self.commit();
            }
            Op::Capacity { words, map, count, times } => {
                let shape = (1..=WORDS).contains(&words).then_some(Shape { words, map })?;
                let grown = append::append(self.accounts, shape, count, times);
                let refused = Answer::bare(Outcome::Refused);
                return Some(grown.map_or(refused, |grown| {
                    Answer::with(&[grown.capacity, grown.wrong, grown.dirty])
                }));
            }
            Op::Storm { count, times, seed } => {
                let world = Tri::new(self.parts, self.accounts);
                return Some(Answer::with(&storm::storm(world, count, times, seed)));
            }
            _ => return None,
        }
        Some(Answer::DONE)
    }

    fn gather(&mut self, all: bool) -> (Answer, Option<Reading>) {
        self.run_due();
        let known = self.parts.gather(self, all);
        let [dead, finalized, cleaned, strong, broken] =
            [known.dead, known.finalized, known.cleaned, known.strong, known.broken]
                .map(|list| list.into_iter().collect::<Numbers>());
        let gathered = Gathered { dead, finalized, cleaned, strong, broken };
        (Answer::DONE, Some(Reading::Gathered(gathered)))
    }
}

impl Tri {
    /// Whether `mutator` runs: ops of one that does not are skipped.
    pub(crate) fn runs(&self, mutator: Thread) -> bool {
        self.mutators.get(usize::from(mutator.0)).is_some_and(|mutator| mutator.running)
    }
}

impl Collector for Tri {
    fn name(&self) -> &'static str {
        "small"
    }

    fn offers(&self) -> Capabilities {
        let of_collectors = Capability::ALL.iter().copied().filter(|c| c.is_of_collectors());
        let all: Capabilities = of_collectors.collect();
        all.without(Capability::Automatic).without(Capability::Timed)
    }

    fn perform(&mut self, mutator: Thread, op: &Op) -> (Answer, Option<Reading>) {
        let performer = usize::from(mutator.0);
        if !self.runs(mutator) || !self.parts.applies(self, op) {
            return (Answer::SKIPPED, None);
        }
        self.counters.clock += 1;
        match op {
            Op::Collect => {
                self.parts.collect(self);
                self.gather(true)
            }
            Op::Finish if self.collects() => {
                self.finish();
                self.gather(false)
            }
            Op::Poll => self.gather(false),
            Op::Stats => (Answer::DONE, Some(Reading::Stats(self.statistics()))),
            _ => (self.act(performer, op).unwrap_or(Answer::SKIPPED), None),
        }
    }
}
