//! A trace again: performed alone in fresh processes, judged by everything that applies, or made
//! smaller.

use super::plan::sentence;
use super::target_spec::TargetSpec;
use super::{Bench, Subject, compare, golden, witness::key};
use crate::court::{Code, Standing};
use crate::hunt::{Alone, HuntError, Rig};
use crate::op::alloc::Script;
use crate::shrink::shrink as make_smaller;
use crate::spec::{Body, InvariantId};
use crate::trace::{Metadata, Trace};
use std::fmt;

/// Runs that go into shrinking one trace.
const RUNS: usize = 2000;

/// What replaying a trace came to.
#[derive(Clone, Debug, Default)]
pub struct Replayed {
    /// What broke in the last try that broke anything.
    pub broken: Vec<Again>,
    /// Tries in which something broke: the named invariant, if the trace names one.
    pub broke: u32,
    /// Tries.
    pub tried: u32,
}

/// One invariant that broke again.
#[derive(Clone, Debug)]
pub struct Again {
    /// Which.
    pub id: InvariantId,
    /// The same line as in the witness.
    pub message: String,
    /// The rule's parts with their values.
    pub facts: Vec<(String, String)>,
    /// The heap around the block in question.
    pub picture: String,
    /// What the process wrote before it died.
    pub stderr: String,
}

/// Why a trace cannot be replayed or shrunk.
#[derive(Debug)]
pub enum AgainError {
    /// The target cannot be judged.
    Hunt(HuntError),
    /// The trace does not break what it should.
    Whole(String),
}

impl fmt::Display for AgainError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            AgainError::Hunt(e) => e.fmt(f),
            AgainError::Whole(says) => f.write_str(says),
        }
    }
}

impl std::error::Error for AgainError {}

impl<E: Into<HuntError>> From<E> for AgainError {
    fn from(e: E) -> AgainError {
        AgainError::Hunt(e.into())
    }
}

/// Laws that any trace is held to, and the one that this trace names, whatever its scenario.
fn standing(code: &Code, named: Option<&str>) -> Vec<Standing> {
    let judged = |law: &crate::court::Law| {
        let here = law.scenario.is_empty() || named == Some(law.id.as_str());
        if here { Standing::In } else { Standing::Out }
    };
    code.laws.iter().map(judged).collect()
}

/// Performs `trace` up to `tries` times on the target that `spec` names.
///
/// # Errors
/// [`AgainError::Hunt`] where the target cannot be judged.
pub fn replay(
    spec: &TargetSpec,
    bench: &Bench<'_>,
    trace: &Trace,
    tries: u32,
) -> Result<Replayed, AgainError> {
    let subject = super::subject(spec, bench)?;
    let named = trace.metadata.get(key::INVARIANT);
    let mut replayed = Replayed::default();
    for _ in 0..tries {
        let broken = once(&subject, trace, named)?;
        let counts = named.is_none_or(|id| broken.iter().any(|b| b.id.as_str() == id));
        replayed.tried += 1;
        replayed.broke += u32::from(counts && !broken.is_empty());
        if !broken.is_empty() {
            replayed.broken = broken;
        }
    }
    Ok(replayed)
}

fn once(
    subject: &Subject<'_>,
    trace: &Trace,
    named: Option<&str>,
) -> Result<Vec<Again>, HuntError> {
    let rig = subject.rig();
    let alone = rig.alone(&trace.script(), &standing(rig.code, named), false)?;
    let mut broken: Vec<Again> = breaches(&rig, &alone, trace);
    let invariant = named.and_then(|id| subject.bench.specs.invariant(id));
    match invariant.map(|i| (&i.id, &i.body)) {
        Some((id, Body::Golden { .. })) => {
            let failure = golden::first_failure(&subject.launch, &trace.steps)?;
            broken.extend(failure.map(|(at, says)| {
                let message = format!("{says} after {}", trace.steps[at].step.op.word());
                bare(id, message)
            }));
        }
        Some((id, Body::Compare { with, .. })) => {
            let swap = invariant.and_then(compare::of);
            let first = alone.breaches.first().map(|breach| breach.at);
            if let (Some(swap), Some(at)) = (swap, first)
                && swap.is_guilty(subject, &trace.script(), at)?
            {
                broken.push(bare(id, format!("a plain {with} breaks nothing here")));
            }
        }
        _ => {}
    }
    Ok(broken)
}

fn bare(id: &InvariantId, message: String) -> Again {
    Again {
        id: id.clone(),
        message,
        facts: Vec::new(),
        picture: String::new(),
        stderr: String::new(),
    }
}

fn breaches(rig: &Rig<'_>, alone: &Alone, trace: &Trace) -> Vec<Again> {
    let one = |breach: &crate::court::Breach| {
        let law = &rig.code.laws[breach.law];
        let step = trace.steps.get(breach.at).map(|t| &t.step);
        let death = alone.death.as_ref().map(|(_, death)| death);
        Again {
            id: law.id.clone(),
            message: sentence(law, step, &breach.shown, death, None),
            facts: breach.shown.iter().map(|s| (s.text.clone(), s.value.clone())).collect(),
            picture: alone.picture.clone(),
            stderr: death.map_or_else(String::new, |d| d.stderr.clone()),
        }
    };
    alone.breaches.iter().map(one).collect()
}

/// The smallest trace found that breaks `id`, or the first invariant that `trace` breaks.
///
/// # Errors
/// [`AgainError::Whole`] where the trace breaks nothing.
pub fn shrink(
    spec: &TargetSpec,
    bench: &Bench<'_>,
    trace: &Trace,
    id: Option<&InvariantId>,
) -> Result<Trace, AgainError> {
    let subject = super::subject(spec, bench)?;
    let rig = subject.rig();
    let standing = standing(rig.code, id.map(InvariantId::as_str));
    let first = rig.alone(&trace.script(), &standing, false)?;
    let broken = first.breaches.iter().map(|b| b.law);
    let wanted = match id {
        Some(id) => broken.into_iter().find(|&law| rig.code.laws[law].id == *id),
        None => broken.into_iter().next(),
    };
    let Some(law) = wanted else {
        let what = id.map_or_else(|| "no invariant".to_owned(), |id| format!("not {id}"));
        return Err(AgainError::Whole(format!("the trace breaks {what} on {spec}")));
    };
    let mut fault = None;
    let breaks = |script: &Script| match rig.alone(script, &standing, false) {
        Ok(alone) => alone.breaches.iter().any(|b| b.law == law),
        Err(e) => {
            fault = Some(e);
            false
        }
    };
    let script = make_smaller(trace.script(), RUNS, breaks);
    if let Some(fault) = fault {
        return Err(fault.into());
    }
    let mut metadata = Metadata::default();
    metadata.push(key::INVARIANT, rig.code.laws[law].id.as_str());
    metadata.push(key::TARGET, &spec.to_string());
    for (name, value) in trace.metadata.iter() {
        if name != key::INVARIANT && name != key::TARGET {
            metadata.push(name, value);
        }
    }
    Ok(Trace { metadata, ..Trace::from(&script) })
}
