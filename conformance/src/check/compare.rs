//! Metamorphic invariants: what breaks a law must break one also after an op is replaced by its
//! equivalent. If the twin is clean, the op that was replaced is at fault.

use super::plan::{Broken, Examined};
use super::{Bench, Subject, select};
use crate::capability::Capabilities;
use crate::court::Standing;
use crate::hunt::HuntError;
use crate::op::alloc::{Op, Script};
use crate::spec::{Body, Invariant};

/// How often a twin must be clean.
const RUNS: usize = 3;

/// The metamorphic invariants with the words of the ops that they replace.
pub(super) fn invariants<'b>(
    bench: &'b Bench<'_>,
) -> impl Iterator<Item = (&'b Invariant, &'b [String])> {
    bench.specs.invariants().filter_map(|invariant| match &invariant.body {
        Body::Compare { swap, .. } => Some((invariant, &swap[..])),
        _ => None,
    })
}

/// Holds everything that was found broken against the metamorphic invariants.
///
/// # Errors
/// [`HuntError`].
pub(super) fn judge(
    subject: &Subject<'_>,
    offers: Capabilities,
    examined: &mut Examined,
) -> Result<(), HuntError> {
    let bench = subject.bench;
    for (invariant, swap) in invariants(bench) {
        if select::left_out(invariant, offers, &subject.choices, bench.options).is_some() {
            continue;
        }
        let guilty = examined.broken.iter().find_map(|(id, broken)| {
            let script = broken.trace.script();
            let twin = twin_of(&script, swap)?;
            Some((id.clone(), broken.clone(), twin))
        });
        let Some((id, broken, twin)) = guilty else { continue };
        if is_clean(subject, &twin)? {
            let message = format!("{} does what free does not: it breaks {id}", swap.join(" or "));
            let broken = Broken { message, ..broken };
            examined.broken.insert(invariant.id.as_str().to_owned(), broken);
        }
    }
    Ok(())
}

/// Whether `script`, which breaks something, breaks nothing once the ops of `swap` are plain frees.
///
/// # Errors
/// [`HuntError`].
pub(super) fn is_guilty(
    subject: &Subject<'_>,
    script: &Script,
    swap: &[String],
) -> Result<bool, HuntError> {
    twin_of(script, swap).map_or(Ok(false), |twin| is_clean(subject, &twin))
}

/// The script with every op of `swap` replaced by a plain free; `None` where it has none of them.
fn twin_of(script: &Script, swap: &[String]) -> Option<Script> {
    let mut twin = script.clone();
    let mut swapped = false;
    for step in &mut twin.steps {
        let named = swap.iter().any(|word| word == step.op.word());
        if let (true, Some(slot)) = (named, step.op.slot()) {
            step.op = Op::Free { slot };
            swapped = true;
        }
    }
    swapped.then_some(twin)
}

fn is_clean(subject: &Subject<'_>, script: &Script) -> Result<bool, HuntError> {
    let rig = subject.rig();
    let laws = &rig.code.laws;
    let scoped =
        |scenario: &[String]| if scenario.is_empty() { Standing::In } else { Standing::Out };
    let standing: Vec<Standing> = laws.iter().map(|law| scoped(&law.scenario)).collect();
    for _ in 0..RUNS {
        let alone = rig.alone(script, &standing, false)?;
        if !alone.breaches.is_empty() || alone.death.is_some() {
            return Ok(false);
        }
    }
    Ok(true)
}
