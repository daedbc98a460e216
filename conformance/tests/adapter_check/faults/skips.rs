//! Faults in what is skipped.

use super::{Done, Wrong, wrong};
use conformance::observe::gc::{Answer, Outcome};
use conformance::op::gc::Op;

/// `done`, but for a skipped op that `is` says: that is answered with `values`.
fn not_skipped(done: Done, is: bool, values: &[u64]) -> Done {
    if is && done.0.outcome == Outcome::Skipped { (Answer::with(values), None) } else { done }
}

pub(super) fn skips() -> Vec<Wrong> {
    let skip = "\"skip\", as it does not apply";
    let wrong = |name, case, seen| wrong(name, case, skip, seen);
    vec![
        Wrong {
            performed: |_, _, op, done| {
                not_skipped(done, matches!(op, Op::Reviver { of, .. } if of.0 == 1), &[])
            },
            ..wrong("revives nil", "skip/nil", "`reviver l1 g0` was answered null")
        },
        Wrong {
            performed: |_, _, op, done| {
                not_skipped(done, matches!(op, Op::Clear { of, slot: 0 } if of.0 == 0), &[])
            },
            ..wrong("clears no slot", "skip/not-there", "`clear l0 0` was answered null")
        },
        Wrong {
            performed: |_, _, op, done| {
                not_skipped(done, matches!(op, Op::Wipe { of, .. } if of.0 == 2), &[])
            },
            ..wrong("wipes all maps", "skip/ranges", "`wipe l2 0 1` was answered null")
        },
        Wrong {
            performed: |_, _, op, done| {
                not_skipped(done, matches!(op, Op::Hide { word: 3, of, .. } if of.0 == 0), &[])
            },
            ..wrong("hides insides", "skip/inside", "`hide l0 3 l1` was answered null")
        },
        Wrong {
            performed: |_, _, op, done| {
                not_skipped(done, matches!(op, Op::Past { to, .. } if to.0 == 2), &[])
            },
            ..wrong("looks past the end", "skip/past-end", "`l2 = past l1` was answered null")
        },
        Wrong {
            performed: |_, _, op, done| not_skipped(done, matches!(op, Op::Same { .. }), &[1]),
            ..wrong("compares nothing", "skip/empty", "`same w0 w0` was answered 1")
        },
        Wrong {
            performed: |_, thread, op, done| {
                not_skipped(done, thread.0 == 1 && matches!(op, Op::End { .. }), &[])
            },
            ..wrong("ends itself", "skip/mutators", "`@t1 end t1` was answered null")
        },
        Wrong {
            performed: |_, _, op, done| not_skipped(done, *op == Op::Rest, &[]),
            ..wrong("rests for everybody", "skip/rest", "`@t3 rest` was answered null")
        },
        Wrong {
            performed: |memory, _, op, done| {
                let skipped = *op == Op::Pop && done.0.outcome == Outcome::Skipped;
                memory.count += u64::from(skipped);
                not_skipped(done, skipped && memory.count == 2, &[])
            },
            ..wrong("pops the last", "skip/frames", "`pop` was answered null")
        },
        Wrong {
            performed: |memory, _, op, done| {
                let skipped = *op == Op::Begin && done.0.outcome == Outcome::Skipped;
                memory.count += u64::from(skipped);
                not_skipped(done, skipped && memory.count == 2, &[])
            },
            ..wrong("begins and begins", "skip/collections", "`begin` was answered null")
        },
        Wrong {
            performed: |_, _, op, done| {
                let first = matches!(op, Op::Reviver { of, global } if of.0 == 0 && global.0 == 0);
                not_skipped(done, first, &[])
            },
            ..wrong("finalizes twice", "skip/finalizers", "`reviver l0 g0` was answered null")
        },
        Wrong {
            performed: |_, _, op, done| {
                not_skipped(done, matches!(op, Op::Uncleanup { back: 1 }), &[])
            },
            ..wrong("stops what is not", "skip/cleanups", "`uncleanup 1` was answered null")
        },
        Wrong {
            performed: |_, _, op, done| not_skipped(done, *op == Op::Push, &[]),
            ..wrong("goes deeper", "skip/deepest-frame", "`push` was answered null")
        },
    ]
}
