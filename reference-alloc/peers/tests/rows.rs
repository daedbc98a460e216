//! Every workload runs to its end, and an allocator that hands out memory twice does not pass.

use peers::allocator::Peer;
use peers::floor::Floor;
use peers::measure::time;
use peers::workload::Row;
use std::alloc::System;

struct Sound;

impl Peer for Sound {
    type Alloc = System;
    const ALLOC: System = System;
}

/// The floor's blocks overlap; here it does not say so.
struct Overlapping;

impl Peer for Overlapping {
    type Alloc = Floor;
    const ALLOC: Floor = Floor;
}

#[test]
fn every_row_does_at_least_what_was_asked_and_finds_no_damage() {
    for row in Row::ALL {
        for &threads in row.threads() {
            let seen = time::<Sound>(row, threads, 1000);
            assert!(seen.ops >= 1000 && seen.cpu_ns > 0, "{row:?} with {threads}: {seen:?}");
            assert_eq!(seen.damaged, 0, "{row:?} with {threads}");
        }
    }
}

#[test]
fn an_allocator_that_hands_out_memory_twice_is_found_out() {
    // Where few blocks live, as in the rows of growth, few of their bytes meet.
    for row in [Row::Random, Row::Larson, Row::CrossThread, Row::Batch, Row::Large] {
        let threads = row.threads()[0];
        let seen = time::<Overlapping>(row, threads, 20_000);
        assert!(seen.damaged > 0, "{row:?}");
    }
}

#[test]
fn a_row_is_found_by_its_name() {
    for row in Row::ALL {
        assert_eq!(Row::named(row.name()), Some(row));
    }
    assert_eq!(Row::named("no-such-row"), None);
}
