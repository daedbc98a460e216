//! What happened to one block, told by itself, once and over and over; and many blocks like it.

use crate::op::alloc::{Op, Script, Slot, Step};
use crate::shrink::sections::more_rounds;

/// Sizes that a block is given in its story; 0: its own.
const STORY_SIZES: [u64; 4] = [0, 40_000, 200_000, 1_100_000];

/// How often a story, or its last step, is told over.
const STORY_TIMES: u64 = 300;

/// So many blocks are made like one, as slots are there for them.
const CROWDS: [usize; 3] = [8, 64, 512];

/// What happened to `slot`, with the sections, threads and checkpoints around it: as it was; with
/// its last step repeated; all repeated. Each also with larger blocks. Where there are no rounds in
/// it, also the life of its last block alone, and many blocks like that one.
pub(super) fn stories(script: &Script, slot: Slot) -> Vec<Script> {
    let own: Vec<Step> =
        script.steps.iter().filter(|s| is_frame(s) || s.op.slot() == Some(slot)).copied().collect();
    let is_framed = own.iter().any(|step| matches!(step.op, Op::Repeat { .. }));
    let Some(last) = own.iter().rposition(|step| !is_frame(step)) else { return Vec::new() };
    let repeated = in_repeats(&own, Step::main(Op::Free { slot }));
    let (repeat, end) = (Step::main(Op::Repeat { times: STORY_TIMES }), Step::main(Op::End));
    let last_repeated = [&own[..last], &[repeat, own[last], end], &own[last + 1..]].concat();
    let second = if is_framed { more_rounds(&own, 4) } else { last_repeated };
    let forms = [&own[..], &second, &repeated];
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
    let mut stories: Vec<Script> = tried.iter().flat_map(each).collect();
    if !is_framed {
        stories.extend(life(&own, slot, script.steps.len() as u64));
        stories.extend(CROWDS.into_iter().filter_map(|n| crowd(&own, n)));
    }
    stories
}

/// The life of the last block in `slot`, over and over: as many steps as the script has that it
/// comes from, because what counts its calls breaks at some number of them.
fn life(own: &[Step], slot: Slot, steps: u64) -> Option<Script> {
    let blocks: Vec<Step> = own.iter().filter(|step| !is_frame(step)).copied().collect();
    let asked = blocks.iter().rposition(|step| step.op.requested().is_some())?;
    let born = blocks[..asked].iter().rposition(|step| step.op.releases()).map_or(0, |at| at + 1);
    let life = &blocks[born..];
    let times = (steps / life.len() as u64).max(STORY_TIMES);
    let (repeat, free) = (Step::main(Op::Repeat { times }), Step::main(Op::Free { slot }));
    let steps = [&[repeat], life, &[free, Step::main(Op::End)]].concat();
    Some(Script { steps })
}

/// `count` blocks like the last one in `slot`, all looked at and given back: what goes wrong with
/// the last block of a page needs a page full of them.
fn crowd(own: &[Step], count: usize) -> Option<Script> {
    let request = own.iter().rfind(|step| step.op.requested().is_some())?;
    let like = |n: usize| {
        let mut op = request.op;
        op.slot_mut().map(|slot| *slot = Slot(n as u16)).map(|()| Step::main(op))
    };
    let mut steps: Vec<Step> = (0..count).filter_map(like).collect();
    steps.push(Step::main(Op::Checkpoint));
    let slots = (0..count).map(|n| Slot(n as u16));
    steps.extend(slots.map(|slot| Step::main(Op::Free { slot })));
    Some(Script { steps })
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
