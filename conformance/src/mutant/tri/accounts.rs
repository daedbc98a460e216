//! The other socket: what the collector counts, and how it reckons with it.
//!
//! Nothing here touches an object: wrong accounts lose nothing, but say what is not so.

use super::Tri;
use super::append;
use super::stats::{Counters, Taken};
use crate::op::gc::{OFF, Shape};
use std::collections::BTreeMap;

/// The settings, the statistics, and the growth of slices.
pub(crate) trait Accounts: Sync {
    /// Sets GOGC.
    fn set_percent(&self, tri: &mut Tri, percent: u64) {
        tri.counters.percent = percent;
        tri.commit();
    }

    /// The size at which the heap is to be collected again, if memory has no limit.
    fn goal(&self, counters: &Counters) -> u64 {
        counters.goal_by_formula()
    }

    /// The size at which it is to be collected because memory has one.
    fn goal_by_limit(&self, counters: &Counters, taken: Taken) -> u64 {
        counters.goal_by_limit(taken)
    }

    /// Whether a collection begins by itself, now that so many bytes are in use.
    fn is_due(&self, counters: &Counters, in_use: u64, goal: u64) -> bool {
        in_use >= goal && (counters.percent < OFF || counters.is_limited())
    }

    /// Whether one begins because there was none for long.
    fn is_overdue(&self, counters: &Counters) -> bool {
        counters.cycles > 0 && counters.percent < OFF
    }

    /// Counts a collection whose marking has ended.
    fn count_cycle(&self, counters: &mut Counters, forced: bool) {
        counters.cycles += 1;
        counters.forced += u64::from(forced);
    }

    /// Counts the stops of a collection.
    fn count_pause(&self, counters: &mut Counters, pause: u64) {
        counters.last_pause = pause;
        counters.pause_total += pause;
    }

    /// The last word on the statistics.
    fn stats(&self, _tri: &Tri, _stats: &mut BTreeMap<String, u64>) {}

    // Append.

    /// Below so many elements a slice doubles.
    fn threshold(&self) -> u64 {
        append::THRESHOLD
    }

    /// Whether a slice that grows by quarters has grown enough.
    fn has_grown(&self, capacity: u64, needed: u64) -> bool {
        capacity >= needed
    }

    /// Bytes of so many elements; `None` if there are not so many.
    fn bytes_of(&self, count: u64, element: Shape) -> Option<u64> {
        count.checked_mul(element.bytes())
    }

    /// Takes the elements to where there is room.
    fn copy_elements(&self, old: &[u64], new: &mut [u64]) {
        new[..old.len()].copy_from_slice(old);
    }

    /// Clears what is behind them; `noscan` if elements have no slots.
    fn clear_behind(&self, behind: &mut [u64], _noscan: bool) {
        behind.fill(0);
    }

    /// The bytes that are provided for so many.
    fn round_up(&self, bytes: u64, noscan: bool) -> u64 {
        append::round_up(bytes, noscan)
    }
}

/// All accounts right.
pub(crate) struct Exact;

impl Accounts for Exact {}
