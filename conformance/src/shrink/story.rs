//! What happened to one block, told by itself, once and over and over.

use super::sections::more_rounds;
use crate::op::alloc::{Op, Script, Slot, Step};

/// Sizes that a block is given in its story; 0: its own.
const STORY_SIZES: [u64; 4] = [0, 40_000, 200_000, 1_100_000];

/// How often a story, or its last step, is told over.
const STORY_TIMES: u64 = 300;

/// What happened to `slot`, with the sections, threads and checkpoints around it: as it was; with
/// its last step repeated; all repeated. Each also with larger blocks.
pub(super) fn stories(script: &Script, slot: Slot) -> Vec<Script> {
    let own: Vec<Step> =
        script.steps.iter().filter(|s| is_frame(s) || s.op.slot() == Some(slot)).copied().collect();
    let is_framed = own.iter().any(|step| matches!(step.op, Op::Repeat { .. }));
    let Some(last) = own.iter().rposition(|step| !is_frame(step)) else { return Vec::new() };
    let repeated = in_repeats(&own, Step::main(Op::Free { slot }));
    let (repeat, end) = (Step::main(Op::Repeat { times: STORY_TIMES }), Step::main(Op::End));
    let last_repeated = [&own[..last], &[repeat, own[last], end], &own[last + 1..]].concat();
    let forms = if is_framed {
        let longer = more_rounds(&own, 4);
        vec![own, longer, repeated]
    } else {
        vec![own, last_repeated, repeated]
    };
    let sized = |steps: &[Step], size: u64| {
        let mut steps = steps.to_vec();
        for step in steps.iter_mut().filter(|_| size > 0) {
            if let Op::Malloc { size: own, .. } | Op::Realloc { size: own, .. } = &mut step.op {
                *own = (*own).max(size);
            }
        }
        Script { steps }
    };
    // In a section that is repeated large blocks take long, and rarely say more.
    let tried = if is_framed { &STORY_SIZES[..1] } else { &STORY_SIZES[..] };
    let each = |size: &u64| forms.iter().map(|steps| sized(steps, *size)).collect::<Vec<_>>();
    tried.iter().flat_map(each).collect()
}

/// Whether a step belongs to no block, but to what is around all of them.
fn is_frame(step: &Step) -> bool {
    matches!(
        step.op,
        Op::StartThread { .. }
            | Op::EndThread { .. }
            | Op::Together
            | Op::Repeat { .. }
            | Op::End
            | Op::Checkpoint
    )
}

/// Each run of steps about blocks, repeated; `free` ends each round.
fn in_repeats(steps: &[Step], free: Step) -> Vec<Step> {
    let mut repeated = Vec::new();
    let runs = steps.chunk_by(|a, b| is_frame(a) == is_frame(b));
    for run in runs {
        let about_blocks = run.iter().any(|step| !is_frame(step));
        if about_blocks && !run[0].late {
            repeated.push(Step::main(Op::Repeat { times: STORY_TIMES }));
            repeated.extend(run);
            repeated.extend([free, Step::main(Op::End)]);
        } else {
            repeated.extend(run);
        }
    }
    repeated
}
