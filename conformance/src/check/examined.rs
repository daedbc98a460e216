//! What the judges did, and what they found broken.

use crate::court::Law;
use crate::hunt::Found;
use crate::op::{Action, Step, alloc};
use crate::picture::Picture;
use crate::rule::Shown;
use crate::spec::Judge;
use crate::target::Death;
use crate::trace::Trace;
use crate::verdict::Effort;
use std::collections::BTreeMap;

/// An invariant that broke, and its witness in the making.
#[derive(Clone, Debug)]
pub(super) struct Broken<O = alloc::Op> {
    pub(super) trace: Trace<O>,
    /// Index of the bad step.
    pub(super) at: usize,
    pub(super) message: String,
    pub(super) facts: Vec<(String, String)>,
    pub(super) death: Option<Death>,
    pub(super) picture: Picture,
    pub(super) replays: (u32, u32),
    /// It counts though no replay repeats it.
    pub(super) firm: bool,
    /// The scenario that its law names, if it names any.
    pub(super) scenario: Option<&'static str>,
    /// Who found it, after how many scripts and steps.
    pub(super) kill: Kill,
}

/// Who found a breach, and how soon.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Kill {
    /// The judge.
    pub judge: Judge,
    /// Scripts that it had run.
    pub cases: u64,
    /// Steps that it had performed.
    pub ops: u64,
    /// Nanoseconds from its start to the first bad step, shrinking not counted.
    pub nanos: u64,
}

/// What all judges did, and what they found, by id.
#[derive(Clone, Debug)]
pub struct Examined<O = alloc::Op> {
    pub(super) efforts: BTreeMap<String, BTreeMap<Judge, Effort>>,
    pub(super) broken: BTreeMap<String, Broken<O>>,
    /// Runs of each scenario that a known breach cut short.
    pub(super) cut_short: BTreeMap<&'static str, u64>,
    /// The deadline came before the plan was done.
    pub(super) out_of_time: bool,
}

impl<O> Default for Examined<O> {
    fn default() -> Examined<O> {
        Examined {
            efforts: BTreeMap::new(),
            broken: BTreeMap::new(),
            cut_short: BTreeMap::new(),
            out_of_time: false,
        }
    }
}

impl<O> Examined<O> {
    /// Enters what `judge` did for the invariant `id`.
    pub(super) fn add(&mut self, id: &str, judge: Judge, effort: Effort) {
        let efforts = self.efforts.entry(id.to_owned()).or_default();
        let sum = efforts.entry(judge).or_default();
        *sum = sum.plus(effort);
    }
}

impl<O: Action> Broken<O> {
    /// What a hunt found about `law`, in `scenario` if it ran one.
    pub(super) fn of(
        law: &Law,
        judge: Judge,
        scenario: Option<&'static str>,
        found: Found<O>,
    ) -> Broken<O> {
        let step = found.script.steps.get(found.at);
        let message = sentence(law, step, &found.shown, found.death.as_ref(), scenario);
        let shown = found.shown.iter().map(|s| (s.text.clone(), s.value.clone()));
        Broken {
            at: found.at,
            message,
            facts: shown.collect(),
            death: found.death,
            picture: found.picture,
            replays: found.replays,
            firm: found.firm,
            scenario: scenario.filter(|_| !law.scenario.is_empty()),
            kill: Kill { judge, cases: found.cases, ops: found.ops, nanos: found.nanos },
            trace: Trace::from(&found.script),
        }
    }
}

/// What is said of a breach: the same from run to run, so without numbers and addresses. What
/// depends on the script that happened to be found comes last, where a pinned message leaves it out.
pub(super) fn sentence<O: Action>(
    law: &Law,
    step: Option<&Step<O>>,
    shown: &[Shown],
    death: Option<&Death>,
    scenario: Option<&str>,
) -> String {
    let word = step.map_or("the start", |step| step.op.word());
    let place = match scenario.filter(|_| !law.scenario.is_empty()) {
        Some(name) => format!("in {name}"),
        None => format!("after {word}"),
    };
    // The process ended at the very step that broke the law.
    let ended = |s: &Shown| {
        matches!(&*s.text, "op.returned" | "op.accessible" | "run.completed") && s.value == "false"
            || s.text == "op.outcome" && s.value == "never"
    };
    match death.filter(|_| shown.iter().any(ended)) {
        Some(death) => format!("the process {} {place}", death.how),
        None => format!("`{}` is false {place}", law.rule.text()),
    }
}
