//! How many ops go through the pipe in a second: a number to look at, and nothing that is held to.

use super::{Adapter, Fault};
use crate::observe::gc::Outcome;
use crate::op::gc::{Local, Map, Op, Step};
use crate::target::BATCH;
use std::time::{Duration, Instant};

/// Batches of one turn. Turns alternate, so that what slows the machine down slows both.
const TURN: u64 = 16;

/// Turns, the first of which is not counted.
const TURNS: u32 = 5;

/// Ops a second of an adapter, and of another one beside it.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Speed {
    /// Of the adapter.
    pub its: f64,
    /// Of the other.
    pub others: f64,
}

impl Speed {
    /// The adapter's ops for each one of the other.
    pub fn ratio(self) -> f64 {
        self.its / self.others
    }
}

/// Measures `adapter` beside `other`, with usual ops in full batches, two of them on their way.
///
/// # Errors
/// What one of them did in place of a reply.
pub fn speed(adapter: &Adapter, other: &Adapter) -> Result<Speed, Fault> {
    let steps = usual();
    let mut talks = [adapter.greeted()?, other.greeted()?];
    let mut took = [Duration::ZERO; 2];
    for turn in 0..TURNS {
        // Each goes first as often as the other.
        for at in if turn % 2 == 0 { [0, 1] } else { [1, 0] } {
            let (talk, took) = (&mut talks[at], &mut took[at]);
            let since = Instant::now();
            let mut due = talk.send(&steps);
            for _ in 1..TURN {
                let next = talk.send(&steps);
                all_done(&talk.reply(due, &steps)?.0)?;
                due = next;
            }
            all_done(&talk.reply(due, &steps)?.0)?;
            if turn > 0 {
                *took += since.elapsed();
            }
        }
    }
    let ops = (u64::from(TURNS - 1) * TURN * steps.len() as u64) as f64;
    let [its, others] = took.map(|took| ops / took.as_secs_f64());
    Ok(Speed { its, others })
}

fn all_done(answers: &[crate::observe::gc::Answer]) -> Result<(), Fault> {
    if answers.iter().all(|answer| answer.outcome == Outcome::Done) {
        return Ok(());
    }
    Err(Fault::new("every op of a full batch to be done", "one that was not"))
}

/// A full batch that makes little garbage and reads much.
fn usual() -> Vec<Step> {
    let (a, b, c) = (Local(0), Local(1), Local(2));
    let ops = [
        Op::New { to: a, words: 3, map: Map::All },
        Op::Move { to: b, of: a },
        Op::Store { of: a, slot: 0, from: b },
        Op::Load { to: c, of: a, slot: 0 },
        Op::Check { of: c },
        Op::Clear { of: a, slot: 0 },
        Op::Load { to: b, of: a, slot: 1 },
        Op::Drop { to: c },
    ];
    ops.into_iter().cycle().take(BATCH).map(Step::main).collect()
}
