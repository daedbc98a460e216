//! Ops that do not apply: they are skipped, and change nothing.

use super::scripts::{Row, case};
use super::{Adapter, Case, Fault};
use crate::capability::Capability;
use crate::op::gc::{FRAMES, Op, Step};

/// The scripts.
const CASES: &[Row] = &[
    (
        "skip/nil",
        "An op that needs a local which is nil is skipped.",
        None,
        "l0 = load l1 0; store l1 0 l0; clear l1 0; swap l1 0 l0; cas l1 0 l0 l0; copy l0 0 l1 0 1; \
         wipe l1 0 1; l0 = move l1; l0 = inside l1 1; l0 = past l1; hide l1 1 l0; check l1; walk l1 1; \
         set g0 l1; stash interface l1; w0 = weak l1; finalizer l1; reviver l1 g0; unfinalizer l1; \
         cleanup l1; self-cleanup l1; l2 = new 3 all; store l2 0 l1; hide l2 1 l1; hand t1 l0 l1; check l2",
    ),
    (
        "skip/not-there",
        "An op that names a slot or a word which is not there, or of the other kind, is skipped.",
        None,
        "l0 = new 1 none; l1 = new 4 odd; l2 = load l0 0; l2 = load l1 2; store l1 2 l0; clear l0 0; \
         swap l1 5 l0; cas l1 9 l2 l2; l2 = inside l1 0; l2 = inside l1 1; l2 = inside l1 4; hide l1 0 l0; \
         hide l1 3 l0; l3 = new 1 all; l4 = new 1 last; l2 = load l3 0; l2 = load l4 0; check l1; check l2",
    ),
    (
        "skip/ranges",
        "Copies and wipes that do not fit, are empty, or are not of map `all`, are skipped.",
        Some(Capability::Bulk),
        "l0 = new 4 all; l1 = new 3 all; l2 = new 4 odd; store l0 0 l1; copy l1 0 l0 0 3; copy l1 1 l0 0 2; \
         copy l1 0 l0 0 0; copy l2 0 l0 0 1; copy l0 0 l2 0 1; wipe l0 1 3; wipe l0 0 0; wipe l2 0 1; \
         l3 = load l0 0; check l3",
    ),
    (
        "skip/inside",
        "An op that needs an object at its start skips references inside.",
        Some(Capability::Interior),
        "l0 = new 6 first; l1 = inside l0 4; l2 = load l1 0; store l1 0 l0; l2 = inside l1 2; walk l1 1; \
         finalizer l1; self-cleanup l1; hide l0 3 l1; store l0 0 l1; l2 = load l0 0; check l2; check l0",
    ),
    (
        "skip/past-end",
        "An empty view can be moved and dropped, and nothing else.",
        Some(Capability::PastEnd),
        "l0 = new 2 last; l1 = past l0; check l1; store l0 0 l1; swap l0 0 l1; cas l0 0 l2 l1; set g0 l1; \
         w0 = weak l1; l2 = load l1 0; l2 = past l1; start t1 l1; stash interface l1; l2 = move l1; drop l1; \
         check l0",
    ),
    (
        "skip/empty",
        "Places and handles that are empty are not read; what is empty can be emptied.",
        None,
        "drop l0; l0 = strong w0; same w0 w0; forget w0; l0 = unstash interface; unset g0; l0 = get g0; \
         l0 = new 2 last; clear l0 0; w1 = weak l0; same w0 w1; same w1 w0; check l0",
    ),
    (
        "skip/mutators",
        "Mutators that do not run do nothing, and none starts twice, ends itself or hands to itself.",
        Some(Capability::Mutators),
        "l0 = new 2 last; @t1 l0 = new 2 last; @t1 drop l0; @t1 collect; hand t1 l1 l0; end t1; start t1 l0; \
         start t1 l0; hand t0 l1 l0; @t1 end t1; @t1 hand t1 l1 l0; @t1 start t2 l0; @t2 check l0; @t1 end t2; \
         @t2 check l0; end t1; @t1 check l0; end t1; check l0; check l1; l0 = new 2 last; check l0",
    ),
    (
        "skip/rest",
        "A mutator that does not run does not rest.",
        Some(Capability::Timed),
        "@t3 rest; l0 = new 2 last; @t3 rest; check l0",
    ),
    (
        "skip/frames",
        "The last frame stays.",
        Some(Capability::Frames),
        "l0 = new 2 last; pop; check l0; push; pop; pop; check l0",
    ),
    (
        "skip/collections",
        "Only one collection goes on, and only one that does can be finished.",
        Some(Capability::Background),
        "finish; begin; begin; begin; finish; finish; begin; finish",
    ),
    (
        "skip/finalizers",
        "An object has one finalizer at a time.",
        Some(Capability::Finalizers),
        "l0 = new 2 last; unfinalizer l0; finalizer l0; finalizer l0; reviver l0 g0; unfinalizer l0; \
         unfinalizer l0; reviver l0 g0; finalizer l0; unfinalizer l0; check l0",
    ),
    (
        "skip/cleanups",
        "A cleanup that was not attached cannot be stopped; one that was stopped can.",
        Some(Capability::Cleanups),
        "uncleanup 0; l0 = new 2 last; cleanup l0; uncleanup 1; uncleanup 0; uncleanup 0; check l0",
    ),
];

pub(super) fn cases() -> Vec<Case> {
    let deep = Case::new(
        "skip/deepest-frame",
        "There are 10,000 frames, and a further one is skipped.",
        deepest,
    );
    CASES.iter().map(case).chain([deep.needing(Capability::Frames)]).collect()
}

/// Down to the last frame there may be, a step further, and all the way up again.
fn deepest(adapter: &Adapter) -> Result<(), Fault> {
    let down = std::iter::repeat_n(Op::Push, FRAMES + 1);
    let up = std::iter::repeat_n(Op::Pop, FRAMES);
    let steps: Vec<Step> = down.chain(up).map(Step::main).collect();
    adapter.perform(&steps).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::gc::{Applies, Setting, Shadow};
    use crate::rehearsal::scripts::steps;

    #[test]
    fn something_is_skipped_in_every_case() {
        for &(name, _, _, script) in CASES {
            let mut world = Shadow::new(Setting::default());
            let mut skipped = 0;
            for step in steps(script) {
                if world.applies(&step) == Applies::No {
                    skipped += 1;
                } else {
                    world.perform(&step, &crate::observe::gc::Answer::with(&[0]));
                }
                if step.op == Op::Finish {
                    world.rest();
                }
            }
            assert!(skipped > 0, "{name}");
        }
    }
}
