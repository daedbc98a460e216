//! An adapter tried before what it speaks for is judged.
//!
//! `heaplaw check` holds a collector to its laws through an adapter, and takes the adapter's word. A
//! rehearsal holds the adapter to `docs/protocol.md`:
//!
//! 1. The program is met: who it is, and what it offers ([`Adapter::meet`]).
//! 2. Each [`Case`] is a conversation of its own with a fresh process (`talk`), or a few. The judge's
//!    side says what a judge says, or what no judge should, and knows what must come back.
//! 3. What the answers to ops must be is known by the shadow of a collector that is right
//!    (`prompter`): whether an op applies, which stamp is read, what shape its answer has.
//! 4. A case that failed says what was expected, and what was seen.
//!
//! Nothing here is judged by time: silence is what [`Patience`] says it is.

mod batches;
mod case;
mod ends;
mod hellos;
mod identity;
mod lines;
mod operands;
mod ops;
mod prompter;
mod scripts;
mod skips;
mod speed;
mod talk;

pub use case::{Case, Fault, Outcome};
pub use speed::{Speed, speed};
pub use talk::{Adapter, Met, NoAdapter, Said};

use crate::target::patience::Patience;

/// How long an adapter may make no progress: no op of a rehearsal is much work.
pub const PATIENCE: Patience = Patience { still_ms: 4000, busy_ms: 20_000, memory: 6 << 30 };

/// Every case, in the order in which an author would mend them.
pub fn cases() -> Vec<Case> {
    [
        hellos::cases(),
        batches::cases(),
        ops::cases(),
        operands::cases(),
        skips::cases(),
        identity::cases(),
        scripts::cases(),
        lines::cases(),
        ends::cases(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_case_has_a_name_of_its_own_and_says_a_sentence() {
        let cases = cases();
        let names: BTreeSet<&str> = cases.iter().map(|case| case.name.as_str()).collect();
        assert_eq!(names.len(), cases.len());
        for case in &cases {
            assert!(case.name.contains('/'), "{}", case.name);
            assert!(case.says.ends_with('.'), "{}: {}", case.name, case.says);
        }
    }
}
