//! How ops of collectors are written, in traces and, by the same rows, in the protocol.

use super::Field;
use crate::op::gc::{Global, Kind, Local, Map, Op, Weak};
use crate::trace::Clause;

/// Types that are a number below some bound.
macro_rules! numbered {
    ($($Type:ident)*) => {
        $(impl Field for $Type {
            fn number(self) -> u64 {
                u64::from(self.0)
            }
            fn of(number: Option<u64>) -> $Type {
                $Type(number.unwrap_or(0) as u8)
            }
        })*
    };
}

numbered! { Local Global Weak }

impl Field for Map {
    fn number(self) -> u64 {
        self as u64
    }
    fn of(number: Option<u64>) -> Map {
        Map::ALL[number.unwrap_or(0) as usize % Map::ALL.len()]
    }
}

impl Field for Kind {
    fn number(self) -> u64 {
        self as u64
    }
    fn of(number: Option<u64>) -> Kind {
        Kind::ALL[number.unwrap_or(0) as usize % Kind::ALL.len()]
    }
}

super::forms! { Op:
    New { to: To, words: Words, map: Map } "new" [To "=" "new" Words Map];
    Load { to: To, of: Of, slot: Field } "load" [To "=" "load" Of Field];
    Store { of: Of, slot: Field, from: From } "store" ["store" Of Field From];
    Clear { of: Of, slot: Field } "clear" ["clear" Of Field];
    Swap { of: Of, slot: Field, with: From } "swap" ["swap" Of Field From];
    Cas { of: Of, slot: Field, old: From, new: To } "cas" ["cas" Of Field From To];
    Copy { of: Of, slot: Field, from: From, first: First, count: Count }
        "copy" ["copy" Of Field From First Count];
    Wipe { of: Of, slot: Field, count: Count } "wipe" ["wipe" Of Field Count];
    Move { to: To, of: Of } "move" [To "=" "move" Of];
    Drop { to: To } "drop" ["drop" To];
    Inside { to: To, of: Of, word: Word } "inside" [To "=" "inside" Of Word];
    Past { to: To, of: Of } "past" [To "=" "past" Of];
    Hide { of: Of, word: Word, from: From } "hide" ["hide" Of Word From];
    Check { of: Of } "check" ["check" Of];
    Chain { to: To, count: Count } "chain" [To "=" "chain" Count];
    Walk { of: Of, count: Count } "walk" ["walk" Of Count];
    Set { global: Global, from: From } "set" ["set" Global From];
    Get { to: To, global: Global } "get" [To "=" "get" Global];
    Unset { global: Global } "unset" ["unset" Global];
    Push {} "push" ["push"];
    Pop {} "pop" ["pop"];
    Grow { size: Size } "grow" ["grow" Size];
    Start { mutator: Thread, from: From } "start" ["start" Thread From];
    End { mutator: Thread } "end" ["end" Thread];
    Hand { mutator: Mutator, to: To, from: From } "hand" ["hand" Mutator To From];
    Stash { kind: Kind, from: From } "stash" ["stash" Kind From];
    Unstash { to: To, kind: Kind } "unstash" [To "=" "unstash" Kind];
    Reset {} "reset" ["reset"];
    Collect {} "collect" ["collect"];
    Begin {} "begin" ["begin"];
    Step { units: Count } "step" ["step" Count];
    Finish {} "finish" ["finish"];
    Poll {} "poll" ["poll"];
    Weaken { weak: Weak, from: From } "weak" [Weak "=" "weak" From];
    Strengthen { to: To, weak: Weak } "strong" [To "=" "strong" Weak];
    Same { weak: Weak, other: OtherWeak } "same" ["same" Weak OtherWeak];
    Forget { weak: Weak } "forget" ["forget" Weak];
    Finalizer { of: Of } "finalizer" ["finalizer" Of];
    Reviver { of: Of, global: Global } "reviver" ["reviver" Of Global];
    Unfinalizer { of: Of } "unfinalizer" ["unfinalizer" Of];
    Cleanup { of: Of } "cleanup" ["cleanup" Of];
    Uncleanup { back: Count } "uncleanup" ["uncleanup" Count];
    SelfCleanup { of: Of } "self-cleanup" ["self-cleanup" Of];
    Percent { percent: Percent } "percent" ["percent" Percent];
    Limit { size: Size } "limit" ["limit" Size];
    Stats {} "stats" ["stats"];
    Rest {} "rest" ["rest"];
    Capacity { words: Words, map: Map, count: Count, times: Times }
        "capacity" ["capacity" Words Map Count Times];
    Storm { count: Count, times: Times, seed: Seed } "storm" ["storm" Count Times Seed];
    Repeat { times: Times } "repeat" ["repeat" Times];
    EndRepeat {} "end-repeat" ["end"];
}

impl Op {
    /// Golden answers are stated of allocators only.
    #[expect(clippy::unused_self, reason = "the table of forms asks every op")]
    fn can_show(&self, _clause: &Clause) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::{Trace, Traced};

    #[test]
    fn every_op_is_read_back_as_it_was_written() {
        for form in FORMS {
            let op = (form.build)(&[Some(1); _]);
            assert_eq!(op.word(), form.word);
            let text = format!("heaplaw-trace 1 gc\n{op}\n");
            let read =
                Trace::<Op>::parse(text.as_bytes(), 1).unwrap_or_else(|f| panic!("{f}: {text}"));
            assert_eq!(read.steps[0].step.op, op, "{text}");
        }
    }

    #[test]
    fn a_line_reads_as_a_program_does() {
        let line = |text: &str| text.parse::<Traced<Op>>().map(|traced| traced.step.op);
        let (to, of) = (Local(0), Local(3));
        assert_eq!(line("l0 = load l3 2"), Ok(Op::Load { to, of, slot: 2 }));
        assert_eq!(line("l0 = new 4 odd"), Ok(Op::New { to, words: 4, map: Map::Odd }));
        assert!(line("l16 = new 4 odd").unwrap_err().to_string().contains("the last one is l15"));
        assert!(line("l0 = new 0 odd").is_err(), "an object has a word");
    }
}
