//! Wrong about when to collect again.

use super::{accounts, paced};
use crate::mutant::tri::Tri;
use crate::mutant::tri::accounts::{Accounts, Exact};
use crate::mutant::tri::stats::{Counters, FLOOR, GLOBALS, Taken};
use crate::op::gc::OFF;

mutants! { collector:
    ForgetsRootsInTheGoal(accounts) "gc/forgets-roots-in-the-goal"
        breaks "gc/pacer/goal-formula"
        also ["gc/pacer/**"]
        "Leaves stacks and globals out of the goal.";
    HasNoFloor(accounts) "gc/has-no-floor"
        breaks "gc/pacer/goal-formula"
        also ["gc/pacer/**"]
        "Has no least goal for small heaps.";
    LeavesNoTimeToSweep(accounts) "gc/leaves-no-time-to-sweep"
        breaks "gc/pacer/goal-formula"
        also ["gc/pacer/**"]
        "Does not keep a distance for sweeping between the live heap and the goal.";
    CountsGrowthOnly(accounts) "gc/counts-growth-only"
        breaks "gc/pacer/goal-not-below-live"
        also ["gc/pacer/**"]
        "Takes what the heap may grow by for its goal.";
    AppliesPercentLater(accounts) "gc/applies-percent-later"
        breaks "gc/pacer/percent-takes-effect"
        also ["gc/pacer/**"]
        "Lets a new percentage change the goal only with the next collection.";
    LeavesNoHeadroom(accounts) "gc/leaves-no-headroom"
        breaks "gc/pacer/limit-goal-formula"
        also ["gc/pacer/**"]
        "Lets the heap have all that the memory limit leaves to it.";
    ForgetsWhatIsNoHeap(accounts) "gc/forgets-what-is-no-heap"
        breaks "gc/pacer/limit-goal-formula"
        also ["gc/pacer/**"]
        "Takes the memory limit for a limit of the heap.";
    WaitsTooLong(paced) "gc/waits-for-sixteen-goals"
        breaks "gc/pacer/collects-at-the-goal"
        also ["gc/pacer/**"]
        "Collects when the heap has grown to sixteen times its goal.";
    CollectsThoughOff(paced) "gc/collects-though-off"
        breaks "gc/pacer/off-collects-not"
        also ["gc/pacer/**"]
        "Goes by the least goal of 4 MiB when GOGC is off.";
    TakesOffForOff(paced) "gc/takes-off-for-off"
        breaks "gc/pacer/off-still-limited"
        also ["gc/pacer/**"]
        "Looks at the percentage first, and at the memory limit only if it is not off.";
    CollectsBeyondTheLimit(paced) "gc/collects-beyond-the-limit"
        breaks "gc/pacer/limit-is-kept"
        also ["gc/pacer/**"]
        "Collects when the heap alone has reached twice the memory limit.";
    NeverByTime(paced) "gc/never-by-time"
        breaks "gc/pacer/timed-cycle"
        also ["gc/pacer/**"]
        "Does not collect by time alone.";
    ByTimeThoughOff(paced) "gc/by-time-though-off"
        breaks "gc/pacer/off-not-by-time"
        also ["gc/pacer/**"]
        "Collects by time alone when GOGC is off, too.";
}

impl Accounts for ForgetsRootsInTheGoal {
    fn goal(&self, counters: &Counters) -> u64 {
        let goal = counters.goal_by_percent(0).max(counters.floor());
        goal.max(counters.live + counters.distance)
    }
}

impl Accounts for HasNoFloor {
    fn goal(&self, counters: &Counters) -> u64 {
        let goal = counters.goal_by_percent(counters.stack_scan + GLOBALS);
        goal.max(counters.live + counters.distance)
    }
}

impl Accounts for LeavesNoTimeToSweep {
    fn goal(&self, counters: &Counters) -> u64 {
        let goal = counters.goal_by_percent(counters.stack_scan + GLOBALS);
        goal.max(counters.floor())
    }
}

impl Accounts for CountsGrowthOnly {
    fn goal(&self, counters: &Counters) -> u64 {
        let goal = counters.goal_by_percent(counters.stack_scan + GLOBALS) - counters.live;
        goal.max(counters.floor())
    }
}

impl Accounts for AppliesPercentLater {
    fn set_percent(&self, tri: &mut Tri, percent: u64) {
        tri.counters.percent = percent;
    }
}

impl Accounts for LeavesNoHeadroom {
    fn goal_by_limit(&self, counters: &Counters, taken: Taken) -> u64 {
        counters.room(taken).max(counters.live)
    }
}

impl Accounts for ForgetsWhatIsNoHeap {
    fn goal_by_limit(&self, counters: &Counters, taken: Taken) -> u64 {
        Exact.goal_by_limit(counters, Taken { beside_heap: 0, ..taken })
    }
}

impl Accounts for WaitsTooLong {
    fn is_due(&self, counters: &Counters, in_use: u64, goal: u64) -> bool {
        Exact.is_due(counters, in_use / 16, goal)
    }
}

impl Accounts for CollectsThoughOff {
    fn is_due(&self, _: &Counters, in_use: u64, goal: u64) -> bool {
        in_use >= goal.min(FLOOR)
    }
}

impl Accounts for TakesOffForOff {
    fn is_due(&self, counters: &Counters, in_use: u64, goal: u64) -> bool {
        counters.percent < OFF && Exact.is_due(counters, in_use, goal)
    }
}

impl Accounts for CollectsBeyondTheLimit {
    fn is_due(&self, counters: &Counters, in_use: u64, goal: u64) -> bool {
        let goal = if counters.is_limited() { 2 * counters.limit } else { goal };
        Exact.is_due(counters, in_use, goal)
    }
}

impl Accounts for NeverByTime {
    fn is_overdue(&self, _: &Counters) -> bool {
        false
    }
}

impl Accounts for ByTimeThoughOff {
    fn is_overdue(&self, counters: &Counters) -> bool {
        counters.cycles > 0
    }
}
