//! How ops of allocators are written.

use super::Field;
use crate::op::alloc::{Foreign, Op, Scan, Slot};
use crate::trace::Clause;

impl Field for Slot {
    fn number(self) -> u64 {
        u64::from(self.0)
    }
    fn of(number: Option<u64>) -> Slot {
        Slot(number.unwrap_or(0) as u16)
    }
}

/// The words of [`Foreign`]; an operand's number is the index here.
pub const FOREIGN: [(&str, Foreign); 3] =
    [("stack", Foreign::Stack), ("static", Foreign::Static), ("mapping", Foreign::Mapping)];

impl Field for Foreign {
    fn number(self) -> u64 {
        FOREIGN.iter().position(|(_, what)| *what == self).unwrap_or(0) as u64
    }
    fn of(number: Option<u64>) -> Foreign {
        FOREIGN[number.unwrap_or(0) as usize % FOREIGN.len()].1
    }
}

/// The words of [`Scan`]; an operand's number is the index here.
pub const SCAN: [(&str, Scan); 2] = [("noscan", Scan::Noscan), ("scan", Scan::Pointers)];

impl Field for Scan {
    fn number(self) -> u64 {
        self as u64
    }
    fn of(number: Option<u64>) -> Scan {
        SCAN[number.unwrap_or(0) as usize % SCAN.len()].1
    }
}

super::forms! { Op:
    Malloc { slot: Slot, size: Size } "malloc" [Slot "=" "malloc" Size];
    Calloc { slot: Slot, count: Count, size: Size } "calloc" [Slot "=" "calloc" Count Size];
    AlignedAlloc { slot: Slot, align: Align, size: Size }
        "aligned_alloc" [Slot "=" "aligned_alloc" Align Size];
    PosixMemalign { slot: Slot, align: Align, size: Size }
        "posix_memalign" [Slot "=" "posix_memalign" Align Size];
    Memalign { slot: Slot, align: Align, size: Size } "memalign" [Slot "=" "memalign" Align Size];
    Realloc { slot: Slot, size: Size } "realloc" [Slot "=" "realloc" Slot Size];
    Reallocarray { slot: Slot, count: Count, size: Size }
        "reallocarray" [Slot "=" "reallocarray" Slot Count Size];
    GrowZeroed { slot: Slot, size: Size } "grow_zeroed" [Slot "=" "grow_zeroed" Slot Size];
    Free { slot: Slot } "free" ["free" Slot];
    FreeNull {} "free_null" ["free" "null"];
    FreeSized { slot: Slot } "free_sized" ["free_sized" Slot];
    FreeAlignedSized { slot: Slot } "free_aligned_sized" ["free_aligned_sized" Slot];
    FreeWithin { slot: Slot, excess: Excess } "free_within" ["free_within" Slot Excess];
    UsableSize { slot: Slot } "usable" ["usable" Slot];
    FillUsable { slot: Slot } "fill" ["fill" Slot];
    Write { slot: Slot } "write" ["write" Slot];
    Verify { slot: Slot } "verify" ["verify" Slot];
    Checkpoint {} "checkpoint" ["checkpoint"];
    StartThread { thread: Thread } "start_thread" ["start" Thread];
    EndThread { thread: Thread } "end_thread" ["end" Thread];
    Fork { blocks: Blocks } "fork" ["fork" Blocks];
    Churn { size: Size, times: Times } "churn" ["churn" Size Times];
    DoubleFree { slot: Slot } "double_free" ["double_free" Slot];
    FreeInterior { slot: Slot, offset: Offset } "free_interior" ["free_interior" Slot Offset];
    FreeForeign { what: Foreign } "free_foreign" ["free_foreign" Foreign];
    CorruptFreed { slot: Slot, tries: Tries } "corrupt_freed" ["corrupt_freed" Slot Tries];
    New { slot: Slot, size: Size, scan: Scan } "new" [Slot "=" "new" Size Scan];
    Stack { slot: Slot, size: Size } "stack" [Slot "=" "stack" Size];
    TakeRun { slot: Slot, pages: Pages } "take_run" [Slot "=" "run" Pages];
    TakeCached { slot: Slot, pages: Pages } "take_cached" [Slot "=" "cached" "run" Pages];
    Squat { slot: Slot, pages: Pages } "squat" [Slot "=" "squat" Pages];
    LookUp { size: Size, scan: Scan } "look_up" ["look_up" Size Scan];
    ReadClass { class: Class } "class" ["class" Class];
    Refill { size: Size, scan: Scan } "refill" ["refill" Size Scan];
    Flush {} "flush" ["flush"];
    StartCycle {} "cycle" ["cycle"];
    Sweep { spans: Spans } "sweep" ["sweep" Spans];
    Scavenge { size: Size } "scavenge" ["scavenge" Size];
    ScavengePaced {} "scavenge_paced" ["scavenge" "paced"];
    ReleaseAll {} "release_all" ["release" "all"];
    MemoryLimit { size: Size } "memory_limit" ["memory_limit" Size];
    Survey {} "survey" ["survey"];
    Overrun { slot: Slot } "overrun" ["overrun" Slot];
    FreeWrong { slot: Slot, size: Size } "free_wrong" ["free_wrong" Slot Size];
    Together {} "together" ["together"];
    End {} "end" ["end"];
    Repeat { times: Times } "repeat" ["repeat" Times];
}

impl Op {
    fn can_show(&self, clause: &Clause) -> bool {
        clause.fits(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::form::{Form, Operand, Part, Values, Written as _};

    #[test]
    fn every_operand_of_a_pattern_reaches_the_op_and_comes_back() {
        for form in FORMS {
            let mut values = Values::default();
            for (i, value) in values.iter_mut().enumerate() {
                *value = Some(match i {
                    _ if i == Operand::Foreign as usize => 2,
                    _ if i == Operand::Scan as usize => 1,
                    _ => i as u64 + 1,
                });
            }
            let op = (form.build)(&values);
            for part in form.parts {
                if let Part::Operand(operand) = part {
                    assert_eq!(Some(op.operand(*operand)), values[*operand as usize], "{form}");
                }
            }
        }
    }

    #[test]
    fn a_word_finds_its_form_and_a_verb_alone_does_not() {
        assert_eq!(
            Form::<Op>::named("free_null").map(ToString::to_string),
            Some("free null".into())
        );
        assert_eq!(Form::<Op>::named("end_thread").map(Form::verb), Some("end"));
        assert!(Form::<Op>::named("start").is_none());
    }
}
