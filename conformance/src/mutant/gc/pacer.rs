//! Wrong about when to collect again.

use super::accounts;
use crate::mutant::tri::Tri;
use crate::mutant::tri::accounts::Accounts;
use crate::mutant::tri::stats::{Counters, GLOBALS};

mutants! {
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
}

impl Accounts for ForgetsRootsInTheGoal {
    fn goal(&self, counters: &Counters) -> u64 {
        let goal = counters.goal_by_percent(0).max(counters.floor());
        counters.below_limit(goal.max(counters.live + counters.distance))
    }
}

impl Accounts for HasNoFloor {
    fn goal(&self, counters: &Counters) -> u64 {
        let goal = counters.goal_by_percent(counters.stack_scan + GLOBALS);
        counters.below_limit(goal.max(counters.live + counters.distance))
    }
}

impl Accounts for LeavesNoTimeToSweep {
    fn goal(&self, counters: &Counters) -> u64 {
        let goal = counters.goal_by_percent(counters.stack_scan + GLOBALS);
        counters.below_limit(goal.max(counters.floor()))
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
