//! Below the objects: the scavenger.

use super::inside_pages::{free, object, reclaimed, script};
use super::{Circumstances, Scenario};
use crate::op::alloc::{Op, Script};
use crate::spec::Judge;

/// Free memory given back, a little, all, or to a goal.
pub(super) const SCAVENGING: Scenario = Scenario {
    name: "scavenging",
    asks: "Is free memory given back from the top, in whole pages, up to the goal?",
    judge: Judge::Trace,
    fresh: 1,
    scripts: scavenging,
};

fn scavenging(c: &Circumstances) -> Vec<Script> {
    let random = |salt: u64| {
        let mut dice = c.dice(500 + salt);
        let mut full = [false; 24];
        let mut ops = Vec::new();
        for _ in 0..200 {
            let i = dice.below(24) as usize;
            match dice.below(100) {
                0..6 => ops.push(Op::Survey),
                6..20 => ops.push(Op::Scavenge { size: 1 << (13 + dice.below(8)) }),
                20..23 => ops.push(Op::ScavengePaced),
                23..26 => ops.push(Op::ReleaseAll),
                26..29 => ops.push(Op::Flush),
                29..34 => ops.extend(reclaimed()),
                _ if full[i] => {
                    ops.push(free(i as u16));
                    full[i] = false;
                }
                _ => {
                    let bits = 12 + dice.below(9);
                    ops.push(object(i as u16, 1 + dice.below(1 << bits)));
                    full[i] = true;
                }
            }
        }
        ops.extend([Op::Survey, Op::ReleaseAll, Op::Survey]);
        script(ops)
    };
    let [cycle, sweep] = reclaimed();
    // Much in use and a fifth of it freed: half of that may go back in the background, and no more.
    let paced = [
        object(0, 8 << 20),
        object(1, 40 << 20),
        object(2, 8 << 20),
        free(0),
        free(2),
        cycle,
        sweep,
        Op::ScavengePaced,
        Op::Survey,
        Op::MemoryLimit { size: 43 << 20 },
        Op::ScavengePaced,
        Op::Survey,
        Op::ReleaseAll,
        Op::Survey,
    ];
    // A free huge page, of which a little is asked for.
    let little = [
        object(0, 2 << 20),
        free(0),
        cycle,
        sweep,
        Op::Scavenge { size: 8192 },
        Op::Scavenge { size: 8192 },
        Op::Survey,
    ];
    // Given back, used again through the page cache, given back again.
    let again = [
        object(0, 1 << 20),
        free(0),
        cycle,
        sweep,
        Op::ReleaseAll,
        object(1, 40_000),
        object(2, 100),
        Op::Survey,
        Op::Flush,
        Op::Survey,
        free(1),
        cycle,
        sweep,
        Op::ReleaseAll,
        Op::Survey,
    ];
    // Nearly all of a chunk in use.
    let mut dense: Vec<Op> = vec![object(0, 4_100_000), object(1, 60_000), Op::Flush];
    dense.extend([free(1), cycle, sweep, Op::ReleaseAll, Op::Survey]);
    dense.extend([free(0), cycle, sweep, Op::Scavenge { size: 1 << 16 }]);
    vec![
        script(little),
        script(paced),
        script(again),
        script(dense),
        random(0),
        random(1),
        random(2),
    ]
}
