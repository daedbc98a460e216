//! Statistics: Go's names, and the pacer's.
//!
//! There is no clock. Time is counted in ops and units of work, and a pause is what is done while all
//! mutators are stopped: a step for each root that is listed, and some for the stop.
//!
//! The goal is Go's: with M bytes marked, S bytes of stacks and G of globals,
//!
//! 1. M + (M + S + G) * percent / 100: stacks and globals are work, too;
//! 2. at least 4 MiB * percent / 100, so that small heaps are not collected all the time;
//! 3. at least M + 1 MiB when marking has ended, so that there is time to sweep;
//! 4. and, where memory has a limit, at most what that leaves: the limit, less what is taken for anything
//!    else, less what is taken beyond it; less 3 percent of the rest, at least 1 MiB, of headroom. It is never
//!    below M. This goal follows every change of what is taken, and the others do not.
//!
//! `paced` collects when it is reached; else collections go in steps, and begin when they are asked for.

use super::Tri;
use super::mutator::BUFFER;
use super::span::Span;
use crate::op::gc::{OFF, PLACES};
use std::collections::BTreeMap;

/// What stands for no bound: the largest number of the protocol.
pub(crate) const UNBOUNDED: u64 = 1 << 53;

/// Bytes of all globals.
pub(crate) const GLOBALS: u64 = PLACES as u64 * 8;

/// The least goal, in bytes, at 100 percent.
pub(crate) const FLOOR: u64 = 4 << 20;

/// Bytes of allocation that a sweep has time for.
const SWEEP_DISTANCE: u64 = 1 << 20;

/// Units that it takes to stop all mutators.
const STOP: u64 = 8;

/// The least that clause 4 leaves free, in bytes.
const HEADROOM: u64 = 1 << 20;

/// Memory that is taken, in bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Taken {
    /// All that the system gave and did not get back.
    pub(crate) from_system: u64,
    /// Of it, what neither objects have nor is free for them.
    pub(crate) beside_heap: u64,
}

/// Running totals and settings.
#[derive(Clone, Debug)]
pub(crate) struct Counters {
    /// Ops and units so far.
    pub(crate) clock: u64,
    /// Objects ever made.
    pub(crate) mallocs: u64,
    /// Objects ever reclaimed.
    pub(crate) frees: u64,
    /// Bytes of all slots ever handed out.
    pub(crate) allocated: u64,
    /// Bytes of all slots ever taken back.
    pub(crate) freed: u64,
    /// Collections whose marking has ended.
    pub(crate) cycles: u64,
    /// Those of them that a program asked for.
    pub(crate) forced: u64,
    /// Stops of all mutators.
    pub(crate) stops: u64,
    /// Time of the stops of the collection that goes on.
    pub(crate) pause: u64,
    /// Time of those of the last one.
    pub(crate) last_pause: u64,
    /// When its last stop ended.
    pub(crate) last_end: u64,
    /// Time of all.
    pub(crate) pause_total: u64,
    /// Bytes marked by the last collection.
    pub(crate) live: u64,
    /// Bytes of stacks that it scanned.
    pub(crate) stack_scan: u64,
    /// Bytes of objects with references that it found.
    pub(crate) heap_scan: u64,
    /// GOGC; off from [`OFF`] on.
    pub(crate) percent: u64,
    /// The memory limit, in bytes.
    pub(crate) limit: u64,
    /// The distance for sweeping, in bytes; 0 when there is nothing to sweep.
    pub(crate) distance: u64,
    /// The goal, in bytes.
    pub(crate) goal: u64,
}

impl Default for Counters {
    fn default() -> Counters {
        Counters {
            clock: 0,
            mallocs: 0,
            frees: 0,
            allocated: 0,
            freed: 0,
            cycles: 0,
            forced: 0,
            stops: 0,
            pause: 0,
            last_pause: 0,
            last_end: 0,
            pause_total: 0,
            live: 0,
            stack_scan: 0,
            heap_scan: 0,
            percent: 100,
            limit: UNBOUNDED,
            distance: 0,
            goal: FLOOR,
        }
    }
}

impl Counters {
    /// Clauses 1 to 3.
    pub(crate) fn goal_by_formula(&self) -> u64 {
        let roots = self.stack_scan + GLOBALS;
        self.goal_by_percent(roots).max(self.floor()).max(self.live + self.distance)
    }

    /// Clause 1, with so many bytes of roots.
    pub(crate) fn goal_by_percent(&self, roots: u64) -> u64 {
        if self.percent >= OFF {
            return UNBOUNDED;
        }
        let more = u128::from(self.live + roots) * u128::from(self.percent) / 100;
        self.live + u64::try_from(more).unwrap_or(UNBOUNDED).min(UNBOUNDED)
    }

    /// Clause 2.
    pub(crate) fn floor(&self) -> u64 {
        FLOOR * self.percent.min(OFF) / 100
    }

    /// Clause 4.
    pub(crate) fn goal_by_limit(&self, taken: Taken) -> u64 {
        let room = self.room(taken);
        let headroom = (room / 100 * 3).max(HEADROOM);
        match room {
            0 => self.live,
            _ if room < 2 * headroom => headroom.max(self.live),
            _ => (room - headroom).max(self.live),
        }
    }

    /// What the limit leaves to the heap.
    pub(crate) fn room(&self, taken: Taken) -> u64 {
        let beyond = taken.from_system.saturating_sub(self.limit);
        self.limit.saturating_sub(taken.beside_heap).saturating_sub(beyond)
    }

    /// Whether memory has a limit.
    pub(crate) fn is_limited(&self) -> bool {
        self.limit < UNBOUNDED
    }
}

impl Tri {
    /// All mutators are stopped for so many steps.
    pub(crate) fn stop_for(&mut self, steps: u64) {
        self.counters.stops += 1;
        self.counters.clock += STOP + steps;
        self.counters.pause += STOP + steps;
    }

    /// Marking has ended.
    pub(crate) fn count_cycle(&mut self) {
        self.stop_for(BUFFER as u64);
        let (accounts, cycle) = (self.accounts, &self.cycle);
        let counters = &mut self.counters;
        counters.last_end = counters.clock;
        let pause = std::mem::take(&mut counters.pause);
        accounts.count_pause(counters, pause);
        accounts.count_cycle(counters, cycle.forced);
        counters.live = cycle.marked;
        (counters.stack_scan, counters.heap_scan) = (cycle.stack_scan, cycle.heap_scan);
        self.commit_cycle();
    }

    /// Computes the goal anew: a setting was changed. What a cycle has still to sweep is over by the
    /// time that a program could see.
    pub(crate) fn commit(&mut self) {
        self.counters.distance = 0;
        self.counters.goal = self.accounts.goal(&self.counters);
    }

    /// Computes the goal anew: marking has ended, and sweeping begins.
    fn commit_cycle(&mut self) {
        self.counters.distance = SWEEP_DISTANCE;
        self.counters.goal = self.accounts.goal(&self.counters);
    }

    /// The size at which the heap is collected, as things are now.
    pub(crate) fn goal_now(&self) -> u64 {
        let counters = &self.counters;
        if !counters.is_limited() {
            return counters.goal;
        }
        counters.goal.min(self.accounts.goal_by_limit(counters, self.taken()))
    }

    /// All statistics by name.
    pub(crate) fn statistics(&self) -> BTreeMap<String, u64> {
        let named = self.memory_statistics().into_iter().chain(self.pacer_statistics());
        let mut stats = named.map(|(name, value)| (name.to_owned(), value)).collect();
        self.accounts.stats(self, &mut stats);
        stats
    }

    /// Bytes of pages that no span has.
    fn heap_idle(&self) -> u64 {
        self.heap.bytes() - (self.heap.pages_in_use * super::span::PAGE * 8) as u64
    }

    /// Bytes that are taken for anything but objects: stacks, spans, caches, the collector, globals.
    fn beside(&self) -> [u64; 5] {
        let running = self.mutators.iter().filter(|mutator| mutator.running);
        let stacks = running.map(|mutator| mutator.stack).sum();
        let spans = (self.heap.spans.len() * size_of::<Span>()) as u64;
        let caches = size_of_val(&self.central) as u64;
        [stacks, spans, caches, self.heap.bytes_beside(), GLOBALS]
    }

    /// Memory that is taken.
    fn taken(&self) -> Taken {
        let from_system = self.heap.bytes() + self.beside().iter().sum::<u64>();
        let in_use = self.counters.allocated - self.counters.freed;
        Taken { from_system, beside_heap: from_system - self.heap_idle() - in_use }
    }

    fn memory_statistics(&self) -> [(&'static str, u64); 28] {
        let counters = &self.counters;
        let in_use = counters.allocated - counters.freed;
        let (heap_sys, heap_idle) = (self.heap.bytes(), self.heap_idle());
        let [stacks, spans_sys, caches, gc_sys, other] = self.beside();
        let spans = self.heap.spans.iter().filter(|span| span.pages > 0).count();
        let spans_in_use = (spans * size_of::<Span>()) as u64;
        [
            ("Alloc", in_use),
            ("TotalAlloc", counters.allocated),
            ("Sys", self.taken().from_system),
            ("Lookups", 0),
            ("Mallocs", counters.mallocs),
            ("Frees", counters.frees),
            ("HeapAlloc", in_use),
            ("HeapSys", heap_sys),
            ("HeapIdle", heap_idle),
            ("HeapInuse", heap_sys - heap_idle),
            ("HeapReleased", 0),
            ("HeapObjects", counters.mallocs - counters.frees),
            ("StackInuse", stacks),
            ("StackSys", stacks),
            ("MSpanInuse", spans_in_use),
            ("MSpanSys", spans_sys),
            ("MCacheInuse", caches),
            ("MCacheSys", caches),
            ("BuckHashSys", 0),
            ("GCSys", gc_sys),
            ("OtherSys", other),
            ("NextGC", self.goal_now()),
            ("LastGC", counters.last_end),
            ("PauseTotalNs", counters.pause_total),
            ("NumGC", counters.cycles),
            ("NumForcedGC", counters.forced),
            ("LastPauseNs", counters.last_pause),
            ("LastPauseEnd", counters.last_end),
        ]
    }

    fn pacer_statistics(&self) -> [(&'static str, u64); 14] {
        let counters = &self.counters;
        let classes = self.beside().iter().sum::<u64>() + self.heap.bytes();
        [
            ("goal", self.goal_now()),
            ("live", counters.live),
            ("stack-scan", counters.stack_scan),
            ("globals-scan", GLOBALS),
            ("heap-scan", counters.heap_scan),
            ("total-scan", counters.stack_scan + GLOBALS + counters.heap_scan),
            ("percent", counters.percent.min(OFF)),
            ("limit", counters.limit),
            ("cycles", counters.cycles),
            ("cycles-forced", counters.forced),
            ("cycles-automatic", counters.cycles - counters.forced),
            ("pauses", counters.stops),
            ("memory-total", self.taken().from_system),
            ("memory-classes", classes),
        ]
    }
}
