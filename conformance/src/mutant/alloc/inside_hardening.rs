//! The white-box half of `hardening.rs`.

use crate::mutant::go::parts::{Parts, Right};
use crate::mutant::go::table::Table;

mutants! { heap:
    PoisonsFirstWord(go_heap) "alloc/poisons-first-word"
        breaks "alloc/hardening/uaf-poisoned"
        also []
        "Poisons the first word of a freed object only.";
    SkipsSlackCheck(go_heap) "alloc/skips-slack-check"
        breaks "alloc/hardening/oob-write-detected"
        also []
        "Does not look behind an object when it is freed.";
    TrustsSize(go_heap) "alloc/trusts-size-told"
        breaks "alloc/hardening/wrong-layout-detected"
        also []
        "Believes whoever frees an object what size it has.";
}

impl Parts for PoisonsFirstWord {
    fn poison(at: usize, len: usize, byte: u8) {
        Right::poison(at, len.min(8), byte);
    }
}

impl Parts for SkipsSlackCheck {
    fn is_slack_clean(_end: usize, _slack: usize) -> bool {
        true
    }
}

impl Parts for TrustsSize {
    fn is_told_right(_table: &Table, _size: usize, _told: usize, _scan: bool) -> bool {
        true
    }
}
