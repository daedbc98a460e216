//! Wrong about how slices grow.

use super::accounts;
use crate::mutant::tri::accounts::Accounts;
use crate::mutant::tri::append::round_up;

mutants! {
    DoublesUpToAThousand(accounts) "gc/doubles-up-to-a-thousand"
        breaks "gc/append/capacity-rule"
        also []
        "Doubles slices below 1024 elements, as before Go 1.18.";
    WastesTheClass(accounts) "gc/wastes-the-class"
        breaks "gc/append/capacity-rule"
        also []
        "Does not use what its size class has beyond the capacity that was wanted.";
    GrowsOnce(accounts) "gc/grows-once"
        breaks "gc/append/capacity-never-below-need"
        also ["gc/append/capacity-rule"]
        "Grows a large slice by a quarter, once, whatever is needed.";
    RoundsDown(accounts) "gc/rounds-down-to-a-class"
        breaks "gc/append/capacity-never-below-need"
        also ["gc/append/capacity-rule"]
        "Gives a slice the size class below what is wanted, if it is no class itself.";
}

impl Accounts for DoublesUpToAThousand {
    fn threshold(&self) -> u64 {
        1024
    }
}

impl Accounts for WastesTheClass {
    fn round_up(&self, bytes: u64, _: bool) -> u64 {
        bytes
    }
}

impl Accounts for GrowsOnce {
    fn has_grown(&self, _: u64, _: u64) -> bool {
        true
    }
}

impl Accounts for RoundsDown {
    fn round_up(&self, bytes: u64, noscan: bool) -> u64 {
        let mut down = bytes;
        while round_up(down, noscan) > bytes {
            down -= 8;
        }
        round_up(down, noscan)
    }
}
