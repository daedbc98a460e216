//! Scripted runs: what must be done in one way to be seen at all.
//!
//! Each scenario has a name that invariants cite, a question that it asks of the target, and
//! scripts. Several scripts of one scenario ask the same question at other sizes. Scripts that look
//! for lost memory repeat a body and take a sample of the footprint after each round, so that a
//! witness is as short as the body.

mod forks;
mod inside;
mod inside_pages;
mod inside_scavenging;
mod leaks;
mod misuse;
mod threads;

use super::Dice;
use crate::capability::Capabilities;
use crate::choice::Choices;
use crate::op::Script;
use crate::op::alloc::{Op, Step};
use crate::spec::Judge;

/// A scripted run that invariants may name.
pub struct Scenario<O: 'static = Op, S: 'static = Choices> {
    /// Its name.
    pub name: &'static str,
    /// What it asks, in a sentence.
    pub asks: &'static str,
    /// The judge that it counts for: `stress` where threads run at the same time, else `trace`.
    pub judge: Judge,
    /// Each of its scripts needs so many fresh processes: races at the start have one chance each.
    pub fresh: usize,
    /// Makes its scripts for a target.
    pub scripts: fn(&Circumstances<S>) -> Vec<Script<O>>,
}

/// What a scenario may rely on.
#[derive(Clone, Copy, Debug)]
pub struct Circumstances<S = Choices> {
    /// What the target offers.
    pub offers: Capabilities,
    /// What it chose, or what else is known of it.
    pub choices: S,
    /// For sizes and orders.
    pub seed: u64,
}

impl<S> Circumstances<S> {
    pub(crate) fn dice(&self, salt: u64) -> Dice {
        Dice::new(self.seed.wrapping_add(salt))
    }
}

/// Every scenario of allocators.
pub const ALL: &[Scenario] = &[
    leaks::STEADY_STATE,
    leaks::REALLOC_CHURN,
    leaks::REALLOC_ZERO_CHURN,
    leaks::FREE_ALL,
    threads::THREAD_CHURN,
    threads::REMOTE_CHURN,
    threads::PRODUCER_CONSUMER,
    threads::LATE_TLS,
    threads::LATE_RUSH,
    threads::FIRST_CALLS,
    forks::FORK_BUSY,
    misuse::DOUBLE_FREE,
    misuse::INVALID_FREE,
    misuse::CORRUPT_FREED,
    inside::SIZE_CLASSES,
    inside::OBJECTS,
    inside::TINY_OBJECTS,
    inside::LARGE_OBJECTS,
    inside::RECLAIM,
    inside::SIZE_AFTER_SIZE,
    inside::TWO_GROWERS,
    inside::SPOILT_OBJECTS,
    inside_pages::PAGE_RUNS,
    inside_pages::PACKING,
    inside_pages::GROWTH,
    inside_pages::STACKS,
    inside_scavenging::SCAVENGING,
];

/// Whether targets of `subject` have a scenario of this name.
pub fn is_known(subject: &str, name: &str) -> bool {
    match subject {
        "alloc" => ALL.iter().any(|scenario| scenario.name == name),
        _ => super::gc::scenario::ALL.iter().any(|scenario| scenario.name == name),
    }
}

fn main_steps(ops: impl IntoIterator<Item = Op>) -> Vec<Step> {
    ops.into_iter().map(Step::main).collect()
}

/// `body` performed `rounds` times, with a sample of the footprint after each.
fn rounds(rounds: u64, body: Vec<Step>) -> Vec<Step> {
    let mut steps = vec![Step::main(Op::Repeat { times: rounds })];
    steps.extend(body);
    steps.push(Step::main(Op::Checkpoint));
    steps.push(Step::main(Op::End));
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_distinct_and_every_scenario_makes_scripts() {
        let offers = Capabilities::from_bits(u64::MAX);
        let circumstances = Circumstances { offers, choices: Choices::declared(offers), seed: 1 };
        for (i, scenario) in ALL.iter().enumerate() {
            assert!(ALL[..i].iter().all(|other| other.name != scenario.name));
            let scripts = (scenario.scripts)(&circumstances);
            assert!(!scripts.is_empty(), "{}", scenario.name);
            assert!(scripts.iter().all(|s| !s.steps.is_empty()), "{}", scenario.name);
        }
    }
}
