//! One step of reclaim: every span before it and after.

use super::{note, ones};
use crate::observe::reading::{Fact, Reading};
use crate::target::inside::{Inside, SpanView, bit};

/// What became of the spans of `before` that were swept since.
pub(in crate::target) fn swept(inside: &dyn Inside, before: &[SpanView], spans: usize) -> Reading {
    let mut reading = Reading::default();
    let after = inside.spans();
    let (mut raised, mut lost, mut stranded, mut empty) = (vec![], vec![], vec![], vec![]);
    for old in before {
        let slots = || 0..old.nelems;
        let Some(new) = after.iter().find(|s| s.base == old.base) else {
            if ones(&old.live, old.nelems) > 0 {
                lost.push(old.base);
            }
            continue;
        };
        if new.alloc_count > old.alloc_count {
            raised.push(old.base);
        }
        if slots().any(|i| bit(&old.live, i) && !new.is_taken(i)) {
            lost.push(old.base);
        }
        if new.sweepgen == old.sweepgen || old.class == 0 {
            continue;
        }
        if slots().any(|i| !bit(&old.live, i) && new.is_taken(i)) {
            stranded.push(old.base);
        }
        if ones(&old.live, old.nelems) == 0 {
            empty.push(old.base);
        }
    }
    reading.set(Fact::SweepSpans, spans as u64);
    note(&mut reading, Fact::SweepRaised, &raised);
    note(&mut reading, Fact::SweepLost, &lost);
    note(&mut reading, Fact::SweepStranded, &stranded);
    note(&mut reading, Fact::SweepEmpty, &empty);
    reading
}
