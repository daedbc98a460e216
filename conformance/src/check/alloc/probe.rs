//! Finding out what a foreign target chooses where the standards leave a choice.

use crate::capability::Capability;
use crate::choice::{Align, Choices, Realloc0, Zero};
use crate::hunt::{HuntError, Opens};
use crate::observe::{Answer, Progress};
use crate::op::alloc::{Op, Slot, Step};

/// Blocks of each small size that are looked at.
const EACH: u64 = 24;

/// Tries every choice that can be tried, in fresh processes. A target that dies of it keeps the
/// declared choice: that it dies is for the judges to find.
///
/// # Errors
/// [`HuntError::Launch`] where the target cannot be started.
pub(super) fn choices(opens: &dyn Opens) -> Result<Choices, HuntError> {
    let offers = opens.open(false)?.offers();
    let mut choices = Choices::declared(offers);
    if !offers.has(Capability::Layout) {
        choices.align = align(opens)?.unwrap_or(choices.align);
    }
    if offers.has(Capability::ZeroSize) {
        choices.zero = zero(opens)?.unwrap_or(choices.zero);
        choices.realloc0 = realloc_zero(opens)?.unwrap_or(choices.realloc0);
    }
    Ok(choices)
}

fn answers(opens: &dyn Opens, ops: &[Op]) -> Result<Option<Vec<Answer>>, HuntError> {
    let mut target = opens.open(true)?;
    let steps: Vec<Step> = ops.iter().copied().map(Step::main).collect();
    target.submit(&steps);
    let batch = target.collect();
    Ok(batch.death.is_none().then(|| batch.answers.to_vec()))
}

/// Whether all blocks are aligned to 16 bytes, also those too small to need it.
fn align(opens: &dyn Opens) -> Result<Option<Align>, HuntError> {
    let place = |i: u64| (Slot((i % 512) as u16), 1 + i % 15);
    let ops: Vec<Op> =
        (0..15 * EACH).map(place).map(|(slot, size)| Op::Malloc { slot, size }).collect();
    let Some(answers) = answers(opens, &ops)? else { return Ok(None) };
    let addresses = answers.iter().map(|answer| answer.address);
    let strict = addresses.filter(|&at| at != 0).all(|at| at % 16 == 0);
    Ok(Some(if strict { Align::Strict16 } else { Align::Natural }))
}

fn zero(opens: &dyn Opens) -> Result<Option<Zero>, HuntError> {
    let answers = answers(opens, &[Op::Malloc { slot: Slot(0), size: 0 }])?;
    Ok(answers.map(|a| if a[0].address == 0 { Zero::Null } else { Zero::Unique }))
}

fn realloc_zero(opens: &dyn Opens) -> Result<Option<Realloc0>, HuntError> {
    let slot = Slot(0);
    let ops = [Op::Malloc { slot, size: 40 }, Op::Realloc { slot, size: 0 }];
    let answers = answers(opens, &ops)?;
    Ok(answers.map(|a| match a[1].progress() {
        Progress::Done if a[1].address == 0 => Realloc0::FreeNull,
        Progress::Done => Realloc0::Block,
        _ => Realloc0::Unspecified,
    }))
}
