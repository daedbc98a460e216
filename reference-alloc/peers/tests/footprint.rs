//! Resident memory, alone in its process: what other tests free would be used again.

use peers::allocator::Peer;
use peers::memory::resident;
use peers::workload::Row;
use std::alloc::System;

struct Sound;

impl Peer for Sound {
    type Alloc = System;
    const ALLOC: System = System;
}

#[test]
fn what_was_requested_is_resident_at_the_peak() {
    let seen = resident::<Sound>(Row::Batch).expect("it has a footprint");
    assert!(seen.peak >= seen.requested, "{seen:?}");
    assert!(seen.requested > 20_000_000 && seen.damaged == 0, "{seen:?}");
    assert!(resident::<Sound>(Row::Pairs).is_none());
}
