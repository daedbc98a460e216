//! Golden traces: each line with the answer that it must get.

use super::Clerk;
use crate::check::Subject;
use crate::check::examined::{Broken, Kill};
use crate::hunt::{HuntError, Opens};
use crate::laws::golden_path;
use crate::op::alloc::Step;
use crate::picture::Picture;
use crate::spec::{Body, Invariant, Judge};
use crate::target::BATCH;
use crate::trace::{Trace, Traced};
use crate::verdict::Effort;

/// What the golden judge did for one invariant.
pub(super) struct Judged {
    pub(super) effort: Effort,
    pub(super) broken: Option<Broken>,
}

/// Judges `invariant` if its body is golden.
///
/// # Errors
/// [`HuntError::Launch`] where the target cannot be started.
pub(super) fn judge(
    subject: &Subject<'_, Clerk>,
    invariant: &Invariant,
) -> Result<Option<Judged>, HuntError> {
    let Body::Golden { files } = &invariant.body else { return Ok(None) };
    let mut judged = Judged { effort: Effort::default(), broken: None };
    for file in files {
        let text = subject.bench.specs.golden.get(&golden_path(invariant, file));
        // A golden file that does not parse is a fault of the specs, found when they are loaded.
        let Some(trace) = text.and_then(|t| Trace::parse(t.as_bytes(), BATCH).ok()) else {
            continue;
        };
        judged.effort.cases += 1;
        judged.effort.ops += trace.steps.len() as u64;
        let stated = trace.steps.iter().filter(|t| t.expected.is_some()).count() as u64;
        judged.effort.evaluated += stated;
        judged.effort.fired += stated;
        let failure = first_failure(&subject.launch, &trace.steps)?;
        if let (Some((at, says)), None) = (failure, &judged.broken) {
            judged.broken = Some(witness(subject, &trace, at, &says)?);
        }
    }
    Ok(Some(judged))
}

/// The first step that does not get the answer stated, and what it got instead.
///
/// # Errors
/// [`HuntError::Launch`] where the target cannot be started.
pub(super) fn first_failure(
    opens: &dyn Opens,
    traced: &[Traced],
) -> Result<Option<(usize, String)>, HuntError> {
    let steps: Vec<Step> = traced.iter().map(|t| t.step).collect();
    let mut target = opens.open(false)?;
    for (first, steps) in (0..).step_by(BATCH).zip(steps.chunks(BATCH)) {
        target.submit(steps);
        let batch = target.collect();
        for (i, (traced, answer)) in traced[first..].iter().zip(batch.answers).enumerate() {
            let check = traced.expected.as_ref().map(|e| e.check(&traced.step, answer));
            if let Some(Err(says)) = check {
                return Ok(Some((first + i, says)));
            }
        }
        if batch.death.is_some() {
            break;
        }
    }
    Ok(None)
}

/// The failing line alone, if it fails alone; else all up to it.
fn witness(
    subject: &Subject<'_, Clerk>,
    trace: &Trace,
    at: usize,
    says: &str,
) -> Result<Broken, HuntError> {
    let alone = [trace.steps[at].clone()];
    let fails_alone = first_failure(&subject.launch, &alone)?.is_some();
    let steps = if fails_alone { alone.to_vec() } else { trace.steps[..=at].to_vec() };
    let mut broke = 0;
    for _ in 0..3 {
        broke += u32::from(first_failure(&subject.launch, &steps)?.is_some());
    }
    let step = trace.steps[at].step;
    Ok(Broken {
        at: steps.len() - 1,
        trace: Trace { steps, ..Trace::default() },
        message: format!("{says} after {}", step.op.word()),
        facts: Vec::new(),
        death: None,
        picture: Picture::Nothing,
        replays: (broke, 3),
        firm: false,
        scenario: None,
        kill: Kill { judge: Judge::Golden, cases: 1, ops: at as u64 + 1, nanos: 0 },
    })
}
