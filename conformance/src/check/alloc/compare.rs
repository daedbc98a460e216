//! Metamorphic invariants: what breaks a law must break one also after an op is replaced by its
//! equivalent. If the twin is clean, the op that was replaced is at fault.

use super::Clerk;
use crate::capability::Capabilities;
use crate::check::examined::{Broken, Examined};
use crate::check::{Bench, Subject, select};
use crate::court::Standing;
use crate::hunt::HuntError;
use crate::op::alloc::{Op, Script};
use crate::spec::{Body, Invariant};

/// How often a twin must be clean.
const RUNS: usize = 3;

/// A metamorphic invariant.
#[derive(Clone, Copy)]
pub(super) struct Swap<'s> {
    pub(super) invariant: &'s Invariant,
    /// Words of the ops that are replaced.
    pub(super) words: &'s [String],
    with: &'s str,
    blames: &'s [String],
}

/// The invariant as a metamorphic one, if it is.
pub(super) fn of(invariant: &Invariant) -> Option<Swap<'_>> {
    match &invariant.body {
        Body::Compare { swap, with, blames } => Some(Swap { invariant, words: swap, with, blames }),
        _ => None,
    }
}

/// All metamorphic invariants.
pub(super) fn invariants<'b>(bench: &'b Bench<'_>) -> impl Iterator<Item = Swap<'b>> {
    bench.invariants_of("alloc").filter_map(of)
}

/// Holds everything that was found broken against the metamorphic invariants.
///
/// # Errors
/// [`HuntError`].
pub(super) fn judge(
    subject: &Subject<'_, Clerk>,
    offers: Capabilities,
    examined: &mut Examined,
) -> Result<(), HuntError> {
    let bench = subject.bench;
    for swap in invariants(bench) {
        let left_out =
            select::left_out::<Clerk>(swap.invariant, offers, subject.setting, bench.options);
        if left_out.is_some() {
            continue;
        }
        for id in swap.blames {
            let Some(broken) = examined.broken.get(id) else { continue };
            if swap.is_guilty(subject, &broken.trace.script(), broken.at)? {
                let message =
                    format!("a plain {} breaks nothing where this breaks {id}", swap.with);
                let broken = Broken { message, ..broken.clone() };
                examined.broken.insert(swap.invariant.id.as_str().to_owned(), broken);
                break;
            }
        }
    }
    Ok(())
}

impl Swap<'_> {
    /// Whether `script`, whose bad step is `at`, breaks nothing once the ops are replaced.
    ///
    /// # Errors
    /// [`HuntError`].
    pub(super) fn is_guilty(
        &self,
        subject: &Subject<'_, Clerk>,
        script: &Script,
        at: usize,
    ) -> Result<bool, HuntError> {
        // An op that gives a block is not asked how it gives it, but how the block is taken back.
        let own_fault =
            self.with == "malloc" && script.steps.get(at).is_some_and(|step| self.names(&step.op));
        match self.twin_of(script).filter(|_| !own_fault) {
            Some(twin) => is_clean(subject, &twin),
            None => Ok(false),
        }
    }

    fn names(&self, op: &Op) -> bool {
        self.words.iter().any(|word| word == op.word())
    }

    /// The script with every op replaced; `None` where it has none of them.
    fn twin_of(&self, script: &Script) -> Option<Script> {
        let mut twin = script.clone();
        let mut swapped = false;
        for step in twin.steps.iter_mut().filter(|step| self.names(&step.op)) {
            if let Some(op) = self.replacement(&step.op) {
                step.op = op;
                swapped = true;
            }
        }
        swapped.then_some(twin)
    }

    fn replacement(&self, op: &Op) -> Option<Op> {
        let slot = op.slot()?;
        match self.with {
            "malloc" => Some(Op::Malloc { slot, size: op.requested()? }),
            _ => Some(Op::Free { slot }),
        }
    }
}

fn is_clean(subject: &Subject<'_, Clerk>, script: &Script) -> Result<bool, HuntError> {
    let rig = subject.rig();
    let scoped =
        |scenario: &[String]| if scenario.is_empty() { Standing::In } else { Standing::Out };
    let standing: Vec<Standing> = rig.code.laws.iter().map(|law| scoped(&law.scenario)).collect();
    for _ in 0..RUNS {
        let alone = rig.alone(script, &standing, false)?;
        if !alone.breaches.is_empty() || alone.death.is_some() {
            return Ok(false);
        }
    }
    Ok(true)
}
