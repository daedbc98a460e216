//! Wrong about what it counts.

use super::accounts;
use crate::mutant::tri::Tri;
use crate::mutant::tri::accounts::{Accounts, Exact};
use crate::mutant::tri::stats::Counters;
use std::collections::BTreeMap;

mutants! { collector:
    CountsIdleTwice(accounts) "gc/counts-idle-pages-twice"
        breaks "gc/stats/heap-is-idle-or-in-use"
        also ["gc/stats/**"]
        "Counts pages that are not in use twice among those that are idle.";
    ForgetsSpansInSys(accounts) "gc/forgets-spans-in-sys"
        breaks "gc/stats/sys-is-the-sum"
        also []
        "Leaves the memory of spans out of the sum of all that it has from the system.";
    ForgetsTheFreed(accounts) "gc/forgets-the-freed"
        breaks "gc/stats/totals-never-fall"
        also ["gc/stats/**"]
        "Takes what is freed off the total of what was ever allocated.";
    CountsTinyInAlloc(accounts) "gc/counts-tiny-blocks-in-alloc"
        breaks "gc/stats/alloc-is-heap-alloc"
        also ["gc/stats/**"]
        "Counts a block of tiny objects in one of two numbers that are the same.";
    ReleasesWhatIsUsed(accounts) "gc/releases-what-is-used"
        breaks "gc/stats/released-is-idle"
        also ["gc/stats/**"]
        "Counts a page as given back that is in use.";
    CountsFreeSlots(accounts) "gc/counts-free-slots"
        breaks "gc/stats/allocated-is-in-use"
        also ["gc/stats/**"]
        "Counts more bytes of objects than there are in spans.";
    CountsTheBlock(accounts) "gc/counts-the-tiny-block"
        breaks "gc/stats/objects-are-mallocs-less-frees"
        also []
        "Counts a block of tiny objects as an object, and not as an allocation.";
    UsesUnmappedStacks(accounts) "gc/uses-unmapped-stacks"
        breaks "gc/stats/in-use-within-sys"
        also ["gc/stats/**"]
        "Counts stacks as used that were not taken from the system.";
    ForcesBeforeItCounts(accounts) "gc/forces-before-it-counts"
        breaks "gc/stats/forced-within-all"
        also ["gc/stats/**"]
        "Counts a forced collection before it counts the collection.";
    CountsTheFirstTwice(accounts) "gc/counts-the-first-twice"
        breaks "gc/stats/cycles-are-forced-or-automatic"
        also []
        "Counts the first collection as automatic whatever it was.";
    ForcesEverySecond(accounts) "gc/forces-every-second"
        breaks "gc/stats/forced-counts-explicit"
        also []
        "Counts of two collections that were asked for the second as automatic.";
    ForgetsGlobalsInSum(accounts) "gc/forgets-globals-in-the-sum"
        breaks "gc/stats/scan-is-the-sum"
        also []
        "Leaves globals out of the sum of what there is to scan.";
    ForgetsShortPauses(accounts) "gc/forgets-short-pauses"
        breaks "gc/stats/pause-accounting"
        also ["gc/stats/**"]
        "Does not add pauses to the total that have no roots to list.";
    StopsOnceMore(accounts) "gc/stops-once-more"
        breaks "gc/stats/two-stops-a-cycle"
        also ["gc/stats/**"]
        "Stops all mutators a third time in each collection.";
    EndsThePauseLate(accounts) "gc/ends-the-pause-late"
        breaks "gc/stats/cycle-ends-with-its-pause"
        also []
        "Says that the last pause ended after the collection that it was of.";
    LooksThingsUp(accounts) "gc/looks-things-up"
        breaks "gc/stats/nothing-is-looked-up"
        also []
        "Counts a look-up for each object.";
    ForgetsStacksInClasses(accounts) "gc/forgets-stacks-in-the-classes"
        breaks "gc/stats/classes-are-the-total"
        also []
        "Has no class of memory for stacks.";
    CountsFreesTwice(accounts) "gc/counts-frees-when-marked-and-when-swept"
        breaks "gc/stats/objects-follow-the-program"
        also ["gc/stats/**"]
        "Counts every second object that it frees twice.";
}

impl Accounts for CountsIdleTwice {
    fn stats(&self, _: &Tri, stats: &mut BTreeMap<String, u64>) {
        stats.entry("HeapIdle".to_owned()).and_modify(|idle| *idle *= 2);
    }
}

impl Accounts for ForgetsSpansInSys {
    fn stats(&self, _: &Tri, stats: &mut BTreeMap<String, u64>) {
        let spans = stats.get("MSpanSys").copied().unwrap_or(0);
        stats.entry("Sys".to_owned()).and_modify(|sys| *sys -= spans);
    }
}

impl Accounts for ForgetsTheFreed {
    fn stats(&self, tri: &Tri, stats: &mut BTreeMap<String, u64>) {
        stats.entry("TotalAlloc".to_owned()).and_modify(|total| *total -= tri.counters.freed);
    }
}

/// Adds to a statistic.
fn add(stats: &mut BTreeMap<String, u64>, name: &str, more: u64) {
    *stats.entry(name.to_owned()).or_default() += more;
}

/// What a statistic says.
fn of(stats: &BTreeMap<String, u64>, name: &str) -> u64 {
    stats.get(name).copied().unwrap_or(0)
}

impl Accounts for CountsTinyInAlloc {
    fn stats(&self, _: &Tri, stats: &mut BTreeMap<String, u64>) {
        add(stats, "Alloc", 16);
    }
}

impl Accounts for ReleasesWhatIsUsed {
    fn stats(&self, _: &Tri, stats: &mut BTreeMap<String, u64>) {
        stats.insert("HeapReleased".to_owned(), of(stats, "HeapIdle") + 8192);
    }
}

impl Accounts for CountsFreeSlots {
    fn stats(&self, _: &Tri, stats: &mut BTreeMap<String, u64>) {
        let more = of(stats, "HeapInuse") + 8;
        stats.insert("HeapAlloc".to_owned(), more);
        stats.insert("Alloc".to_owned(), more);
    }
}

impl Accounts for CountsTheBlock {
    fn stats(&self, _: &Tri, stats: &mut BTreeMap<String, u64>) {
        add(stats, "HeapObjects", 1);
    }
}

impl Accounts for UsesUnmappedStacks {
    fn stats(&self, _: &Tri, stats: &mut BTreeMap<String, u64>) {
        stats.insert("StackInuse".to_owned(), of(stats, "StackSys") + 2048);
    }
}

impl Accounts for ForcesBeforeItCounts {
    fn stats(&self, _: &Tri, stats: &mut BTreeMap<String, u64>) {
        stats.insert("NumForcedGC".to_owned(), of(stats, "NumGC") + 1);
    }
}

impl Accounts for CountsTheFirstTwice {
    fn stats(&self, _: &Tri, stats: &mut BTreeMap<String, u64>) {
        add(stats, "cycles-automatic", 1);
    }
}

impl Accounts for ForcesEverySecond {
    fn count_cycle(&self, counters: &mut Counters, forced: bool) {
        Exact.count_cycle(counters, forced && counters.cycles.is_multiple_of(2));
    }
}

impl Accounts for ForgetsGlobalsInSum {
    fn stats(&self, _: &Tri, stats: &mut BTreeMap<String, u64>) {
        let globals = of(stats, "globals-scan");
        stats.entry("total-scan".to_owned()).and_modify(|sum| *sum -= globals);
    }
}

impl Accounts for ForgetsShortPauses {
    fn count_pause(&self, counters: &mut Counters, pause: u64) {
        const SHORT: u64 = 20;
        counters.last_pause = pause;
        counters.pause_total += if pause > SHORT { pause } else { 0 };
    }
}

impl Accounts for StopsOnceMore {
    fn count_cycle(&self, counters: &mut Counters, forced: bool) {
        counters.stops += 1;
        Exact.count_cycle(counters, forced);
    }
}

impl Accounts for EndsThePauseLate {
    fn stats(&self, _: &Tri, stats: &mut BTreeMap<String, u64>) {
        add(stats, "LastPauseEnd", 1);
    }
}

impl Accounts for LooksThingsUp {
    fn stats(&self, tri: &Tri, stats: &mut BTreeMap<String, u64>) {
        add(stats, "Lookups", tri.counters.mallocs);
    }
}

impl Accounts for ForgetsStacksInClasses {
    fn stats(&self, _: &Tri, stats: &mut BTreeMap<String, u64>) {
        let stacks = of(stats, "StackSys");
        stats.entry("memory-classes".to_owned()).and_modify(|classes| *classes -= stacks);
    }
}

impl Accounts for CountsFreesTwice {
    fn stats(&self, tri: &Tri, stats: &mut BTreeMap<String, u64>) {
        let twice = tri.counters.frees / 2;
        let objects = of(stats, "HeapObjects").saturating_sub(twice);
        stats.insert("Frees".to_owned(), of(stats, "Mallocs") - objects);
        stats.insert("HeapObjects".to_owned(), objects);
    }
}
