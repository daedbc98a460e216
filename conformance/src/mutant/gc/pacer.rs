//! Wrong about when to collect again.

use crate::mutant::tri::Tri;
use crate::mutant::tri::parts::Parts;
use crate::mutant::tri::stats::{Counters, GLOBALS, SWEEP_DISTANCE};

mutants! {
    ForgetsRootsInTheGoal "gc/forgets-roots-in-the-goal"
        breaks "gc/pacer/goal-formula"
        also []
        "Leaves stacks and globals out of the goal.";
    HasNoFloor "gc/has-no-floor"
        breaks "gc/pacer/goal-formula"
        also []
        "Has no least goal for small heaps.";
    LeavesNoTimeToSweep "gc/leaves-no-time-to-sweep"
        breaks "gc/pacer/goal-formula"
        also []
        "Does not keep a distance for sweeping between the live heap and the goal.";
    CountsGrowthOnly "gc/counts-growth-only"
        breaks "gc/pacer/goal-not-below-live"
        also ["gc/pacer/**"]
        "Takes what the heap may grow by for its goal.";
    AppliesPercentLater "gc/applies-percent-later"
        breaks "gc/pacer/percent-takes-effect"
        also ["gc/pacer/**"]
        "Lets a new percentage change the goal only with the next collection.";
}

impl Parts for ForgetsRootsInTheGoal {
    fn goal(&self, counters: &Counters) -> u64 {
        let goal = counters.goal_by_percent(0).max(counters.floor());
        counters.below_limit(goal.max(counters.live + SWEEP_DISTANCE))
    }
}

impl Parts for HasNoFloor {
    fn goal(&self, counters: &Counters) -> u64 {
        let goal = counters.goal_by_percent(counters.stack_scan + GLOBALS);
        counters.below_limit(goal.max(counters.live + SWEEP_DISTANCE))
    }
}

impl Parts for LeavesNoTimeToSweep {
    fn goal(&self, counters: &Counters) -> u64 {
        let goal = counters.goal_by_percent(counters.stack_scan + GLOBALS);
        counters.below_limit(goal.max(counters.floor()))
    }
}

impl Parts for CountsGrowthOnly {
    fn goal(&self, counters: &Counters) -> u64 {
        let goal = counters.goal_by_percent(counters.stack_scan + GLOBALS) - counters.live;
        goal.max(counters.floor())
    }
}

impl Parts for AppliesPercentLater {
    fn set_percent(&self, tri: &mut Tri, percent: u64) {
        tri.counters.percent = percent;
    }
}
