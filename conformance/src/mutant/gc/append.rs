//! Wrong about how slices grow.

use crate::mutant::tri::parts::Parts;

mutants! {
    DoublesUpToAThousand "gc/doubles-up-to-a-thousand"
        breaks "gc/append/capacity-rule"
        also []
        "Doubles slices below 1024 elements, as before Go 1.18.";
    WastesTheClass "gc/wastes-the-class"
        breaks "gc/append/capacity-rule"
        also []
        "Does not use what its size class has beyond the capacity that was wanted.";
    GrowsOnce "gc/grows-once"
        breaks "gc/append/capacity-never-below-need"
        also ["gc/append/capacity-rule"]
        "Grows a large slice by a quarter, once, whatever is needed.";
}

impl Parts for DoublesUpToAThousand {
    fn threshold(&self) -> u64 {
        1024
    }
}

impl Parts for WastesTheClass {
    fn round_up(&self, bytes: u64, _: bool) -> u64 {
        bytes
    }
}

impl Parts for GrowsOnce {
    fn has_grown(&self, _: u64, _: u64) -> bool {
        true
    }
}
