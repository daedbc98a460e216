//! Scripted runs of collectors: what must be done in one way to be seen at all.
//!
//! Steps that need what a target does not offer are left out: what is left still asks the question, or
//! the invariant that cites the scenario needs the capability, too.

mod counting;
mod objects;
mod pacing;
mod weak;

use super::program::Program;
use crate::driver::scenario::{Circumstances, Scenario};
use crate::model::gc::Setting;
use crate::op::gc::{Local, Map, Op, Script};

/// Every scenario of collectors.
pub const ALL: &[Scenario<Op, Setting>] = &[
    objects::DEEP_LIST,
    objects::CROWD,
    objects::NEIGHBOURS,
    objects::SHAPES,
    objects::LARGE_OBJECTS,
    objects::GROWING_STACKS,
    objects::QUIET_SPANS,
    objects::CONTAINERS,
    objects::BUSY_WRITER,
    weak::REVIVED_HANDLES,
    weak::LATE_WEAK_READS,
    weak::LATE_WRITES,
    weak::LEAVING_MUTATORS,
    weak::HANDING,
    weak::QUEUED_FINALIZERS,
    weak::LATE_FINALIZERS,
    weak::HANDLES,
    weak::SELF_CLEANUP,
    pacing::GOALS,
    pacing::LIMITS,
    pacing::REACHING_THE_GOAL,
    pacing::RESTING,
    counting::READING_STATS,
    counting::COUNTED_OBJECTS,
    counting::APPEND_GROWTH,
    counting::IMPOSSIBLE_SLICES,
    counting::STORMS,
];

type Known = Circumstances<Setting>;

fn l(local: u8) -> Local {
    Local(local)
}

fn new(to: u8, words: u64, map: Map) -> Op {
    Op::New { to: Local(to), words, map }
}

/// The script of `ops` that apply and are offered, all of mutator 0, with its end.
fn script(known: &Known, ops: impl IntoIterator<Item = Op>) -> Script {
    let mut program = Program::new(known.offers);
    for op in ops {
        program.main(op);
    }
    program.clear_up();
    program.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capability::{Capabilities, Capability};

    #[test]
    fn names_are_distinct_and_every_scenario_makes_scripts() {
        let offers: Capabilities =
            Capability::ALL.iter().copied().filter(|c| c.is_of_collectors()).collect();
        let known = Circumstances { offers, choices: Setting::default(), seed: 1 };
        for (i, scenario) in ALL.iter().enumerate() {
            assert!(ALL[..i].iter().all(|other| other.name != scenario.name));
            let scripts = (scenario.scripts)(&known);
            assert!(!scripts.is_empty(), "{}", scenario.name);
            assert!(scripts.iter().all(|s| s.steps.len() > 5), "{}", scenario.name);
        }
    }
}
