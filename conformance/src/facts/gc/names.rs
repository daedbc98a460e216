//! The words of the glossary that the clerk of collectors sets, each looked up once.

use crate::facts::MissingName;
use crate::op::gc::Op;
use crate::rule::{EventId, FactId, Vocabulary};
use crate::trace::form::Written as _;
use crate::trace::form::gc::FORMS;

/// Declares [`Names`]: each field with the name that the glossary has for it.
macro_rules! names {
    (facts { $($fact:ident = $fact_name:literal,)* } events { $($event:ident,)* }) => {
        /// Ids of facts and events.
        #[derive(Clone, Debug)]
        pub struct Names {
            $(pub(super) $fact: FactId,)*
            $(pub(super) $event: EventId,)*
            /// By row of the table of forms: the number of the op's word in `op.kind`.
            kinds: Vec<u64>,
            /// Statistics: the name that targets use, the fact, and the fact of the reading before.
            pub(super) stats: Vec<(&'static str, FactId, Option<FactId>)>,
        }

        impl Names {
            /// Looks every name up.
            pub(super) fn find(vocabulary: &Vocabulary) -> Result<Names, MissingName> {
                let missing = |name: &str| MissingName { name: name.to_owned() };
                let fact = |name: &str| vocabulary.fact(name).ok_or_else(|| missing(name));
                let words = |name: &str| {
                    let fact = fact(name)?;
                    let number = |word: &str| vocabulary.word(fact, word);
                    let row = |form: &crate::trace::form::Form<Op>| {
                        number(form.word).ok_or_else(|| missing(form.word))
                    };
                    FORMS.iter().map(row).collect::<Result<Vec<u64>, MissingName>>()
                };
                let stat = |&(name, fact_name, before): &(&'static str, &str, &str)| {
                    let before = if before.is_empty() { None } else { Some(fact(before)?) };
                    Ok((name, fact(fact_name)?, before))
                };
                Ok(Names {
                    $($fact: fact($fact_name)?,)*
                    $($event: vocabulary
                        .event(stringify!($event))
                        .ok_or_else(|| missing(stringify!($event)))?,)*
                    kinds: words("op.kind")?,
                    stats: STATS.iter().map(stat).collect::<Result<_, MissingName>>()?,
                })
            }

            /// Every fact that a run sets, for the test that the glossary has no other.
            pub const FACTS: &'static [&'static str] = &[$($fact_name,)*];
        }
    };
}

names! {
    facts {
        op_kind = "op.kind",
        op_mutator = "op.mutator",
        op_applies = "op.applies",
        op_optional = "op.optional",
        op_outcome = "op.outcome",
        op_modest = "op.modest",
        op_impossible = "op.impossible",
        op_marking = "op.marking",
        found_object = "found.object",
        found_word = "found.word",
        wanted_object = "wanted.object",
        wanted_word = "wanted.word",
        content_wrong = "content.wrong",
        content_hidden = "content.hidden",
        content_moved = "content.moved",
        place_dirty = "place.dirty",
        place_address = "place.address",
        place_known = "place.known",
        place_bytes = "place.bytes",
        place_overlapping = "place.overlapping",
        place_awaited = "place.awaited",
        walk_seen = "walk.seen",
        walk_wrong = "walk.wrong",
        walk_wanted = "walk.wanted",
        walk_wanted_wrong = "walk.wanted_wrong",
        exchange_done = "exchange.done",
        exchange_due = "exchange.due",
        handles_equal = "handles.equal",
        handles_should = "handles.should",
        handles_lives = "handles.lives",
        handle_reachable = "handle.reachable",
        handle_outlived = "handle.outlived",
        handle_told_dead = "handle.told_dead",
        object_known = "object.known",
        object_number = "object.number",
        object_words = "object.words",
        object_slots = "object.slots",
        object_reachable = "object.reachable",
        object_told_dead = "object.told_dead",
        object_deaths = "object.deaths",
        object_tiny = "object.tiny",
        object_watched = "object.watched",
        object_awaits_finalizer = "object.awaits_finalizer",
        object_finalizers = "object.finalizers",
        object_finalizations = "object.finalizations",
        object_hidden = "object.hidden",
        object_cyclic = "object.cyclic",
        object_revived = "object.revived",
        object_released = "object.released",
        object_found_strong = "object.found_strong",
        object_spoilt = "object.spoilt",
        object_found_broken = "object.found_broken",
        object_by_program = "object.by_program",
        object_by_finalizer = "object.by_finalizer",
        object_by_itself = "object.by_itself",
        object_weakly = "object.weakly",
        object_stashed = "object.stashed",
        object_place = "object.place",
        object_made_marking = "object.made_marking",
        root_kind = "root.kind",
        root_form = "root.form",
        touch_kind = "touch.kind",
        cleanup_state = "cleanup.state",
        cleanup_of_reachable = "cleanup.of_reachable",
        cleanup_of_told_dead = "cleanup.of_told_dead",
        cleanup_of_awaits_finalizer = "cleanup.of_awaits_finalizer",
        cleanup_due = "cleanup.due",
        cycle_explicit = "cycle.explicit",
        cycle_joined = "cycle.joined",
        cycle_phase = "cycle.phase",
        cycle_units = "cycle.units",
        cycle_objects = "cycle.objects",
        slice_words = "slice.words",
        slice_scan = "slice.scan",
        slice_count = "slice.count",
        slice_more = "slice.more",
        slice_capacity = "slice.capacity",
        slice_wrong = "slice.wrong",
        slice_dirty = "slice.dirty",
        storm_made = "storm.made",
        storm_wrong = "storm.wrong",
        storm_collections = "storm.collections",
        run_completed = "run.completed",
        run_collections = "run.collections",
        stats_live_objects = "stats.live_objects",
        before_live_objects = "before.live_objects",
        stats_live_noscan = "stats.live_noscan",
        stats_quiet = "stats.quiet",
        stats_changed = "stats.changed",
        stats_collections = "stats.collections",
        stats_percent = "stats.percent",
        stats_limit = "stats.limit",
        stats_rested = "stats.rested",
        pace_room = "pace.room",
        pace_headroom = "pace.headroom",
    }
    events {
        answered, made, followed, read_weak, looked, walked, exchanged, compared, told_dead,
        told_finalized, told_cleaned, held, due, due_finalizer, due_cleanup,
        touched, gathered, stepped, measured, grew, stormed, guarded, ended,
    }
}

/// Statistics: the name that targets use, the fact, and the fact of the reading before.
pub(super) const STATS: &[(&str, &str, &str)] = &[
    ("Alloc", "mem.alloc", ""),
    ("TotalAlloc", "mem.total_alloc", "before.total_alloc"),
    ("Sys", "mem.sys", ""),
    ("Lookups", "mem.lookups", ""),
    ("Mallocs", "mem.mallocs", "before.mallocs"),
    ("Frees", "mem.frees", "before.frees"),
    ("HeapAlloc", "mem.heap_alloc", ""),
    ("HeapSys", "mem.heap_sys", ""),
    ("HeapIdle", "mem.heap_idle", ""),
    ("HeapInuse", "mem.heap_inuse", ""),
    ("HeapReleased", "mem.heap_released", ""),
    ("HeapObjects", "mem.heap_objects", "before.heap_objects"),
    ("StackInuse", "mem.stack_inuse", ""),
    ("StackSys", "mem.stack_sys", ""),
    ("MSpanInuse", "mem.mspan_inuse", ""),
    ("MSpanSys", "mem.mspan_sys", ""),
    ("MCacheInuse", "mem.mcache_inuse", ""),
    ("MCacheSys", "mem.mcache_sys", ""),
    ("BuckHashSys", "mem.buck_hash_sys", ""),
    ("GCSys", "mem.gc_sys", ""),
    ("OtherSys", "mem.other_sys", ""),
    ("NextGC", "mem.next_gc", ""),
    ("LastGC", "mem.last_gc", "before.last_gc"),
    ("PauseTotalNs", "mem.pause_total", "before.pause_total"),
    ("NumGC", "mem.num_gc", "before.num_gc"),
    ("NumForcedGC", "mem.num_forced_gc", "before.num_forced_gc"),
    ("LastPauseNs", "mem.last_pause", ""),
    ("LastPauseEnd", "mem.last_pause_end", ""),
    ("goal", "pace.goal", "before.goal"),
    ("live", "pace.live", ""),
    ("stack-scan", "pace.stack_scan", ""),
    ("globals-scan", "pace.globals_scan", ""),
    ("heap-scan", "pace.heap_scan", ""),
    ("total-scan", "pace.total_scan", ""),
    ("percent", "pace.percent", ""),
    ("limit", "pace.limit", ""),
    ("cycles", "pace.cycles", "before.cycles"),
    ("cycles-forced", "pace.cycles_forced", "before.cycles_forced"),
    ("cycles-automatic", "pace.cycles_automatic", "before.cycles_automatic"),
    ("pauses", "pace.pauses", "before.pauses"),
    ("memory-total", "pace.memory_total", ""),
    ("memory-classes", "pace.memory_classes", ""),
];

impl Names {
    /// The number of the op's word.
    pub(super) fn kind_of(&self, op: &Op) -> u64 {
        self.kinds[op.row()]
    }
}
