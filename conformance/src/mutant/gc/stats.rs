//! Wrong about what it counts.

use crate::mutant::tri::Tri;
use crate::mutant::tri::accounts::{Accounts, Exact};
use crate::mutant::tri::parts::{Parts, Right};
use crate::mutant::tri::stats::Counters;
use std::collections::BTreeMap;

mutants! {
    CountsIdleTwice(accounts) "gc/counts-idle-pages-twice"
        breaks "gc/stats/memstats-identities"
        also []
        "Counts pages that are not in use twice among those that are idle.";
    ForgetsSpansInSys(accounts) "gc/forgets-spans-in-sys"
        breaks "gc/stats/memstats-identities"
        also []
        "Leaves the memory of spans out of the sum of all that it has from the system.";
    ForgetsTheFreed(accounts) "gc/forgets-the-freed"
        breaks "gc/stats/memstats-monotone"
        also ["gc/stats/**"]
        "Takes what is freed off the total of what was ever allocated.";
    FreesWholeSpans(parts) "gc/counts-a-dead-span-as-one"
        breaks "gc/stats/mallocs-frees-balance"
        also ["gc/stats/**"]
        "Counts the objects of a span that is given up as one that was freed.";
    CountsTimedAsForced(accounts) "gc/counts-timed-as-forced"
        breaks "gc/stats/cycle-counters"
        also ["gc/cycle/cycle-counters"]
        "Counts collections that nobody waits for as asked for.";
    ForgetsShortPauses(accounts) "gc/forgets-short-pauses"
        breaks "gc/stats/pause-accounting"
        also ["gc/stats/**"]
        "Does not add pauses to the total that have no roots to list.";
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

impl Parts for FreesWholeSpans {
    fn count_frees(&self, tri: &mut Tri, index: usize, dead: u64, size: u32) {
        let before = tri.counters.frees;
        Right.count_frees(tri, index, dead, size);
        if tri.heap.spans[index].alloc == 0 {
            tri.counters.frees = before + 1;
        }
    }
}

impl Accounts for CountsTimedAsForced {
    fn count_cycle(&self, counters: &mut Counters, _: bool) {
        Exact.count_cycle(counters, true);
    }
}

impl Accounts for ForgetsShortPauses {
    fn count_pause(&self, counters: &mut Counters, pause: u64) {
        const SHORT: u64 = 20;
        counters.last_pause = pause;
        counters.pause_total += if pause > SHORT { pause } else { 0 };
    }
}
