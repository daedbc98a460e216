//! Wrong about misuse: what should stop the process goes through.

use crate::mutant::small::link;
use crate::mutant::small::parts::{Parts, Right};
use crate::mutant::small::place::{Misuse, Place};
use crate::mutant::small::root::Root;
use crate::mutant::small::span::{SpanRef, Taken};

mutants! { heap:
    IgnoresSecondFree(c_heap) "alloc/ignores-second-free"
        breaks "alloc/hardening/double-free-detected"
        also []
        "Lets a second free of a block pass in silence.";
    RoundsAddressDown(c_heap) "alloc/rounds-freed-address-down"
        breaks "alloc/hardening/invalid-free-detected"
        also ["alloc/block/block-disjoint-from-live", "alloc/block/contents-stable",
            "alloc/block/call-returns"]
        "Rounds the address of a free down to the slot it lies in.";
    FollowsRawLink(c_heap) "alloc/follows-raw-link"
        breaks "alloc/hardening/freelist-corruption-contained"
        also ["alloc/block/block-disjoint-from-live", "alloc/block/call-returns"]
        "Follows the link in a freed block without looking at its tag.";
}

impl Parts for IgnoresSecondFree {
    fn stop(misuse: Misuse, address: *const u8) {
        if misuse != Misuse::DoubleFree {
            Right::stop(misuse, address);
        }
    }
}

impl Parts for RoundsAddressDown {
    fn find(root: &Root, address: *const u8) -> Result<Place, Misuse> {
        let span = root.pages.find(address).ok_or(Misuse::InvalidFree)?;
        Place::around(span, address)
    }
}

impl Parts for FollowsRawLink {
    fn pop(span: SpanRef) -> Option<Taken> {
        let slot = span.free.get();
        if slot.is_null() {
            return None;
        }
        // SAFETY: none, if a program has overwritten the link: that is the fault.
        span.free.set(unsafe { link::read_raw(slot) });
        if let Some((index, _)) = span.locate(slot) {
            span.take(index);
        }
        Some(Taken { span, slot, zeroed: false })
    }
}
