//! Faults in counting, and in what random programs meet.

use super::{Done, Heard, Wrong, wrong};
use conformance::observe::gc::{Answer, Outcome, Reading};
use conformance::op::gc::Op;

/// `done` with stamps that are `off` too high, as of one who counted too far.
fn counted(op: &Op, (mut answer, reading): Done, off: u64) -> Done {
    let read = matches!(op, Op::Check { .. } | Op::Load { .. }) && answer.outcome == Outcome::Done;
    answer.values[0] += if read && answer.values[0] > 0 { off } else { 0 };
    (answer, reading)
}

#[expect(clippy::too_many_lines, reason = "a table of closures")]
pub(super) fn identity() -> Vec<Wrong> {
    vec![
        Wrong {
            performed: |_, _, op, (mut answer, reading)| {
                if matches!(op, Op::Inside { word: 5, of, .. } if of.0 == 1) {
                    answer.values[0] += 1;
                }
                (answer, reading)
            },
            ..wrong("reads the next", "identity/stamps", "`l0 = inside l1 5`: ", "answered ")
        },
        Wrong {
            performed: |memory, thread, op, done| {
                memory.count += u64::from(
                    thread.0 == 7
                        && matches!(op, Op::New { .. })
                        && done.0.outcome == Outcome::Skipped,
                );
                counted(
                    op,
                    done,
                    memory.count * u64::from(matches!(op, Op::Check { of } if of.0 == 1)),
                )
            },
            ..wrong("counts what is skipped", "identity/skipped", "`check l1`: 2 and 0", "[3, 0,")
        },
        Wrong {
            performed: |memory, thread, op, done| {
                memory.count += u64::from(thread.0 == 5 && matches!(op, Op::New { .. }));
                counted(op, done, memory.count)
            },
            ..wrong("counts five twice", "identity/mutators", "`@t5 check l1`: 3 and 0", "[4, 0,")
        },
        Wrong {
            performed: |memory, _, op, done| {
                memory.count += u64::from(matches!(op, Op::Chain { count: 1, .. }));
                counted(op, done, memory.count)
            },
            ..wrong("counts the chain", "identity/chain", "`check l4`: 8 and 0", "[9, 0,")
        },
        Wrong {
            performed: |memory, _, op, (mut answer, reading)| {
                memory.count += u64::from(*op == Op::Reset);
                if memory.count > 0 && matches!(op, Op::Check { .. }) && answer.values[0] > 0 {
                    answer.values[0] = 1;
                }
                (answer, reading)
            },
            ..wrong("begins anew", "identity/reset", "`check l0`: 3 and 0", "[1, 0,")
        },
        Wrong {
            performed: |memory, _, op, done| {
                memory.count += u64::from(*op == Op::Collect);
                let second = memory.count == 2 && done.0.values[0] == 3;
                counted(op, done, u64::from(second))
            },
            ..wrong("renumbers", "identity/collected", "`check l2`: 3 and 0", "[4, 0,")
        },
        Wrong {
            hears: |memory, line| {
                let failed = line.windows(16).any(|w| w == b"[\"new\",0,99,2,\"l");
                memory.count += u64::from(failed);
                Heard::Line(line)
            },
            replies: |memory, asked, reply| {
                if memory.count > 0 && asked["ops"][1][0] == "check" {
                    reply["answers"][1][0] = 2.into();
                }
            },
            ..wrong("counts failures", "identity/failed", "`check l0`: 1 and 0", "[2, 0,")
        },
        Wrong {
            performed: |_, _, _, (answer, mut reading)| {
                if let Some(Reading::Gathered(gathered)) = &mut reading {
                    gathered.dead = gathered.dead.iter().filter(|&dead| dead != 9).collect();
                }
                (answer, reading)
            },
            ..wrong("forgets the ninth", "identity/deaths", "[9] in `dead`", "`dead` was [(1, 1)]")
        },
        Wrong {
            performed: |memory, _, op, (answer, mut reading)| {
                memory.count += u64::from(matches!(op, Op::Uncleanup { back: 1 }));
                if let Some(Reading::Gathered(gathered)) = &mut reading
                    && memory.count > 0
                {
                    gathered.cleaned = gathered.cleaned.iter().map(|number| number + 1).collect();
                }
                (answer, reading)
            },
            ..wrong(
                "counts cleanups from two",
                "identity/cleanups",
                "`cleaned` with numbers from 1 to 3",
                "\"cleaned\":[4]",
            )
        },
        Wrong {
            performed: |_, _, op, done| match op {
                Op::Grow { size: 256..60_000 } => (Answer::SKIPPED, None),
                _ => done,
            },
            ..wrong("grows little", "script/random", "to be done, as it applies", "\"skip\"")
        },
    ]
}
